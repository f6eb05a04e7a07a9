//! What a branch answers when its store does not, and how it says how it is.

use std::{future::pending, sync::Arc, time::Duration};

use ::http::{Request, StatusCode};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use super::answer::{Persistence, Unanswered, in_time};
use crate::{
    CountryCode, Timestamp,
    branch::{Branch, BranchSettings, HandleError},
    driver::ManualClock,
    emergency::{Contact, Emergency, EmergencyId, Event, Input, Intake, Policy, Report},
    http::{Endpoints, Key, Keys, Signatures},
    script::{Links, Script, code_of},
    store::{
        Availability, BranchControl, CommitId, EmergencyStore, EventId, MemoryStore, MockEmergencyStore, Opened,
        Opening, StoreError, codec::Formats,
    },
    telephony::MockTelephony,
};

const KEYS: &str = "/technician_keys?emergency_id=00000000000000000000000001&attempt=0&step=1";
const PRESSED: &str = "CallSid=CA1&Digits=1";

fn branch(store: Arc<dyn EmergencyStore>) -> Arc<Branch> {
    Arc::new(bare_branch(store))
}

fn bare_branch(store: Arc<dyn EmergencyStore>) -> Branch {
    let number = |text: &str| text.parse().expect("a number");
    let policy = Policy { recipients: vec![Contact::unnamed(number("+15005550009"))], ..Policy::default() };
    let settings = BranchSettings::new(policy, number("+15005550006")).expect("settings");
    let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
    let key = "tuc".parse().expect("a key");
    Branch::new(key, settings, store, Arc::new(MockTelephony::new()), Script::default(), links)
}

fn endpoints(branch: &Arc<Branch>) -> Endpoints {
    let keys = Keys { signatures: Signatures::Off, ..Keys::default() };
    super::endpoints(branch).keys(keys).build().expect("a table")
}

/// Every question to it fails.
fn store_that_is_away() -> Arc<dyn EmergencyStore> {
    let away = || Err(StoreError::Unavailable("away".into()));
    let mut store = MockEmergencyStore::new();
    store.expect_load().returning(move |_| away());
    store.expect_find_call().returning(move |_, _| Err(StoreError::Unavailable("away".into())));
    store.expect_open_emergencies().returning(|_| Err(StoreError::Unavailable("away".into())));
    store.expect_health().returning(|_| Err(StoreError::Unavailable("away".into())));
    Arc::new(store)
}

async fn ask(endpoints: &Endpoints, method: &str, target: &str, form: &str) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(target);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
    let response = endpoints.serve(request.expect("a request"), None).await;
    let status = response.status();
    let body = response.into_body().as_full().expect("no stream").to_vec();
    (status, String::from_utf8(body).expect("text"))
}

#[tokio::test(start_paused = true)]
async fn an_answer_comes_in_time_and_the_work_goes_on() {
    let begin = Instant::now();
    let (done, mut heard) = mpsc::unbounded_channel();
    let slow = in_time(Instant::now(), Persistence::UntilStored, move |_| {
        let done = done.clone();
        async move {
            sleep(Duration::from_secs(60)).await;
            let _ = done.send(());
            Ok::<_, HandleError>(())
        }
    });
    assert!(matches!(slow.await, Err(Unanswered::NotNow)));
    assert_eq!(begin.elapsed(), Duration::from_secs(3));
    assert_eq!(heard.recv().await, Some(()), "what was begun is ended");
    let missing = in_time(Instant::now(), Persistence::UntilStored, |_| async { Err::<(), _>(HandleError::NotFound) });
    assert!(matches!(missing.await, Err(Unanswered::NoEmergency)));
    let hanging = in_time(Instant::now(), Persistence::UntilStored, |_| pending::<Result<(), HandleError>>());
    assert!(matches!(hanging.await, Err(Unanswered::NotNow)));
}

/// Work that fails until then, as the store does, and what comes of it in the end.
fn away_for(
    span: Duration,
    persistence: Persistence,
) -> (impl Future<Output = Result<(), Unanswered>>, mpsc::UnboundedReceiver<Duration>) {
    let (done, heard) = mpsc::unbounded_channel();
    let answer = in_time(Instant::now(), persistence, move |late| {
        let done = done.clone();
        async move {
            if late < span {
                return Err(HandleError::Store(StoreError::Unavailable("away".into())));
            }
            let _ = done.send(late);
            Ok(())
        }
    });
    (answer, heard)
}

