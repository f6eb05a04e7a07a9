//! How an emergency ends.

use super::super::super::*;
use super::super::world::*;
use super::{accepted, answered, bridging};

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
    world.wait(secs(120));
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

/// Nobody accepted, and the only technician was told by text that they still can.
fn given_up() -> World {
    let policy = Policy { escalation: Vec::new(), attempts_per_technician: 1, escalation_rounds: 1, ..policy() };
    let mut world = World::open(policy);
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::NoAnswer);
    let missed = Text::Missed { because: UnreachableBecause::NoAnswer };
    assert!(world.actions().contains(&Action::SendText { to: first(), text: missed }));
    world
}

#[test]
fn an_acceptance_counts_for_as_long_as_it_was_promised() {
    let call_them = Text::CallCustomer { why: Farewell::Unanswered };
    let mut world = given_up();
    world.wait(secs(100));
    assert_eq!(world.texts("SM0", first(), Keyword::Accept), Reply::Text(call_them.clone()));
    assert!(world.e.is_accepted());
    assert!(world.actions().is_empty(), "the answer says it");
    world.wait(secs(20));
    assert!(world.e.is_concluded());
    assert_eq!(world.texts("SM1", first(), Keyword::Accept), Reply::Text(call_them), "and even after that");

    let world = {
        let silent = Policy { texts: false, escalation: Vec::new(), ..policy() };
        let mut world = World::open(Policy { attempts_per_technician: 1, escalation_rounds: 1, ..silent });
        world.finish(CommandKind::PlaceCall, Outcome::Rejected { code: None, reason: String::new() });
        world.wait(secs(15));
        world
    };
    assert_eq!(world.outcome(), Some(Conclusion::Failed), "nothing was promised where no text is sent");
}

/// What a caller leaves is reported after their call has ended.
#[test]
fn a_message_that_comes_after_the_end_of_the_call_is_in_the_outcome() {
    let mut world = given_up();
    world.calls_in("CC0", customer());
    world.wait(secs(130));
    assert_eq!(world.outcome(), None, "they still speak");
    world.input(Input::CustomerCallEnded { call: call("CC0") });
    assert_eq!(world.outcome(), None, "late callbacks are collected");
    let step = world.e.legs()[0].step;
    let recording = "RE0".parse().ok();
    world.input(Input::VoicemailLeft { leg: LegNo(0), call: call("CC0"), step, recording, duration: secs(25) });
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::Voicemail));
}

#[test]
fn without_texts_the_recipients_are_asked_to_see_to_a_customer_who_left() {
    let mut world = World::open(Policy { texts: false, ..policy() });
    world.placed("CA0");
    world.answered(0, "CA0");
    world.press(0, "CA0", Key::One);
    world.status(0, "CA0", CallStatus::Completed);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.leaves_queue(0, "CC0", QueueResult::Hangup, false);
    let mailed = Action::SendMail { text: Text::CallCustomer { why: Farewell::WillCallBack } };
    assert_eq!(world.actions(), [mailed]);
}

/// Nobody else is there to be asked, and they are not told so.
#[test]
fn the_last_who_accepted_and_cannot_be_connected_is_to_call_the_customer() {
    let policy = Policy { escalation: Vec::new(), attempts_per_technician: 1, escalation_rounds: 1, ..policy() };
    let mut world = World::open(policy);
    world.placed("CA0");
    world.answered(0, "CA0");
    world.press(0, "CA0", Key::One);
    world.status(0, "CA0", CallStatus::Completed);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    for (no, sid) in [(1, "CA1"), (2, "CA2")] {
        world.placed(sid);
        world.status(no, sid, CallStatus::NoAnswer);
    }
    let alert = Text::Alert { outcome: Conclusion::Unanswered };
    let expected = [
        Action::SendText { to: recipient(), text: alert.clone() },
        Action::SendMail { text: alert },
        Action::SendText { to: first(), text: Text::CallCustomer { why: Farewell::Unanswered } },
    ];
    assert_eq!(world.actions(), expected);
    assert!(world.e.is_accepted(), "it stays theirs");
    assert_eq!(
        world.leaves_queue(0, "CC0", QueueResult::Leave, true),
        Document::Voicemail { why: Farewell::Unanswered }
    );
}

#[test]
fn whoever_passes_last_is_told_nothing_more() {
    let mut world = World::open(Policy { escalation: Vec::new(), escalation_rounds: 1, ..policy() });
    world.placed("CA0");
    world.answered(0, "CA0");
    world.press(0, "CA0", Key::One);
    world.texts("SM0", first(), Keyword::Pass);
    let texted = world.actions().iter().filter(|a| matches!(a, Action::SendText { to, .. } if *to == first())).count();
    assert_eq!(texted, 0);
    assert!(matches!(world.e.phase(), Phase::Closing { because: ClosingBecause::NobodyAccepted, .. }));
}

#[test]
fn cancelling_while_they_are_being_connected_ends_that_call() {
    let mut world = bridging();
    world.placed("CA1");
    world.answered(1, "CA1");
    assert_eq!(world.press(1, "CA1", Key::One), Document::Connect { leg: LegNo(0) });
    world.input(Input::Cancelled);
    assert!(world.actions().contains(&Action::EndCall { line: Line::Attempt(AttemptNo(1)), call: call("CA1") }));
    world.joins(0, "CC0", "CA1");
    assert_eq!(world.e.talk, None);
    let goodbye = Document::Goodbye { why: Farewell::Cancelled };
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::SystemError, true), goodbye);
}

#[test]
fn a_technician_whose_customer_called_and_left_is_not_told_that_they_never_called() {
    let mut world = bridging();
    world.placed("CA1");
    world.leaves_queue(0, "CC0", QueueResult::Hangup, false);
    world.finish(CommandKind::EndCall, Outcome::CallEnded);
    world.wait(secs(1800));
    let call_them = Text::CallCustomer { why: Farewell::WillCallBack };
    assert!(world.actions().contains(&Action::SendText { to: first(), text: call_them }));
}

#[test]
fn an_acceptance_of_what_was_cancelled_is_told_so() {
    let mut world = accepted();
    world.input(Input::Cancelled);
    assert_eq!(world.texts("SM0", first(), Keyword::Accept), Reply::Text(Text::Over));
    while world.next_deadline() {}
    assert_eq!(world.texts("SM1", first(), Keyword::Accept), Reply::Text(Text::Over));
}

/// It is said when it is done, not when it is wanted.
#[test]
fn an_alert_counts_when_it_went_out() {
    let mut world = given_up();
    let sent = |world: &World| -> Vec<Event> {
        world.events.iter().filter(|event| matches!(event, Event::AlertSent { .. })).cloned().collect()
    };
    assert!(sent(&world).is_empty());
    let alert = Text::Alert { outcome: Conclusion::Unanswered };
    let command = |action| world.pending.iter().find(|command| command.action == action).cloned().expect("an alert");
    let text = command(Action::SendText { to: recipient(), text: alert.clone() });
    let mail = command(Action::SendMail { text: alert });
    let outcome = Outcome::MessageSent { message: message("SM9") };
    world.input(Input::CommandFinished { command: text, outcome });
    assert_eq!(sent(&world), [Event::AlertSent { texts: 1, mails: 0 }]);
    world.input(Input::CommandFinished { command: mail, outcome: Outcome::Unavailable { reason: String::new() } });
    assert_eq!(sent(&world).len(), 1, "the mail did not");
    let Some(Event::MailError { .. }) = world.events.last() else { panic!("no error") };
}
