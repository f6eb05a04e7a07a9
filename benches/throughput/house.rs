//! What is asked: a branch on a store, behind an adapter, and a provider that takes everything.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use responder::{
    branch::{Branch, BranchSettings},
    driver::{Clock, Dispatcher, DispatcherSettings, SystemClock},
    emergency::{Contact, EmergencyId, Policy},
    http::{Endpoints, Key, Keys, Signatures, branch},
    script::{Links, Script},
    signature::AuthTokens,
    store::EmergencyStore,
    telephony::TwilioClient,
};
use tokio::{net::TcpListener, task::JoinHandle};

pub(crate) const PUBLIC: &str = "https://help.example.com";
pub(crate) const INTAKE_TOKEN: &str = "intake-token";

pub(crate) fn auth_tokens() -> AuthTokens {
    AuthTokens::new("auth-token".into()).expect("a token")
}

/// A framework.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Adapter {
    Axum,
    Warp,
}

impl Adapter {
    pub(crate) const ALL: [Self; 2] = [Self::Axum, Self::Warp];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Axum => "axum",
            Self::Warp => "warp",
        }
    }

    pub(crate) async fn serve(self, endpoints: Endpoints) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let address = listener.local_addr().expect("an address");
        let task = match self {
            Self::Axum => tokio::spawn(async move {
                let _ = axum::serve(listener, responder::axum::router::<()>(endpoints)).await;
            }),
            Self::Warp => tokio::spawn(async move {
                warp::serve(responder_warp::catch_all(endpoints)).incoming(listener).run().await;
            }),
        };
        Server { address, task }
    }
}

/// Ends with its last handle.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A branch that takes any number of emergencies at a time.
pub(crate) fn open(key: &str, store: Arc<dyn EmergencyStore>, provider: SocketAddr) -> Arc<Branch> {
    let recipients = vec![Contact::unnamed("+15005550009".parse().expect("a number"))];
    let policy = Policy { recipients, ..Policy::default() };
    let mut settings = BranchSettings::new(policy, "+15005550006".parse().expect("a number")).expect("settings");
    settings.max_active_emergencies = 10_000_000;
    let telephony = TwilioClient::builder("AC00000000000000000000000000000001", "token".into())
        .base_url(format!("http://{provider}"))
        .calls_per_second(1_000_000.try_into().expect("a rate"))
        .build()
        .expect("a client");
    let links = Links::new(PUBLIC.parse().expect("a URL"));
    let key = key.parse().expect("a key");
    Arc::new(Branch::new(key, settings, store, Arc::new(telephony), Script::default(), links))
}

pub(crate) fn endpoints(branch: &Arc<Branch>) -> Endpoints {
    let keys = Keys {
        signatures: Signatures::Checked(auth_tokens()),
        intake_token: Some(Key::new(INTAKE_TOKEN.into()).expect("a key")),
        ..Keys::default()
    };
    branch::endpoints(branch).keys(keys).build().expect("a table")
}

/// Works until it is aborted.
pub(crate) fn dispatch(branch: &Arc<Branch>, worker: &str) -> JoinHandle<()> {
    let settings = DispatcherSettings { calls: 256, messages: 256, ..DispatcherSettings::default() };
    let dispatcher = Dispatcher::new(branch.clone(), worker.parse().expect("a name")).with(settings);
    tokio::spawn(dispatcher.run(std::future::pending()))
}

/// How long each call waited from the report until it was asked for.
pub(crate) type Lags = Arc<Mutex<Vec<Duration>>>;

/// Takes every call and text at once.
pub(crate) async fn provider(lags: Lags) -> Server {
    let call = async |State(lags): State<Lags>, form: String| {
        lags.lock().expect("a list").extend(lag(&form));
        let sid = format!("CA{:032x}", random());
        (StatusCode::CREATED, format!(r#"{{"sid":"{sid}","status":"queued"}}"#))
    };
    let text = async || {
        let sid = format!("SM{:032x}", random());
        (StatusCode::CREATED, format!(r#"{{"sid":"{sid}","status":"queued"}}"#))
    };
    let router = Router::new()
        .route("/2010-04-01/Accounts/{account}/Calls.json", post(call))
        .route("/2010-04-01/Accounts/{account}/Messages.json", post(text))
        .with_state(lags);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Server { address, task }
}

/// An id tells when the emergency was opened.
fn lag(form: &str) -> Option<Duration> {
    let (_, rest) = form.split_once("emergency_id%3D")?;
    let id: EmergencyId = rest.get(..26)?.parse().ok()?;
    Some(SystemClock.now().since(id.reported_at()))
}

fn random() -> u128 {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("random bits");
    u128::from_ne_bytes(bits)
}
