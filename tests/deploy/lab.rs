//! A phone network, a store, and nodes of two versions behind a balancer.

use std::{
    fmt::Debug,
    net::Ipv4Addr,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{body::Body, extract::Request, response::Response};
use responder::{
    Timestamp,
    branch::{Branch, BranchSettings, Reported},
    driver::{BackgroundTask, Clock, Dispatcher, DispatcherSettings, Sleeper, SystemClock},
    emergency::{CommandKind, Conclusion, Contact, EmergencyId, Phase, Policy, Report},
    http::{Endpoints, Keys, Signatures, branch},
    script::{Links, Script},
    signature::AuthTokens,
    sql::SqliteStore,
    store::{EmergencyStore, WorkerId, codec::Formats},
    telephony::TwilioClient,
};
use responder_sim::{Behaviour, ClockMode, DialIn, NumberConfig, Simulator};
use responder_sql::PostgresStore;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::net::TcpListener;

/// Seconds that pass in one.
const PACE: u32 = 10;

const OURS: &str = "+15005550006";
pub(crate) const TECHNICIAN: &str = "+15005550001";
pub(crate) const OFFICE: &str = "+15005550009";
const CUSTOMER: &str = "+15005550100";

/// Which build a node is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Older,
    Newer,
}

/// A store, as each version opens it; what keeps it alive goes with it.
pub(crate) struct Shared {
    pub(crate) older: Arc<dyn EmergencyStore>,
    pub(crate) newer: Arc<dyn EmergencyStore>,
    pub(crate) _guard: Box<dyn Debug + Send>,
}

/// A file that each version opens for itself.
pub(crate) async fn sqlite_file(clock: Arc<dyn Clock>) -> Shared {
    let folder = tempfile::tempdir().expect("a folder");
    let open = async |path: &Path| SqliteStore::open(path, clock.clone()).await.expect("a database");
    let path = folder.path().join("responder.db");
    let (older, newer) = (open(&path).await, open(&path).await.as_of(Formats::OWN.and_next()));
    Shared { older: Arc::new(older), newer: Arc::new(newer), _guard: Box::new(folder) }
}

