//! The life of a call.

use responder_sim::{Behaviour, CallStatus};
use std::time::Duration;

use crate::world::{CUSTOMER, LINE, TECHNICIAN, World, values};

#[tokio::test]
async fn a_call_is_reported_step_by_step_and_its_document_is_asked_for_on_answer() {
    let world = World::new().await;
    world.says("/voice", "<Say>There is an emergency.</Say>");
    world.phone(TECHNICIAN, Behaviour::answers_after_seconds(4));
    let events = ["initiated", "ringing", "answered", "completed"].map(|event| ("StatusCallbackEvent", event));
    let status = world.url("/status");
    let more: Vec<_> = events.into_iter().chain([("StatusCallback", status.as_str())]).collect();
    let sid = world.call(TECHNICIAN, "/voice", &more).await;

    world.pass(3).await;
    assert_eq!(world.record(&sid).status, CallStatus::Ringing);
    assert!(world.seen_at("/voice").is_empty(), "no document while it rings");
    world.pass(60).await;

    let record = world.record(&sid);
    assert_eq!(record.status, CallStatus::Completed);
    assert_eq!(record.texts().collect::<Vec<_>>(), ["There is an emergency."]);
    let voice = world.seen_at("/voice");
    assert_eq!(values(&voice, "CallStatus"), ["in-progress"]);
    assert_eq!(values(&voice, "Direction"), ["outbound-api"]);
    assert_eq!(values(&voice, "CallSid"), [sid.as_str()]);

    let mut status = world.seen_at("/status");
    status.sort_by_key(|seen| seen.field("SequenceNumber").map(str::to_owned));
    assert_eq!(values(&status, "SequenceNumber"), ["0", "1", "2", "3"]);
    assert_eq!(values(&status, "CallStatus"), ["initiated", "ringing", "in-progress", "completed"]);
    assert_eq!(values(&status, "CallbackSource"), ["call-progress-events"; 4]);
    assert_eq!(values(&status, "CallDuration"), ["-", "-", "-", "1"]);
    assert_eq!(values(&status, "Duration"), ["-", "-", "-", "1"]);
    assert_eq!(status[0].field("Timestamp"), Some("Thu, 01 Jan 2026 00:00:00 +0000"));
    world.all_signed();
}

#[tokio::test]
async fn only_asked_events_are_reported_and_the_end_if_none_are() {
    let world = World::new().await;
    world.says("/voice", "<Pause/>");
    let status = world.url("/status");
    world.call(TECHNICIAN, "/voice", &[("StatusCallback", &status)]).await;
    world.pass(60).await;
    assert_eq!(values(&world.seen_at("/status"), "CallStatus"), ["completed"]);
    assert_eq!(values(&world.seen_at("/status"), "SequenceNumber"), ["0"]);

    let other = world.url("/other");
    let more = [("StatusCallback", other.as_str()), ("StatusCallbackEvent", "answered")];
    world.call(TECHNICIAN, "/voice", &more).await;
    world.pass(60).await;
    assert_eq!(values(&world.seen_at("/other"), "CallStatus"), ["in-progress"]);
}

#[tokio::test]
async fn calls_end_as_the_phone_wants() {
    let cases = [
        (Behaviour::busy(), CallStatus::Busy, Some("486")),
        (Behaviour::no_answer(), CallStatus::NoAnswer, Some("487")),
        (Behaviour::unreachable(), CallStatus::Failed, Some("404")),
        (Behaviour::answers_after_seconds(21), CallStatus::NoAnswer, Some("487")),
        (Behaviour::answers_after_seconds(20), CallStatus::Completed, None),
    ];
    for (behaviour, status, code) in cases {
        let world = World::new().await;
        world.says("/voice", "<Pause/>");
        world.phone(TECHNICIAN, behaviour);
        let callback = world.url("/status");
        let sid = world.call(TECHNICIAN, "/voice", &[("Timeout", "20"), ("StatusCallback", &callback)]).await;
        world.pass(120).await;
        assert_eq!(world.record(&sid).status, status);
        let seen = world.seen_at("/status");
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].field("CallStatus"), Some(status.as_str()));
        assert_eq!(seen[0].field("SipResponseCode"), code);
        assert_eq!(world.seen_at("/voice").len(), usize::from(status == CallStatus::Completed));
    }
}

#[tokio::test]
async fn api_calls_are_paced_and_wait_in_line() {
    let world = World::with(|builder| builder.calls_per_second(1.0)).await;
    world.says("/voice", "<Pause/>");
    let (first, second, third) = (
        world.call(TECHNICIAN, "/voice", &[]).await,
        world.call(TECHNICIAN, "/voice", &[]).await,
        world.call(TECHNICIAN, "/voice", &[]).await,
    );
    let (_, body) = world.get(&format!("Calls/{third}.json"), &[]).await;
    assert_eq!((body["status"].as_str(), body["queue_time"].as_str()), (Some("queued"), Some("2000")));
    world.customer_calls("/voice");
    world.network.idle().await;
    assert_eq!(world.seen_at("/voice").len(), 1, "an inbound call does not wait");
    world.pass(30).await;
    let started = |sid| world.record(sid).started.expect("it began");
    assert_eq!(started(&second).since(started(&first)), Duration::from_secs(1));
    assert_eq!(started(&third).since(started(&first)), Duration::from_secs(2));
}

