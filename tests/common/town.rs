//! The admin server and its branches as processes of their own, a phone network beside them.

use responder_sim::{ClockMode, NumberConfig, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use super::{
    patience::until,
    place::free_address,
    process::{Process, example},
};

pub(crate) const TECHNICIAN: &str = "+15005550001";
pub(crate) const CUSTOMER: &str = "+15005550101";
pub(crate) const PASSWORD: &str = "a good password";
const HOUSE: &str = "+15005550066";
const WATCHER: &str = "+15005550090";

/// Everything, on loopback.
pub(crate) struct Town {
    pub(crate) network: Simulator,
    pub(crate) folder: TempDir,
    pub(crate) admin_at: String,
    pub(crate) places: Vec<Place>,
    pub(crate) http: reqwest::Client,
    /// Seconds of the phone network in one; branches keep up with it if they are built for tests.
    pace: u32,
}

/// Where a branch is, or is said to be.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) key: &'static str,
    /// Its number.
    pub(crate) number: String,
    /// Where it listens.
    pub(crate) at: String,
    /// Where the admin server looks for it.
    pub(crate) told: String,
}

/// Somebody who is logged in at the admin server, before one of its branches.
#[derive(Clone)]
pub(crate) struct Operator<'a> {
    pub(crate) town: &'a Town,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
    pub(crate) branch: &'static str,
}

impl Town {
    /// With one branch.
    pub(crate) async fn found() -> Self {
        Self::with(&["tuc"], ClockMode::Real).await
    }

