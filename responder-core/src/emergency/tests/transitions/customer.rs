//! Customers who call, hold, leave and call again.

use super::super::super::*;
use super::super::world::*;
use super::{accepted, bridging};

#[test]
fn a_customer_who_hangs_up_is_called_back_or_calls_again() {
    let mut world = bridging();
    world.placed("CA1");
    world.leaves_queue(0, "CC0", QueueResult::Hangup, false);
    assert!(world.events.contains(&Event::CustomerHungUp { call_sid: call("CC0") }));
    let expected = [
        Action::EndCall { line: Line::Attempt(AttemptNo(1)), call: call("CA1") },
        Action::SendText { to: first(), text: Text::CallCustomer { why: Farewell::WillCallBack } },
    ];
    assert_eq!(world.actions(), expected, "the bridge is withdrawn, the technician gets the number");
    world.finish(CommandKind::EndCall, Outcome::CallEnded);
    assert_eq!(world.calls_in("CC1", customer()), Document::Hold, "and goes straight on");
    world.holds(1, "CC1");
    assert_eq!(world.actions().len(), 1);
    assert_eq!(world.e.attempts()[2].kind, AttemptKind::Bridge);
}

#[test]
fn a_silent_customer_is_looked_at_before_they_count_as_gone() {
    let mut world = World::open(Policy { attempts_per_technician: 9, ..policy() });
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::Ringing);
    world.wait(secs(75));
    let look = Action::FetchCall { line: Line::Leg(LegNo(0)), call: call("CC0") };
    assert!(world.pending.iter().any(|command| command.action == look));
    let command = world.pending.iter().find(|command| command.action == look).cloned().expect("the look");
    world.input(Input::CommandFinished { command, outcome: Outcome::CallFetched { status: CallStatus::Completed } });
    assert_eq!(world.e.legs()[0].stage, LegStage::Ended);
}

#[test]
fn the_hold_limit_ends_the_call_and_not_the_search() {
    let mut world = World::open(Policy { attempts_per_technician: 10, escalation_rounds: 10, ..policy() });
    world.calls_in("CC0", customer());
    for _ in 0..20 {
        assert!(matches!(world.holds(0, "CC0"), Document::Music { .. }));
        world.wait(secs(30));
    }
    assert_eq!(world.holds(0, "CC0"), Document::LeaveQueue);
    let voicemail = Document::Voicemail { why: Farewell::HoldLimit };
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Leave, true), voicemail);
    assert_eq!(world.e.phase(), Phase::Seeking, "seeking goes on");
    world.input(Input::CustomerCallEnded { call: call("CC0") });
    assert!(!world.events.iter().any(|event| matches!(event, Event::CustomerHungUp { .. })));
    world.texts("SM0", first(), Keyword::Accept);
    let call = Action::SendText { to: first(), text: Text::CallCustomer { why: Farewell::WillCallBack } };
    assert!(world.actions().contains(&call), "an acceptance then says to call the customer: {:?}", world.actions());
}

#[test]
fn other_queue_results() {
    let on_hold = || {
        let mut world = World::open(policy());
        world.calls_in("CC0", customer());
        world.holds(0, "CC0");
        world
    };
    let mut world = on_hold();
    world.leaves_queue(0, "CC0", QueueResult::BridgingInProcess, false);
    assert_eq!(world.e.legs()[0].stage, LegStage::Ended, "left during the whisper");
    let mut world = on_hold();
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::BridgingInProcess, true), Document::Hold, "the other one did");

    let mut world = on_hold();
    let full = Document::Voicemail { why: Farewell::QueueFull };
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::QueueFull, true), full);

    let mut world = on_hold();
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::SystemError, true), Document::Hold);
    assert_eq!(world.actions(), [Action::FetchCall { line: Line::Leg(LegNo(0)), call: call("CC0") }]);
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Error, true), full, "once only");
    let mut world = on_hold();
    world.leaves_queue(0, "CC0", QueueResult::SystemError, false);
    assert_eq!(world.e.legs()[0].stage, LegStage::Ended);
}