#[tokio::test(start_paused = true)]
async fn what_came_while_the_store_was_away_is_not_forgotten() {
    let (answer, mut heard) = away_for(Duration::from_secs(2), Persistence::UntilStored);
    assert!(answer.await.is_ok(), "back in time");
    assert_eq!(heard.recv().await.map(|after| after.as_secs()), Some(2));

    let (answer, mut heard) = away_for(Duration::from_secs(10), Persistence::UntilStored);
    assert!(matches!(answer.await, Err(Unanswered::NotNow)));
    assert_eq!(heard.recv().await.map(|after| after.as_secs()), Some(10), "nobody has to ask again");

    let (answer, mut heard) = away_for(Duration::from_secs(10), Persistence::WhileAsked);
    assert!(matches!(answer.await, Err(Unanswered::NotNow)));
    assert_eq!(heard.recv().await, None, "whoever asks again asks again");

    let (answer, mut heard) = away_for(Duration::from_secs(3600), Persistence::UntilStored);
    assert!(matches!(answer.await, Err(Unanswered::NotNow)));
    assert_eq!(heard.recv().await, None, "but not for ever");
}

#[tokio::test]
async fn a_report_is_taken_in_whether_or_not_somebody_waits_for_the_answer() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let store = Arc::new(MemoryStore::new(clock));
    let branch = branch(store.clone());
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    tokio::select! {
        biased;
        answer = branch.report(report, None) => panic!("nobody waits, and {answer:?}"),
        () = std::future::ready(()) => {}
    }
    while store.open_emergencies(branch.key()).await.expect("a list").is_empty() {
        tokio::task::yield_now().await;
    }
}

