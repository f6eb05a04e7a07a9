//! The admin server and a branch as processes of their own, a phone network beside them, and a page of another origin.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use axum::{Router, http::header, routing::get};
use responder_sim::{Behaviour, ClockMode, DialIn, NumberConfig, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    time::timeout,
};

use crate::operator::Operator;

const OURS: &str = "+15005550006";
const TECHNICIAN: &str = "+15005550001";
const SECOND: &str = "+15005550007";
const THIRD: &str = "+15005550008";
const CUSTOMER: &str = "+15005550101";
const TOKEN: &str = "tuc-token";
const PASSWORD: &str = "a good password";
const OPERATOR: &str = "a password for operators";
const SOON: Duration = Duration::from_secs(60);

/// Everything, on loopback. Of its two branches one has no server that answers.
pub(crate) struct Town {
    network: Simulator,
    _folder: TempDir,
    admin_at: String,
    branch_at: String,
    monitor_at: String,
    _processes: [Child; 2],
}

impl Town {
    pub(crate) async fn found() -> Self {
        let [admin_at, branch_at] = [free_address().await, free_address().await];
        let monitor_at = serve_monitor().await;
        let number = NumberConfig::voice(format!("{branch_at}/incoming_twilio_call"))
            .with_status_callback(format!("{branch_at}/customer_call_ended"))
            .with_sms(format!("{branch_at}/sms_reply"));
        let network =
            Simulator::builder().clock(ClockMode::Real).number(OURS, number).start().await.expect("a phone network");
        let folder = tempfile::tempdir().expect("a folder");
        let http = reqwest::Client::new();
        let started = |mut command: Command| command.spawn().expect("the example, as cargo builds it");
        let admin = started(admin(&network, &folder, &admin_at, &branch_at));
        until_alive(&http, &admin_at).await;
        let ada = Operator::log_in(&admin_at, "ada", PASSWORD).await.expect("a session");
        ada.enter("tuc", &settings_of(&network)).await.expect("a branch that can work");
        let branch = started(branch(&network, &folder, &branch_at, &admin_at, &monitor_at));
        until_ready(&http, &branch_at).await;
        Self { network, _folder: folder, admin_at, branch_at, monitor_at, _processes: [admin, branch] }
    }

    /// What the scripts have to know.
    pub(crate) fn told(&self) -> Value {
        json!({
            "admin": self.admin_at, "branch": self.branch_at, "monitor": self.monitor_at, "token": TOKEN,
            "username": "ada", "password": PASSWORD, "operator": OPERATOR, "technician": TECHNICIAN, "customer": CUSTOMER,
        })
    }

    /// Does something in the world that a script wants.
    pub(crate) async fn fulfil(&self, wish: &Value) -> Value {
        match wish["do"].as_str().unwrap_or_default() {
            "technician_accepts" => {
                let accepts = Behaviour::answers_after_seconds(3).pressing(["1", "1", "1"]);
                self.network.set_phone(TECHNICIAN, accepts);
            }
            "everybody_is_busy" => {
                for number in [TECHNICIAN, SECOND, THIRD] {
                    self.network.set_phone(number, Behaviour::busy());
                }
            }
            "nobody_picks_up" => {
                for number in [TECHNICIAN, SECOND, THIRD] {
                    self.network.set_phone(number, Behaviour::no_answer());
                }
            }
            "customer_calls" => {
                let talks = Behaviour::default().hanging_up_talking_after(Duration::from_secs(12));
                let call = DialIn::new(CUSTOMER, OURS).behaving(talks);
                self.network.dial(call).expect("a number that is set up");
            }
            other => panic!("nobody knows how to do {other}"),
        }
        json!({ "done": wish["do"] })
    }
}

fn settings_of(network: &Simulator) -> Value {
    json!({
        "TWILIO_ACCOUNT_SID": network.account_sid(),
        "TWILIO_AUTH_TOKEN": network.auth_token(),
        "TWILIO_PHONE_NUMBER": OURS,
        "RECIPIENT_PHONES": "Office <+15005550009>",
        "ESCALATION_PHONES": format!("Bea Example <{SECOND}>; Cleo Example <{THIRD}>"),
        "attempts_per_technician": 1,
        "escalation_rounds": 1,
        "enable_call_recording": true,
    })
}

fn admin(network: &Simulator, folder: &TempDir, at: &str, branch_at: &str) -> Command {
    let mut command = command("admin", network, at);
    command
        .env("DATABASE_URL", database(folder, "admin.db"))
        .env("BRANCHES", "tuc=Tucson,poc=Pocatello")
        .env("TUC_URL", branch_at)
        .env("TUC_TOKEN", TOKEN)
        .env("TUC_PUBLIC_URL", "https://tucson.example.com")
        // Nothing listens on port 1.
        .env("POC_URL", "http://127.0.0.1:1")
        .env("POC_TOKEN", "poc-token")
        .env("TRUSTED_PROXIES", "127.0.0.1/32")
        .env("SETTINGS_KEY", "5a".repeat(32))
        .env("ADMIN_USERNAME", "ada")
        .env("ADMIN_PASSWORD", PASSWORD);
    command
}

/// All that it is told here is who it is, and where the admin server is.
fn branch(network: &Simulator, folder: &TempDir, at: &str, admin_at: &str, monitor_at: &str) -> Command {
    let mut command = command("branch", network, at);
    command
        .env("DATABASE_URL", database(folder, "branch.db"))
        .env("LOG_PATH", folder.path().join("branch.log"))
        .env("BRANCH_NAME", "tuc")
        .env("PUBLIC_URL", at)
        .env("ADMIN_DASHBOARD_URL", admin_at)
        .env("BRANCH_TOKEN", TOKEN)
        .env("CORS_ALLOWED_ORIGINS", monitor_at)
        .env("OPERATOR_PASSWORD", OPERATOR)
        .env("CALLS_PER_SECOND", "1000");
    command
}

fn command(name: &str, network: &Simulator, at: &str) -> Command {
    let mut command = Command::new(program(name));
    let port = at.rsplit(':').next().expect("a port");
    command.env_clear().env("PORT", port).env("TWILIO_API_URL", network.url()).env("RUST_LOG", "warn");
    command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    command
}

fn database(folder: &TempDir, name: &str) -> String {
    format!("sqlite://{}", folder.path().join(name).display())
}

/// The static page of `examples/monitor`, on an origin of its own.
async fn serve_monitor() -> String {
    let file = |content_type: &'static str, text: &'static str| {
        get(async move || ([(header::CONTENT_TYPE, content_type)], text))
    };
    let router = Router::new()
        .route("/", file("text/html", include_str!("../../examples/monitor/index.html")))
        .route("/monitor.css", file("text/css", include_str!("../../examples/monitor/monitor.css")))
        .route("/monitor.js", file("text/javascript", include_str!("../../examples/monitor/monitor.js")));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address: SocketAddr = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn until_ready(http: &reqwest::Client, at: &str) {
    until(async || http.get(format!("{at}/readyz")).send().await.is_ok_and(|answer| answer.status().is_success()))
        .await;
}

async fn until_alive(http: &reqwest::Client, at: &str) {
    until(async || http.get(format!("{at}/healthz")).send().await.is_ok_and(|answer| answer.status().is_success()))
        .await;
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
