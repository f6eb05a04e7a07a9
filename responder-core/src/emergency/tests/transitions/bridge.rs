//! Putting technician and customer on the line.

use super::super::super::*;
use super::super::world::*;
use super::{accepted, bridging, talking};

#[test]
fn the_customer_calls_while_the_technician_waits_on_the_line() {
    let mut world = accepted();
    assert_eq!(world.e.phase(), Phase::Accepted);
    assert!(!world.e.occupies_branch(), "accepted, and nobody on the line: the branch is free");
    assert_eq!(world.calls_in("CC0", customer()), Document::Hold);
    assert!(world.e.occupies_branch());
    assert_eq!(world.waiting(0, "CA0"), Document::Wait, "the queue is not proven yet");
    world.holds(0, "CC0");
    assert!(world.actions().is_empty(), "no second ring for somebody who is on the line");
    assert_eq!(world.waiting(0, "CA0"), Document::Connect { leg: LegNo(0) });
    world.joins(0, "CC0", "CA0");
    world.wait(secs(40));
    world.leaves_queue(0, "CC0", QueueResult::Bridged, false);
    world.status(0, "CA0", CallStatus::Completed);
    world.wait(secs(9));
    assert_eq!(world.outcome(), None, "late callbacks are collected first");
    world.wait(secs(1));
    assert_eq!(world.outcome(), Some(Conclusion::Connected));
    let Some(Event::EmergencyConcluded(summary)) = world.events.last() else { panic!("no conclusion") };
    assert_eq!((summary.talk_seconds, summary.attempts, summary.legs), (40, 1, 1));
    assert_eq!(summary.technician, Some(first()));
}

#[test]
fn a_technician_who_hung_up_is_called_to_be_connected() {
    let mut world = bridging();
    let not_after = world.now + secs(30);
    let ring = Action::PlaceCall { attempt: AttemptNo(1), purpose: AttemptKind::Bridge, to: first(), not_after };
    assert_eq!(world.actions(), [ring]);
    world = talking();
    assert!(world.events.contains(&Event::Bridged { customer: call("CC0"), attempt: AttemptNo(1) }));
    world.wait(secs(60));
    assert_eq!(world.dial_ended(1, "CA1", DialResult::Bridged), Document::Over);
    world.status(1, "CA1", CallStatus::Completed);
    world.leaves_queue(0, "CC0", QueueResult::Bridged, false);
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::Connected));
    let kinds: Vec<_> = world.actions().iter().map(Action::kind).collect();
    assert_eq!(kinds, [CommandKind::DeleteQueue, CommandKind::SendMail]);
}

/// One more attempt, then the next technician is notified, and the first one is told.
#[test]
fn a_bridge_call_that_fails_is_repeated_once_and_then_escalated() {
    let mut world = bridging();
    world.placed("CA1");
    world.status(1, "CA1", CallStatus::NoAnswer);
    assert!(
        world.events.contains(&Event::BridgeFailed { attempt: AttemptNo(1), because: UnreachableBecause::NoAnswer })
    );
    assert_eq!(world.pending(CommandKind::PlaceCall).action.kind(), CommandKind::PlaceCall);
    assert_eq!(world.e.attempts()[2].kind, AttemptKind::Bridge);
    world.placed("CA2");
    world.status(2, "CA2", CallStatus::Busy);
    assert_eq!(world.e.phase(), Phase::Seeking);
    let not_after = world.now + secs(30);
    let next = Action::PlaceCall { attempt: AttemptNo(3), purpose: AttemptKind::Notification, to: second(), not_after };
    let told = Action::SendText { to: first(), text: Text::BridgeGivenUp };
    assert_eq!(world.actions(), [told, next, Action::SendText { to: second(), text: Text::Details }]);
    assert_eq!(world.holds(0, "CC0"), Document::Music { news: News::SeekingNext });
    world.placed("CA3");
    world.answered(3, "CA3");
    assert_eq!(world.press(3, "CA3", Key::One), Document::Connect { leg: LegNo(0) });
}