/// How long a talk was does not depend on when it could be written down.
#[tokio::test]
async fn what_is_handled_late_happened_when_it_did() {
    let noon = Timestamp::from_micros(1_800_000_000_000_000);
    let clock = Arc::new(ManualClock::new(noon));
    let branch = branch(Arc::new(MemoryStore::new(clock.clone())));
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let id = branch.report(report, None).await.expect("taken in").id();
    let call: crate::CallSid = "CC1".parse().expect("a sid");
    branch.customer_called(call.clone(), None).await.expect("an answer");
    clock.set(noon + Duration::from_secs(30));
    branch.customer_call_ended_late(call, Duration::from_secs(12)).await.expect("noted");
    let ended = branch.load(id).await.expect("it is there").state.legs()[0].times().ended;
    assert_eq!(ended, Some(noon + Duration::from_secs(18)));
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_a_call_is_told_to_ask_again_with_what_was_pressed() {
    let endpoints = endpoints(&branch(store_that_is_away()));
    let mut target = KEYS.to_owned();
    for repeat in 1..=3 {
        let (status, document) = ask(&endpoints, "POST", &target, PRESSED).await;
        assert_eq!(status, StatusCode::OK);
        assert!(document.contains("<Pause length=\"3\"/><Redirect>"), "{document}");
        target = format!("{KEYS}&Digits=1&again={repeat}");
        let again = format!("https://help.example.com/tuc{target}#rc").replace('&', "&amp;");
        assert!(document.contains(&again), "{document}");
    }
    let (_, document) = ask(&endpoints, "POST", &target, PRESSED).await;
    assert!(document.contains("<Hangup/>") && !document.contains("Redirect"), "after three times: {document}");
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_callers_hear_something_and_notices_are_sent_again() {
    let endpoints = endpoints(&branch(store_that_is_away()));
    let call = "CallSid=CA1&CallStatus=ringing&From=%2B15005550100";
    let hold = "/hold?emergency_id=00000000000000000000000001&leg=0&step=1";
    let (_, music) = ask(&endpoints, "POST", hold, call).await;
    assert!(music.contains("<Pause length=\"10\"/></Response>"), "{music}");
    let (_, caller) = ask(&endpoints, "POST", "/incoming_twilio_call", call).await;
    assert!(caller.contains("<Redirect>https://help.example.com/tuc/incoming_twilio_call?again=1#"), "{caller}");
    let notice = "/technician_call_ended?emergency_id=00000000000000000000000001&attempt=0";
    let (status, error) = ask(&endpoints, "POST", notice, call).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(error.contains("not_now"), "{error}");
}

#[tokio::test]
async fn the_fallback_needs_no_store() {
    let endpoints = endpoints(&branch(store_that_is_away()));
    let fallback = "/call_fallback?emergency_id=00000000000000000000000001&attempt=0";
    let ours = "CallSid=CA1&ErrorCode=11200&ErrorUrl=https%3A%2F%2Fhelp.example.com%2Ftuc%2Fhold%3Fleg%3D0%23rc%3D3";
    let (status, document) = ask(&endpoints, "POST", fallback, ours).await;
    assert_eq!(status, StatusCode::OK);
    assert!(document.contains("<Redirect>https://help.example.com/tuc/hold?leg=0&amp;again=1#"), "{document}");
    for url in
        ["https://evil.example/tuc/hold", "https://help.example.com/tuc/call_fallback", "https://help.example.com/tuc"]
    {
        let form = format!("CallSid=CA1&ErrorUrl={}", url.replace(':', "%3A").replace('/', "%2F"));
        let (_, document) = ask(&endpoints, "POST", fallback, &form).await;
        assert!(!document.contains("Redirect"), "{url}: {document}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_status_tells_how_the_branch_is() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let store = Arc::new(MemoryStore::new(clock));
    let branch = bare_branch(store.clone()).with_control(store.clone());
    let key = branch.key().clone();
    let branch = Arc::new(branch);
    let keys = Keys { signatures: Signatures::Off, ..Keys::default() };
    let endpoints = super::endpoints(&branch).keys(keys).build().expect("a table");
    let status = async || {
        tokio::time::advance(Duration::from_secs(1)).await;
        let (_, body) = ask(&endpoints, "GET", "/api/status", "").await;
        serde_json::from_str::<serde_json::Value>(&body).expect("JSON")["status"].as_str().map(str::to_owned)
    };
    assert_eq!(status().await.as_deref(), Some("Ready"));
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let id: EmergencyId = branch.report(report, None).await.expect("an emergency").id();
    assert_eq!(status().await.as_deref(), Some("In Use"));
    branch.handle(id, Input::Cancelled).await.expect("cancelled");
    assert_eq!(status().await.as_deref(), Some("Ready"));
    store.set_availability(&key, Availability::Disabled).await.expect("switched off");
    assert_eq!(status().await.as_deref(), Some("Disabled"));

    let (ready, why) = ask(&endpoints, "GET", "/readyz", "").await;
    assert_eq!(ready, StatusCode::SERVICE_UNAVAILABLE, "{why}");
    assert!(why.contains("No dispatcher"), "{why}");
    branch.pulse().beat(Duration::ZERO);
    assert_eq!(ask(&endpoints, "GET", "/readyz", "").await.0, StatusCode::OK);
    assert_eq!(ask(&endpoints, "GET", "/healthz", "").await.0, StatusCode::OK);
}

/// What is kept for a moment is not kept when something has happened.
#[tokio::test(start_paused = true)]
async fn the_status_is_read_anew_as_soon_as_something_happens() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let store = Arc::new(MemoryStore::new(clock));
    let branch = Arc::new(bare_branch(store.clone()).with_control(store.clone()));
    let endpoints = endpoints(&branch);
    let is = async |expected: &str| {
        let (_, body) = ask(&endpoints, "GET", "/api/status", "").await;
        assert!(body.contains(expected), "{expected} is not in {body}");
    };
    is("Ready").await;
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    branch.report(report, None).await.expect("an emergency");
    is("In Use").await;
    store.set_availability(branch.key(), Availability::Disabled).await.expect("switched off");
    is("In Use").await;
    tokio::time::advance(Duration::from_millis(500)).await;
    is("Disabled").await;
}

#[tokio::test]
async fn a_store_that_is_away_shows() {
    let endpoints = endpoints(&branch(store_that_is_away()));
    let (status, body) = ask(&endpoints, "GET", "/api/status", "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("\"Error\""), "{body}");
    assert_eq!(ask(&endpoints, "GET", "/readyz", "").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask(&endpoints, "GET", "/healthz", "").await.0, StatusCode::OK, "alive all the same");
}

#[tokio::test]
async fn nobody_holds_for_an_emergency_that_can_t_be_read() {
    let mut store = MockEmergencyStore::new();
    store.expect_load().returning(|_| Err(StoreError::Corrupt { what: "state", source: "of another build".into() }));
    let endpoints = endpoints(&branch(Arc::new(store)));
    let leg = "emergency_id=00000000000000000000000001&leg=0&step=1";
    let (_, music) = ask(&endpoints, "POST", &format!("/hold?{leg}"), "CallSid=CA1").await;
    assert!(music.contains("<Response><Leave/></Response>"), "{music}");
    let (_, then) = ask(&endpoints, "POST", &format!("/hold_ended?{leg}"), "CallSid=CA1&QueueResult=leave").await;
    assert!(then.contains("<Redirect>") && then.contains("again=1"), "by another node, perhaps: {then}");
}

/// During a deploy: whoever asks the older version about what a newer one has in hand is sent round until they meet the
/// newer one. In no case are they told that there is no emergency.
#[tokio::test]
async fn what_a_newer_version_has_in_hand_is_not_decided_by_an_older_one() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let store = Arc::new(MemoryStore::new(clock));
    let newer = branch(Arc::new(store.as_of(Formats::OWN.and_next())));
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let id = newer.report(report, None).await.expect("an emergency").id();
    let older = branch(store);
    older.pulse().beat(Duration::ZERO);
    let older = endpoints(&older);

    let call = "CallSid=CA1&CallStatus=ringing&From=%2B15005550100";
    let (_, caller) = ask(&older, "POST", "/incoming_twilio_call", call).await;
    assert!(caller.contains("<Redirect>") && caller.contains("again=1"), "{caller}");
    let (_, keys) = ask(&older, "POST", &KEYS.replace("00000000000000000000000001", &id.to_string()), PRESSED).await;
    assert!(keys.contains("<Redirect>") && keys.contains("Digits=1"), "{keys}");
    let (_, music) = ask(&older, "POST", &format!("/hold?emergency_id={id}&leg=0&step=1"), "CallSid=CA1").await;
    assert!(!music.contains("<Leave/>") && !music.contains("<Hangup/>"), "{music}");
    let text = "MessageSid=SM1&From=%2B15005550001&Body=1";
    assert_eq!(ask(&older, "POST", "/sms_reply", text).await.0, StatusCode::SERVICE_UNAVAILABLE, "sent again");

    let (_, status) = ask(&older, "GET", "/api/status", "").await;
    assert!(status.contains("In Use"), "{status}");
    let (ready, why) = ask(&older, "GET", "/readyz", "").await;
    assert_eq!(ready, StatusCode::SERVICE_UNAVAILABLE, "so that a balancer sends requests to newer nodes: {why}");
    let (_, caller) = ask(&endpoints(&newer), "POST", "/incoming_twilio_call", call).await;
    assert!(caller.contains("<Enqueue"), "{caller}");
}

/// After a deploy that was taken back: what nobody can read any more does not stand in the way of callers for ever.
#[tokio::test]
async fn what_a_newer_version_has_left_behind_is_given_up_after_six_hours() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let newer = branch(Arc::new(store.as_of(Formats::OWN.and_next())));
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    newer.report(report, None).await.expect("an emergency");
    let older = endpoints(&branch(store));
    let call = "CallSid=CA1&CallStatus=ringing&From=%2B15005550100";
    clock.advance(Duration::from_secs(6 * 3600));
    let (_, sent_round) = ask(&older, "POST", "/incoming_twilio_call", call).await;
    assert!(sent_round.contains("<Redirect>"), "{sent_round}");
    clock.advance(Duration::from_secs(1));
    let (_, told) = ask(&older, "POST", "/incoming_twilio_call", call).await;
    assert!(told.contains("no open emergency"), "{told}");
}