/// A schema, whose clock goes as fast as that of the network.
pub(crate) async fn postgres_schema(clock: Arc<dyn Clock>) -> Shared {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let url = std::env::var("DATABASE_URL").unwrap_or_default();
    assert!(url.starts_with("postgres"), "this test needs a PostgreSQL server: scripts/with-postgres cargo test …");
    let schema = format!("test_{}_deploy_{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed));
    let open = async || {
        let store = PostgresStore::builder(url.as_str()).schema(&schema).connections(4).open().await;
        store.expect("a store in a fresh schema")
    };
    let (older, newer) = (open().await, open().await.as_of(Formats::OWN.and_next()));
    let (real, fast) = (SystemClock.now().as_micros(), clock.now().as_micros());
    let micros = format!(
        "CREATE OR REPLACE FUNCTION {schema}.micros() RETURNS bigint LANGUAGE sql VOLATILE AS
         'SELECT {fast} + ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint - {real}) * {PACE}'"
    );
    let mut connection = PgConnection::connect(&url).await.expect("a connection");
    connection.execute(AssertSqlSafe(micros)).await.expect("a fast clock");
    Shared { older: Arc::new(older), newer: Arc::new(newer), _guard: Box::new(()) }
}

pub(crate) struct Lab {
    network: Arc<Simulator>,
    links: Links,
    shared: Shared,
    balancer: Arc<Balancer>,
    branches: Vec<Arc<Branch>>,
}

/// A running node.
pub(crate) struct Node {
    working: BackgroundTask,
    endpoints: Arc<Endpoints>,
    balancer: Arc<Balancer>,
}

/// Sends each request to the next node that says it is ready; if none does, to the next.
#[derive(Default)]
struct Balancer(Mutex<Vec<Arc<Endpoints>>>);

impl Lab {
    pub(crate) async fn open(open: impl AsyncFnOnce(Arc<dyn Clock>) -> Shared) -> Self {
        let network = Arc::new(Simulator::builder().clock(ClockMode::Faster(PACE)).start().await.expect("a network"));
        let balancer = Arc::new(Balancer::default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
        let public = format!("http://{}", listener.local_addr().expect("an address"));
        let links = Links::new(public.parse().expect("a URL"));
        let behind = Arc::clone(&balancer);
        let serve = move |request: Request| async move { behind.serve(request).await };
        let router = axum::Router::new().fallback(serve);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let to = links.for_number();
        let number = NumberConfig::voice(to.incoming_call).with_status_callback(to.call_ended).with_sms(to.text);
        network.set_number(OURS, number);
        network.set_phone(TECHNICIAN, Behaviour::answers_after_seconds(8).pressing(["1", "1", "1"]));
        let shared = open(Arc::new(NetworkClock(Arc::clone(&network)))).await;
        Self { network, links, shared, balancer, branches: Vec::new() }
    }

    /// Starts a node that knows these commands.
    pub(crate) fn start(&mut self, version: Version, kinds: Vec<CommandKind>) -> Node {
        let office = Contact::unnamed(OFFICE.parse().expect("a number"));
        let policy = Policy { recipients: vec![office], ..Policy::default() };
        let settings = BranchSettings::new(policy, OURS.parse().expect("a number")).expect("settings");
        let telephony = TwilioClient::builder(self.network.account_sid(), self.network.auth_token().into());
        let telephony = Arc::new(telephony.base_url(self.network.url()).build().expect("a client"));
        let (key, links) = ("tuc".parse().expect("a key"), self.links.clone());
        let store = Arc::clone(self.store(version));
        let branch = Arc::new(Branch::new(key, settings, store, telephony, Script::default(), links));
        let tokens = AuthTokens::new(self.network.auth_token().into()).expect("a token");
        let keys = Keys { signatures: Signatures::Checked(tokens), ..Keys::default() };
        let endpoints = Arc::new(branch::endpoints(&branch).keys(keys).build().expect("a table"));
        let dispatcher = Dispatcher::new(Arc::clone(&branch), WorkerId::unique());
        let dispatcher = dispatcher.with(DispatcherSettings { kinds, ..DispatcherSettings::default() });
        let working = dispatcher.with_sleeper(Arc::new(Pace)).start();
        self.balancer.nodes().push(Arc::clone(&endpoints));
        self.branches.push(branch);
        Node { working, endpoints, balancer: Arc::clone(&self.balancer) }
    }

    /// Somebody reports an emergency to the node that was started first.
    pub(crate) async fn report(&self) -> EmergencyId {
        let report = Report {
            chosen_phone: TECHNICIAN.into(),
            user_stated_callback_number: CUSTOMER.into(),
            ..Report::default()
        };
        let branch = self.branches.first().expect("a node");
        branch.report(report, None).await.map(Reported::id).expect("an emergency")
    }

    pub(crate) fn customer_calls(&self) {
        let mut order = DialIn::new(CUSTOMER, OURS);
        order.behaviour = Some(Behaviour::default().hanging_up_talking_after(Duration::from_secs(20)));
        let _ = self.network.dial(order).expect("a call");
    }

    pub(crate) const fn store(&self, version: Version) -> &Arc<dyn EmergencyStore> {
        match version {
            Version::Older => &self.shared.older,
            Version::Newer => &self.shared.newer,
        }
    }

    /// How the only emergency ended, as a version sees it.
    pub(crate) async fn outcome(&self, version: Version) -> Option<&'static str> {
        let branch = "tuc".parse().expect("a key");
        let listing = self.store(version).list(&branch, None, 1).await.ok()?;
        match listing.emergencies.first()?.state.phase() {
            Phase::Concluded { outcome: Conclusion::Connected, .. } => Some("connected"),
            Phase::Concluded { .. } => Some("otherwise"),
            Phase::Seeking | Phase::Accepted | Phase::Closing { .. } => None,
        }
    }

    /// How many emergencies have ended with a talk.
    pub(crate) async fn connected(&self, version: Version) -> usize {
        let branch = "tuc".parse().expect("a key");
        let listing = self.store(version).list(&branch, None, 100).await.unwrap_or_default();
        let phases = listing.emergencies.iter().map(|loaded| loaded.state.phase());
        phases.filter(|phase| matches!(phase, Phase::Concluded { outcome: Conclusion::Connected, .. })).count()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.network.now()
    }

    pub(crate) fn calls_to(&self, number: &str) -> usize {
        self.network.trace().calls_to(number).count()
    }

    pub(crate) fn texts_to(&self, number: &str) -> usize {
        self.network.trace().messages.iter().filter(|text| text.to == number).count()
    }

    /// Texts that ask people to take over.
    pub(crate) fn takeovers(&self) -> usize {
        let (text, _) = self.branches[0].script().render_takeover(&responder::store::Card::default());
        let begin: String = text.chars().take(20).collect();
        self.network.trace().messages.iter().filter(|text| text.body.starts_with(&begin)).count()
    }

    /// What happened, for a test that fails.
    pub(crate) fn story(&self) -> String {
        format!("{:#?}", self.network.trace())
    }
}

impl Node {
    /// Takes it out of the balancer, and ends it.
    pub(crate) async fn stop(self) {
        self.balancer.nodes().retain(|node| !Arc::ptr_eq(node, &self.endpoints));
        self.working.stop().await;
    }
}

impl Balancer {
    fn nodes(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Endpoints>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Arc<Endpoints>> {
        let mut nodes = self.nodes();
        let first = nodes.first().cloned()?;
        nodes.rotate_left(1);
        Some(first)
    }

    async fn serve(&self, request: Request) -> Response {
        let count = self.nodes().len();
        for _ in 0..count {
            let Some(node) = self.next() else { break };
            let question = http::Request::get("/readyz").body(Body::empty()).expect("a request");
            if node.serve(question, None).await.status().is_success() {
                return node.serve(request, None).await.map(Body::new);
            }
        }
        match self.next() {
            Some(node) => node.serve(request, None).await.map(Body::new),
            None => {
                let mut nobody = Response::new(Body::empty());
                *nobody.status_mut() = http::StatusCode::BAD_GATEWAY;
                nobody
            }
        }
    }
}

/// The time of the network.
#[derive(Debug)]
struct NetworkClock(Arc<Simulator>);

impl Clock for NetworkClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Sleeps as fast as the network's time goes.
#[derive(Debug)]
struct Pace;

#[async_trait]
impl Sleeper for Pace {
    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span / PACE).await;
    }
}