#[test]
fn a_bridge_that_is_not_proven_in_15_seconds_has_failed() {
    let mut world = bridging();
    world.placed("CA1");
    world.answered(1, "CA1");
    world.press(1, "CA1", Key::One);
    world.wait(secs(14));
    assert!(!world.events.iter().any(|event| matches!(event, Event::BridgeFailed { .. })));
    world.wait(secs(1));
    let failed = Event::BridgeFailed { attempt: AttemptNo(1), because: UnreachableBecause::NotJoined };
    assert!(world.events.contains(&failed));
    let again = Document::Connect { leg: LegNo(0) };
    assert_eq!(
        world.dial_ended(1, "CA1", DialResult::NotBridged),
        again,
        "once more, without asking for the key again"
    );
}

#[test]
fn the_transfer_target_is_tried_twice_and_then_the_technician() {
    let transfer = Some(Transfer { target: office(), confirmation: Confirmation::Answered });
    let mut world = World::open(Policy { transfer, ..policy() });
    world.placed("CA0");
    world.answered(0, "CA0");
    assert_eq!(world.press(0, "CA0", Key::One), Document::AcceptedTransfer);
    world.status(0, "CA0", CallStatus::Completed);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    for (no, kind, to) in
        [(1, AttemptKind::Transfer, office()), (2, AttemptKind::Transfer, office()), (3, AttemptKind::Bridge, first())]
    {
        let attempt = &world.e.attempts()[no];
        assert_eq!((attempt.kind, attempt.to), (kind, to));
        let sid = format!("CA{no}");
        world.placed(&sid);
        if no < 3 {
            world.status(no as u16, &sid, CallStatus::Busy);
        }
    }
    assert_eq!(world.answered(3, "CA3"), Document::ConfirmBridge);
}

#[test]
fn a_switchboard_is_connected_as_soon_as_it_answers() {
    let transfer = Some(Transfer { target: office(), confirmation: Confirmation::Answered });
    let mut world = World::open(Policy { transfer, ..policy() });
    world.placed("CA0");
    world.answered(0, "CA0");
    world.press(0, "CA0", Key::One);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.placed("CA1");
    assert_eq!(world.answered(1, "CA1"), Document::Connect { leg: LegNo(0) });
}

/// The technician has accepted by text; the second bridge call to them was told to connect and is not proven.
fn unproven() -> World {
    let mut world = bridging();
    world.placed("CA1");
    world.status(1, "CA1", CallStatus::NoAnswer);
    world.placed("CA2");
    world.answered(2, "CA2");
    assert_eq!(world.press(2, "CA2", Key::One), Document::Connect { leg: LegNo(0) });
    world
}

/// 15 s are less than a legal `<Dial>` takes: somebody else is asked when it comes back, or after 15 s more.
#[test]
fn a_late_proof_is_waited_for_before_somebody_else_is_asked() {
    let mut world = unproven();
    world.wait(secs(15));
    assert_eq!(world.e.phase(), Phase::Accepted);
    world.wait(secs(2));
    world.joins(0, "CC0", "CA2");
    assert!(world.events.contains(&Event::Bridged { customer: call("CC0"), attempt: AttemptNo(2) }));

    let mut world = unproven();
    world.wait(secs(15));
    assert_eq!(world.dial_ended(2, "CA2", DialResult::NotBridged), Document::BridgeGivenUp);
    assert_eq!(world.e.phase(), Phase::Seeking);

    let mut world = unproven();
    world.wait(secs(30));
    assert_eq!(world.e.phase(), Phase::Seeking);
    assert!(world.actions().contains(&Action::EndCall { line: Line::Attempt(AttemptNo(2)), call: call("CA2") }));
}

