//! How an emergency ends.

use super::super::super::*;
use super::super::world::*;
use super::{accepted, answered};

#[test]
fn a_customer_on_hold_is_told_that_nobody_came_and_leaves_a_message() {
    let policy = Policy { escalation: Vec::new(), attempts_per_technician: 1, escalation_rounds: 1, ..policy() };
    let mut world = World::open(policy);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::NoAnswer);
    world.wait(secs(5));
    assert_eq!(world.holds(0, "CC0"), Document::LeaveQueue);
    let voicemail = Document::Voicemail { why: Farewell::Unanswered };
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Leave, true), voicemail);
    let step = world.e.legs()[0].step;
    let recording = "RE0".parse().ok();
    world.input(Input::VoicemailLeft { leg: LegNo(0), call: call("CC0"), step, recording, duration: secs(20) });
    assert_eq!(world.document(), Document::Goodbye { why: Farewell::MessageTaken });
    world.input(Input::CustomerCallEnded { call: call("CC0") });
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::Voicemail));
}

#[test]
fn a_customer_who_never_calls_frees_the_branch_and_ends_it() {
    let mut world = accepted();
    world.status(0, "CA0", CallStatus::Completed);
    assert!(!world.e.occupies_branch());
    world.wait(secs(1799));
    assert_eq!(world.e.phase(), Phase::Accepted);
    world.wait(secs(1));
    let told = Action::SendText { to: first(), text: Text::NeverCalled };
    assert!(world.actions().contains(&told));
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::CustomerNeverCalled));
}

#[test]
fn a_cancelled_emergency_tells_everybody_who_was_told() {
    let mut world = answered();
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.input(Input::Cancelled);
    let alert = Text::Alert { outcome: Conclusion::Cancelled };
    let expected = [
        Action::SendText { to: recipient(), text: alert.clone() },
        Action::SendMail { text: alert },
        Action::SendText { to: first(), text: Text::Cancelled },
    ];
    assert_eq!(world.actions(), expected);
    assert_eq!(world.press(0, "CA0", Key::One), Document::Over);
    assert_eq!(world.holds(0, "CC0"), Document::LeaveQueue);
    let goodbye = Document::Goodbye { why: Farewell::Cancelled };
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Leave, true), goodbye);
}

#[test]
fn a_technician_who_has_dealt_with_it_says_so() {
    let mut world = accepted();
    world.status(0, "CA0", CallStatus::Completed);
    assert_eq!(world.texts("SM0", first(), Keyword::Done), Reply::Text(Text::Status));
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::CustomerNeverCalled));
}