#[test]
fn the_stated_caller_is_the_customer_and_others_are_told() {
    let mut world = World::open(policy());
    assert_eq!(world.calls_in("CC0", stranger()), Document::Hold, "the first caller while nobody holds");
    world.holds(0, "CC0");
    assert_eq!(world.calls_in("CC1", number("+15005550201")), Document::Stranger);
    assert_eq!(world.calls_in("CC2", customer()), Document::Hold, "the stated number, always");
    assert_eq!(world.holds(0, "CC0"), Document::LeaveQueue);
    let goodbye = Document::Goodbye { why: Farewell::PutAside };
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Leave, true), goodbye);
    world.holds(1, "CC2");
    assert_eq!(world.calls_in("CC3", customer()), Document::Hold, "again: the earlier call is superseded");
    world.holds(2, "CC3");
    world.placed("CA0");
    world.answered(0, "CA0");
    assert_eq!(world.press(0, "CA0", Key::One), Document::Connect { leg: LegNo(2) }, "never the superseded one");
    assert_eq!(world.holds(1, "CC2"), Document::LeaveQueue);
}

/// Whoever holds and calls again from the same number is the same person, and a technician who calls back is none.
#[test]
fn the_same_number_supersedes_and_a_technician_is_no_customer() {
    let mut world = World::open(policy());
    assert_eq!(world.calls_in("CC0", first()), Document::Stranger);
    assert_eq!(world.calls_in("CC1", stranger()), Document::Hold, "and does not take the place of the first caller");
    world.holds(0, "CC1");
    assert_eq!(world.calls_in("CC2", stranger()), Document::Hold);
    assert_eq!(world.holds(0, "CC1"), Document::LeaveQueue);
    let goodbye = Document::Goodbye { why: Farewell::Superseded };
    assert_eq!(world.leaves_queue(0, "CC1", QueueResult::Leave, true), goodbye);
}

#[test]
fn wrong_numbers_do_not_use_up_the_calls_of_the_customer() {
    let mut world = World::open(policy());
    for n in 0..6 {
        let sid = format!("CC{n}");
        assert_eq!(world.calls_in(&sid, stranger()), Document::Hold);
        world.input(Input::CustomerCallEnded { call: call(&sid) });
    }
    assert_eq!(world.calls_in("CC6", stranger()), Document::Goodbye { why: Farewell::TooManyCalls });
    assert_eq!(world.calls_in("CC7", customer()), Document::Hold);
}

#[test]
fn a_customer_who_calls_while_it_is_closed_for_want_of_them_is_put_through() {
    let mut world = accepted();
    world.status(0, "CA0", CallStatus::Completed);
    assert!(world.e.awaits_customer());
    world.wait(secs(1800));
    assert!(!world.e.awaits_customer(), "a caller without a number belongs to another emergency");
    assert_eq!(world.calls_in("CC0", customer()), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
    world.holds(0, "CC0");
    assert_eq!(world.e.attempts()[1].kind, AttemptKind::Bridge);
}

/// The limit comes while the technician is just being connected.
#[test]
fn the_hold_limit_does_not_end_a_connection() {
    let mut world = World::open(policy());
    world.placed("CA0");
    world.answered(0, "CA0");
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.e.legs[0].hold_until = world.now + secs(10);
    assert_eq!(world.press(0, "CA0", Key::One), Document::Connect { leg: LegNo(0) });
    world.wait(secs(10));
    assert_eq!(world.e.legs()[0].stage, LegStage::Holding);
    world.joins(0, "CC0", "CA0");
    assert_eq!(world.e.legs()[0].stage, LegStage::Talking);

    let mut world = bridging();
    world.e.legs[0].hold_until = world.now + secs(10);
    world.placed("CA1");
    world.wait(secs(10));
    assert_eq!(world.e.legs()[0].stage, LegStage::Leaving(Farewell::HoldLimit), "nobody is there yet");
}
