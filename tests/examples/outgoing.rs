//! A branch that tells people by mail alone, and another service of every event, by its environment.

use responder_sim::{Behaviour, ClockMode, NumberConfig, Simulator};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    common::{
        patience::{SOON, answered},
        place::free_port,
        process::{Process, example},
        receiver::{Receiver, SECRET},
    },
    mail_server::{Mode, Server},
};

const TECHNICIAN: &str = "+15005550001";
const OURS: &str = "+15005550006";

struct Surroundings {
    network: Simulator,
    mail: Server,
    receiver: Receiver,
    folder: tempfile::TempDir,
    port: u16,
}

impl Surroundings {
    async fn build() -> Self {
        let number = NumberConfig::default();
        let network = Simulator::builder().clock(ClockMode::Real).number(OURS, number).start().await;
        let network = network.expect("a phone network");
        network.set_phone(TECHNICIAN, Behaviour::answers_after_seconds(1).pressing(["1", "1"]));
        Self {
            network,
            mail: Server::start(Mode::Plain).await.expect("a mail server"),
            receiver: Receiver::start().await,
            folder: tempfile::tempdir().expect("a folder"),
            port: free_port(),
        }
    }

    fn branch(&self) -> Process {
        let mut command = example("branch");
        command
            .env("PORT", self.port.to_string())
            .env("PUBLIC_URL", self.here())
            .env("DATABASE_URL", format!("sqlite://{}", self.folder.path().join("branch.db").display()))
            .env("TWILIO_API_URL", self.network.url())
            .env("TWILIO_ACCOUNT_SID", self.network.account_sid())
            .env("TWILIO_AUTH_TOKEN", self.network.auth_token())
            .env("TWILIO_PHONE_NUMBER", OURS)
            .env("RECIPIENT_EMAILS", "ada@example.com, refused@example.com")
            .env("SMTP_URL", self.mail.url(""))
            .env("MAIL_FROM", "Tucson <tucson@example.com>")
            .env("DEBUG_WEBHOOK_URL", self.receiver.url())
            .env("DEBUG_WEBHOOK_SECRET", SECRET)
            .env("WEBHOOK_ALLOWED_HOSTS", "127.0.0.1")
            .env("CALLS_PER_SECOND", "1000")
            .env("INTAKE_TOKEN", "intake-token");
        Process::start(command)
    }

    fn here(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: &Value) -> Option<Value> {
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.here()));
        request.bearer_auth("intake-token").json(body).send().await.ok()?.json().await.ok()
    }
}

/// The service is away at first, and the branch is killed before it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_and_events_go_out() {
    let mut around = Surroundings::build().await;
    let mut branch = around.branch();
    let report = json!({ "chosen_phone": TECHNICIAN, "user_stated_callback_number": "+15005550101" });
    let reported = async || around.ask(reqwest::Method::POST, "/webhook", &report).await;
    let answer = answered(SOON, reported, |answer| answer["status"] == "success").await;
    let id = answer["emergency_id"].as_str().expect("an id").to_owned();
    let ask = async || around.ask(reqwest::Method::GET, &format!("/api/emergencies/{id}"), &Value::Null).await;
    let is_told = |answer: &Value| {
        let events = answer["timeline"].as_array().map(Vec::as_slice).unwrap_or_default();
        answer["phase"] == "accepted" && events.iter().any(|event| event["event"] == "mail_error")
    };
    let emergency = answered(SOON, ask, is_told).await;
    let text = emergency.to_string();
    assert!(text.contains("1 of 2 recipients were refused (550)") && !text.contains("refused@example.com"), "{text}");
    timeout(SOON, around.receiver.until(|heard| heard.refused > 0)).await.expect("a try");

    branch.kill().await;
    around.receiver.open();
    let _branch = around.branch();
    let all = emergency["timeline"].as_array().map_or(0, Vec::len);
    timeout(SOON, around.receiver.until(|heard| heard.count() >= all)).await.expect("the events");
    {
        let heard = around.receiver.heard.borrow();
        assert_eq!(heard.wrong, Vec::<String>::new());
        let events: Vec<_> = heard.lanes[&id].iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(events[0], "webhook_received");
        assert!(events.contains(&"technician_accepted"), "{events:?}");
    }
    let copy = timeout(SOON, around.mail.taken()).await.expect("a mail").expect("a copy");
    assert_eq!(copy["to"][0], "ada@example.com");
    assert!(copy["taken"].as_str().is_some_and(|text| text.contains(&format!("Message-ID: <{id}-"))), "{copy}");

    // The receiver takes nothing that is not signed, and the log is not.
    let poured = async || around.ask(reqwest::Method::POST, "/debug_firehose", &Value::Null).await;
    let poured = answered(SOON, poured, |answer| answer["results"].is_array()).await;
    assert_eq!(poured["results"][0]["status_code"], 400, "{poured}");
    assert!(poured["timeline_count"].as_u64().is_some_and(|count| count >= all as u64), "{poured}");
    let inside = async || {
        around.ask(reqwest::Method::GET, "/debug_firehose?webhook_url=http://localhost:1/", &Value::Null).await
    };
    let inside = answered(SOON, inside, |answer| answer["results"].is_array()).await;
    let error = "a target must have a public address, or be one of the hosts that are allowed";
    assert_eq!(inside["results"][0]["error"], error);
}
