//! Every endpoint, asked by whoever may not: always refused, and nothing changes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::Request;
use responder::{
    access::{Need, Permission, Permissions, Rights},
    http::{
        Access, BodyRule, BranchScope, Call, Credential, Endpoint, Handler, HttpError, no_content, testing::intrusions,
    },
    store::{SessionStore, UserStore},
};

use crate::house::{House, PASSWORD, Person, all_but, all_but_these, answer_of, at, entry, key};

/// Who has no business at an endpoint, and how.
struct Intruder {
    what: &'static str,
    cookie: Option<String>,
    csrf: Option<String>,
    origin: Option<&'static str>,
    /// What must be answered; for a page without a session the way to log in instead.
    status: u16,
}

/// Every row is for people who are logged in, and so is walked below, or is one of these.
#[tokio::test]
async fn every_row_is_walked_or_is_meant_to_be_open() {
    let house = House::with_branch().await;
    let open: BTreeMap<_, _> = house
        .table
        .rows()
        .filter(|row| need_of(row).is_none() && !row.path().starts_with("/status/assets/"))
        .map(|row| (format!("{} {}", row.method(), row.path()), row.access().clone()))
        .collect();
    let own_token = Access::AnyOf(vec![Credential::Internal(BranchScope::Parameter("branch"))]);
    let meant = [
        ("POST /login", Access::OwnPages),
        ("GET /healthz", Access::Public),
        ("GET /readyz", Access::Public),
        ("GET /openapi.json", Access::Public),
        ("GET /api/internal/branch/{branch}/settings", own_token),
        ("GET /login", Access::Public),
    ];
    assert_eq!(open, meant.map(|(row, access)| (row.to_owned(), access)).into());
}