#[tokio::test]
async fn a_call_while_there_is_no_emergency_is_told_so_and_recorded() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let store = Arc::new(MemoryStore::new(clock));
    let branch = branch(store.clone());
    let key = branch.key().clone();
    let form = "CallSid=CA1&CallStatus=ringing&From=%2B15005550100";
    let (status, document) = ask(&endpoints(&branch), "POST", "/incoming_twilio_call", form).await;
    assert_eq!(status, StatusCode::OK);
    assert!(document.contains("no open emergency"), "{document}");
    let events = store.events(&key, EventId::START, 10).await.expect("events");
    let expected = Event::IncomingCall {
        from: Some("+15005550100".parse().expect("a number")),
        call_sid: "CA1".parse().expect("a sid"),
    };
    assert_eq!(events.iter().map(|stored| stored.event().expect("an event")).collect::<Vec<_>>(), [expected]);
    assert_eq!(events[0].emergency, None);
}

/// Several emergencies at a time: a bare "1" is for the one that its sender was called about, not for the newest.
#[tokio::test]
async fn a_text_means_the_emergency_that_its_sender_was_told_of() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let number = |text: &str| text.parse().expect("a number");
    let policy = Policy {
        escalation: vec![Contact::unnamed(number("+15005550001"))],
        recipients: vec![Contact::unnamed(number("+15005550009"))],
        ..Policy::default()
    };
    let mut settings = BranchSettings::new(policy, number("+15005550006")).expect("settings");
    settings.max_active_emergencies = u32::MAX;
    let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let (key, telephony) = ("tuc".parse().expect("a key"), Arc::new(MockTelephony::new()));
    let branch = Arc::new(Branch::new(key, settings, store, telephony, Script::default(), links));
    let report = async |phone: &str| {
        clock.advance(Duration::from_secs(1));
        let report = Report { chosen_phone: phone.into(), ..Report::default() };
        branch.report(report, None).await.expect("an emergency").id()
    };
    let older = report("+15005550001").await;
    let newer = report("+15005550002").await;
    assert_ne!(code_of(newer), code_of(older));
    let answer = branch.text_received("SM1".parse().expect("a sid"), number("+15005550001"), "Ok, on my way!").await;
    let answer = answer.expect("handled").expect("an answer");
    assert_eq!(answer.state.id(), older);
    assert!(answer.state.is_accepted());
    let by_name = format!("status {}", code_of(newer));
    let named = branch.text_received("SM2".parse().expect("a sid"), number("+15005550009"), &by_name).await;
    let named = named.expect("handled").expect("a recipient may ask");
    assert_eq!(named.state.id(), newer, "the code says which");
}

