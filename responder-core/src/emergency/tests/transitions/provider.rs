//! Lost, late and repeated answers of the provider.

use super::super::super::*;
use super::super::world::*;
use super::{accepted, answered};

#[test]
fn the_same_request_gets_the_same_document_and_changes_nothing() {
    let mut world = answered();
    let press = Input::KeyPressed { attempt: AttemptNo(0), call: call("CA0"), step: Step(1), key: Some(Key::One) };
    let once = world.input(press.clone());
    let twice = world.input(press);
    assert_eq!((once.reply, once.state), (twice.reply, twice.state));
    assert!(twice.events.is_empty() && twice.commands.is_empty());
}

/// The callback that says that a technician has hung up may be lost, and a customer may hold meanwhile.
#[test]
fn a_technician_who_has_nothing_to_press_is_looked_for_soon() {
    let mut world = accepted();
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.wait(secs(60));
    world.holds(0, "CC0");
    world.wait(secs(14));
    assert!(world.actions().is_empty(), "they may still ask what comes next");
    world.wait(secs(1));
    assert_eq!(world.actions(), [Action::FetchCall { line: Line::Attempt(AttemptNo(0)), call: call("CA0") }]);
    world.finish(CommandKind::FetchCall, Outcome::CallFetched { status: CallStatus::Completed });
    let [Action::PlaceCall { to, purpose, .. }] = &world.actions()[..] else { panic!("{:?}", world.actions()) };
    assert_eq!((*to, *purpose), (first(), AttemptKind::Bridge));

    let mut world = answered();
    assert_eq!(world.press(0, "CA0", Key::Nine), Document::Passed);
    let looks = |world: &World| world.pending.iter().filter(|c| c.action.kind() == CommandKind::FetchCall).count();
    world.wait(secs(75));
    assert_eq!(looks(&world), 1, "and is not in the way of the next round");
    world.finish(CommandKind::FetchCall, Outcome::CallFetched { status: CallStatus::InProgress });
    world.wait(secs(74));
    assert_eq!(looks(&world), 0);
    world.wait(secs(1));
    assert_eq!(looks(&world), 1);
}

#[test]
fn ending_a_call_whose_name_is_not_known_yet_waits_for_it() {
    let mut world = World::open(policy());
    let transition = world.input(Input::Cancelled);
    assert_eq!(transition.withdraw, [CommandId { emergency: world.e.id(), number: 0 }]);
    assert_eq!(world.pending(CommandKind::PlaceCall).id.number, 0, "claimed already: it reports");
    world.placed("CA0");
    assert_eq!(world.actions(), [Action::EndCall { line: Line::Attempt(AttemptNo(0)), call: call("CA0") }]);
    world.finish(CommandKind::EndCall, Outcome::CallEnded);
    assert_eq!(world.stage(0), Stage::Ended(End::Canceled));
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::Cancelled));
}

#[test]
fn a_withdrawn_command_closes_its_attempt() {
    let mut world = World::open(policy());
    world.input(Input::Cancelled);
    world.finish(CommandKind::PlaceCall, Outcome::Withdrawn);
    assert_eq!(world.stage(0), Stage::Ended(End::Canceled));
}

#[test]
fn a_lost_answer_is_looked_for_three_times_and_then_the_call_is_placed_again() {
    let mut world = World::open(policy());
    world.finish(CommandKind::PlaceCall, Outcome::Unknown);
    assert_eq!(world.stage(0), Stage::Unknown(0));
    for look in 1..=3 {
        assert_eq!(world.e.poll_timeout(), Some(world.now + secs(5)));
        world.next_deadline();
        assert_eq!(world.stage(0), Stage::Unknown(look));
        world.finish(CommandKind::FindCall, Outcome::CallNotFound);
    }
    world.next_deadline();
    assert_eq!(world.now, START + secs(20));
    assert_eq!(world.stage(0), Stage::Placing);
    assert_eq!(world.actions().len(), 1, "ringing twice is better than not at all");
    world.placed("CA0");
    assert_eq!(world.stage(0), Stage::Queued);
}

