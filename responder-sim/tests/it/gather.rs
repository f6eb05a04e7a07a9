//! Keys and speech.

use responder_sim::{Behaviour, CallStatus};

use crate::world::{TECHNICIAN, World, values};

const MENU: &str = r#"<Gather numDigits="1" action="keys" timeout="4">
    <Say>There is an emergency at the north gate. To accept press one. To pass press nine.</Say><Pause length="2"/>
    </Gather><Say>Nothing was pressed.</Say>"#;

#[tokio::test]
async fn a_key_interrupts_what_is_being_said() {
    let world = World::new().await;
    world.says("/voice", MENU);
    world.says("/keys", "<Say>Thank you.</Say>");
    world.phone(TECHNICIAN, Behaviour::default().pressing(["1"]));
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    let keys = world.seen_at("/keys");
    assert_eq!(values(&keys, "Digits"), ["1"]);
    assert_eq!(values(&keys, "CallStatus"), ["in-progress"]);
    let record = world.record(&sid);
    let heard = &record.heard[0];
    assert_eq!(heard.to, Some(record.pressed[0].at), "cut off by the key");
    assert_eq!(record.pressed[0].at.since(heard.from).as_secs(), 1);
    assert_eq!(record.texts().last(), Some("Thank you."));
}

#[tokio::test]
async fn without_a_key_the_next_verb_follows_and_no_action() {
    let world = World::new().await;
    world.says("/voice", MENU);
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    assert!(world.seen_at("/keys").is_empty());
    assert!(world.record(&sid).heard_text("nothing was pressed"));

    world.says("/voice", r#"<Gather actionOnEmptyResult="true" action="/keys"/><Say>Not reached.</Say>"#);
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    assert_eq!(values(&world.seen_at("/keys"), "Digits"), [""]);
    assert!(!world.record(&sid).heard_text("not reached"));
}

#[tokio::test]
async fn keys_end_by_count_by_key_or_by_silence() {
    let cases = [
        (r#"numDigits="4""#, "12345", "1234"),
        ("", "12#34", "12"),
        (r#"finishOnKey="*""#, "1#*", "1#"),
        (r#"finishOnKey="""#, "1#2*", "1#2*"),
        ("", "77", "77"),
    ];
    for (attributes, pressed, digits) in cases {
        let world = World::new().await;
        world.says("/voice", &format!(r#"<Gather {attributes} action="/keys"/>"#));
        world.phone(TECHNICIAN, Behaviour::default().pressing([pressed]));
        world.call(TECHNICIAN, "/voice", &[]).await;
        world.pass(60).await;
        assert_eq!(values(&world.seen_at("/keys"), "Digits"), [digits], "{attributes} {pressed}");
    }
}

#[tokio::test]
async fn successive_gathers_get_successive_keys_and_gaps_get_none() {
    let world = World::new().await;
    world.says("/voice", r#"<Gather numDigits="1" action="/keys"/><Redirect>/voice</Redirect>"#);
    world.says("/keys", "<Redirect>/voice</Redirect>");
    world.phone(TECHNICIAN, Behaviour::default().pressing(["5", "", "7"]));
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(30).await;
    assert_eq!(values(&world.seen_at("/keys"), "Digits"), ["5", "7"]);
    world.network.hang_up(&sid).expect("it is live");
}

#[tokio::test]
async fn the_action_defaults_to_the_document_itself() {
    let world = World::new().await;
    world.says("/voice", r#"<Gather numDigits="1"/>"#);
    world.phone(TECHNICIAN, Behaviour::default().pressing(["3"]));
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    assert_eq!(values(&world.seen_at("/voice"), "Digits"), ["-", "3"]);
    assert_eq!(world.record(&sid).status, CallStatus::Completed);
}

#[tokio::test]
async fn a_phone_can_react_to_what_it_hears() {
    let world = World::new().await;
    world.says(
        "/voice",
        r#"<Say>Wait for it.</Say><Gather numDigits="1" action="/keys"><Say>Now <prosody rate="slow">press nine</prosody> to pass.</Say></Gather>"#,
    );
    world.phone(TECHNICIAN, Behaviour::default().pressing_on_hearing("PRESS NINE", "9"));
    world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    assert_eq!(values(&world.seen_at("/keys"), "Digits"), ["9"]);
}

#[tokio::test]
async fn a_voicemail_presses_nothing() {
    let world = World::new().await;
    world.says("/voice", MENU);
    let script = Behaviour { keys: vec!["1".to_owned()], ..Behaviour::voicemail(3, 8) };
    world.phone(TECHNICIAN, script);
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    assert!(world.seen_at("/keys").is_empty());
    assert_eq!(world.record(&sid).status, CallStatus::Completed, "voicemail answers, too");
}

#[tokio::test]
async fn people_can_press_and_speak_live() {
    let world = World::new().await;
    world.says("/voice", r#"<Gather input="dtmf speech" action="/keys" timeout="20"><Say>Say yes.</Say></Gather>"#);
    world.says("/keys", "<Pause length='60'/>");
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(6).await;
    assert_eq!(world.network.speak(&sid, "yes please"), Ok(true));
    world.pass(1).await;
    let keys = world.seen_at("/keys");
    assert_eq!(values(&keys, "SpeechResult"), ["yes please"]);
    assert!(keys[0].field("Confidence").is_some());
    assert_eq!(world.network.press(&sid, "1"), Ok(false), "nobody listens during a pause");

    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(6).await;
    assert_eq!(world.network.press(&sid, "4"), Ok(true));
    world.pass(21).await;
    assert_eq!(world.seen_at("/keys")[1].field("Digits"), Some("4"));

    let script = Behaviour { speech: vec!["of course".to_owned()], ..Behaviour::default() };
    world.phone(TECHNICIAN, script);
    world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(10).await;
    assert_eq!(world.seen_at("/keys")[2].field("SpeechResult"), Some("of course"));
}

#[tokio::test]
async fn inline_documents_need_absolute_actions() {
    let world = World::new().await;
    let twiml = r#"<Response><Gather action="keys"/></Response>"#;
    let fields = [("To", TECHNICIAN), ("From", "+15005550001"), ("Twiml", twiml)];
    assert_eq!(world.post("Calls.json", &fields).await.0, 201);
    world.pass(30).await;
    assert!(world.trace().notices.iter().any(|notice| notice.code == 11100));
}