#[tokio::test]
async fn nobody_does_what_they_may_not() {
    let house = House::with_branch().await;
    let cast = Cast::of(&house).await;
    let (mut asked, mut wrong) = (0, Vec::new());
    let before = house.holding().await;
    for endpoint in house.table.rows() {
        let Some((need, is_page)) = need_of(endpoint) else { continue };
        for intruder in cast.intruders(need, endpoint) {
            let answer = house.ask(request(endpoint, &intruder)).await;
            asked += 1;
            let expected = if is_page && intruder.status == 401 { 302 } else { intruder.status };
            if answer.status != expected {
                wrong.push(format!("{endpoint:?} with {}: {} {}", intruder.what, answer.status, answer.body));
            }
            if answer.status == 302 && answer.header("location") != "/dashboard/login" {
                wrong.push(format!("{endpoint:?}: sent to {:?}", answer.header("location")));
            }
            if house.holding().await != before {
                panic!("{endpoint:?} with {}: something changed", intruder.what);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 250, "{asked} requests");
    println!("{asked} requests: all refused, nothing changed");
}

/// What is refused above would have done something: with everything right each request that is no `GET` changes what is
/// compared there.
#[tokio::test]
async fn what_is_refused_would_have_changed_something() {
    let rows: Vec<Endpoint> = House::with_branch().await.table.rows().cloned().collect();
    let mut changing = 0;
    for endpoint in rows {
        if need_of(&endpoint).is_none() || *endpoint.method() == http::Method::GET {
            continue;
        }
        let house = House::with_branch().await;
        house.person("al", Rights::of([])).await;
        let ada = house.person("ada", Rights::Admin).await;
        let before = house.holding().await;
        let answer = house.ask(request(&endpoint, &of("everything right", &ada, 200))).await;
        // There is no alert to be seen, because the branch tells of none.
        if endpoint.path().ends_with("/alerts/seen") {
            assert_eq!(answer.code(), "no_such_alert");
            continue;
        }
        assert!(answer.status < 400, "{endpoint:?}: {} {}", answer.status, answer.body);
        assert!(house.holding().await != before, "{endpoint:?}: {} {}", answer.status, answer.body);
        changing += 1;
    }
    assert!(changing >= 15, "{changing}");
}

/// To look at settings is no permission to change them.
#[tokio::test]
async fn who_may_look_at_settings_changes_none() {
    let house = House::with_branch().await;
    let bo = house.person("bo", at("tuc", all_but_these([Permission::EditBasic, Permission::EditAdvanced]))).await;
    let before = house.holding().await;
    for (key, value) in [("enable_texts", "false"), ("TWILIO_PHONE_NUMBER", "+15005550006"), ("no_such_key", "1")] {
        let answer = house.ask(bo.post("/api/branch/tuc/settings", &serde_json::json!({ key: value }))).await;
        assert!(matches!(answer.status, 400 | 403), "{key}: {} {}", answer.status, answer.body);
    }
    assert_eq!(house.holding().await, before);
}

/// The same requests with everything right come through: nothing else has stopped the others.
#[tokio::test]
async fn whoever_may_comes_through() {
    let house = House::open();
    let cast = Cast::of(&house).await;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let trap: Arc<dyn Handler> = Arc::new(move |_: Call| {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Ok::<_, HttpError>(no_content()))
    });
    let trapped = house.table.map_handlers(|_| trap.clone());
    for endpoint in trapped.rows() {
        let Some((need, _)) = need_of(endpoint) else { continue };
        let person = match need {
            Need::LoggedIn => cast.nobody.clone(),
            Need::Admin => cast.admin.clone(),
            Need::Branch { permission, .. } => house.person(&unique("only"), at("tuc", [permission])).await,
        };
        let right = Intruder {
            what: "everything right",
            cookie: Some(person.cookie()),
            csrf: Some(person.token.csrf()),
            origin: Some(crate::house::ORIGIN),
            status: 204,
        };
        let answer = answer_of(&trapped, request(endpoint, &right)).await;
        assert_eq!((answer.status, runs.swap(0, Ordering::SeqCst)), (204, 1), "{endpoint:?}: {}", answer.body);
    }
}

#[tokio::test]
async fn strangers_are_refused_everywhere() {
    assert_eq!(intrusions(&House::with_branch().await.table).await, []);
}

/// The settings of a branch are for its own token alone: no other, no session, not that of an admin.
#[tokio::test]
async fn settings_are_told_to_their_branch_alone() {
    let house = House::open();
    let admin = house.person("ada", Rights::Admin).await;
    let ask = async |branch: &str, token: &str| {
        let request = Request::get(format!("/api/internal/branch/{branch}/settings"));
        let request = request.header("authorization", format!("Bearer {token}")).header("cookie", admin.cookie());
        house.ask(request.body(String::new()).expect("a request")).await.status
    };
    assert_eq!((ask("tuc", "tuc-token").await, ask("poc", "poc-token").await), (200, 200));
    for (branch, token) in
        [("tuc", "poc-token"), ("poc", "tuc-token"), ("tuc", ""), ("tuc", "tuc"), ("rex", "tuc-token")]
    {
        assert_eq!(ask(branch, token).await, 401, "{branch} with {token:?}");
    }
}

/// Everybody who appears.
struct Cast {
    admin: Person,
    nobody: Person,
    all_but: Vec<(Permission, Person)>,
    elsewhere: Person,
    everything_but_admin: Person,
    deleted: Person,
    demoted: Person,
    logged_out: Person,
}

impl Cast {
    async fn of(house: &House) -> Self {
        // The first one: whom requests are about.
        house.person("al", at("tuc", [Permission::View])).await;
        let admin = house.person("ada", Rights::Admin).await;
        let (deleted, demoted) = (house.person("bo", Rights::Admin).await, house.person("cy", Rights::Admin).await);
        let logged_out = house.session_of(admin.user.clone()).await;
        house.store.end_session(logged_out.token.hash(), &entry()).await.expect("a store");
        house.store.remove_user(deleted.user.id, &entry()).await.expect("a store");
        let change = responder::store::UserChange {
            id: demoted.user.id,
            from: demoted.user.version,
            name: demoted.user.name.clone(),
            rights: Rights::of([]),
            password: None,
        };
        house.store.change_user(&change, &entry()).await.expect("a store");
        let mut all_but_one = Vec::new();
        for permission in Permission::ALL {
            let name = format!("but-{permission}");
            all_but_one.push((permission, house.person(&name, at("tuc", all_but(permission))).await));
        }
        let both = Rights::of([(key("tuc"), Permissions::ALL), (key("poc"), Permissions::ALL)]);
        Self {
            nobody: house.person("dee", Rights::of([])).await,
            elsewhere: house.person("eve", at("poc", Permissions::ALL)).await,
            everything_but_admin: house.person("fay", both).await,
            all_but: all_but_one,
            admin,
            deleted,
            demoted,
            logged_out,
        }
    }

    fn intruders(&self, need: Need, endpoint: &Endpoint) -> Vec<Intruder> {
        let other = Person { token: responder::access::SessionToken::random(), ..self.admin.clone() };
        let mut all = vec![
            Intruder { cookie: None, csrf: None, ..of("no session", &self.admin, 401) },
            of("a session that nobody has", &other, 401),
            of("the session of somebody who is gone", &self.deleted, 401),
            of("the session of somebody who was changed", &self.demoted, 401),
            of("a session that has ended", &self.logged_out, 401),
            Intruder {
                cookie: Some(format!("{}; responder_session={}", self.admin.cookie(), self.elsewhere.token.text())),
                ..of("two sessions", &self.admin, 401)
            },
        ];
        match need {
            Need::LoggedIn => {}
            Need::Admin => all.push(of("every permission, but no admin", &self.everything_but_admin, 403)),
            Need::Branch { permission: needed, .. } => {
                all.push(of("no permission", &self.nobody, 403));
                all.push(of("permissions for another branch", &self.elsewhere, 403));
                let lacking = self.all_but.iter().find(|(permission, _)| *permission == needed);
                all.extend(lacking.map(|(_, person)| of("all permissions but this", person, 403)));
            }
        }
        if *endpoint.method() != http::Method::GET {
            let right = || of("", &self.admin, 403);
            let csrf = self.elsewhere.token.csrf();
            all.extend([
                Intruder { what: "no CSRF token", csrf: None, ..right() },
                Intruder { what: "the CSRF token of another session", csrf: Some(csrf), ..right() },
                Intruder { what: "an empty CSRF token", csrf: Some(String::new()), ..right() },
                Intruder { what: "another site", origin: Some("https://evil.example"), ..right() },
                Intruder { what: "no origin", origin: None, ..right() },
                Intruder { what: "the origin null", origin: Some("null"), ..right() },
            ]);
        }
        all
    }
}

/// With everything right but who they are.
fn of(what: &'static str, person: &Person, status: u16) -> Intruder {
    let (cookie, csrf) = (Some(person.cookie()), Some(person.token.csrf()));
    Intruder { what, cookie, csrf, origin: Some(crate::house::ORIGIN), status }
}

/// What an endpoint for people asks for, and whether it is a page.
pub(crate) fn need_of(endpoint: &Endpoint) -> Option<(Need, bool)> {
    let Access::AnyOf(credentials) = endpoint.access() else { return None };
    match credentials.as_slice() {
        [Credential::Session(need)] => Some((*need, false)),
        [Credential::Page(need)] => Some((*need, true)),
        _ => None,
    }
}

/// What would be done if it were let through.
fn request(endpoint: &Endpoint, intruder: &Intruder) -> Request<String> {
    let path = endpoint.path().replace("{branch}", "tuc").replace("{sid}", RECORDING);
    let path = path.replace("emergencies/{id}", &format!("emergencies/{EMERGENCY}")).replace("{id}", "1");
    let (body, media) = match endpoint.body() {
        BodyRule::Empty => (String::new(), None),
        BodyRule::Json { .. } if path.ends_with("/settings") => (r#"{"enable_texts":false}"#.to_owned(), Some(JSON)),
        BodyRule::Json { .. } => (WISHES.to_owned(), Some(JSON)),
        BodyRule::Form { .. } | BodyRule::Either { .. } => {
            let csrf = intruder.csrf.iter().map(|token| ("csrf_token", token.as_str()));
            let fields = csrf.chain([("username", "zoe"), ("password", "a better password"), ("is_admin", "on")]);
            let fields = fields.chain([("current_password", PASSWORD), ("new_password", "a better password")]);
            let fields = fields.chain([("setting", "RECIPIENT_PHONES")]);
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            (body, Some("application/x-www-form-urlencoded"))
        }
    };
    let mut request = Request::builder().method(endpoint.method()).uri(path);
    let headers = [
        ("content-type", media),
        ("cookie", intruder.cookie.as_deref()),
        ("origin", intruder.origin),
        ("x-csrf-token", intruder.csrf.as_deref().filter(|_| !matches!(endpoint.body(), BodyRule::Form { .. }))),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    request.body(body).expect("a request")
}

const JSON: &str = "application/json";

const EMERGENCY: &str = "01arz3ndektsv4rrffq69g5fav";

const RECORDING: &str = "RE00000000000000000000000000000001";

/// What every endpoint that takes JSON needs, so that only whoever asks can stop it.
const WISHES: &str = r#"{
    "confirm": true, "username": "zoe", "password": "a better password", "is_admin": true,
    "chosen_phone": "+15005550001", "customer_name": "Zoe", "user_stated_callback_number": "+15005550101",
    "incident_address": "Here", "emergency_description_text": "Water", "id": "none",
    "webhook_url": "https://example.com/log"
}"#;

fn unique(name: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{name}-{}", COUNT.fetch_add(1, Ordering::SeqCst))
}