/// A branch that takes in many, in a store that another process may have used before.
fn busy_branch(store: &Arc<MemoryStore>) -> Arc<Branch> {
    let number = |text: &str| text.parse().expect("a number");
    let policy = Policy {
        escalation: vec![Contact::unnamed(number("+15005550001"))],
        recipients: vec![Contact::unnamed(number("+15005550009"))],
        ..Policy::default()
    };
    let mut settings = BranchSettings::new(policy, number("+15005550006")).expect("settings");
    settings.max_active_emergencies = 1000;
    let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
    let (key, telephony) = ("tuc".parse().expect("a key"), Arc::new(MockTelephony::new()));
    Arc::new(Branch::new(key, settings, store.clone(), telephony, Script::default(), links))
}

#[tokio::test(start_paused = true)]
async fn emergencies_that_are_open_have_codes_of_their_own() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let store = Arc::new(MemoryStore::new(clock));
    let mut codes = std::collections::HashSet::new();
    for _ in 0..2 {
        let branch = busy_branch(&store);
        for _ in 0..45 {
            let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
            let id = branch.report(report, None).await.expect("an emergency").id();
            assert!(codes.insert(code_of(id)), "{id} is the second of its code");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_open_is_on_a_page_however_many_came_after_it() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let branch = busy_branch(&Arc::new(MemoryStore::new(clock.clone())));
    let mut ids = Vec::new();
    for _ in 0..4 {
        clock.advance(Duration::from_secs(1));
        let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
        ids.insert(0, branch.report(report, None).await.expect("an emergency").id().to_string());
    }
    let keys = Keys { intake_token: Some(Key::new("token".into()).expect("a key")), ..Keys::default() };
    let table = super::endpoints(&branch).keys(keys).build().expect("a table");
    let listed = async |query: &str| {
        let request = Request::get(format!("/api/emergencies?limit=2{query}")).header("authorization", "Bearer token");
        let response = table.serve(request.body(String::new()).expect("a request"), None).await;
        let body = response.into_body().as_full().expect("no stream").to_vec();
        let page: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let all = page["emergencies"].as_array().expect("a list").iter();
        let all: Vec<_> = all.map(|one| one["id"].as_str().expect("an id").to_owned()).collect();
        (all, page["next"].as_str().expect("more").to_owned())
    };
    assert_eq!(listed("").await, (ids[..2].to_vec(), ids[1].clone()));
    assert_eq!(listed("&with_open").await, (ids.clone(), ids[1].clone()));
}

/// As two nodes may open them at one moment.
#[tokio::test(start_paused = true)]
async fn a_code_that_two_have_means_the_one_that_it_fits() {
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::new(now))));
    let branch = busy_branch(&store);
    let older = EmergencyId::new(now, 1);
    let later = now + Duration::from_millis(1);
    let newer = (2..).map(|n| EmergencyId::new(later, n)).find(|id| code_of(*id) == code_of(older)).expect("a code");
    // The technician of one is the next in line of the other, and has heard nothing of it.
    for (id, phone) in [(older, "+15005550002"), (newer, "+15005550001")] {
        let report = Report { chosen_phone: phone.into(), ..Report::default() };
        let intake = Intake::check(report, CountryCode::NORTH_AMERICA).expect("an intake");
        let opened = Emergency::open(id, now, intake, Arc::clone(branch.settings().policy()));
        let opening = Opening::of(branch.key().clone(), 10, opened, CommitId::from_random(u128::from(id == older)));
        assert!(matches!(store.open(&opening).await, Ok(Opened::Created(_))));
    }
    let from = "+15005550001".parse().expect("a number");
    let body = format!("ok {}", code_of(older));
    let answer = branch.text_received("SM1".parse().expect("a sid"), from, &body).await;
    let answer = answer.expect("handled").expect("an answer");
    assert_eq!((answer.state.id(), answer.state.is_accepted()), (newer, true));
}

