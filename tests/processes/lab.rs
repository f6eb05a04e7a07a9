//! Nodes of one branch as processes of their own, a load balancer before them, a phone network beside them, and people.

use std::{path::PathBuf, sync::Arc, time::Duration};

use responder_sim::{Behaviour, ClockMode, DialIn, NumberConfig, Sid, Simulator, Trace};
use tokio::{process::Command, time::sleep};

use crate::{
    common::{
        patience::{SOON, within},
        place::free_port,
        process::example,
    },
    database::{Database, House},
    node::Node,
    proxy::Proxy,
};

/// Seconds that pass in one.
pub(crate) const PACE: u32 = 20;

pub(crate) const OURS: &str = "+15005550006";
pub(crate) const FIRST: &str = "+15005550001";
pub(crate) const SECOND: &str = "+15005550002";
pub(crate) const RECIPIENT: &str = "+15005550009";
pub(crate) const CUSTOMER: &str = "+15005550100";

/// Words and secrets that must never be seen on the console.
pub(crate) const UNSPEAKABLE: &[&str] = &[
    "5005550",
    "Zebedee",
    "Quagmire Lane",
    "basement under water",
    "intake-token-of-the-test",
    "auth-token-of-the-test",
    "operator-password-of-the-test",
];

/// What the technicians do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plot {
    /// The first one accepts.
    Plain,
    /// The first one does not pick up, twice; the second accepts.
    Long,
}

pub(crate) struct Lab {
    pub(crate) network: Simulator,
    pub(crate) proxy: Arc<Proxy>,
    pub(crate) house: House,
    /// What the nodes are told beside what they always are; `{node}` in a value is the number of the node.
    pub(crate) settings: Vec<(&'static str, String)>,
    logs: tempfile::TempDir,
    ports: Vec<u16>,
    http: reqwest::Client,
}

impl Lab {
    /// With so many nodes, of which none runs yet.
    pub(crate) async fn open(database: Database, nodes: usize, plot: Plot) -> Self {
        let ports: Vec<_> = (0..nodes).map(|_| free_port()).collect();
        let proxy = Proxy::before(&ports).await;
        let url = format!("http://127.0.0.1:{}", proxy.port);
        let retries = "#rc=3&rp=5xx,ct,rt&rt=4000";
        let number = NumberConfig::voice(format!("{url}/incoming_twilio_call{retries}"))
            .with_status_callback(format!("{url}/customer_call_ended{retries}"))
            .with_sms(format!("{url}/sms_reply{retries}"));
        let network = Simulator::builder()
            .account("AC00000000000000000000000000000001", "auth-token-of-the-test")
            .clock(ClockMode::Faster(PACE))
            .number(OURS, number)
            .start()
            .await
            .expect("a phone network");
        let willing = || Behaviour::answers_after_seconds(4).pressing(["1", "1", "1", "1"]);
        match plot {
            Plot::Plain => network.set_phone(FIRST, willing()),
            Plot::Long => network.set_phone(FIRST, Behaviour::no_answer()),
        }
        network.set_phone(SECOND, willing());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client");
        let (house, logs) = (database.house().await, tempfile::tempdir().expect("a folder"));
        Self { network, proxy, house, settings: Vec::new(), logs, ports, http }
    }

    /// Starts a node.
    pub(crate) fn start(&self, no: usize) -> Node {
        self.launch(example("branch"), no, None)
    }

    /// Starts the node that something is to happen to; with `kill_at` it kills itself there. If there is an earlier
    /// version to test against, it is of that (see `tests/README.md`).
    pub(crate) fn start_victim(&self, no: usize, kill_at: Option<&str>) -> Node {
        let earlier = std::env::var_os("RESPONDER_PREVIOUS_BRANCH").map(Command::new);
        self.launch(earlier.unwrap_or_else(|| example("branch")), no, kill_at)
    }

