//! Waiting, being taken out, and leaving.

use std::time::Duration;

use responder_sim::{Behaviour, CallStatus, DialStatus, Sid, Sound};

use crate::world::{CUSTOMER, LINE, Says, TECHNICIAN, World, values};

const ENQUEUE: &str = r#"<Enqueue action="/left" waitUrl="/wait">support</Enqueue><Say>After.</Say>"#;
const WAIT: &str = "<Say>Please hold.</Say><Play>/music.mp3</Play>";
const AGENT: &str = r#"<Dial action="/dialled"><Queue url="/whisper">support</Queue></Dial><Say>Not reached.</Say>"#;

/// A customer who waits in the queue `support`.
async fn waiting(world: &World) -> Sid {
    world.says("/voice", ENQUEUE);
    world.says("/wait", WAIT);
    world.says("/left", "<Hangup/>");
    world.says("/dialled", "<Hangup/>");
    world.says("/agent", AGENT);
    world.says("/whisper", "<Say>You are being connected.</Say>");
    let sid = world.customer_calls("/voice");
    world.pass(1).await;
    sid
}

#[tokio::test]
async fn the_wait_document_is_asked_for_again_and_again_with_fresh_numbers() {
    let world = World::new().await;
    let sid = waiting(&world).await;
    world.pass(60).await;
    let wait = world.seen_at("/wait");
    assert!(wait.len() > 4, "{} requests in a minute", wait.len());
    assert_eq!(wait[0].field("QueuePosition"), Some("1"));
    assert_eq!((wait[0].field("QueueTime"), wait[0].field("MaxQueueSize")), (Some("0"), Some("1000")));
    assert_eq!((wait[0].field("CurrentQueueSize"), wait[0].field("AvgQueueTime")), (Some("1"), Some("0")));
    assert_eq!(wait[1].field("QueueTime"), Some("11"), "a second of speech, ten of music");
    let record = world.record(&sid);
    assert!(record.heard.iter().any(|heard| heard.what == Sound::Played(world.url("/music.mp3"))));
    assert_eq!((record.holds[0].queue.as_str(), record.holds[0].to), ("support", None));
    assert!(world.seen_at("/left").is_empty());
    world.all_signed();
}

#[tokio::test]
async fn an_agent_gets_the_caller_after_the_whisper_and_both_actions_follow_the_talk() {
    let world = World::new().await;
    let customer = waiting(&world).await;
    world.pass(30).await;
    let agent = world.call(TECHNICIAN, "/agent", &[]).await;
    world.pass(30).await;
    assert!(world.record(&customer).heard_text("you are being connected"), "the caller hears it, not the agent");
    assert!(!world.record(&agent).heard_text("connected"));
    world.pass(90).await;
    world.network.hang_up(&agent).expect("it is live");
    world.network.idle().await;

    let whisper = world.seen_at("/whisper");
    assert_eq!(values(&whisper, "CallSid"), [customer.as_str()]);
    assert_eq!(values(&whisper, "DequeingCallSid"), [agent.as_str()]);
    let dialled = world.seen_at("/dialled");
    assert_eq!(values(&dialled, "DialCallStatus"), ["completed"]);
    assert_eq!(values(&dialled, "DialBridged"), ["true"]);
    assert_eq!(values(&dialled, "DialCallSid"), [customer.as_str()]);
    let left = world.seen_at("/left");
    assert_eq!(values(&left, "QueueResult"), ["bridged"]);
    assert_eq!(values(&left, "QueueTime"), values(&whisper, "QueueTime"));

    let trace = world.trace();
    let talks: Vec<_> = trace.talks().collect();
    assert_eq!(talks.len(), 1);
    let (dialler, talk) = talks[0];
    assert_eq!((dialler.sid.clone(), talk.with.clone(), talk.number.as_str()), (agent, customer.clone(), CUSTOMER));
    let seconds = talk.to.expect("it ended").since(talk.from).as_secs_f64().round();
    assert_eq!(dialled[0].field("DialCallDuration"), Some(seconds.to_string().as_str()));
    let hold = &world.record(&customer).holds[0];
    assert_eq!(hold.result.as_deref(), Some("bridged"));
    assert!(hold.to.expect("it ended") < talk.from, "the whisper lies between hold and talk");
    assert_eq!(world.record(&customer).status, CallStatus::Completed);
    assert!(!world.record(&customer).heard_text("After."), "the action took over");
}

