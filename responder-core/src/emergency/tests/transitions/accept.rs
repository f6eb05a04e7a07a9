//! Accepting and passing, by key and by text.

use super::super::super::*;
use super::super::world::*;
use super::{accepted, answered, talking};

#[test]
fn an_acceptance_by_text_leaves_the_ringing_phone_and_ends_the_other_one() {
    let mut world = World::open(Policy { attempts_per_technician: 1, ..policy() });
    world.placed("CA0");
    assert_eq!(world.texts("SM0", first(), Keyword::Accept), Reply::Text(Text::Accepted));
    assert!(world.actions().is_empty(), "their own phone goes on ringing");
    assert_eq!(world.answered(0, "CA0"), Document::AcceptedWait, "and says that it is accepted already");

    let mut world = World::open(Policy { attempts_per_technician: 1, ..policy() });
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::NoAnswer);
    world.wait(secs(5));
    world.placed("CA1");
    assert_eq!(world.texts("SM0", first(), Keyword::Accept), Reply::Text(Text::Accepted));
    let end = Action::EndCall { line: Line::Attempt(AttemptNo(1)), call: call("CA1") };
    assert_eq!(world.actions(), [end], "somebody else's is ended");
    assert_eq!(world.texts("SM1", second(), Keyword::Accept), Reply::Text(Text::AlreadyTaken));
}

#[test]
fn whoever_accepted_by_text_is_not_called_again_because_their_call_was_lost() {
    let mut world = World::open(policy());
    world.finish(CommandKind::PlaceCall, Outcome::Unknown);
    assert_eq!(world.texts("SM0", first(), Keyword::Accept), Reply::Text(Text::Accepted));
    for _ in 1..=3 {
        world.next_deadline();
        world.finish(CommandKind::FindCall, Outcome::CallNotFound);
    }
    world.next_deadline();
    assert_eq!(world.stage(0), Stage::Ended(End::Lost));
    assert!(world.actions().is_empty(), "their phone rings when the customer calls");
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    let [Action::PlaceCall { to, purpose, .. }] = &world.actions()[..] else { panic!("{:?}", world.actions()) };
    assert_eq!((*to, *purpose), (first(), AttemptKind::Bridge));
}

#[test]
fn only_somebody_who_was_told_may_accept_by_text() {
    let mut world = World::open(policy());
    assert_eq!(world.texts("SM0", stranger(), Keyword::Accept), Reply::Nothing);
    assert_eq!(world.texts("SM1", second(), Keyword::Accept), Reply::Nothing, "not notified yet");
    assert_eq!(world.texts("SM2", recipient(), Keyword::Accept), Reply::Nothing, "a recipient may only ask");
    assert_eq!(world.texts("SM3", recipient(), Keyword::Status), Reply::Text(Text::Status));
    assert_eq!(world.e.phase(), Phase::Seeking);
}

#[test]
fn the_first_acceptance_wins() {
    let mut world = World::open(Policy { attempts_per_technician: 1, ..policy() });
    world.placed("CA0");
    world.answered(0, "CA0");
    world.status(0, "CA0", CallStatus::Completed);
    world.wait(secs(5));
    world.placed("CA1");
    world.answered(1, "CA1");
    assert_eq!(world.press(0, "CA0", Key::One), Document::AcceptedWait, "a key after `completed` still counts");
    let end = Action::EndCall { line: Line::Attempt(AttemptNo(1)), call: call("CA1") };
    assert_eq!(world.actions(), [end]);
    assert_eq!(world.press(1, "CA1", Key::One), Document::AlreadyTaken);
    assert_eq!(world.e.technician().number, first());
}

#[test]
fn passing_by_text_moves_on_also_after_an_acceptance() {
    let mut world = accepted();
    world.status(0, "CA0", CallStatus::Completed);
    assert_eq!(world.texts("SM0", first(), Keyword::Pass), Reply::Text(Text::Passed));
    assert_eq!(world.e.phase(), Phase::Seeking);
    assert_eq!(world.e.attempts()[1].to, second());
}

#[test]
fn what_counts_as_accepted_is_the_branchs_choice() {
    let answered_by = |confirmation, status, answered_by| {
        let mut world = World::open(Policy { confirmation, ..policy() });
        world.placed("CA0");
        let duration = Some(secs(20));
        world.input(Input::CallStatus { attempt: AttemptNo(0), call: call("CA0"), status, duration, answered_by });
        world.e.is_accepted()
    };
    use CallStatus::{Busy, Canceled, Completed, Failed, NoAnswer};
    assert!(answered_by(Confirmation::Answered, Completed, None));
    assert!(!answered_by(Confirmation::Answered, Completed, Some(AnsweredBy::Machine)));
    for status in [Busy, NoAnswer, Failed, Canceled] {
        assert!(!answered_by(Confirmation::Answered, status, None), "{status} reached nobody");
    }
    assert!(answered_by(Confirmation::Human, Completed, Some(AnsweredBy::Human)));
    assert!(!answered_by(Confirmation::Human, Completed, Some(AnsweredBy::Unknown)));
    assert!(!answered_by(Confirmation::KeyPress, Completed, Some(AnsweredBy::Human)));
}

