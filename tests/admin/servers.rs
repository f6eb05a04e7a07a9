//! The admin server and a branch as processes of their own, a phone network beside them.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use responder_sim::{ClockMode, NumberConfig, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    time::timeout,
};

const OURS: &str = "+15005550006";
const HOUSE: &str = "+15005550066";
const TECHNICIAN: &str = "+15005550001";
const WATCHER: &str = "+15005550090";
const SOON: Duration = Duration::from_secs(30);

/// Everything, on loopback.
struct Town {
    network: Simulator,
    folder: TempDir,
    admin_at: String,
    branch_at: String,
    http: reqwest::Client,
}

/// Somebody who is logged in at the admin server.
struct Operator<'a> {
    town: &'a Town,
    cookie: String,
    csrf: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_obeys_its_admin_server_and_works_without_it() {
    let town = Town::found().await;
    let mut admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings()).await;
    let mut branch = town.branch().await;

    let status = ada.get("status").await.1;
    assert_eq!((&status["online"], &status["status"]), (&json!(true), &json!("Ready")), "{status}");

    // Off: the intake refuses within a second, on: it takes reports again.
    let began = Instant::now();
    let (code, answer) = ada.post("disable", &json!({ "confirm": true })).await;
    assert_eq!((code, &answer["applied"]), (200, &json!(true)), "{answer}");
    let (code, refused) = town.report().await;
    assert_eq!((code, &refused["code"]), (503, &json!("disabled")));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    // The public status may be half a second old.
    until(async || ada.get("status").await.1["status"] == "Disabled").await;
    let (code, passed_on) = ada.post("trigger", &emergency("One")).await;
    assert_eq!((code, &passed_on["status_code"], &passed_on["code"]), (503, &json!(503), &json!("disabled")));
    ada.post("enable", &json!({})).await;

    let (code, first) = ada.post("trigger", &emergency("One")).await;
    assert_eq!((code, &first["success"]), (200, &json!(true)), "{first}");
    let (code, busy) = ada.post("trigger", &emergency("Two")).await;
    assert_eq!((code, &busy["code"]), (503, &json!("busy")), "the limit is one");
    // A setting counts while the branch is at work.
    ada.save(&json!({ "max_active_emergencies": 2, "enable_auto_call": false, "RECIPIENT_PHONES": "+15005550008" }))
        .await;
    let calls = town.network.trace().calls_to(TECHNICIAN).count();
    let (code, second) = ada.post("trigger", &emergency("Two")).await;
    assert_eq!(code, 200, "{second}");
    town.texted("+15005550008").await;
    assert_eq!(town.network.trace().calls_to(TECHNICIAN).count(), calls, "nobody is called any more, only texted");

    let (_, list) = ada.get("emergencies?limit=1").await;
    assert_eq!(list["emergencies"][0]["id"], second["data"]["emergency_id"], "{list}");
    for id in [&first, &second].map(|answer| answer["data"]["emergency_id"].as_str().expect("an id").to_owned()) {
        let (code, cancelled) = ada.post(&format!("emergencies/{id}/cancel"), &json!({})).await;
        assert_eq!(code, 200, "{cancelled}");
    }
    for words in ["switched off by ada", "switched on by ada", "from the dashboard", "Settings of branch tuc"] {
        town.watcher_heard(words).await;
    }

    // Started anew by the admin server, the branch ends as its supervisor expects.
    ada.post("disable", &json!({ "confirm": true })).await;
    let (code, restarts) = ada.post("restart", &json!({ "confirm": true })).await;
    assert_eq!(code, 200, "{restarts}");
    let ended = timeout(SOON, branch.wait()).await.expect("it ends").expect("a status");
    assert!(ended.success(), "{ended}");

    // Without the admin server it starts from its copy, and stays switched off.
    admin.kill().await.expect("a process");
    let _branch = town.branch().await;
    assert_eq!(town.report().await.1["code"], "disabled");
    let reloaded = town.http.post(format!("{}/api/reload_settings", town.branch_at)).bearer_auth("tuc-token").send();
    let reloaded: Value = reloaded.await.expect("an answer").json().await.expect("JSON");
    assert_eq!(reloaded["code"], "not_reloaded", "the admin server is away");
    let database = std::fs::read(town.folder.path().join("branch.db")).expect("a file");
    let token = town.network.auth_token().as_bytes();
    assert!(!database.windows(token.len()).any(|bytes| bytes == token), "the copy of a secret lies open");

    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.post("enable", &json!({})).await;
    assert_eq!(town.report().await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_another_key_the_server_says_so_and_does_not_start() {
    let town = Town::found().await;
    let mut admin = town.admin().await;
    town.log_in().await.save(&town.settings()).await;
    admin.kill().await.expect("a process");
    let key = "6b".repeat(32);
    for more in [&[("SETTINGS_KEY", key.as_str())][..], &[("SETTINGS_KEY", "")]] {
        let output = town.admin_command().envs(more.iter().copied()).stderr(Stdio::piped()).output().await;
        let output = output.expect("a process");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("TWILIO_AUTH_TOKEN of tuc is sealed with key "), "{said}");
    }
    let output = town.admin_command().env("SETTINGS_KEY", "a passphrase").output().await.expect("a process");
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test]
async fn without_a_password_one_is_made_up_and_shown_once() {
    let town = Town::found().await;
    let start = async || {
        let mut command = town.admin_command();
        let mut child =
            command.env_remove("ADMIN_PASSWORD").env("PORT", "0").stdout(Stdio::piped()).spawn().expect("a process");
        let mut lines =
            tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(child.stdout.take().expect("piped")));
        let mut said = String::new();
        while !said.contains("admin on ") {
            said += &timeout(SOON, lines.next_line()).await.expect("in time").expect("text").expect("a line");
            said.push('\n');
        }
        child.kill().await.expect("a process");
        said
    };
    let first = start().await;
    let password = first.split("the password ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a password");
    assert!(password.len() >= 40, "{first}");
    assert!(!start().await.contains("password"), "it is shown once");
}

