//! A branch as a process of its own, a phone network beside it, and people.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use responder_sim::{Behaviour, ClockMode, DialIn, NumberConfig, Sid, Simulator, Trace};
use tokio::{
    io::AsyncReadExt,
    net::TcpListener,
    process::{Child, Command},
    time::{Instant, sleep, timeout},
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

pub(crate) struct Lab {
    pub(crate) network: Simulator,
    folder: tempfile::TempDir,
    port: u16,
    http: reqwest::Client,
}

impl Lab {
    pub(crate) async fn open() -> Self {
        let port = free_port().await;
        let url = format!("http://127.0.0.1:{port}");
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
        let technician = || Behaviour::answers_after_seconds(4).pressing(["1", "1", "1", "1"]);
        network.set_phone(FIRST, technician());
        network.set_phone(SECOND, technician());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client");
        Self { network, folder: tempfile::tempdir().expect("a folder"), port, http }
    }

    /// Starts the branch; with `kill_at` it kills itself there.
    pub(crate) fn start(&self, kill_at: Option<&str>) -> Running {
        let mut command = Command::new(program());
        command
            .env_clear()
            .env("RUST_LOG", "trace")
            .env("RESPONDER_TEST_PACE", PACE.to_string())
            .env("PUBLIC_URL", format!("http://127.0.0.1:{}", self.port))
            .env("PORT", self.port.to_string())
            .env("DATABASE_URL", format!("sqlite://{}", self.path("branch.db").display()))
            .env("TWILIO_ACCOUNT_SID", self.network.account_sid())
            .env("TWILIO_AUTH_TOKEN", self.network.auth_token())
            .env("TWILIO_API_URL", self.network.url())
            .env("TWILIO_PHONE_NUMBER", OURS)
            .env("CALLS_PER_SECOND", "1000")
            .env("INTAKE_TOKEN", "intake-token-of-the-test")
            .env("OPERATOR_PASSWORD", "operator-password-of-the-test")
            .env("RECIPIENT_PHONES", format!("Zebedee <{RECIPIENT}>"))
            .env("ESCALATION_PHONES", SECOND)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(place) = kill_at {
            command.env("RESPONDER_KILL_AT", place);
        }
        Running::of(command.spawn().expect("the branch, as cargo builds it with all features"))
    }

    /// Reports an emergency as a patient reporter does: again and again, with the same key.
    pub(crate) async fn report(&self) -> Option<String> {
        let body = serde_json::json!({
            "chosen_phone": FIRST,
            "customer_name": "Zebedee",
            "user_stated_callback_number": CUSTOMER,
            "incident_address": "1 Quagmire Lane",
            "emergency_description_text": "basement under water",
        });
        for _ in 0..200 {
            let request = self.http.post(self.url("/webhook")).bearer_auth("intake-token-of-the-test");
            let answer = request.header("idempotency-key", "the-one").json(&body).send().await;
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
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The branch while it runs, and what it writes to the console.
pub(crate) struct Running {
    child: Child,
    console: tokio::task::JoinHandle<String>,
}

impl Running {
    fn of(mut child: Child) -> Self {
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let console = tokio::spawn(async move {
            let (mut written, mut errors) = (String::new(), String::new());
            let (mut out, mut err) = (out.expect("piped"), err.expect("piped"));
            // What is not UTF-8 ends the reading, and the test that looks for the first line of it.
            let _ = tokio::join!(out.read_to_string(&mut written), err.read_to_string(&mut errors));
            written + &errors
        });
        Self { child, console }
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// kill -9; gives what was on the console.
    pub(crate) async fn kill(mut self) -> String {
        let _ = self.child.kill().await;
        self.console.await.expect("a console")
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn stop(mut self) -> (bool, String) {
        if let Some(id) = self.child.id() {
            let _ = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        }
        let ended = timeout(Duration::from_secs(20), self.child.wait()).await;
        let is_clean = matches!(ended, Ok(Ok(status)) if status.success());
        (is_clean, self.kill().await)
    }
}

/// Waits for something to become true.
pub(crate) async fn within(limit: Duration, mut look: impl AsyncFnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if look().await {
            return true;
        }
        sleep(Duration::from_millis(25)).await;
    }
    false
}

async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    listener.local_addr().expect("an address").port()
}

/// The example, which cargo builds before it runs tests: beside the folder that this test is in.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("our own path");
    let program = test.parent().and_then(Path::parent).expect("a folder").join("examples/branch");
    assert!(program.exists(), "build it first: cargo build --example branch --all-features");
    program
}