    fn launch(&self, mut command: Command, no: usize, kill_at: Option<&str>) -> Node {
        command
            .env_clear()
            .env("RUST_LOG", "trace")
            .env("RESPONDER_TEST_PACE", PACE.to_string())
            .env("PUBLIC_URL", format!("http://127.0.0.1:{}", self.proxy.port))
            .env("PORT", self.ports[no].to_string())
            .env("LOG_PATH", self.log(no))
            .envs(self.house.environment(no))
            .env("TWILIO_ACCOUNT_SID", self.network.account_sid())
            .env("TWILIO_AUTH_TOKEN", self.network.auth_token())
            .env("TWILIO_API_URL", self.network.url())
            .env("TWILIO_PHONE_NUMBER", OURS)
            .env("CALLS_PER_SECOND", "1000")
            .env("INTAKE_TOKEN", "intake-token-of-the-test")
            .env("OPERATOR_PASSWORD", "operator-password-of-the-test")
            .env("RECIPIENT_PHONES", format!("Zebedee <{RECIPIENT}>"))
            .env("ESCALATION_PHONES", SECOND)
            .envs(self.settings.iter().map(|(name, value)| (name, value.replace("{node}", &no.to_string()))));
        if let Some(place) = kill_at {
            command.env("RESPONDER_KILL_AT", place);
        }
        Node::start(command)
    }

    /// Where a node writes its log, if the settings don't say otherwise.
    pub(crate) fn log(&self, no: usize) -> PathBuf {
        self.logs.path().join(format!("node{no}.log"))
    }

    /// Reports an emergency as a patient reporter does: again and again, with the same key.
    pub(crate) async fn report(&self) -> Option<String> {
        self.report_by("the-one").await
    }

    /// The same with a key of its own.
    pub(crate) async fn report_by(&self, key: &str) -> Option<String> {
        let body = serde_json::json!({
            "chosen_phone": FIRST,
            "customer_name": "Zebedee",
            "user_stated_callback_number": CUSTOMER,
            "incident_address": "1 Quagmire Lane",
            "emergency_description_text": "basement under water",
        });
        for _ in 0..200 {
            let request = self.http.post(self.url("/webhook")).bearer_auth("intake-token-of-the-test");
            let answer = request.header("idempotency-key", key).json(&body).send().await;
            if let Ok(answer) = answer
                && answer.status() == 200
                && let Ok(answer) = answer.json::<serde_json::Value>().await
            {
                return answer["emergency_id"].as_str().map(str::to_owned);
            }
            sleep(Duration::from_millis(50)).await;
        }
        None
    }

    /// The emergencies of the branch; none while it does not answer.
    pub(crate) async fn emergencies(&self) -> Option<Vec<serde_json::Value>> {
        let request = self.http.get(self.url("/api/emergencies")).bearer_auth("intake-token-of-the-test");
        let answer: serde_json::Value = request.send().await.ok()?.json().await.ok()?;
        answer["emergencies"].as_array().cloned()
    }

    /// Whether there was an emergency, and it has ended.
    pub(crate) async fn is_over(&self) -> bool {
        let emergencies = self.emergencies().await.unwrap_or_default();
        !emergencies.is_empty() && emergencies.iter().all(|emergency| emergency["phase"] == "concluded")
    }

    /// Waits until some node answers.
    pub(crate) async fn answers(&self) -> bool {
        within(Duration::from_secs(20), async || self.emergencies().await.is_some()).await
    }

    /// Asks for something as an operator does. True if it was done.
    pub(crate) async fn order(&self, method: reqwest::Method, path: &str) -> bool {
        let request = self.http.request(method, self.url(path)).bearer_auth("intake-token-of-the-test");
        request.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// Cancels whatever goes on, until nothing does.
    pub(crate) async fn cancel_all(&self) -> bool {
        within(SOON, async || {
            let Some(all) = self.emergencies().await else { return false };
            let open = all.iter().filter(|emergency| emergency["phase"] != "concluded");
            let ids: Vec<_> = open.filter_map(|emergency| emergency["id"].as_str()).collect();
            for id in &ids {
                self.order(reqwest::Method::POST, &format!("/api/emergencies/{id}/cancel")).await;
            }
            ids.is_empty()
        })
        .await
    }

    /// The customer calls.
    pub(crate) fn dial(&self) -> Sid {
        let patient = Behaviour::default().hanging_up_talking_after(Duration::from_secs(20));
        let mut order = DialIn::new(CUSTOMER, OURS);
        order.behaviour = Some(patient);
        self.network.dial(order).expect("a call")
    }

    pub(crate) fn trace(&self) -> Trace {
        self.network.trace()
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.proxy.port)
    }
}
