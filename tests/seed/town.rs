//! Our admin server and our branch as processes of their own, a phone network beside them, proxies in front.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes};
use reqwest::{Client, RequestBuilder};
use responder_sim::{Behaviour, ClockMode, NumberConfig, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    time::{interval, timeout},
};

use crate::{
    proxy,
    sheet::{Answer, told},
};

pub(crate) const OURS: &str = "+15005550006";
pub(crate) const TECHNICIAN: &str = "+15005550001";
pub(crate) const RECIPIENT: &str = "+15005550009";
pub(crate) const CUSTOMER: &str = "+15005550101";
pub(crate) const TOKEN: &str = "tuc-token";
const PASSWORD: &str = "a good password";
const SOON: Duration = Duration::from_secs(60);

/// Everything, on loopback. Of the three branches, `poc` has a server that makes no sense, and `rex` none at all.
pub(crate) struct Town {
    pub(crate) network: Simulator,
    pub(crate) folder: TempDir,
    pub(crate) admin_at: String,
    pub(crate) branch_at: String,
    /// The branch, as the seed's admin server reaches it.
    pub(crate) branch_by_proxy: String,
    /// The admin server, as the seed's branch reaches it.
    pub(crate) admin_by_proxy: String,
    pub(crate) http: Client,
    admin: Child,
    pub(crate) branch: Child,
}

/// Somebody who is logged in at the admin server, and whose proxy adds what shows that.
pub(crate) struct User {
    at: String,
    http: Client,
}

impl Town {
    /// With settings as the seed's own page sends them.
    pub(crate) async fn found() -> Self {
        let network = Simulator::builder().clock(ClockMode::Real);
        let [admin_at, branch_at] = [free_address().await, free_address().await];
        let number = NumberConfig::voice(format!("{branch_at}/incoming_twilio_call"))
            .with_status_callback(format!("{branch_at}/customer_call_ended"))
            .with_sms(format!("{branch_at}/sms_reply"));
        let network = network.number(OURS, number).start().await.expect("a phone network");
        network.set_default_phone(Behaviour::no_answer());
        let (folder, http) = (tempfile::tempdir().expect("a folder"), proxy::client());
        let admin = admin(&network, &folder, &admin_at, &branch_at).await.spawn().expect("the example");
        until_ready(&http, &admin_at).await;
        let bearer = || vec![("authorization", format!("Bearer {TOKEN}"))];
        let admin_by_proxy = proxy::open(&admin_at, bearer()).await;
        let branch_by_proxy = proxy::open(&branch_at, bearer()).await;
        User::log_in(&admin_at, "ada").await.save("tuc", &settings(&network)).await;
        let branch = branch(&network, &folder, &branch_at, &admin_at).spawn().expect("the example");
        until_ready(&http, &branch_at).await;
        Self { network, folder, admin_at, branch_at, branch_by_proxy, admin_by_proxy, http, admin, branch }
    }

    /// The branch is asked for something by the seed's admin server, or a page of it.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> Answer {
        told(self.to_branch(method, path)).await
    }

    pub(crate) fn to_branch(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(method.parse().expect("a method"), format!("{}{path}", self.branch_by_proxy))
    }

    /// A report, as it is passed on.
    pub(crate) async fn report(&self, body: &Value) -> Answer {
        told(self.to_branch("POST", "/webhook").json(body)).await
    }

    /// Ends whatever the branch is at.
    pub(crate) async fn calm(&self) {
        let list = self.ask("GET", "/api/emergencies").await.json();
        for emergency in list["emergencies"].as_array().expect("a list") {
            let path = format!("/api/emergencies/{}/cancel", emergency["id"].as_str().expect("an id"));
            self.ask("POST", &path).await;
        }
        until(async || self.ask("GET", "/api/status").await.json()["status"] == "Ready").await;
    }

    pub(crate) async fn user(&self, name: &str) -> User {
        User::log_in(&self.admin_at, name).await
    }

    /// Takes the log away. What the branch has just done may still begin another one.
    pub(crate) async fn lose_log(&self) {
        until(async || {
            std::fs::remove_file(self.log()).ok();
            self.ask("GET", "/api/logs?all").await.status == 404
        })
        .await;
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("app.log")
    }

    pub(crate) async fn stop_admin(&mut self) {
        self.admin.kill().await.expect("a process");
    }
}

