//! Texts in both directions.

use responder_sim::{Behaviour, ControlError, Delivery, NumberConfig};
use std::time::Duration;

use crate::world::{LINE, Says, TECHNICIAN, World, values};

async fn text(world: &World, body: &str) -> (u16, serde_json::Value) {
    let callback = world.url("/sms-status");
    let fields = [("To", TECHNICIAN), ("From", LINE), ("Body", body), ("StatusCallback", &callback)];
    world.post("Messages.json", &fields).await
}

#[tokio::test]
async fn a_message_goes_its_way_and_every_change_but_the_first_is_reported() {
    let cases = [
        (Delivery::Delivered, vec!["sent", "delivered"], "delivered", None),
        (Delivery::Sent, vec!["sent"], "sent", None),
        (Delivery::Undelivered(30003), vec!["sent", "undelivered"], "undelivered", Some("30003")),
        (Delivery::Failed(30007), vec!["failed"], "failed", Some("30007")),
    ];
    for (delivery, reports, end, code) in cases {
        let world = World::new().await;
        world.phone(TECHNICIAN, Behaviour { sms: delivery, ..Behaviour::default() });
        let (status, body) = text(&world, "There is an emergency.").await;
        assert_eq!((status, body["status"].as_str()), (201, Some("queued")));
        assert_eq!((body["direction"].as_str(), body["num_segments"].as_str()), (Some("outbound-api"), Some("1")));
        world.pass(60).await;
        let seen = world.seen_at("/sms-status");
        assert_eq!(values(&seen, "MessageStatus"), reports);
        assert_eq!(values(&seen, "SmsStatus"), reports);
        assert_eq!(seen.last().expect("a report").field("ErrorCode"), code);
        assert_eq!(seen[0].field("MessageSid"), body["sid"].as_str());
        let path = format!("Messages/{}.json", body["sid"].as_str().expect("a sid"));
        let (_, body) = world.get(&path, &[]).await;
        assert_eq!(body["status"], end);
        assert_eq!(body["error_code"].as_u64().map(|code| code.to_string()).as_deref(), code);
        assert_eq!(body["date_sent"].is_null(), end == "failed");
        world.all_signed();
    }
}

#[tokio::test]
async fn a_message_can_be_refused() {
    let world = World::new().await;
    world.phone(TECHNICIAN, Behaviour { sms: Delivery::Refused(21614), ..Behaviour::default() });
    let (status, body) = text(&world, "Hello").await;
    assert_eq!((status, body["code"].as_u64()), (400, Some(21614)));
    assert!(world.trace().messages.is_empty());
}

#[tokio::test]
async fn stop_and_start_are_obeyed_and_still_reported() {
    let world = World::new().await;
    world.network.set_number(LINE, NumberConfig::default().with_sms(world.url("/sms")));
    world.network.text(TECHNICIAN, LINE, " stop ").expect("the line takes texts");
    world.network.idle().await;
    assert_eq!(values(&world.seen_at("/sms"), "Body"), [" stop "]);
    let (status, body) = text(&world, "Hello").await;
    assert_eq!((status, body["code"].as_u64()), (400, Some(21610)));
    world.network.text(TECHNICIAN, LINE, "Please stop it").expect("the line takes texts");
    world.network.text(TECHNICIAN, LINE, "START").expect("the line takes texts");
    assert_eq!(text(&world, "Hello").await.0, 201);
}

#[tokio::test]
async fn an_incoming_text_is_shown_to_the_application_which_may_answer() {
    let world = World::new().await;
    world.network.set_number(LINE, NumberConfig::default().with_sms(world.url("/sms")));
    world.says(
        "/sms",
        r#"<Message action="/reply-status">Noted: <Body>Thank you</Body></Message><Message>Bye</Message>"#,
    );
    let sid = world.network.text(TECHNICIAN, LINE, "ÄÖ & 1=2").expect("the line takes texts");
    world.pass(10).await;
    let seen = world.seen_at("/sms");
    assert_eq!(values(&seen, "Body"), ["ÄÖ & 1=2"]);
    assert_eq!(values(&seen, "MessageSid"), [sid.as_str()]);
    for (field, value) in [("From", TECHNICIAN), ("To", LINE), ("NumMedia", "0"), ("SmsStatus", "received")] {
        assert_eq!(seen[0].field(field), Some(value));
    }
    let trace = world.trace();
    let replies: Vec<_> =
        trace.messages[1..].iter().map(|message| (message.to.as_str(), message.body.as_str())).collect();
    assert_eq!(replies, [(TECHNICIAN, "Thank you"), (TECHNICIAN, "Bye")]);
    assert_eq!(trace.messages[1].direction, "outbound-reply");
    assert_eq!(values(&world.seen_at("/reply-status"), "MessageStatus"), ["sent", "delivered"]);
    world.all_signed();
}

#[tokio::test]
async fn a_failing_sms_address_has_a_fallback() {
    let world = World::new().await;
    let mut config = NumberConfig::default().with_sms(world.url("/sms"));
    config.sms_fallback_url = Some(world.url("/sms-fallback"));
    world.network.set_number(LINE, config);
    world.answers("/sms", [Says::status(500)]);
    world.network.text(TECHNICIAN, LINE, "Hello").expect("the line takes texts");
    world.network.idle().await;
    let seen = world.seen_at("/sms-fallback");
    assert_eq!(values(&seen, "ErrorCode"), ["11200"]);
    assert_eq!(values(&seen, "ErrorUrl"), [world.url("/sms")]);
    assert_eq!(values(&seen, "Body"), ["Hello"]);
}

#[tokio::test]
async fn a_phone_texts_back() {
    let world = World::new().await;
    world.network.set_number(LINE, NumberConfig::default().with_sms(world.url("/sms")));
    world.phone(TECHNICIAN, Behaviour::default().texting_back(Duration::from_secs(30), "1"));
    text(&world, "Press 1 to accept").await;
    world.pass(31).await;
    assert!(world.seen_at("/sms").is_empty());
    world.pass(1).await;
    assert_eq!(values(&world.seen_at("/sms"), "Body"), ["1"]);
}

#[tokio::test]
async fn a_service_accepts_first() {
    let world = World::new().await;
    let callback = world.url("/sms-status");
    let service = "MG00000000000000000000000000000001";
    let fields =
        [("To", TECHNICIAN), ("MessagingServiceSid", service), ("Body", "Hello"), ("StatusCallback", &callback)];
    let (_, body) = world.post("Messages.json", &fields).await;
    assert_eq!((body["status"].as_str(), body["from"].as_str()), (Some("accepted"), None));
    world.pass(10).await;
    let seen = world.seen_at("/sms-status");
    assert_eq!(values(&seen, "MessageStatus"), ["queued", "sent", "delivered"]);
    assert_eq!(seen[0].field("MessagingServiceSid"), Some(service));
}

#[tokio::test]
async fn a_number_without_an_address_takes_no_texts() {
    let world = World::new().await;
    let refused = world.network.text(TECHNICIAN, LINE, "Hello");
    assert_eq!(refused, Err(ControlError::NumberNotSetUp(LINE.to_owned())));
    assert_eq!(world.trace().messages.len(), 1, "it is in the trace anyway");
}
