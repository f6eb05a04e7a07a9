//! A whole emergency: a technician accepts by key and gets the customer, who waits on hold, in the same call.

use std::time::Duration;

use responder_sim::{Behaviour, CallStatus};

use crate::world::{CUSTOMER, Says, TECHNICIAN, World, values};

const SECOND: &str = "+15005550007";

#[tokio::test]
async fn the_second_technician_accepts_and_talks_to_the_customer_on_hold() {
    let world = World::with(|builder| builder.calls_per_second(1.0)).await;
    world.says("/incoming", r#"<Say>Help is being reached.</Say><Enqueue waitUrl="/hold" action="/held">e1</Enqueue>"#);
    world.says("/hold", "<Say>Somebody is being called.</Say><Play>/music.mp3</Play>");
    world.says(
        "/answer",
        r#"<Gather numDigits="1" action="/keys"><Say>An emergency. To accept press one.</Say></Gather><Hangup/>"#,
    );
    world.says(
        "/keys",
        r#"<Say>Thank you.</Say><Dial timeout="10" action="/status"><Queue url="/joined">e1</Queue></Dial>"#,
    );
    world.says("/joined", "<Say>A technician is on the line.</Say>");
    world.answers("/status", [Says::status(204)]);
    world.phone(CUSTOMER, Behaviour::default().hanging_up_talking_after(Duration::from_secs(300)));
    world.phone(TECHNICIAN, Behaviour::voicemail(5, 10));
    world.phone(SECOND, Behaviour::answers_after_seconds(6).pressing(["1"]));

    let customer = world.customer_calls("/incoming");
    let status = world.url("/status");
    let first = world.call(TECHNICIAN, "/answer", &[("MachineDetection", "Enable"), ("StatusCallback", &status)]).await;
    world.pass(40).await;
    assert_eq!(values(&world.seen_at("/answer"), "AnsweredBy"), ["machine_start"]);
    assert_eq!(world.record(&first).status, CallStatus::Completed);
    let second = world.call(SECOND, "/answer", &[("StatusCallback", &status)]).await;
    world.pass(600).await;

    let trace = world.trace();
    let talks: Vec<_> = trace.talks().collect();
    let [(dialler, talk)] = talks.as_slice() else { panic!("one talk, not {talks:?}") };
    assert_eq!((&dialler.sid, talk.number.as_str()), (&second, CUSTOMER));
    assert_eq!(talk.to.expect("over").since(talk.from), Duration::from_secs(300));
    let hold = &world.record(&customer).holds[0];
    assert_eq!((hold.result.as_deref(), hold.queue.as_str()), (Some("bridged"), "e1"));
    assert!(world.record(&customer).heard_text("a technician is on the line"));
    // The action and the status callback share one address and are told apart by their fields.
    let status = world.seen_at("/status");
    assert_eq!(status.iter().filter(|seen| seen.field("DialCallStatus") == Some("completed")).count(), 1);
    assert_eq!(status.iter().filter(|seen| seen.field("CallbackSource").is_some()).count(), 2);
    assert_eq!(values(&world.seen_at("/ended"), "CallStatus"), ["completed"]);
    assert!(trace.notices.is_empty(), "{:?}", trace.notices);
    world.all_signed();
}