impl User {
    /// By the form of the page.
    async fn log_in(admin_at: &str, name: &str) -> Self {
        let http = proxy::client();
        let form = http.post(format!("{admin_at}/login")).header("origin", admin_at);
        let answer = told(with_form(form, &[("username", name), ("password", PASSWORD)])).await;
        assert_eq!((answer.status, answer.header("location")), (302, "/"), "{name}: {}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next().expect("one").to_owned();
        let session = told(http.get(format!("{admin_at}/api/session")).header("cookie", &cookie)).await.json();
        let csrf = session["csrf_token"].as_str().expect("a token").to_owned();
        let tokens = vec![("cookie", cookie), ("origin", admin_at.to_owned()), ("x-csrf-token", csrf)];
        Self { at: proxy::open(admin_at, tokens).await, http }
    }

    pub(crate) fn to(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(method.parse().expect("a method"), format!("{}{path}", self.at))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        told(self.to("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        told(self.to("POST", path).json(body)).await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        told(with_form(self.to("POST", path), fields)).await
    }

    pub(crate) async fn save(&self, branch: &str, settings: &Value) {
        let answer = self.post(&format!("/api/branch/{branch}/settings"), settings).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Adds somebody with these permissions, each as the form of the page has it.
    pub(crate) async fn add(&self, town: &Town, name: &str, permissions: &[&str]) -> Self {
        let mut fields = vec![("username", name), ("password", PASSWORD)];
        fields.extend(permissions.iter().map(|permission| (*permission, "on")));
        let answer = self.form("/users/create", &fields).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        town.user(name).await
    }
}

/// As a browser sends a form.
pub(crate) fn with_form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

/// All five fields.
pub(crate) fn emergency(name: &str) -> Value {
    json!({
        "chosen_phone": TECHNICIAN, "customer_name": name, "user_stated_callback_number": CUSTOMER,
        "incident_address": "1 Main Street", "emergency_description_text": "Water",
    })
}

/// As the seed has them: flags and counts are texts.
pub(crate) fn settings(network: &Simulator) -> Value {
    json!({
        "TWILIO_ACCOUNT_SID": network.account_sid(),
        "TWILIO_AUTH_TOKEN": network.auth_token(),
        "TWILIO_PHONE_NUMBER": OURS,
        "RECIPIENT_PHONES": RECIPIENT,
        "enable_auto_call": "true",
        "call_recording_page_size": "20",
    })
}

/// Somebody who takes what is posted.
pub(crate) async fn listener() -> (String, Arc<Mutex<Vec<Value>>>) {
    let heard = Arc::<Mutex<Vec<Value>>>::default();
    let kept = heard.clone();
    let take =
        async move |body: Bytes| kept.lock().expect("no panic").push(serde_json::from_slice(&body).expect("JSON"));
    (serve(Router::new().fallback(take)).await, heard)
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
    at
}

pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        let mut ticks = interval(Duration::from_millis(50));
        while !is_so().await {
            ticks.tick().await;
        }
    };
    timeout(SOON, waiting).await.expect("in time");
}

async fn until_ready(http: &Client, at: &str) {
    until(async || http.get(format!("{at}/readyz")).send().await.is_ok_and(|answer| answer.status() == 200)).await;
}

async fn admin(network: &Simulator, folder: &TempDir, at: &str, branch_at: &str) -> Command {
    let nonsense = serve(Router::new().fallback(async || "hello")).await;
    let mut command = command("admin", network, at);
    command
        .env("DATABASE_URL", database(folder, "admin.db"))
        .env("BRANCHES", "tuc=Tucson,poc=Pocatello,rex=Rexburg")
        .env("TUC_URL", branch_at)
        .env("POC_URL", nonsense)
        .env("REX_URL", "http://127.0.0.1:1")
        .env("TUC_TOKEN", TOKEN)
        .env("POC_TOKEN", "poc-token")
        .env("REX_TOKEN", "rex-token")
        .env("SETTINGS_KEY", "5a".repeat(32))
        .env("ADMIN_USERNAME", "ada")
        .env("ADMIN_PASSWORD", PASSWORD);
    command
}

/// All that it is told here is who it is, and where the admin server is.
fn branch(network: &Simulator, folder: &TempDir, at: &str, admin_at: &str) -> Command {
    let mut command = command("branch", network, at);
    command
        .env("DATABASE_URL", database(folder, "branch.db"))
        .env("LOG_PATH", folder.path().join("app.log"))
        .env("BRANCH_NAME", "tuc")
        .env("PUBLIC_URL", at)
        .env("ADMIN_DASHBOARD_URL", admin_at)
        .env("BRANCH_TOKEN", TOKEN)
        .env("WEBHOOK_ALLOWED_HOSTS", "127.0.0.1")
        .env("CALLS_PER_SECOND", "1000");
    command
}

fn command(name: &str, network: &Simulator, at: &str) -> Command {
    let mut command = Command::new(program(name));
    let port = at.rsplit(':').next().expect("a port");
    command.env_clear().env("PORT", port).env("TWILIO_API_URL", network.url()).env("RUST_LOG", "error");
    command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    command
}

fn database(folder: &TempDir, name: &str) -> String {
    format!("sqlite://{}", folder.path().join(name).display())
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
