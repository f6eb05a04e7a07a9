//! Talks, and how they end.

use super::super::super::*;
use super::super::world::*;
use super::{bridging, talking};

#[test]
fn a_talk_that_breaks_off_is_offered_again() {
    let mut world = talking();
    world.wait(secs(5));
    world.status(1, "CA1", CallStatus::Completed);
    assert_eq!(world.e.phase(), Phase::Accepted, "too short to have helped");
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Bridged, true), Document::OfferReconnect);
    let step = world.e.legs()[0].step;
    let key = Some(Key::One);
    world.input(Input::HoldEnded { leg: LegNo(0), call: call("CC0"), step, result: None, key, on_line: true });
    assert_eq!(world.document(), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
    world.holds(0, "CC0");
    assert_eq!(world.e.attempts()[2].kind, AttemptKind::Bridge);
}

/// While the store was away nobody noticed that the talk was over.
#[test]
fn a_talk_was_no_longer_than_the_provider_says() {
    let dial_ended = |world: &mut World, lasted| {
        let step = world.e.attempts()[1].step;
        let result = DialResult::Bridged;
        world.input(Input::DialEnded { attempt: AttemptNo(1), call: call("CA1"), step, result, lasted });
    };
    let mut world = talking();
    world.wait(secs(15));
    dial_ended(&mut world, Some(secs(4)));
    assert_eq!(world.e.phase(), Phase::Accepted, "too short to have helped");
    let mut world = talking();
    world.wait(secs(15));
    dial_ended(&mut world, Some(secs(400)));
    assert!(matches!(world.e.phase(), Phase::Closing { .. }));
    let lengths = world.events.iter().filter_map(|event| match event {
        Event::TalkEnded { seconds } => Some(*seconds),
        _ => None,
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [15], "nor than it can have been");

    // Nor does one help that was never seen to begin.
    let mut world = bridging();
    world.placed("CA1");
    world.answered(1, "CA1");
    assert_eq!(world.press(1, "CA1", Key::One), Document::Connect { leg: LegNo(0) });
    world.wait(secs(12));
    dial_ended(&mut world, Some(secs(4)));
    assert_eq!(world.e.phase(), Phase::Accepted);
}

#[test]
fn a_customer_who_calls_again_at_the_end_is_connected_again() {
    let mut world = talking();
    world.wait(secs(60));
    world.input(Input::CustomerCallEnded { call: call("CC0") });
    assert!(matches!(world.e.phase(), Phase::Closing { .. }));
    assert_eq!(world.calls_in("CC1", customer()), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
}

#[test]
fn the_longest_talk_is_watched_and_ends() {
    let mut world = talking();
    let limit = world.e.policy().timing.talk_limit;
    let end = world.now + limit;
    let mut looks = 0;
    while world.now < end {
        assert!(world.next_deadline(), "a talk is always watched");
        let asked: Vec<_> =
            world.pending.iter().filter(|c| c.action.kind() == CommandKind::FetchCall).cloned().collect();
        for command in asked {
            looks += 1;
            world.input(Input::CommandFinished {
                command,
                outcome: Outcome::CallFetched { status: CallStatus::InProgress },
            });
        }
    }
    assert!(looks >= 2 * 15, "both calls, every quarter of an hour: {looks}");
    let ends = world.pending.iter().filter(|command| command.action.kind() == CommandKind::EndCall).count();
    assert_eq!(ends, 2, "both calls are ended");
}

/// The customer takes up the offer to be connected again.
fn wants_it_back(world: &mut World, leg: u8, sid: &str) -> Document {
    let step = world.e.legs()[usize::from(leg)].step;
    let key = Some(Key::One);
    world.input(Input::HoldEnded { leg: LegNo(leg), call: call(sid), step, result: None, key, on_line: true });
    world.document()
}

#[test]
fn a_talk_that_lasted_and_broke_off_is_offered_again_too() {
    let mut world = talking();
    world.wait(secs(10));
    world.status(1, "CA1", CallStatus::Completed);
    assert!(matches!(world.e.phase(), Phase::Closing { because: ClosingBecause::TalkOver, .. }));
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Bridged, true), Document::OfferReconnect);
    assert_eq!(wants_it_back(&mut world, 0, "CC0"), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
}

/// Whatever is heard first: nobody has talked, so the technician gets the number, and the recipients are alerted when
/// the customer does not come back.
#[test]
fn hanging_up_before_the_talk_is_no_talk() {
    let told = Action::SendText { to: first(), text: Text::CallCustomer { why: Farewell::WillCallBack } };
    let hung_up = Event::CustomerHungUp { call_sid: call("CC0") };
    for status_first in [false, true] {
        let mut world = talking();
        world.wait(secs(2));
        if status_first {
            world.input(Input::CustomerCallEnded { call: call("CC0") });
        } else {
            world.leaves_queue(0, "CC0", QueueResult::BridgingInProcess, false);
        }
        assert_eq!(world.e.phase(), Phase::Accepted);
        assert_eq!(world.actions(), std::slice::from_ref(&told));
        assert!(world.events.contains(&hung_up));
        assert_eq!(world.dial_ended(1, "CA1", DialResult::NotBridged), Document::CustomerGone);
        world.status(1, "CA1", CallStatus::Completed);
        world.wait(secs(1800));
        assert!(world.actions().contains(&alert(Conclusion::CustomerHungUp)));
        world.wait(secs(10));
        assert_eq!(world.outcome(), Some(Conclusion::CustomerHungUp));
    }
}

fn alert(outcome: Conclusion) -> Action {
    Action::SendText { to: recipient(), text: Text::Alert { outcome } }
}

#[test]
fn a_customer_who_hung_up_before_the_talk_goes_straight_on() {
    let mut world = talking();
    world.wait(secs(2));
    world.leaves_queue(0, "CC0", QueueResult::BridgingInProcess, false);
    world.status(1, "CA1", CallStatus::Completed);
    assert_eq!(world.calls_in("CC1", customer()), Document::Hold);
    assert_eq!(world.holds(1, "CC1"), Document::Music { news: News::Accepted });
    assert_eq!(world.e.attempts()[2].kind, AttemptKind::Bridge);
}

/// The technician hangs up while the customer still hears the sentence before the talk.
#[test]
fn a_technician_who_leaves_before_the_talk_is_called_again() {
    for (result, dial_first) in [
        (QueueResult::SystemError, true),
        (QueueResult::SystemError, false),
        (QueueResult::BridgingInProcess, true),
        (QueueResult::BridgingInProcess, false),
    ] {
        let mut world = talking();
        world.wait(secs(2));
        if dial_first {
            world.status(1, "CA1", CallStatus::Completed);
        }
        assert_eq!(world.leaves_queue(0, "CC0", result, true), Document::OfferReconnect, "{result:?}");
        world.status(1, "CA1", CallStatus::Completed);
        assert_eq!(world.e.phase(), Phase::Accepted);
        assert_eq!(wants_it_back(&mut world, 0, "CC0"), Document::Hold);
        world.holds(0, "CC0");
        assert_eq!(world.e.attempts()[2].kind, AttemptKind::Bridge);
    }
}

#[test]
fn failing_after_a_talk_is_not_silent() {
    let policy = Policy { escalation: Vec::new(), attempts_per_technician: 1, escalation_rounds: 1, ..policy() };
    for length in [2, 60] {
        let mut world = World::open(policy.clone());
        world.placed("CA0");
        world.answered(0, "CA0");
        world.press(0, "CA0", Key::One);
        world.calls_in("CC0", customer());
        world.holds(0, "CC0");
        world.waiting(0, "CA0");
        world.joins(0, "CC0", "CA0");
        world.wait(secs(length));
        world.status(0, "CA0", CallStatus::Completed);
        world.leaves_queue(0, "CC0", QueueResult::Bridged, true);
        wants_it_back(&mut world, 0, "CC0");
        world.holds(0, "CC0");
        for (no, sid) in [(1, "CA1"), (2, "CA2")] {
            world.placed(sid);
            world.status(no, sid, CallStatus::NoAnswer);
        }
        let because = ClosingBecause::NobodyAccepted;
        assert!(matches!(world.e.phase(), Phase::Closing { because: why, .. } if why == because));
        assert!(world.actions().contains(&alert(Conclusion::Unanswered)), "{length} s: {:?}", world.actions());
        world.leaves_queue(0, "CC0", QueueResult::Leave, true);
        world.input(Input::CustomerCallEnded { call: call("CC0") });
        world.wait(secs(120));
        assert_eq!(world.outcome(), Some(Conclusion::Unanswered), "{length} s");
    }
}

/// The callback that says that they were connected is lost: the end of the `<Dial>` or of the queue proves it.
#[test]
fn a_talk_that_nobody_told_of_is_a_talk() {
    for dial_first in [true, false] {
        let mut world = bridging();
        world.placed("CA1");
        world.answered(1, "CA1");
        world.press(1, "CA1", Key::One);
        world.wait(secs(14));
        if dial_first {
            assert_eq!(world.dial_ended(1, "CA1", DialResult::Bridged), Document::Over);
        }
        world.leaves_queue(0, "CC0", QueueResult::Bridged, false);
        if !dial_first {
            world.dial_ended(1, "CA1", DialResult::Bridged);
        }
        world.status(1, "CA1", CallStatus::Completed);
        world.wait(secs(10));
        assert_eq!(world.outcome(), Some(Conclusion::Connected));
        assert_eq!(world.e.attempts().len(), 2, "nobody is called again");
    }
}

#[test]
fn the_end_of_a_dial_that_comes_late_ends_nothing_new() {
    let mut world = talking();
    world.wait(secs(5));
    world.leaves_queue(0, "CC0", QueueResult::Bridged, true);
    wants_it_back(&mut world, 0, "CC0");
    assert_eq!(world.dial_ended(1, "CA1", DialResult::Bridged), Document::Wait, "the queue is not proven again");
    assert_eq!(world.e.phase(), Phase::Accepted);
    world.holds(0, "CC0");
    assert_eq!(world.waiting(1, "CA1"), Document::Connect { leg: LegNo(0) });
}

#[test]
fn only_who_had_the_talk_takes_it_up_again() {
    let mut world = talking();
    world.wait(secs(60));
    world.input(Input::CustomerCallEnded { call: call("CC0") });
    world.status(1, "CA1", CallStatus::Completed);
    assert_eq!(world.calls_in("CC1", stranger()), Document::Stranger);
    assert!(matches!(world.e.phase(), Phase::Closing { .. }));
    assert_eq!(world.calls_in("CC2", customer()), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
}

/// Their phone lost the call, and the provider has not noticed.
#[test]
fn whoever_calls_again_during_their_talk_is_connected_again() {
    for (length, credit) in [(5, 2), (60, 2), (60, 0)] {
        let mut world = talking();
        world.e.reconnects_left = credit;
        world.wait(secs(length));
        assert_eq!(world.calls_in("CC1", customer()), Document::Hold);
        assert_eq!(world.actions(), [Action::EndCall { line: Line::Leg(LegNo(0)), call: call("CC0") }]);
        assert_eq!(world.e.phase(), Phase::Accepted);
        assert_eq!(world.e.reconnects_left, credit, "somebody who waits needs no credit");
        world.holds(1, "CC1");
        assert_eq!(world.dial_ended(1, "CA1", DialResult::Bridged), Document::Connect { leg: LegNo(1) });
        assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Bridged, true), superseded());
    }
}

