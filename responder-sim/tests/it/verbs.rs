//! The other verbs, and what documents may not do.

use responder_sim::{Behaviour, CallStatus, Sound};
use std::time::Duration;

use crate::world::{Says, TECHNICIAN, World, values};

#[tokio::test]
async fn say_play_and_pause_take_their_time() {
    let world = World::with(|builder| {
        builder.timing(|timing| {
            timing.speech_rate = 10;
            timing.play_length = Duration::from_secs(7);
        })
    })
    .await;
    world
        .says("/voice", r#"<Say>Ten chars.</Say><Play loop="2">clip.mp3</Play><Pause length="3"/><Play digits="12"/>"#);
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    let record = world.record(&sid);
    let heard: Vec<_> =
        record.heard.iter().map(|heard| (heard.what.clone(), heard.to.expect("over").since(heard.from))).collect();
    let expected = [
        (Sound::Said("Ten chars.".to_owned()), Duration::from_secs(1)),
        (Sound::Played(world.url("/clip.mp3")), Duration::from_secs(14)),
        (Sound::Tones("12".to_owned()), Duration::from_secs(1)),
    ];
    assert_eq!(heard, expected);
    assert_eq!(record.ended.expect("over").since(record.answered.expect("answered")), Duration::from_secs(19));
}

#[tokio::test]
async fn redirect_follows_relative_addresses_and_methods() {
    let world = World::new().await;
    world.says("/a/voice", r#"<Redirect method="GET">../b/second?x=1</Redirect><Say>Not reached.</Say>"#);
    world.says("/b/second", "<Redirect>third</Redirect>");
    world.says("/b/third", "<Say>Arrived.</Say>");
    let sid = world.call(TECHNICIAN, "/a/voice", &[]).await;
    world.pass(30).await;
    let second = world.seen_at("/b/second");
    assert_eq!(second[0].method, "GET");
    assert_eq!((second[0].field("x"), second[0].field("CallSid")), (Some("1"), Some(sid.as_str())));
    assert_eq!(world.seen_at("/b/third")[0].method, "POST");
    assert_eq!(world.record(&sid).texts().collect::<Vec<_>>(), ["Arrived."]);
    world.all_signed();
}

#[tokio::test]
async fn documents_in_a_circle_without_time_end_the_call() {
    let world = World::new().await;
    world.says("/voice", "<Redirect>/voice</Redirect>");
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(30).await;
    assert_eq!(world.record(&sid).status, CallStatus::Completed);
    assert_eq!(world.record(&sid).heard.last().map(|heard| &heard.what), Some(&Sound::ApplicationError));
}

#[tokio::test]
async fn hangup_ends_and_reject_refuses() {
    let world = World::new().await;
    world.says("/voice", "<Hangup/><Say>Not reached.</Say>");
    let sid = world.customer_calls("/voice");
    world.pass(5).await;
    assert_eq!(world.record(&sid).status, CallStatus::Completed);
    assert!(world.record(&sid).heard.is_empty());
    for (verb, status) in [("<Reject reason=\"busy\"/>", CallStatus::Busy), ("<Reject/>", CallStatus::NoAnswer)] {
        world.says("/voice", verb);
        let sid = world.customer_calls("/voice");
        world.pass(5).await;
        let record = world.record(&sid);
        assert_eq!((record.status, record.answered), (status, None));
    }
    world.says("/voice", "<Say>Hello.</Say><Reject/><Say>Goodbye.</Say>");
    let sid = world.customer_calls("/voice");
    world.pass(5).await;
    assert_eq!(world.record(&sid).texts().collect::<Vec<_>>(), ["Hello.", "Goodbye."], "too late");
}

#[tokio::test]
async fn a_pause_in_front_delays_the_answer() {
    let world = World::new().await;
    world.says("/voice", r#"<Pause length="5"/><Say>Hello.</Say>"#);
    let sid = world.customer_calls("/voice");
    world.pass(20).await;
    let record = world.record(&sid);
    assert_eq!(record.answered.expect("answered").since(record.created), Duration::from_secs(5));
}

#[tokio::test]
async fn unknown_and_misplaced_verbs_are_skipped_with_a_notice() {
    let world = World::new().await;
    world.says("/voice", "<Sing>La la</Sing><Leave/><Gather><Dial>+15005550007</Dial></Gather><say/><Say>End.</Say>");
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(30).await;
    assert_eq!(world.record(&sid).texts().collect::<Vec<_>>(), ["End."]);
    let trace = world.trace();
    let about: Vec<_> = trace
        .notices
        .iter()
        .filter(|notice| [12200, 13320].contains(&notice.code))
        .map(|notice| &notice.text)
        .collect();
    assert_eq!(about.len(), 4, "{about:?}");
    assert!(about[0].contains("Sing") && about[3].contains("say"), "names are case-sensitive: {about:?}");
}

#[tokio::test]
async fn long_documents_do_no_harm() {
    let world = World::new().await;
    let dials = "<Dial/>".repeat(4_500);
    let prompts = "<Sing/>".repeat(4_500);
    world.says("/voice", &format!("{dials}<Gather timeout='1'>{prompts}</Gather><Say>End.</Say>"));
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(30).await;
    assert!(world.record(&sid).heard_text("end"));
}

#[tokio::test]
async fn absurd_numbers_do_no_harm() {
    let world = World::new().await;
    let most = u64::MAX;
    world.says("/voice", &format!("<Record timeout='{most}' maxLength='{most}'/>"));
    world
        .says("/other", &format!("<Say loop='0'>x</Say><Dial timeout='{most}' timeLimit='{most}'>+15005550006</Dial>"));
    let first = world.call(TECHNICIAN, "/voice", &[("TimeLimit", "60")]).await;
    let second = world.customer_calls("/other");
    world.pass(20_000).await;
    for sid in [first, second] {
        assert_eq!(world.record(&sid).status, CallStatus::Completed);
    }
}

#[tokio::test]
async fn record_takes_a_message_and_tells_the_action() {
    let world = World::new().await;
    world.says("/voice", r##"<Say>Leave a message.</Say><Record action="/left" maxLength="60" finishOnKey="#" recordingStatusCallback="/recorded"/><Say>Nothing.</Say>"##);
    world.says("/left", "<Say>Thank you.</Say>");
    let mut script = Behaviour::default();
    script.message.length = Duration::from_secs(12);
    script.message.then = responder_sim::AfterMessage::Key('#');
    world.phone(TECHNICIAN, script.clone());
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    let left = world.seen_at("/left");
    assert_eq!(values(&left, "Digits"), ["#"]);
    assert_eq!(values(&left, "RecordingDuration"), ["12"]);
    let recording = world.trace().recordings[0].clone();
    assert_eq!((recording.status.as_str(), recording.source.as_str()), ("completed", "RecordVerb"));
    assert!(left[0].field("RecordingUrl").is_some_and(|url| url.ends_with(recording.sid.as_str())));
    assert_eq!(values(&world.seen_at("/recorded"), "RecordingStatus"), ["completed"]);
    assert!(world.record(&sid).heard_text("thank you"));

    script.message.length = Duration::ZERO;
    script.message.then = responder_sim::AfterMessage::Silence;
    world.phone(TECHNICIAN, script.clone());
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    assert_eq!(world.seen_at("/left").len(), 1, "an empty recording has no action");
    assert!(world.record(&sid).heard_text("nothing"));
    assert_eq!(world.trace().recordings[1].status, "absent");

    script.message.length = Duration::from_secs(8);
    script.message.then = responder_sim::AfterMessage::HangUp;
    world.phone(TECHNICIAN, script);
    world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(60).await;
    let left = world.seen_at("/left");
    assert_eq!(values(&left[1..], "Digits"), ["hangup"]);
    assert_eq!(values(&left[1..], "RecordingDuration"), ["8"]);
    assert_eq!(values(&left[1..], "CallStatus"), ["completed"]);
}

#[tokio::test]
async fn an_answer_can_be_audio_or_plain_text_or_nothing() {
    let world = World::new().await;
    let plain = Says { body: "Just words.".to_owned(), ..Says::status(200) }.with("content-type", "text/plain");
    let audio = Says::status(200).with("content-type", "audio/mpeg");
    let cases = [
        (plain, vec![Sound::Said("Just words.".to_owned())]),
        (audio, vec![Sound::Played(world.url("/voice"))]),
        (Says::status(204), vec![]),
    ];
    for (says, sounds) in cases {
        world.answers("/voice", [says]);
        world.network.reset();
        let sid = world.call(TECHNICIAN, "/voice", &[]).await;
        world.pass(30).await;
        let heard: Vec<_> = world.record(&sid).heard.into_iter().map(|heard| heard.what).collect();
        assert_eq!(heard, sounds);
    }
}