/// Whoever has accepted was given up while their call connects them, and somebody else is rung.
pub(in super::super) fn given_up_while_connecting() -> World {
    let mut world = accepted();
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    assert_eq!(world.waiting(0, "CA0"), Document::Connect { leg: LegNo(0) });
    // The line of the bridge is forgotten, but not that this call was told to connect.
    world.e.acceptance = world.e.acceptance.map(|a| state::Acceptance { bridges_left: 0, ..a });
    world.e.bridge = None;
    world.wait(secs(1));
    world.input(Input::Timeout);
    assert_eq!(world.e.phase(), Phase::Seeking);
    world.placed("CA1");
    world.status(1, "CA1", CallStatus::Ringing);
    world
}

/// The two are connected after all: that counts, and the other phone is silenced.
#[test]
fn whoever_joins_after_they_were_given_up_has_the_talk() {
    let mut world = given_up_while_connecting();
    assert_eq!(world.joins(0, "CC0", "CA0"), Document::Joining);
    assert_eq!(world.e.phase(), Phase::Accepted);
    assert_eq!(world.e.technician().number, first());
    assert_eq!(world.actions(), [Action::EndCall { line: Line::Attempt(AttemptNo(1)), call: call("CA1") }]);
    assert!(world.events.contains(&Event::TechnicianAccepted { technician: first(), by: AcceptedBy::Bridge }));
}

#[test]
fn a_call_that_has_ended_is_not_connected() {
    let mut world = super::answered();
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.status(0, "CA0", CallStatus::Completed);
    assert_eq!(world.press(0, "CA0", Key::One), Document::AcceptedWait);
    let kinds: Vec<_> = world.actions().iter().map(Action::kind).collect();
    assert_eq!(kinds, [CommandKind::PlaceCall], "they are called at once");
    assert_eq!(world.e.attempts()[1].kind, AttemptKind::Bridge);
}

/// The call that notified them ends during its `<Dial>`: nothing is held against calling them.
#[test]
fn the_end_of_the_first_call_is_no_failed_bridge() {
    let mut world = accepted();
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.waiting(0, "CA0");
    world.status(0, "CA0", CallStatus::Completed);
    for (no, sid) in [(1, "CA1"), (2, "CA2")] {
        assert_eq!(world.e.phase(), Phase::Accepted);
        world.placed(sid);
        world.status(no, sid, CallStatus::NoAnswer);
    }
    assert_eq!(world.e.phase(), Phase::Seeking, "two bridge calls, as always");
}

#[test]
fn a_bridge_call_that_hears_no_key_is_let_go() {
    let mut world = bridging();
    world.placed("CA1");
    world.answered(1, "CA1");
    world.input(Input::KeyPressed { attempt: AttemptNo(1), call: call("CA1"), step: Step(1), key: None });
    assert_eq!(world.document(), Document::NoKey);
}

/// The transfer target did not answer twice: whoever accepts next is called instead.
#[test]
fn a_transfer_target_is_not_tried_again_for_each_acceptance() {
    let transfer = Some(Transfer { target: office(), confirmation: Confirmation::Answered });
    let mut world = World::open(Policy { transfer, ..policy() });
    world.placed("CA0");
    world.answered(0, "CA0");
    world.press(0, "CA0", Key::One);
    world.status(0, "CA0", CallStatus::Completed);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    for (no, sid) in [(1, "CA1"), (2, "CA2"), (3, "CA3"), (4, "CA4")] {
        world.placed(sid);
        world.status(no, sid, CallStatus::NoAnswer);
    }
    world.placed("CA5");
    world.answered(5, "CA5");
    assert_eq!(world.press(5, "CA5", Key::One), Document::Connect { leg: LegNo(0) });
}

#[test]
fn a_technician_hears_that_the_customer_is_gone_and_not_that_they_are_transferred() {
    let transfer = Some(Transfer { target: office(), confirmation: Confirmation::Answered });
    let mut world = World::open(Policy { transfer, ..policy() });
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.leaves_queue(0, "CC0", QueueResult::Hangup, false);
    world.placed("CA0");
    world.answered(0, "CA0");
    assert_eq!(world.press(0, "CA0", Key::One), Document::AcceptedCallCustomer);
}