/// Their phone was ringing when somebody else accepted who then could not be connected: it rings again.
#[test]
fn whoever_was_interrupted_is_asked_again() {
    let mut world = World::open(Policy { attempts_per_technician: 1, escalation_rounds: 1, ..policy() });
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::NoAnswer);
    world.wait(secs(5));
    world.placed("CA1");
    world.status(1, "CA1", CallStatus::Ringing);
    world.texts("SM0", first(), Keyword::Accept);
    world.finish(CommandKind::EndCall, Outcome::CallEnded);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    for (no, sid) in [(2, "CA2"), (3, "CA3")] {
        world.placed(sid);
        world.status(no, sid, CallStatus::NoAnswer);
    }
    let not_after = world.now + secs(30);
    let again =
        Action::PlaceCall { attempt: AttemptNo(4), purpose: AttemptKind::Notification, to: second(), not_after };
    assert_eq!(world.actions(), [Action::SendText { to: first(), text: Text::BridgeGivenUp }, again]);
    world.placed("CA4");
    world.answered(4, "CA4");
    assert_eq!(world.press(4, "CA4", Key::One), Document::Connect { leg: LegNo(0) });
}

#[test]
fn the_first_is_asked_again_after_the_second_passed_what_they_had_accepted() {
    let mut world = World::open(Policy { attempts_per_technician: 1, escalation_rounds: 2, ..policy() });
    for (no, sid) in [(0, "CA0"), (1, "CA1")] {
        world.placed(sid);
        world.status(no, sid, CallStatus::NoAnswer);
        world.wait(secs(5));
    }
    world.placed("CA2");
    world.status(2, "CA2", CallStatus::Ringing);
    world.texts("SM0", second(), Keyword::Accept);
    world.finish(CommandKind::EndCall, Outcome::CallEnded);
    world.texts("SM1", second(), Keyword::Pass);
    assert_eq!(world.e.attempts()[3].to, first());
    world.placed("CA3");
    world.status(3, "CA3", CallStatus::NoAnswer);
    world.wait(secs(5));
    assert!(matches!(world.e.phase(), Phase::Closing { .. }), "and not the one who passed in this round");
}

/// Detection errs. Whoever presses a key is human, and is not cut off.
#[test]
fn a_human_taken_for_a_machine_stays_on_the_line() {
    let detected =
        |no, sid| Input::MachineDetected { attempt: AttemptNo(no), call: call(sid), answered_by: AnsweredBy::Machine };
    let mut world = answered();
    world.input(detected(0, "CA0"));
    world.wait(secs(5));
    assert_eq!(world.press(0, "CA0", Key::One), Document::AcceptedWait);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.wait(secs(14));
    assert_eq!(world.waiting(0, "CA0"), Document::Connect { leg: LegNo(0) });
    world.wait(secs(10));
    assert!(world.e.attempts()[0].is_on_line());

    let mut world = answered();
    world.press(0, "CA0", Key::Two);
    world.input(detected(0, "CA0"));
    assert_eq!(world.e.poll_timeout(), Some(world.now + secs(120)), "no shorter than for anybody who listens");
}

#[test]
fn passing_counts_once_and_not_while_they_talk() {
    let passed = |world: &World| world.events.iter().filter(|e| matches!(e, Event::TechnicianPassed { .. })).count();
    let mut world = talking();
    let before = world.e.clone();
    assert_eq!(world.texts("SM0", first(), Keyword::Pass), Reply::Text(Text::Status));
    assert_eq!((world.e.phase(), world.e.search.passed), (before.phase(), before.search.passed));
    assert_eq!(passed(&world), 0);

    let mut world = World::open(policy());
    world.texts("SM0", first(), Keyword::Pass);
    assert_eq!(world.texts("SM1", first(), Keyword::Pass), Reply::Text(Text::Passed));
    assert_eq!(passed(&world), 1);
    world.texts("SM2", second(), Keyword::Accept);
    assert_eq!(world.texts("SM3", first(), Keyword::Pass), Reply::Text(Text::AlreadyTaken));
}

/// Who was given up did not accept, as far as the report is concerned.
#[test]
fn the_report_names_who_has_it_in_the_end() {
    let mut world = accepted();
    world.texts("SM0", first(), Keyword::Pass);
    world.input(Input::Cancelled);
    while world.next_deadline() {}
    let Some(Event::EmergencyConcluded(summary)) = world.events.last() else { panic!("no conclusion") };
    assert_eq!((summary.technician, summary.accepted_at), (None, None));
}