#[tokio::test]
async fn a_call_that_is_canceled_in_line_is_never_reported() {
    let world = World::with(|builder| builder.calls_per_second(0.1)).await;
    world.says("/voice", "<Pause/>");
    let status = world.url("/status");
    world.call(TECHNICIAN, "/voice", &[]).await;
    let waiting = world.call(TECHNICIAN, "/voice", &[("StatusCallback", &status)]).await;
    let (code, body) = world.post(&format!("Calls/{waiting}.json"), &[("Status", "canceled")]).await;
    assert_eq!((code, body["status"].as_str()), (200, Some("canceled")));
    world.pass(120).await;
    assert!(world.seen_at("/status").is_empty());

    let ringing = world.call(TECHNICIAN, "/voice", &[("StatusCallback", &status)]).await;
    world.pass(2).await;
    world.post(&format!("Calls/{ringing}.json"), &[("Status", "completed")]).await;
    world.network.idle().await;
    assert_eq!(values(&world.seen_at("/status"), "CallStatus"), ["canceled"], "one that rings is");
}

#[tokio::test]
async fn an_inbound_call_rings_until_its_document_comes_and_is_reported_once_at_its_end() {
    let world = World::new().await;
    world.says("/voice", "<Say>Hello.</Say>");
    let sid = world.customer_calls("/voice");
    world.pass(10).await;
    let voice = world.seen_at("/voice");
    assert_eq!(values(&voice, "CallStatus"), ["ringing"]);
    assert_eq!((voice[0].field("From"), voice[0].field("To")), (Some(CUSTOMER), Some(LINE)));
    assert_eq!(values(&world.seen_at("/ended"), "CallStatus"), ["completed"]);
    assert_eq!(world.record(&sid).status, CallStatus::Completed);
}

#[tokio::test]
async fn a_live_call_can_be_redirected_and_ended_but_no_other() {
    let world = World::new().await;
    world.says("/voice", "<Say>First.</Say><Pause length=\"60\"/>");
    world.says("/other", "<Say>Second.</Say><Pause length=\"60\"/>");
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    let path = format!("Calls/{sid}.json");
    let other = world.url("/other");
    let (code, body) = world.post(&path, &[("Url", &other)]).await;
    assert_eq!((code, body["code"].as_u64()), (400, Some(21220)), "it is not answered yet");
    world.pass(10).await;
    let (code, _) = world.post(&path, &[("Url", &other)]).await;
    assert_eq!(code, 200);
    world.pass(10).await;
    let (code, _) = world.post(&path, &[("Twiml", "<Response><Say>Third.</Say><Pause length='9'/></Response>")]).await;
    assert_eq!(code, 200);
    world.pass(2).await;
    let (code, body) = world.post(&path, &[("Status", "canceled")]).await;
    assert_eq!((code, body["code"].as_u64()), (400, Some(21220)), "too late to cancel");
    let (code, body) = world.post(&path, &[("Status", "completed")]).await;
    assert_eq!((code, body["status"].as_str()), (200, Some("completed")));
    let (code, body) = world.post(&path, &[("Status", "completed")]).await;
    assert_eq!((code, body["code"].as_u64()), (400, Some(21220)), "it is over");
    assert_eq!(world.record(&sid).texts().collect::<Vec<_>>(), ["First.", "Second.", "Third."]);
}

#[tokio::test]
async fn calls_end_at_their_limit_or_when_the_phone_hangs_up() {
    let world = World::new().await;
    world.says("/voice", "<Pause length=\"600\"/>");
    let limited = world.call(TECHNICIAN, "/voice", &[("TimeLimit", "30")]).await;
    world.pass(120).await;
    world.phone(TECHNICIAN, Behaviour::default().hanging_up_after(Duration::from_secs(12)));
    let short = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(120).await;
    for (sid, seconds) in [(limited, 30), (short, 12)] {
        let record = world.record(&sid);
        let (answered, ended) = (record.answered.expect("answered"), record.ended.expect("ended"));
        assert_eq!(ended.since(answered), Duration::from_secs(seconds));
    }
}

#[tokio::test]
async fn phones_follow_one_script_per_call() {
    let world = World::new().await;
    world.says("/voice", "<Pause/>");
    world.network.set_phone_calls(TECHNICIAN, [Behaviour::busy(), Behaviour::default()]);
    for expected in [CallStatus::Busy, CallStatus::Completed, CallStatus::Completed] {
        let sid = world.call(TECHNICIAN, "/voice", &[]).await;
        world.pass(60).await;
        assert_eq!(world.record(&sid).status, expected);
    }
}