    /// With these branches, of which none runs yet.
    pub(crate) async fn with(keys: &[&'static str], clock: ClockMode) -> Self {
        let pace = if let ClockMode::Faster(pace) = clock { pace } else { 1 };
        let mut network = Simulator::builder().clock(clock).number(HOUSE, NumberConfig::default());
        let mut places = Vec::new();
        for (no, key) in keys.iter().enumerate() {
            let at = free_address();
            let number = format!("+150055500{no}6");
            let config = NumberConfig::voice(format!("{at}/incoming_twilio_call"))
                .with_status_callback(format!("{at}/customer_call_ended"))
                .with_sms(format!("{at}/sms_reply"));
            network = network.number(&number, config);
            places.push(Place { key, number, told: at.clone(), at });
        }
        let network = network.start().await.expect("a phone network");
        let (folder, admin_at) = (tempfile::tempdir().expect("a folder"), free_address());
        Self { network, folder, admin_at, places, http: reqwest::Client::new(), pace }
    }

    pub(crate) fn place(&self, key: &str) -> &Place {
        self.places.iter().find(|place| place.key == key).expect("a branch of this town")
    }

    /// Where a branch listens.
    pub(crate) fn at(&self, key: &str) -> &str {
        &self.place(key).at
    }

    pub(crate) fn admin_command(&self) -> Command {
        let mut command = self.command("admin", &self.admin_at);
        let names: Vec<_> = self.places.iter().map(|place| format!("{}={}", place.key, name(place.key))).collect();
        command
            .env("DATABASE_URL", self.database("admin"))
            .env("BRANCHES", names.join(","))
            .env("SETTINGS_KEY", "5a".repeat(32))
            .env("ADMIN_USERNAME", "ada")
            .env("ADMIN_PASSWORD", PASSWORD)
            .env("NOTIFICATION_PHONE", WATCHER)
            .env("TWILIO_ACCOUNT_SID", self.network.account_sid())
            .env("TWILIO_AUTH_TOKEN", self.network.auth_token())
            .env("TWILIO_PHONE_NUMBER", HOUSE);
        for Place { key, told, .. } in &self.places {
            let prefix = key.to_uppercase();
            command.env(format!("{prefix}_URL"), told).env(format!("{prefix}_TOKEN"), token(key));
        }
        command
    }

    pub(crate) async fn admin(&self) -> Process {
        self.start(self.admin_command(), &self.admin_at).await
    }

    /// All that it is told here is who it is, and where the admin server is.
    pub(crate) fn branch_command(&self, key: &str) -> Command {
        let mut command = self.command("branch", self.at(key));
        command
            .env("DATABASE_URL", self.database(key))
            .env("LOG_PATH", self.folder.path().join(format!("{key}.log")))
            .env("BRANCH_NAME", key)
            .env("RESPONDER_TEST_PACE", self.pace.to_string())
            .env("PUBLIC_URL", self.at(key))
            .env("ADMIN_DASHBOARD_URL", &self.admin_at)
            .env("BRANCH_TOKEN", token(key))
            .env("WEBHOOK_ALLOWED_HOSTS", "127.0.0.1")
            .env("CALLS_PER_SECOND", "1000");
        command
    }

    pub(crate) async fn branch(&self, key: &str) -> Process {
        self.start(self.branch_command(key), self.at(key)).await
    }

    /// Starts a server, and waits until it is ready at this address.
    pub(crate) async fn start(&self, command: Command, at: &str) -> Process {
        let mut process = Process::start(command);
        until(async || {
            assert!(!process.has_ended(), "it has ended");
            let answer = self.http.get(format!("{at}/readyz")).send().await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
        process
    }

    fn command(&self, name: &str, at: &str) -> Command {
        let mut command = example(name);
        let port = at.rsplit(':').next().expect("a port");
        command.env("PORT", port).env("TWILIO_API_URL", self.network.url()).env("RUST_LOG", "warn");
        command
    }

    fn database(&self, name: &str) -> String {
        format!("sqlite://{}", self.folder.path().join(name).with_extension("db").display())
    }

    pub(crate) fn settings(&self, key: &str) -> Value {
        json!({
            "TWILIO_ACCOUNT_SID": self.network.account_sid(),
            "TWILIO_AUTH_TOKEN": self.network.auth_token(),
            "TWILIO_PHONE_NUMBER": self.place(key).number,
            "RECIPIENT_PHONES": "Office <+15005550009>",
        })
    }

    /// A session of its own each time, before the first branch.
    pub(crate) async fn log_in(&self) -> Operator<'_> {
        let request = self.http.post(format!("{}/login", self.admin_at)).header("origin", &self.admin_at);
        let answer = request.json(&json!({ "username": "ada", "password": PASSWORD })).send().await;
        let answer = answer.expect("an answer");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("one").to_owned();
        let csrf = answer.json::<Value>().await.expect("JSON")["csrf_token"].as_str().expect("a token").to_owned();
        Operator { town: self, cookie, csrf, branch: self.places[0].key }
    }

    /// A report to a branch itself.
    pub(crate) async fn report(&self, key: &str) -> (u16, Value) {
        let request = self.http.post(format!("{}/webhook", self.at(key))).bearer_auth(token(key));
        told(request.json(&emergency("Zed"))).await
    }

    pub(crate) async fn texted(&self, number: &str) {
        until(async || self.network.trace().messages.iter().any(|message| message.to == number)).await;
    }

    /// What whoever watches was texted, in order.
    pub(crate) fn watcher_texts(&self) -> Vec<String> {
        let messages = self.network.trace().messages;
        messages.into_iter().filter(|message| message.to == WATCHER).map(|message| message.body).collect()
    }

    pub(crate) async fn watcher_heard(&self, words: &str) {
        let is_it = |message: &responder_sim::MessageRecord| message.to == WATCHER && message.body.contains(words);
        until(async || self.network.trace().messages.iter().any(is_it)).await;
    }
}

impl Operator<'_> {
    /// The same person, before another branch.
    pub(crate) fn before(&self, branch: &'static str) -> Self {
        Self { branch, ..self.clone() }
    }

    /// A request to the API of the branch.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let Town { admin_at, http, .. } = self.town;
        let url = format!("{admin_at}/api/branch/{}/{path}", self.branch);
        let request = http.request(method.parse().expect("a method"), url).header("cookie", &self.cookie);
        request.header("origin", admin_at).header("x-csrf-token", &self.csrf)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        told(self.request("GET", path)).await
    }

    /// What somebody has to see, of all branches.
    pub(crate) async fn alerts(&self) -> (u16, Value) {
        let url = format!("{}/api/alerts", self.town.admin_at);
        told(self.town.http.get(url).header("cookie", &self.cookie)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        told(self.request("POST", path).json(body)).await
    }

    pub(crate) async fn save(&self, settings: &Value) {
        let (status, answer) = self.post("settings", settings).await;
        assert_eq!(status, 200, "{answer}");
    }
}

/// What a branch shows the admin server, and it a branch.
pub(crate) fn token(key: &str) -> String {
    format!("{key}-token")
}

pub(crate) async fn told(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

pub(crate) fn emergency(name: &str) -> Value {
    json!({
        "chosen_phone": TECHNICIAN, "customer_name": name, "user_stated_callback_number": CUSTOMER,
        "incident_address": "1 Main Street", "emergency_description_text": "Water",
    })
}

fn name(key: &str) -> &'static str {
    match key {
        "tuc" => "Tucson",
        "poc" => "Pocatello",
        _ => "Rexburg",
    }
}
