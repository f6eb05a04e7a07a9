//! Machine detection.

use responder_sim::{Behaviour, GreetingEnd, Line};
use std::time::Duration;

use crate::world::{TECHNICIAN, World, values};

fn machine(greeting: u64, ending: GreetingEnd) -> Behaviour {
    Behaviour { line: Line::Voicemail { greeting: Duration::from_secs(greeting), ending }, ..Behaviour::default() }
}

#[tokio::test]
async fn the_document_waits_for_the_verdict() {
    let fax = Behaviour { line: Line::Fax, ..Behaviour::default() };
    let unsure = Behaviour { answered_by: Some("unknown".to_owned()), ..Behaviour::default() };
    let cases = [
        (Behaviour::default(), "Enable", "human", 2),
        (machine(9, GreetingEnd::Beep), "Enable", "machine_start", 4),
        (machine(9, GreetingEnd::Beep), "DetectMessageEnd", "machine_end_beep", 9),
        (machine(9, GreetingEnd::Silence), "DetectMessageEnd", "machine_end_silence", 9),
        (machine(9, GreetingEnd::Other), "DetectMessageEnd", "machine_end_other", 9),
        (machine(60, GreetingEnd::Beep), "DetectMessageEnd", "unknown", 30),
        (fax, "Enable", "fax", 4),
        (unsure, "Enable", "unknown", 2),
    ];
    for (behaviour, mode, verdict, seconds) in cases {
        let world = World::new().await;
        world.says("/voice", "<Pause/>");
        world.phone(TECHNICIAN, behaviour);
        let sid = world.call(TECHNICIAN, "/voice", &[("MachineDetection", mode)]).await;
        world.pass(120).await;
        assert_eq!(values(&world.seen_at("/voice"), "AnsweredBy"), [verdict], "{mode}");
        let began = world.trace().webhooks(responder_sim::HookKind::Voice).next().expect("a webhook").began;
        let answered = world.record(&sid).answered.expect("answered");
        assert_eq!(began.since(answered), Duration::from_secs(seconds), "{mode} {verdict}");
        let (_, call) = world.get(&format!("Calls/{sid}.json"), &[]).await;
        assert_eq!(call["answered_by"], verdict);
    }
}

#[tokio::test]
async fn asynchronous_detection_runs_beside_the_document() {
    let world = World::new().await;
    world.says("/voice", "<Pause length='60'/>");
    world.phone(TECHNICIAN, machine(12, GreetingEnd::Beep));
    let callback = world.url("/amd");
    let more =
        [("MachineDetection", "DetectMessageEnd"), ("AsyncAmd", "true"), ("AsyncAmdStatusCallback", callback.as_str())];
    let sid = world.call(TECHNICIAN, "/voice", &more).await;
    world.pass(5).await;
    assert_eq!(values(&world.seen_at("/voice"), "AnsweredBy"), ["-"]);
    world.pass(60).await;
    let amd = world.seen_at("/amd");
    assert_eq!(values(&amd, "AnsweredBy"), ["machine_end_beep"]);
    assert_eq!(values(&amd, "MachineDetectionDuration"), ["12000"]);
    assert_eq!(values(&amd, "CallSid"), [sid.as_str()]);
    world.all_signed();
}

#[tokio::test]
async fn asynchronous_detection_without_a_callback_is_a_warning() {
    let world = World::new().await;
    world.says("/voice", "<Pause length='30'/>");
    let sid = world.call(TECHNICIAN, "/voice", &[("MachineDetection", "Enable"), ("AsyncAmd", "true")]).await;
    world.pass(60).await;
    assert_eq!(world.trace().notices[0].code, 21262);
    let (_, call) = world.get(&format!("Calls/{sid}.json"), &[]).await;
    assert_eq!(call["answered_by"], "human", "it can be read afterwards");
}

#[tokio::test]
async fn digits_to_send_leave_detection_out() {
    let world = World::new().await;
    world.says("/voice", "<Pause/>");
    let more = [("MachineDetection", "Enable"), ("SendDigits", "ww12")];
    let sid = world.call(TECHNICIAN, "/voice", &more).await;
    world.pass(30).await;
    assert_eq!(values(&world.seen_at("/voice"), "AnsweredBy"), ["-"]);
    assert_eq!(world.record(&sid).heard[0].what, responder_sim::Sound::Tones("ww12".to_owned()));
}
