//! Calling somebody from a call.

use std::time::Duration;

use responder_sim::{Behaviour, CallStatus, DialIn, Direction, Sound};

use crate::world::{CUSTOMER, LINE, Says, TECHNICIAN, World, values};

const OTHER: &str = "+15005550007";

#[tokio::test]
async fn two_people_talk_and_the_action_is_told_how_long() {
    let world = World::new().await;
    world.says("/voice", r#"<Dial action="after"><Number>+15005550006</Number></Dial><Say>Not reached.</Say>"#);
    world.says("/after", "<Say>Goodbye.</Say>");
    world.phone(TECHNICIAN, Behaviour::answers_after_seconds(5).hanging_up_talking_after(Duration::from_secs(90)));
    let customer = world.customer_calls("/voice");
    world.pass(300).await;

    let after = world.seen_at("/after");
    assert_eq!(values(&after, "DialCallStatus"), ["completed"]);
    assert_eq!(values(&after, "DialCallDuration"), ["90"]);
    assert_eq!(values(&after, "DialBridged"), ["true"]);
    let trace = world.trace();
    let child = trace.calls_to(TECHNICIAN).next().expect("a leg");
    assert_eq!(after[0].field("DialCallSid"), Some(child.sid.as_str()));
    assert_eq!((child.direction, child.parent.clone()), (Direction::OutboundDial, Some(customer.clone())));
    assert_eq!(child.from, CUSTOMER, "the caller's number is shown");
    let (dialler, talk) = trace.talks().next().expect("a talk");
    assert_eq!((dialler.sid.clone(), talk.number.as_str()), (customer.clone(), TECHNICIAN));
    let texts: Vec<String> = world.record(&customer).texts().map(str::to_owned).collect();
    assert_eq!(texts, ["Goodbye."]);
    world.all_signed();
}

#[tokio::test]
async fn without_an_action_the_next_verb_follows() {
    let world = World::new().await;
    world.says("/voice", "<Dial>+15005550006</Dial><Say>Nobody came.</Say>");
    world.phone(TECHNICIAN, Behaviour::busy());
    let customer = world.customer_calls("/voice");
    world.pass(30).await;
    assert!(world.record(&customer).heard_text("nobody came"));
}

#[tokio::test]
async fn the_action_is_told_why_nobody_came() {
    let cases = [
        (Behaviour::busy(), "busy"),
        (Behaviour::no_answer(), "no-answer"),
        (Behaviour::unreachable(), "failed"),
        (Behaviour::answers_after_seconds(26), "no-answer"),
        (Behaviour::answers_after_seconds(24).hanging_up_talking_after(Duration::from_secs(1)), "completed"),
    ];
    for (behaviour, status) in cases {
        let world = World::new().await;
        world.says("/voice", r#"<Dial action="/after" timeout="20"><Number>+15005550006</Number></Dial>"#);
        world.phone(TECHNICIAN, behaviour);
        world.customer_calls("/voice");
        world.pass(120).await;
        assert_eq!(values(&world.seen_at("/after"), "DialCallStatus"), [status], "20 seconds and the extra 5");
    }
}

#[tokio::test]
async fn a_callee_hears_its_document_and_can_refuse() {
    for (keys, status, spoken) in [("1", "completed", "Connecting."), ("", "no-answer", "Goodbye.")] {
        let world = World::new().await;
        world.says("/voice", r#"<Dial action="/after"><Number url="/screen">+15005550006</Number></Dial>"#);
        world.says(
            "/screen",
            r#"<Gather numDigits="1" action="/accept"><Say>Press one.</Say></Gather><Say>Goodbye.</Say><Hangup/>"#,
        );
        world.says("/accept", "<Say>Connecting.</Say>");
        let phone = Behaviour::default().pressing([keys]).hanging_up_talking_after(Duration::from_secs(10));
        world.phone(TECHNICIAN, phone);
        world.customer_calls("/voice");
        world.pass(120).await;
        let after = world.seen_at("/after");
        assert_eq!(values(&after, "DialCallStatus"), [status]);
        let trace = world.trace();
        let child = trace.calls_to(TECHNICIAN).next().expect("a leg");
        assert!(child.heard_text(spoken), "{:?}", child.heard);
        assert_eq!(values(&world.seen_at("/screen"), "ParentCallSid").len(), 1);
        assert_eq!(trace.talks().count(), usize::from(keys == "1"));
    }
}

#[tokio::test]
async fn several_phones_ring_at_once_and_the_first_wins() {
    let world = World::new().await;
    let status = r#"statusCallback="/legs" statusCallbackEvent="ringing completed""#;
    world.says(
        "/voice",
        &format!("<Dial action='/after'><Number>{TECHNICIAN}</Number><Number {status}>{OTHER}</Number></Dial>"),
    );
    world.phone(TECHNICIAN, Behaviour::answers_after_seconds(2).hanging_up_talking_after(Duration::from_secs(5)));
    world.phone(OTHER, Behaviour::answers_after_seconds(9));
    world.customer_calls("/voice");
    world.pass(60).await;
    let trace = world.trace();
    assert_eq!(trace.calls_to(OTHER).next().expect("a leg").status, CallStatus::Canceled);
    assert_eq!(values(&world.seen_at("/after"), "DialCallStatus"), ["completed"]);
    let mut legs = values(&world.seen_at("/legs"), "CallStatus").into_iter().map(str::to_owned).collect::<Vec<_>>();
    legs.sort();
    assert_eq!(legs, ["canceled", "ringing"]);
}

#[tokio::test]
async fn sequential_numbers_are_tried_in_turn() {
    let world = World::new().await;
    world.says(
        "/voice",
        r#"<Dial sequential="true" action="/after"><Number>+15005550006</Number><Number>+15005550007</Number></Dial>"#,
    );
    world.phone(TECHNICIAN, Behaviour::busy());
    world.phone(OTHER, Behaviour::answers_after_seconds(1).hanging_up_talking_after(Duration::from_secs(5)));
    world.customer_calls("/voice");
    world.pass(60).await;
    let trace = world.trace();
    let (first, second) = (trace.calls_to(TECHNICIAN).next(), trace.calls_to(OTHER).next());
    assert!(first.expect("a leg").ended <= second.expect("a leg").started);
    assert_eq!(values(&world.seen_at("/after"), "DialCallStatus"), ["completed"]);
}

#[tokio::test]
async fn a_caller_who_hangs_up_takes_the_other_leg_along() {
    let world = World::new().await;
    world.says("/voice", r#"<Dial action="/after">+15005550006</Dial>"#);
    let customer = world.customer_calls("/voice");
    world.pass(1).await;
    world.network.hang_up(&customer).expect("it is live");
    world.network.idle().await;
    let trace = world.trace();
    assert_eq!(trace.calls_to(TECHNICIAN).next().expect("a leg").status, CallStatus::Canceled);
    assert_eq!(values(&world.seen_at("/after"), "DialCallStatus"), ["canceled"]);

    let customer = world.customer_calls("/voice");
    world.pass(30).await;
    world.network.hang_up(&customer).expect("it is live");
    world.network.idle().await;
    let trace = world.trace();
    let leg = trace.calls_to(TECHNICIAN).last().expect("a leg");
    assert_eq!(leg.status, CallStatus::Completed);
    let after = world.seen_at("/after");
    assert_eq!(values(&after, "DialCallStatus"), ["canceled", "completed"]);
    assert_eq!(values(&after, "CallStatus"), ["completed", "completed"]);
}

#[tokio::test]
async fn star_and_time_limit_end_the_talk_but_not_the_call() {
    let world = World::new().await;
    let dial = "<Dial hangupOnStar='true' timeLimit='60'>+15005550006</Dial><Say>Still here.</Say>";
    world.says("/voice", dial);
    let customer = world.customer_calls("/voice");
    world.pass(20).await;
    assert_eq!(world.network.press(&customer, "*"), Ok(true));
    world.pass(5).await;
    assert!(world.record(&customer).heard_text("still here"));
    let customer = world.customer_calls("/voice");
    world.pass(120).await;
    let record = world.record(&customer);
    assert!(record.heard_text("still here"));
    let talk = &record.talks[0];
    assert_eq!(talk.to.expect("it ended").since(talk.from), Duration::from_secs(60));
}

#[tokio::test]
async fn caller_ids_clients_and_bare_numbers_are_understood() {
    let world = World::with(|builder| builder.only_owned_from()).await;
    world.says("/voice", r#"<Dial callerId="+15005550001"><Client>alice</Client></Dial>"#);
    world.customer_calls("/voice");
    world.pass(5).await;
    let trace = world.trace();
    let leg = trace.calls_to("client:alice").next().expect("a leg");
    assert_eq!(leg.from, LINE);
    world.says("/voice", r#"<Dial callerId="+15005550099" action="/after">+15005550006</Dial>"#);
    world.customer_calls("/voice");
    world.pass(5).await;
    assert_eq!(values(&world.seen_at("/after"), "DialCallStatus"), ["failed"], "not a number of this account");
    assert!(world.trace().notices.iter().any(|notice| notice.code == 13214));
}

#[tokio::test]
async fn a_client_calls_through_its_application() {
    let world = World::new().await;
    world.says("/make_call", "<Dial callerId='+15005550001'>+15005550006</Dial>");
    let order = DialIn::new("client:alice", "").to_url(world.url("/make_call")).with("to", TECHNICIAN);
    let sid = world.network.dial(order).expect("a call");
    world.pass(10).await;
    let seen = world.seen_at("/make_call");
    assert_eq!(values(&seen, "From"), ["client:alice"]);
    assert_eq!(values(&seen, "To"), [""]);
    assert_eq!(values(&seen, "to"), [TECHNICIAN]);
    assert_eq!(values(&seen, "Direction"), ["inbound"]);
    assert_eq!(world.record(&sid).talks.len(), 1);
    world.all_signed();
}

#[tokio::test]
async fn redirecting_one_leg_releases_the_other_as_the_dial_says() {
    let world = World::new().await;
    world.says("/voice", r#"<Dial action="/after">+15005550006</Dial>"#);
    world.answers("/after", [Says::xml("<Say>Alone again.</Say><Pause length='60'/>")]);
    let customer = world.customer_calls("/voice");
    world.pass(20).await;
    let trace = world.trace();
    let child = trace.calls_to(TECHNICIAN).next().expect("a leg").sid.clone();
    let twiml = [("Twiml", "<Response><Say>Elsewhere.</Say><Pause length='60'/></Response>")];
    assert_eq!(world.post(&format!("Calls/{child}.json"), &twiml).await.0, 200);
    world.pass(5).await;
    assert!(world.record(&child).heard_text("elsewhere"));
    assert!(world.record(&customer).heard_text("alone again"));
    assert_eq!(values(&world.seen_at("/after"), "DialCallDuration"), ["-"], "not when the child was redirected");

    let customer = world.customer_calls("/voice");
    world.pass(20).await;
    assert_eq!(world.post(&format!("Calls/{customer}.json"), &twiml).await.0, 200);
    world.pass(5).await;
    let trace = world.trace();
    assert_eq!(trace.calls_to(TECHNICIAN).last().expect("a leg").status, CallStatus::Completed);
    assert_eq!(world.seen_at("/after").len(), 1, "the dial of a redirected call has no action");
}

#[tokio::test]
async fn answer_on_bridge_keeps_the_caller_ringing() {
    let world = World::new().await;
    world.says("/voice", "<Dial answerOnBridge='true'>+15005550006</Dial>");
    world.phone(TECHNICIAN, Behaviour::answers_after_seconds(8));
    let customer = world.customer_calls("/voice");
    world.pass(5).await;
    assert_eq!(world.record(&customer).status, CallStatus::Ringing);
    world.pass(5).await;
    let record = world.record(&customer);
    assert_eq!(record.status, CallStatus::InProgress);
    assert_eq!(record.answered, Some(record.talks[0].from));
}

#[tokio::test]
async fn a_noun_that_is_not_simulated_is_named_in_the_notices() {
    let world = World::new().await;
    world.says("/voice", "<Dial action='/after'><Sim>DE0001</Sim></Dial>");
    let customer = world.customer_calls("/voice");
    world.pass(5).await;
    assert_eq!(values(&world.seen_at("/after"), "DialCallStatus"), ["failed"]);
    assert!(world.trace().notices.iter().any(|notice| notice.code == 12200 && notice.text.contains("Sim")));
    assert!(!world.record(&customer).heard.iter().any(|heard| heard.what == Sound::ApplicationError));
}
