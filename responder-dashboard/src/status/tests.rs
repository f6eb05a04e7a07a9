//! The page without a server: how it draws what the store holds, and what it says when that holds nothing or is away.

use std::{sync::Arc, time::Duration};

use http::{Request, StatusCode};
use responder_core::{
    Timestamp,
    branch::{Branch, BranchSettings},
    driver::{LogPump, ManualClock},
    emergency::{Contact, Input, Policy, Report},
    http::{Access, Body, Endpoints, Key, Keys},
    script::{Links, Script},
    store::{Availability, BranchControl, EmergencyStore, MemoryStore, MockEmergencyStore, StoreError},
    telephony::MockTelephony,
    timeline::{
        UtcOffset,
        file::{LogFile, LogSettings, recent},
    },
};

const NOON: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn branch(store: Arc<dyn EmergencyStore>, most: u32) -> Branch {
    let number = |text: &str| text.parse().expect("a number");
    let ada = Contact { name: Some("Ada".to_owned()), number: number("+15005550002") };
    let recipients = vec![Contact::unnamed(number("+15005550009"))];
    let policy = Policy { recipients, escalation: vec![ada], ..Policy::default() };
    let mut settings = BranchSettings::new(policy, number("+15005550006")).expect("settings");
    settings.max_active_emergencies = most;
    let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
    let (key, telephony) = ("tuc".parse().expect("a key"), Arc::new(MockTelephony::new()));
    Branch::new(key, settings, store, telephony, Script::default(), links)
}

fn table(branch: &Arc<Branch>) -> Endpoints {
    let keys = Keys { intake_token: Some(Key::new("token".into()).expect("a key")), ..Keys::default() };
    let table = Endpoints::builder(branch.links().public().clone()).keys(keys);
    table.endpoints(super::rows(branch, &Access::operator())).build().expect("a table")
}

async fn ask(table: &Endpoints, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).header("authorization", "Bearer token").body(Body::empty());
    let response = table.serve(request.expect("a request"), None).await;
    let (head, body) = response.into_parts();
    (head.status, String::from_utf8(body.as_full().expect("no stream").to_vec()).expect("text"))
}

/// All of these stand in the page, in this order.
fn shows(page: &str, expected: &[&str]) {
    let mut rest = page;
    for text in expected {
        let at = rest.find(text).unwrap_or_else(|| panic!("{text:?} is not where it should be: {page}"));
        rest = &rest[at..];
    }
}

#[tokio::test]
async fn a_branch_is_shown_from_the_first_report_to_the_end() {
    let clock = Arc::new(ManualClock::new(NOON));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let branch = Arc::new(branch(store.clone(), 1).with_control(store.clone()));
    let table = table(&branch);
    let (status, page) = ask(&table, "/status").await;
    assert_eq!(status, StatusCode::OK);
    shows(
        &page,
        &["<title>Branch tuc</title>", ">Ready<", "No emergency is open.", "There has been no emergency yet."],
    );
    assert!(page.contains("data-again=\"30\""), "{page}");

    let report = Report {
        chosen_phone: "+15005550001".into(),
        customer_name: "Zoë <b>".into(),
        user_stated_callback_number: "+15005550100".into(),
        ..Report::default()
    };
    let id = branch.report(report, None).await.expect("taken in").id();
    clock.advance(Duration::from_secs(67));
    branch
        .customer_called("CA1".parse().expect("a sid"), Some("+15005550100".parse().expect("a number")))
        .await
        .expect("heard");
    clock.advance(Duration::from_secs(5));
    let (_, live) = ask(&table, "/status/live").await;
    shows(
        &live,
        &[
            "data-again=\"5\"",
            ">In Use<",
            "answered “busy”",
            &format!("id=\"e-{id}\""),
            "Zoë &#60;b&#62;",
            "A technician is being sought.",
            ">1:12<",
            "A call to +15005550001 is being placed",
            ">1:12<",
            "Zoë &#60;b&#62; has called",
            ">0:05<",
            "class=\"bar placing\"",
            "class=\"bar line\"",
            "called.",
            "The emergency was reported.",
        ],
    );

    branch.handle(id, Input::Cancelled).await.expect("cancelled");
    branch.customer_call_ended("CA1".parse().expect("a sid")).await.expect("noted");
    store.set_availability(branch.key(), Availability::Disabled).await.expect("switched off");
    let (_, live) = ask(&table, "/status/live").await;
    shows(&live, &[">Disabled<", "It is being brought to its end.", "An operator cancelled it."]);
}