#[tokio::test]
async fn without_an_action_the_caller_goes_on_with_the_next_verb() {
    let world = World::new().await;
    waiting(&world).await;
    world.says("/voice", r#"<Enqueue waitUrl="/wait">support</Enqueue><Say>After.</Say>"#);
    world.network.reset();
    let customer = world.customer_calls("/voice");
    world.pass(5).await;
    let agent = world.call(TECHNICIAN, "/agent", &[]).await;
    world.pass(20).await;
    world.network.hang_up(&agent).expect("it is live");
    world.pass(5).await;
    assert!(world.record(&customer).heard_text("After."));
}

#[tokio::test]
async fn a_caller_who_gives_up_is_reported_at_once() {
    let world = World::new().await;
    world.phone(CUSTOMER, Behaviour::default().hanging_up_on_hold_after(Duration::from_secs(40)));
    let customer = waiting(&world).await;
    world.pass(60).await;
    let left = world.seen_at("/left");
    assert_eq!(values(&left, "QueueResult"), ["hangup"]);
    assert_eq!(values(&left, "QueueTime"), ["40"]);
    assert_eq!(values(&left, "CallStatus"), ["completed"]);
    let hold = &world.record(&customer).holds[0];
    assert_eq!(hold.to.expect("it ended").since(hold.from), Duration::from_secs(40));
    assert_eq!(values(&world.seen_at("/ended"), "CallStatus"), ["completed"]);
    let (_, queues) = world.get("Queues.json", &[]).await;
    assert_eq!(queues["queues"][0]["current_size"], 0);
}

#[tokio::test]
async fn leave_goes_on_with_the_action() {
    let world = World::new().await;
    waiting(&world).await;
    world.says("/wait", "<Say>One moment.</Say><Leave/>");
    world.says("/left", "<Say>You have left.</Say>");
    world.network.reset();
    let customer = world.customer_calls("/voice");
    world.pass(10).await;
    assert_eq!(values(&world.seen_at("/left"), "QueueResult"), ["leave"]);
    assert!(world.record(&customer).heard_text("You have left."));
}

#[tokio::test]
async fn an_empty_queue_lets_the_agent_wait_and_a_missing_one_does_not() {
    let world = World::new().await;
    world.says("/agent", r#"<Dial action="/dialled" timeout="20"><Queue>support</Queue></Dial>"#);
    world.says("/dialled", "<Hangup/>");
    world.says("/voice", ENQUEUE);
    world.says("/left", "<Hangup/>");
    world.call(TECHNICIAN, "/agent", &[]).await;
    world.pass(4).await;
    assert_eq!(values(&world.seen_at("/dialled"), "DialCallStatus"), ["failed"], "there is no such queue");

    world.post("Queues.json", &[("FriendlyName", "support")]).await;
    let agent = world.call(TECHNICIAN, "/agent", &[]).await;
    world.pass(4).await;
    let answered = world.record(&agent).answered.expect("answered");
    assert_eq!(world.trace().queues[0].agents, std::slice::from_ref(&agent));
    world.pass(40).await;
    assert_eq!(values(&world.seen_at("/dialled"), "DialCallStatus"), ["failed", "no-answer"]);
    let waited = world.record(&agent).ended.expect("over").since(answered);
    assert_eq!(waited, Duration::from_secs(25), "the provider adds five seconds");

    let agent = world.call(TECHNICIAN, "/agent", &[]).await;
    world.pass(10).await;
    let customer = world.customer_calls("/voice");
    world.pass(10).await;
    assert_eq!(world.record(&agent).talks[0].with, customer, "who comes while an agent waits is put through");
    assert!(world.seen_at("/wait").is_empty());
}

#[tokio::test]
async fn two_agents_race_for_one_caller_and_the_second_waits() {
    let world = World::new().await;
    let customer = waiting(&world).await;
    let first = world.call(TECHNICIAN, "/agent", &[]).await;
    let second = world.call("+15005550007", "/agent", &[]).await;
    world.pass(20).await;
    assert_eq!(world.record(&first).talks[0].with, customer);
    assert!(world.record(&second).talks.is_empty());
    world.pass(40).await;
    assert_eq!(values(&world.seen_at("/dialled"), "DialCallStatus"), ["no-answer"]);
}

#[tokio::test]
async fn a_full_queue_turns_callers_away() {
    let world = World::new().await;
    world.post("Queues.json", &[("FriendlyName", "support"), ("MaxSize", "1")]).await;
    waiting(&world).await;
    world.says("/left", "<Say>Too many.</Say>");
    let second = world.network.dial(responder_sim::DialIn::new("+15005550011", LINE)).expect("a call");
    world.pass(5).await;
    let left = world.seen_at("/left");
    assert_eq!(values(&left, "QueueResult"), ["queue-full"]);
    assert_eq!(values(&left, "QueueSid"), ["-"]);
    assert!(world.record(&second).heard_text("Too many."));
}

#[tokio::test]
async fn rest_sees_the_members_and_takes_them_out() {
    let world = World::new().await;
    let customer = waiting(&world).await;
    world.says("/out", "<Say>Taken out.</Say>");
    world.pass(9).await;
    let (_, queues) = world.get("Queues.json", &[]).await;
    let queue = queues["queues"][0]["sid"].as_str().expect("a queue");
    assert_eq!(queues["queues"][0]["average_wait_time"], 10);
    let (_, members) = world.get(&format!("Queues/{queue}/Members.json"), &[]).await;
    assert_eq!(members["queue_members"][0]["call_sid"], customer.as_str());
    assert_eq!(members["queue_members"][0]["position"], 1);
    assert_eq!(members["queue_members"][0]["wait_time"], 10);
    let front = format!("Queues/{queue}/Members/Front.json");
    let (_, member) = world.get(&front, &[]).await;
    assert_eq!(member["call_sid"], customer.as_str());
    assert_eq!(world.delete(&format!("Queues/{queue}.json")).await, 400, "somebody waits in it");
    let out = world.url("/out");
    let (status, _) = world.post(&front, &[("Url", &out)]).await;
    assert_eq!(status, 200);
    world.pass(5).await;
    assert!(world.record(&customer).heard_text("Taken out."));
    assert_eq!(values(&world.seen_at("/left"), "QueueResult"), ["redirected"]);
    assert_eq!(world.get(&front, &[]).await.0, 404, "nobody is left");
    assert_eq!(world.delete(&format!("Queues/{queue}.json")).await, 204);
}

#[tokio::test]
async fn a_caller_who_leaves_during_the_whisper_leaves_the_agent_alone() {
    let world = World::new().await;
    let customer = waiting(&world).await;
    world.says("/whisper", r#"<Pause length="30"/>"#);
    world.call(TECHNICIAN, "/agent", &[]).await;
    world.pass(10).await;
    world.network.hang_up(&customer).expect("it is live");
    world.network.idle().await;
    assert_eq!(values(&world.seen_at("/left"), "QueueResult"), ["bridging-in-process"]);
    assert_eq!(values(&world.seen_at("/dialled"), "DialCallStatus"), ["no-answer"]);
    assert_eq!(values(&world.seen_at("/dialled"), "DialBridged"), ["false"]);
}

#[tokio::test]
async fn redirecting_a_caller_out_of_a_talk_is_told() {
    let world = World::new().await;
    let customer = waiting(&world).await;
    let agent = world.call(TECHNICIAN, "/agent", &[]).await;
    world.pass(20).await;
    let twiml = "<Response><Say>Elsewhere.</Say><Pause length='30'/></Response>";
    world.post(&format!("Calls/{customer}.json"), &[("Twiml", twiml)]).await;
    world.pass(5).await;
    assert_eq!(values(&world.seen_at("/left"), "QueueResult"), ["redirected-from-bridged"]);
    assert_eq!(world.seen_at("/dialled").len(), 1);
    assert_eq!(world.record(&agent).status, CallStatus::Completed);
    assert!(world.record(&customer).heard_text("Elsewhere."));
}

#[tokio::test]
async fn a_wait_document_that_can_not_be_had_ends_the_wait_with_an_error() {
    let world = World::new().await;
    waiting(&world).await;
    for broken in [Says::status(500), Says::xml("<Dial>+15005550007</Dial>")] {
        world.network.reset();
        world.answers("/wait", [broken]);
        world.customer_calls("/voice");
        world.pass(5).await;
    }
    assert_eq!(values(&world.seen_at("/left"), "QueueResult"), ["error", "error"]);
}

#[tokio::test]
async fn silence_and_the_provider_s_music_ask_for_nothing() {
    let world = World::new().await;
    world.says("/voice", r#"<Enqueue waitUrl="">quiet</Enqueue>"#);
    let silent = world.customer_calls("/voice");
    world.pass(60).await;
    assert!(world.record(&silent).heard.is_empty());
    world.says("/voice", "<Enqueue>loud</Enqueue>");
    let entertained = world.customer_calls("/voice");
    world.pass(60).await;
    assert_eq!(world.record(&entertained).heard[0].what, Sound::HoldMusic);
}

#[tokio::test]
async fn an_empty_wait_document_does_not_spin() {
    let world = World::new().await;
    waiting(&world).await;
    world.network.reset();
    world.says("/wait", "");
    let before = world.seen_at("/wait").len();
    world.customer_calls("/voice");
    world.pass(10).await;
    assert_eq!(world.seen_at("/wait").len() - before, 11, "once a second");
}

#[tokio::test]
async fn open_questions_can_be_answered_otherwise() {
    let world = World::with(|builder| {
        builder.open_questions(|questions| {
            questions.missing_queue = DialStatus::Completed;
            questions.default_queue_size = 100;
        })
    })
    .await;
    world.says("/agent", r#"<Dial action="/dialled"><Queue>nowhere</Queue></Dial>"#);
    world.call(TECHNICIAN, "/agent", &[]).await;
    world.pass(5).await;
    assert_eq!(values(&world.seen_at("/dialled"), "DialCallStatus"), ["completed"]);
    waiting(&world).await;
    assert_eq!(values(&world.seen_at("/wait")[..1], "MaxQueueSize"), ["100"]);
}