#[test]
fn a_late_answer_for_a_second_call_ends_that_call() {
    let mut world = World::open(policy());
    let command = world.pending(CommandKind::PlaceCall);
    world.finish(CommandKind::PlaceCall, Outcome::Unknown);
    world.status(0, "CA0", CallStatus::Ringing);
    assert_eq!(world.stage(0), Stage::Ringing, "a callback binds the call");
    let late = Outcome::CallPlaced { call: call("CB0") };
    world.input(Input::LateOutcome { command: command.clone(), outcome: late.clone() });
    let end = Action::EndCall { line: Line::Stray(AttemptNo(0)), call: call("CB0") };
    assert_eq!(world.actions(), [end]);
    world.input(Input::LateOutcome { command, outcome: late });
    assert!(world.actions().is_empty(), "once");
}

#[test]
fn a_call_that_turns_up_after_the_conclusion_is_ended() {
    let mut world = World::open(policy());
    let command = world.pending(CommandKind::PlaceCall);
    world.input(Input::Cancelled);
    while world.next_deadline() {}
    assert_eq!(world.outcome(), Some(Conclusion::Cancelled));
    world.input(Input::CommandFinished { command, outcome: Outcome::CallPlaced { call: call("CA9") } });
    let end = Action::EndCall { line: Line::Stray(AttemptNo(0)), call: call("CA9") };
    assert_eq!(world.actions(), [end]);
}

#[test]
fn a_silent_call_is_looked_at_three_times_and_then_ended() {
    let mut world = World::open(policy());
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::Ringing);
    for _ in 0..3 {
        world.wait(secs(45));
        assert_eq!(world.actions(), [Action::FetchCall { line: Line::Attempt(AttemptNo(0)), call: call("CA0") }]);
        world.finish(CommandKind::FetchCall, Outcome::CallFetched { status: CallStatus::Ringing });
    }
    world.wait(secs(45));
    assert_eq!(world.actions(), [Action::EndCall { line: Line::Attempt(AttemptNo(0)), call: call("CA0") }]);
    world.wait(secs(60));
    assert_eq!(world.stage(0), Stage::Ended(End::GivenUp), "even if nobody confirms it");
}

#[test]
fn deliveries_and_recordings_are_noted_once() {
    let mut world = World::open(policy());
    let delivered = Input::TextStatus { message: message("SM1"), delivery: Delivery::Delivered };
    assert_eq!(world.input(delivered.clone()).events, [Event::SmsDelivered { sid: message("SM1") }]);
    assert!(world.input(delivered).events.is_empty());
    let sent = Input::TextStatus { message: message("SM1"), delivery: Delivery::Sent };
    assert!(world.input(sent).events.is_empty(), "late, and passed by");
    assert_eq!(world.e.annex().texts, [(message("SM1"), Delivery::Delivered)]);
}

#[test]
fn time_never_goes_back() {
    let mut world = accepted();
    let before = world.e.clone();
    world.now = START - secs(3600);
    world.input(Input::CustomerCalled { call: call("CC0"), from: Some(customer()) });
    assert!(world.e.poll_timeout() > before.poll_timeout().map(|_| START));
    assert_eq!(world.e.legs()[0].times().called, START);
}

/// The provider may keep a call in its queue; the time to ring begins when it leaves it.
#[test]
fn the_deadline_of_a_call_is_counted_from_when_it_was_initiated() {
    let mut world = World::open(policy());
    world.wait(secs(20));
    world.placed("CA0");
    world.wait(secs(40));
    world.status(0, "CA0", CallStatus::Initiated);
    assert_eq!(world.e.poll_timeout(), Some(START + secs(60 + 45)));
    world.wait(secs(10));
    world.status(0, "CA0", CallStatus::Ringing);
    assert_eq!(world.e.poll_timeout(), Some(START + secs(60 + 45)), "ringing is part of it");
}

#[test]
fn answers_to_texts_are_remembered_within_reason() {
    let mut world = World::open(policy());
    for n in 0..200 {
        world.texts(&format!("SM{n}"), first(), Keyword::Status);
    }
    assert_eq!(world.e.annex.answers.len(), 64);
    let events = world.events.len();
    assert_eq!(world.texts("SM199", first(), Keyword::Status), Reply::Text(Text::Status));
    assert_eq!(world.events.len(), events, "a repeat is known");
}

#[test]
fn what_comes_after_the_conclusion_changes_nothing() {
    let mut world = answered();
    world.input(Input::Cancelled);
    while world.next_deadline() {}
    let before = world.e.clone();
    for status in [CallStatus::InProgress, CallStatus::Completed] {
        let transition = world.status(0, "CA0", status);
        assert!(transition.events.is_empty() && transition.commands.is_empty());
    }
    assert_eq!(world.e, before);
}