impl Town {
    async fn found() -> Self {
        let network = Simulator::builder()
            .clock(ClockMode::Real)
            .number(OURS, NumberConfig::default())
            .number(HOUSE, NumberConfig::default())
            .start()
            .await
            .expect("a phone network");
        let [admin_at, branch_at] = [free_address().await, free_address().await];
        let folder = tempfile::tempdir().expect("a folder");
        Self { network, folder, admin_at, branch_at, http: reqwest::Client::new() }
    }

    fn admin_command(&self) -> Command {
        let mut command = self.command("admin", &self.admin_at);
        command
            .env("DATABASE_URL", self.database("admin.db"))
            .env("BRANCHES", "tuc=Tucson")
            .env("TUC_URL", &self.branch_at)
            .env("TUC_TOKEN", "tuc-token")
            .env("SETTINGS_KEY", "5a".repeat(32))
            .env("ADMIN_USERNAME", "ada")
            .env("ADMIN_PASSWORD", "a good password")
            .env("NOTIFICATION_PHONE", WATCHER)
            .env("TWILIO_ACCOUNT_SID", self.network.account_sid())
            .env("TWILIO_AUTH_TOKEN", self.network.auth_token())
            .env("TWILIO_PHONE_NUMBER", HOUSE);
        command
    }

    async fn admin(&self) -> Child {
        let child = self.admin_command().spawn().expect("the example, as cargo builds it");
        self.until_ready(&self.admin_at).await;
        child
    }

    /// All that it is told here is who it is, and where the admin server is.
    async fn branch(&self) -> Child {
        let mut command = self.command("branch", &self.branch_at);
        command
            .env("DATABASE_URL", self.database("branch.db"))
            .env("BRANCH_NAME", "tuc")
            .env("PUBLIC_URL", &self.branch_at)
            .env("ADMIN_DASHBOARD_URL", &self.admin_at)
            .env("BRANCH_TOKEN", "tuc-token")
            .env("CALLS_PER_SECOND", "1000");
        let child = command.spawn().expect("the example, as cargo builds it");
        self.until_ready(&self.branch_at).await;
        child
    }

    fn command(&self, name: &str, at: &str) -> Command {
        let mut command = Command::new(program(name));
        let port = at.rsplit(':').next().expect("a port");
        command.env_clear().env("PORT", port).env("TWILIO_API_URL", self.network.url()).env("RUST_LOG", "warn");
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        command
    }

    fn database(&self, name: &str) -> String {
        format!("sqlite://{}", self.folder.path().join(name).display())
    }

    async fn until_ready(&self, at: &str) {
        let ready = async || {
            let answer = self.http.get(format!("{at}/readyz")).send().await;
            answer.is_ok_and(|answer| answer.status().is_success())
        };
        until(ready).await;
    }

    fn settings(&self) -> Value {
        json!({
            "TWILIO_ACCOUNT_SID": self.network.account_sid(),
            "TWILIO_AUTH_TOKEN": self.network.auth_token(),
            "TWILIO_PHONE_NUMBER": OURS,
            "RECIPIENT_PHONES": "Office <+15005550009>",
        })
    }

    async fn log_in(&self) -> Operator<'_> {
        let request = self.http.post(format!("{}/login", self.admin_at)).header("origin", &self.admin_at);
        let answer = request.json(&json!({ "username": "ada", "password": "a good password" })).send().await;
        let answer = answer.expect("an answer");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("one").to_owned();
        let csrf = answer.json::<Value>().await.expect("JSON")["csrf_token"].as_str().expect("a token").to_owned();
        Operator { town: self, cookie, csrf }
    }

    /// A report to the branch itself.
    async fn report(&self) -> (u16, Value) {
        let request = self.http.post(format!("{}/webhook", self.branch_at)).bearer_auth("tuc-token");
        told(request.json(&emergency("Zed"))).await
    }

    async fn texted(&self, number: &str) {
        until(async || self.network.trace().messages.iter().any(|message| message.to == number)).await;
    }

    async fn watcher_heard(&self, words: &str) {
        let is_it = |message: &responder_sim::MessageRecord| message.to == WATCHER && message.body.contains(words);
        until(async || self.network.trace().messages.iter().any(is_it)).await;
    }
}

impl Operator<'_> {
    async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}/api/branch/tuc/{path}", self.town.admin_at);
        told(self.town.http.get(url).header("cookie", &self.cookie)).await
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/api/branch/tuc/{path}", self.town.admin_at);
        let request = self.town.http.post(url).header("cookie", &self.cookie).header("origin", &self.town.admin_at);
        told(request.header("x-csrf-token", &self.csrf).json(body)).await
    }

    async fn save(&self, settings: &Value) {
        let (status, answer) = self.post("settings", settings).await;
        assert_eq!(status, 200, "{answer}");
    }
}

async fn told(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

fn emergency(name: &str) -> Value {
    json!({
        "chosen_phone": TECHNICIAN, "customer_name": name, "user_stated_callback_number": "+15005550101",
        "incident_address": "1 Main Street", "emergency_description_text": "Water",
    })
}

async fn until(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        loop {
            ticks.tick().await;
            if is_so().await {
                return;
            }
        }
    };
    timeout(SOON, waiting).await.expect("in time");
}

async fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

/// Cargo builds examples before it runs tests: beside the folder that this test is in.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("our own path");
    let program = test.parent().and_then(Path::parent).expect("a folder").join("examples").join(name);
    assert!(program.exists(), "build it first: cargo build --example {name}");
    program
}