/// What stands between two texts, wherever that is.
fn between<'a>(page: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    page.split(begin).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[tokio::test]
async fn page_and_log_have_the_same_titles() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), Arc::new(ManualClock::new(NOON)));
    let path = folder.path().join("tuc.log");
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let log = Arc::new(LogFile::new(&path, LogSettings::default()));
    let branch = Arc::new(branch(store, 1).with_log(log));
    let report = Report {
        chosen_phone: "+15005550001".into(),
        user_stated_callback_number: "+15005550100".into(),
        ..Report::default()
    };
    let id = branch.report(report, None).await.expect("taken in").id();
    let number = |text: &str| text.parse().expect("a number");
    branch.customer_called("CA1".parse().expect("a sid"), Some(number("+15005550100"))).await.expect("heard");
    branch.text_received("SM1".parse().expect("a sid"), number("+15005550001"), "1").await.expect("heard");
    branch.handle(id, Input::Cancelled).await.expect("cancelled");
    LogPump::new(Arc::clone(&branch)).expect("a log").start().stop().await;

    let (_, page) = ask(&table(&branch), "/status").await;
    let titles = between(&page, "focusable=\"false\"><title>", "</title>");
    let icons = between(&page, "</title><use href=\"#i-", "\"");
    let shown: Vec<_> = titles.iter().copied().zip(icons).collect();
    let log = recent(&path, usize::MAX, UtcOffset::UTC).expect("a log");
    // In one second, a log is read from its beginning.
    let logged: Vec<_> = log.entries().map(|entry| entry.title().into_owned()).collect();
    assert_eq!(titles, logged.iter().rev().collect::<Vec<_>>());
    for known in [
        ("Webhook: Emergency Triggered", "reported"),
        ("Telephony: Incoming Call", "call-in"),
        ("SMS: Status Request", "text"),
        ("SMS_ATTEMPT", "text"),
        ("EMERGENCY_CALL_START", "call-out"),
    ] {
        assert!(shown.contains(&known), "{known:?} is not among {shown:?}");
    }
}

#[tokio::test]
async fn more_than_one_at_a_time_is_said_so() {
    let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::new(NOON))));
    let branch = Arc::new(branch(store, 3));
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    branch.report(report, None).await.expect("taken in");
    shows(&ask(&table(&branch), "/status/live").await.1, &[">In Use<", "3 can be handled at a time"]);
}

#[tokio::test]
async fn a_store_that_is_away_is_told_in_words() {
    let mut store = MockEmergencyStore::new();
    store.expect_open_emergencies().returning(|_| Err(StoreError::Unavailable("a secret cause".into())));
    let table = table(&Arc::new(branch(Arc::new(store), 1)));
    for path in ["/status", "/status/live"] {
        let (status, page) = ask(&table, path).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        shows(&page, &[">Error<", "The store of this branch does not answer.", "Nobody can tell at the moment."]);
        assert!(!page.contains("secret"), "{page}");
    }
}

#[tokio::test]
async fn links_fit_behind_any_prefix() {
    let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::new(NOON))));
    let (_, page) = ask(&table(&Arc::new(branch(store, 1))), "/status").await;
    let links = page.split("=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for link in links.filter(|link| link.contains('/') && !link.contains(' ')) {
        assert!(!link.starts_with('/') && !link.contains("//"), "{link}");
    }
}
