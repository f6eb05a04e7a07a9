//! A branch that is asked without a socket, and what it holds.

use std::sync::Arc;

use responder::{
    Timestamp,
    branch::{Branch, BranchSettings},
    driver::{Clock, ManualClock},
    emergency::{Contact, EmergencyId, Policy, Report},
    http::{Body, Endpoints, Key, Keys, Signatures, branch},
    script::{Links, Script},
    signature::{self, AuthTokens, Payload},
    store::{BranchKey, EmergencyStore, EventId, Idempotency, Loaded, MemoryStore, StoredEvent},
    telephony::TwilioClient,
};

pub(crate) const PUBLIC: &str = "https://help.example.com/tuc";
pub(crate) const OWN: &str = "+15005550006";
pub(crate) const TECHNICIAN: &str = "+15005550001";

pub(crate) struct Desk {
    pub(crate) endpoints: Endpoints,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) known: EmergencyId,
    key: BranchKey,
}

/// Everything that a request could change.
#[derive(PartialEq)]
pub(crate) struct Holding(Vec<Loaded>, Vec<StoredEvent>);

pub(crate) fn tokens() -> AuthTokens {
    AuthTokens::new("the-auth-token".into()).expect("a token")
}

impl Desk {
    /// With one emergency that is being handled, reported under the key `used`.
    pub(crate) async fn open() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
        let store = Arc::new(MemoryStore::new(clock));
        let policy = Policy {
            recipients: vec![Contact::unnamed("+15005550009".parse().expect("a number"))],
            ..Policy::default()
        };
        let mut settings = BranchSettings::new(policy, OWN.parse().expect("a number")).expect("settings");
        // So that what must be refused is not refused for want of room.
        settings.max_active_emergencies = 1000;
        let nowhere = TwilioClient::builder("AC00000000000000000000000000000001", "the-auth-token".into());
        let nowhere = nowhere.base_url("http://127.0.0.1:9").build().expect("a client");
        let (key, links) = ("tuc".parse::<BranchKey>().expect("a key"), Links::new(PUBLIC.parse().expect("a URL")));
        let branch = Branch::new(key.clone(), settings, store.clone(), Arc::new(nowhere), Script::default(), links);
        let branch = Arc::new(branch);
        let report = Report { chosen_phone: TECHNICIAN.into(), ..Report::default() };
        let idempotency = Idempotency { key: "used".into(), body_hash: [7; 32] };
        let known = branch.report(report, Some(idempotency)).await.expect("an emergency").id();
        let keys = Keys {
            signatures: Signatures::Checked(tokens()),
            intake_token: Some(secret("the-intake-token")),
            intake_hmac: Some(secret("the-hmac-secret")),
            branch_tokens: vec![("tuc".into(), secret("the-branch-token"))],
            operator_password: Some(secret("the-password")),
            ..Keys::default()
        };
        let endpoints = branch::endpoints(&branch).keys(keys).build().expect("a table");
        Self { endpoints, store, known, key }
    }

    pub(crate) async fn holding(&self) -> Holding {
        let emergencies = self.store.list(&self.key, None, 1000).await.expect("a list").emergencies;
        let events = self.store.events(&self.key, EventId::from_u64(0), 10_000).await.expect("events");
        Holding(emergencies, events)
    }

    pub(crate) async fn ask(&self, request: http::Request<Vec<u8>>) -> http::Response<Body> {
        self.endpoints.serve(request.map(|body| http_body_util::Full::new(bytes::Bytes::from(body))), None).await
    }
}

fn secret(text: &str) -> Key {
    Key::new(text.into()).expect("a key")
}

/// The signature of a form, as the provider makes it.
pub(crate) fn sign(target: &str, body: &str) -> String {
    let form: Vec<(String, String)> =
        form_urlencoded::parse(body.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let payload = if form.is_empty() { Payload::Empty } else { Payload::Form(&form) };
    tokens().sign(&format!("{PUBLIC}{target}"), payload).expect("a signature")
}

/// The name of the header that carries it.
pub(crate) const SIGNATURE: &str = signature::HEADER;
