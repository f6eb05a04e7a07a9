//! An admin server without sockets, and people who ask it.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::response::IntoResponse;
use http::{HeaderMap, Request};
use responder::{
    PublicUrl, Timestamp,
    access::{
        Actor, AuditAction, AuditEntry, PasswordHash, Permission, Permissions, Recorded, Rights, SESSION_LIFE, Session,
        SessionHash, SessionToken, User,
    },
    driver::ManualClock,
    http::{
        Body, Endpoints, Key, Keys,
        admin::{self, Admin, BranchClient, Pages, PlainPages, Site},
    },
    settings::{SettingsKeys, Values},
    store::{
        Adding, AuditLog, AuditQuery, Availability, BranchControl, BranchKey, MemoryStore, NewSession, NewUser,
        SessionStore, SettingsStore, StoredSettings, UserOutcome, UserStore,
    },
};
use responder_dashboard::{AdminPages, admin_assets};
use serde_json::Value;

use crate::common::place::{NOBODY, serve};

pub(crate) const PUBLIC: &str = "https://admin.example.com/dashboard";
pub(crate) const ORIGIN: &str = "https://admin.example.com";
pub(crate) const PASSWORD: &str = "a good password";

pub(crate) struct House {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) table: Endpoints,
    /// How often the branch was asked for something.
    pub(crate) asked: Arc<AtomicUsize>,
    /// All that were ever begun.
    pub(crate) sessions: Mutex<Vec<SessionHash>>,
}

/// Somebody with a session.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) token: SessionToken,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// Everything that can change.
#[derive(Debug, PartialEq)]
pub(crate) struct Holding {
    users: Vec<User>,
    settings: Vec<StoredSettings>,
    availability: Vec<Availability>,
    audit: Vec<Recorded>,
    sessions: Vec<Option<Session>>,
    asked: usize,
}

impl House {
    /// With two branches, whose servers are away.
    pub(crate) fn open() -> Self {
        Self::with(NOBODY, Arc::new(PlainPages), Arc::default(), PUBLIC)
    }

    /// The same, with a host of its own.
    pub(crate) fn with_own_host() -> Self {
        Self::with(NOBODY, Arc::new(PlainPages), Arc::default(), ORIGIN)
    }

    /// The same table as the example serves, and a branch that does whatever it is told, and counts.
    pub(crate) async fn with_branch() -> Self {
        let says = |_: &str| answer_in_json(&serde_json::json!({ "status": "success" }));
        Self::with_branch_that(says).await
    }

    /// The same, with a branch that answers in its own way, by the path.
    pub(crate) async fn with_branch_that<S>(says: S) -> Self
    where
        S: Fn(&str) -> axum::response::Response + Clone + Send + Sync + 'static,
    {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let obeys = axum::Router::new().fallback(async move |uri: http::Uri| {
            counted.fetch_add(1, Ordering::SeqCst);
            says(uri.path())
        });
        Self::with(&serve(obeys).await, Arc::new(AdminPages), asked, PUBLIC)
    }

    /// The same, with a branch at this address.
    pub(crate) fn with_branch_at(at: &str) -> Self {
        Self::with(at, Arc::new(AdminPages), Arc::default(), PUBLIC)
    }