fn superseded() -> Document {
    Document::Goodbye { why: Farewell::Superseded }
}

/// A join with a call that has ended, or is being ended, connects nobody.
#[test]
fn nobody_talks_to_a_call_that_is_over() {
    let mut world = bridging();
    world.placed("CA1");
    world.answered(1, "CA1");
    world.press(1, "CA1", Key::One);
    world.status(1, "CA1", CallStatus::Completed);
    assert_eq!(world.joins(0, "CC0", "CA1"), Document::Joining);
    assert_eq!(world.e.talk, None);
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::SystemError, true), Document::Hold, "they hold again");
    assert_eq!(world.e.attempts()[2].stage, Stage::Placing, "and the technician is called again");
}

#[test]
fn cancelling_during_a_talk_ends_it_all_with_the_talk() {
    for (length, outcome) in [(60, Conclusion::Connected), (5, Conclusion::Cancelled)] {
        let mut world = talking();
        assert_eq!(world.input(Input::Cancelled).events, [Event::Cancelled]);
        assert!(world.input(Input::Cancelled).events.is_empty());
        world.wait(secs(length));
        world.status(1, "CA1", CallStatus::Completed);
        assert!(matches!(world.e.phase(), Phase::Closing { .. }));
        let over = Document::Goodbye { why: Farewell::TalkOver };
        assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Bridged, true), over, "and no offer");
        world.input(Input::CustomerCallEnded { call: call("CC0") });
        world.wait(secs(10));
        assert_eq!(world.outcome(), Some(outcome));
    }
}

#[test]
fn the_end_of_a_bridge_call_tells_how_long_the_talk_was() {
    let mut world = talking();
    world.wait(secs(60));
    world.leaves_queue(0, "CC0", QueueResult::Bridged, false);
    let ended = Event::ConferenceStatus { attempt: AttemptNo(1), duration: Some(60) };
    assert!(world.status(1, "CA1", CallStatus::Completed).events.contains(&ended));

    let mut world = bridging();
    world.placed("CA1");
    let ended = Event::ConferenceStatus { attempt: AttemptNo(1), duration: None };
    assert!(world.status(1, "CA1", CallStatus::NoAnswer).events.contains(&ended));
}

/// The callback that says that they are connected comes after the one that says that it is over.
#[test]
fn a_join_that_comes_after_the_end_is_no_talk() {
    let mut world = bridging();
    world.placed("CA1");
    world.answered(1, "CA1");
    world.press(1, "CA1", Key::One);
    world.wait(secs(2));
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Bridged, true), Document::OfferReconnect);
    assert_eq!(world.joins(0, "CC0", "CA1"), Document::Joining);
    assert_eq!(world.e.talk, None);
    assert_eq!(wants_it_back(&mut world, 0, "CC0"), Document::Hold);
}