#[tokio::test(start_paused = true)]
async fn the_branch_can_be_measured_and_described() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let branch = branch(Arc::new(MemoryStore::new(clock)));
    let keys = Keys { intake_token: Some(Key::new("token".into()).expect("a key")), ..Keys::default() };
    let table = super::endpoints(&branch).keys(keys).build().expect("a table");
    let metrics = async |table: &Endpoints| {
        let request = Request::get("/metrics").header("authorization", "Bearer token").body(String::new());
        let response = table.serve(request.expect("a request"), None).await;
        assert_eq!(response.status(), StatusCode::OK);
        String::from_utf8(response.into_body().as_full().expect("no stream").to_vec()).expect("text")
    };
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    branch.report(report, None).await.expect("an emergency");
    let text = metrics(&table).await;
    for line in [
        "# TYPE responder_open_emergencies gauge",
        "responder_store_up{branch=\"tuc\"} 1",
        "responder_dispatcher_up{branch=\"tuc\"} 0",
        "responder_event_streams{branch=\"tuc\"} 0",
        "responder_status{branch=\"tuc\",status=\"in_use\"} 1",
        "responder_status{branch=\"tuc\",status=\"ready\"} 0",
        "responder_open_emergencies{branch=\"tuc\"} 1",
        "responder_work_late_seconds{branch=\"tuc\"} 0",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in {text}");
    }
    let away = bare_branch(store_that_is_away());
    let keys = Keys { intake_token: Some(Key::new("token".into()).expect("a key")), ..Keys::default() };
    let away = super::endpoints(&Arc::new(away)).keys(keys).build().expect("a table");
    let text = metrics(&away).await;
    assert!(text.contains("responder_store_up{branch=\"tuc\"} 0\n") && !text.contains("open_emergencies"), "{text}");
    assert_eq!(ask(&table, "GET", "/metrics", "").await.0, StatusCode::UNAUTHORIZED);

    let (status, document) = ask(&table, "GET", "/openapi.json", "").await;
    let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!((status, document["openapi"].as_str()), (StatusCode::OK, Some("3.1.0")));
    let described = document["paths"].as_object().expect("an object").values().filter_map(|path| path.as_object());
    assert_eq!(described.map(serde_json::Map::len).sum::<usize>(), table.rows().count());
}