    fn with(branch_at: &str, pages: Arc<dyn Pages>, asked: Arc<AtomicUsize>, public: &str) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let keys = SettingsKeys::new(Some("5a".repeat(32).into()), None).expect("a key");
        let client = BranchClient::new(branch_at, &"tuc-token".into()).expect("a client");
        let defaults = Values::of(|setting| match setting.name {
            "RECIPIENT_PHONES" => Some("Office <+15005550009>"),
            _ => None,
        });
        let site = |name: &str, client: &Option<BranchClient>| Site {
            key: key(name),
            name: name.to_uppercase(),
            client: client.clone(),
            public_url: None,
            defaults: defaults.clone(),
        };
        let sites = vec![site("tuc", &Some(client)), site("poc", &None)];
        let admin = Arc::new(Admin::new(store.clone(), clock.clone(), keys, sites));
        let token = |name: &str| (name.to_owned(), Key::new(format!("{name}-token").into()).expect("a key"));
        let keys = Keys {
            branch_tokens: vec![token("tuc"), token("poc")],
            sessions: Some(admin::sessions(&admin)),
            ..Keys::default()
        };
        let public: PublicUrl = public.parse().expect("a URL");
        let rows = admin::rows(&admin, &public, pages);
        let table = Endpoints::builder(public).endpoints(rows).endpoints(admin_assets()).keys(keys);
        Self { clock, store, table: table.build().expect("a table"), asked, sessions: Mutex::default() }
    }

    /// Adds somebody, and logs them in.
    pub(crate) async fn person(&self, name: &str, rights: Rights) -> Person {
        let new = NewUser { name: name.parse().expect("a name"), rights, password: password() };
        let outcome = self.store.add_user(&new, Adding::Any, &entry()).await.expect("a store");
        let UserOutcome::Done(user) = outcome else { panic!("{name}: {outcome:?}") };
        self.session_of(user).await
    }

    pub(crate) async fn session_of(&self, user: User) -> Person {
        let token = SessionToken::random();
        let session =
            NewSession { hash: token.hash(), user: user.id, version: user.version, life: SESSION_LIFE, replaces: None };
        assert!(self.store.begin_session(&session, &entry()).await.expect("a store"));
        self.sessions.lock().expect("no panic").push(session.hash);
        Person { user, token }
    }

    pub(crate) async fn ask<B: Into<Body>>(&self, request: Request<B>) -> Answer {
        answer_of(&self.table, request).await
    }

    pub(crate) async fn holding(&self) -> Holding {
        let (mut settings, mut availability) = (Vec::new(), Vec::new());
        for branch in ["tuc", "poc"].map(key) {
            settings.push(self.store.settings(&branch).await.expect("a store"));
            availability.push(self.store.availability(&branch).await.expect("a store"));
        }
        let mut sessions = Vec::new();
        let begun = self.sessions.lock().expect("no panic").clone();
        for hash in begun {
            sessions.push(self.store.session(hash).await.expect("a store"));
        }
        let users = self.store.users().await.expect("a store");
        let asked = self.asked.load(Ordering::SeqCst);
        Holding { users, settings, availability, audit: self.audit().await, sessions, asked }
    }

    /// Newest first.
    pub(crate) async fn audit(&self) -> Vec<Recorded> {
        self.store.audit(&AuditQuery { limit: 10_000, ..AuditQuery::default() }).await.expect("a store")
    }
}

impl Person {
    /// A request from one of our own pages.
    pub(crate) fn request(&self, method: &str, path: &str) -> http::request::Builder {
        from_our_page(method, path).header("cookie", self.cookie()).header("x-csrf-token", self.token.csrf())
    }

    pub(crate) fn get(&self, path: &str) -> Request<String> {
        self.request("GET", path).body(String::new()).expect("a request")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Request<String> {
        json(self.request("POST", path), body)
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request<String> {
        let token = self.token.csrf();
        let fields = fields.iter().copied().chain([("csrf_token", token.as_str())]);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = from_our_page("POST", path).header("cookie", self.cookie());
        request.header("content-type", "application/x-www-form-urlencoded").body(body).expect("a request")
    }

    pub(crate) fn cookie(&self) -> String {
        format!("theme=dark; responder_session={}", self.token.text())
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.body))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub(crate) async fn answer_of<B: Into<Body>>(table: &Endpoints, request: Request<B>) -> Answer {
    answer_to(table, request, [192, 0, 2, 1].into()).await
}

/// What somebody at this address is answered.
pub(crate) async fn answer_to<B: Into<Body>>(table: &Endpoints, request: Request<B>, from: IpAddr) -> Answer {
    let response = table.serve(request.map(Into::into), Some(from)).await;
    let (head, body) = response.into_parts();
    let body = String::from_utf8(body.as_full().expect("no stream").to_vec()).expect("text");
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// What a branch answers.
pub(crate) fn answer_in_json(body: &Value) -> axum::response::Response {
    ([("content-type", "application/json")], body.to_string()).into_response()
}

pub(crate) fn from_our_page(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header("origin", ORIGIN)
}

pub(crate) fn json(request: http::request::Builder, body: &Value) -> Request<String> {
    request.header("content-type", "application/json").body(body.to_string()).expect("a request")
}

pub(crate) fn key(name: &str) -> BranchKey {
    name.parse().expect("a key")
}

pub(crate) fn at(branch: &str, permissions: impl Into<Permissions>) -> Rights {
    Rights::of([(key(branch), permissions.into())])
}

pub(crate) fn all_but(left_out: Permission) -> Permissions {
    all_but_these([left_out])
}

pub(crate) fn all_but_these<const N: usize>(left_out: [Permission; N]) -> Permissions {
    Permission::ALL.into_iter().filter(|permission| !left_out.contains(permission)).collect()
}

/// Hashed once: it takes a while.
fn password() -> PasswordHash {
    static HASH: OnceLock<PasswordHash> = OnceLock::new();
    HASH.get_or_init(|| PasswordHash::of(PASSWORD).expect("a hash")).clone()
}

pub(crate) fn entry() -> AuditEntry {
    AuditEntry::new(Actor::server(), AuditAction::UserAdded)
}
