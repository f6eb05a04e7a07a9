//! Telling technicians, one after the other.

use std::sync::Arc;

use super::super::super::*;
use super::super::world::*;
use super::answered;

/// The emergency is reported: the call, the texts and the mail go out at once.
#[test]
fn a_report_reaches_everybody_at_once() {
    let world = World::open(policy());
    let actions = world.actions();
    let not_after = START + secs(30);
    let expected = [
        Action::PlaceCall { attempt: AttemptNo(0), purpose: AttemptKind::Notification, to: first(), not_after },
        Action::SendText { to: first(), text: Text::Details },
        Action::SendText { to: recipient(), text: Text::Copy },
        Action::SendMail { text: Text::Copy },
    ];
    assert_eq!(actions, expected);
    assert_eq!(world.e.poll_timeout(), Some(START + secs(30)));
    assert_eq!(world.e.phase(), Phase::Seeking);
    assert!(world.e.occupies_branch());
}

/// A phone does not wait for the copies, however many recipients there are.
#[test]
fn copies_follow_at_once_and_once() {
    let opened = Emergency::open(EmergencyId::new(START, 7), START, intake(), Arc::new(policy()));
    let kinds = |transition: &Transition| transition.commands.iter().map(|c| c.action.kind()).collect::<Vec<_>>();
    assert_eq!(kinds(&opened), [CommandKind::PlaceCall, CommandKind::SendText]);
    assert_eq!(opened.state.poll_timeout(), Some(START), "they are due at once");
    let copies = opened.state.handle_input(START, Input::Timeout);
    assert_eq!(kinds(&copies), [CommandKind::SendText, CommandKind::SendMail]);
    assert_eq!(kinds(&copies.state.handle_input(START, Input::Timeout)), []);

    let cancelled = opened.state.handle_input(START, Input::Cancelled);
    let after = cancelled.state.handle_input(START, Input::Timeout);
    assert_eq!(kinds(&after), [], "who was alerted needs no copy");
    assert!(after.state.poll_timeout() > Some(START));
}

#[test]
fn without_texts_and_mails_only_the_phone_rings() {
    let policy = Policy { texts: false, recipients: Vec::new(), ..policy() };
    let kinds: Vec<_> = World::open(policy).actions().iter().map(Action::kind).collect();
    assert_eq!(kinds, [CommandKind::PlaceCall, CommandKind::SendMail]);
    let policy = Policy { emails: false, recipient_emails: Vec::new(), ..super::super::world::policy() };
    let kinds: Vec<_> = World::open(policy).actions().iter().map(Action::kind).collect();
    assert_eq!(kinds, [CommandKind::PlaceCall, CommandKind::SendText, CommandKind::SendText]);
}

#[test]
fn two_repeats_and_nine_passes_on() {
    let mut world = answered();
    assert_eq!(world.press(0, "CA0", Key::Two), Document::Details { lead: Lead::Repeat });
    assert_eq!(world.press(0, "CA0", Key::Other), Document::Details { lead: Lead::WrongKey });
    assert_eq!(world.press(0, "CA0", Key::Nine), Document::Passed);
    assert!(world.events.contains(&Event::TechnicianPassed { technician: first() }));
    let not_after = world.now + secs(30);
    let next = Action::PlaceCall { attempt: AttemptNo(1), purpose: AttemptKind::Notification, to: second(), not_after };
    assert_eq!(
        world.actions(),
        [next, Action::SendText { to: second(), text: Text::Details }],
        "and nobody waits for the goodbye"
    );
}

#[test]
fn a_document_asked_for_too_often_is_the_last() {
    let mut world = answered();
    for _ in 0..5 {
        assert_eq!(world.press(0, "CA0", Key::Two), Document::Details { lead: Lead::Repeat });
    }
    assert_eq!(world.press(0, "CA0", Key::Two), Document::NoKey);
}

/// Busy, no answer, failed, voicemail, no key: a text says so, and after 5 s comes the next attempt.
#[test]
fn whoever_is_not_reached_is_told_and_tried_again() {
    for (status, because) in [
        (CallStatus::Busy, UnreachableBecause::Busy),
        (CallStatus::NoAnswer, UnreachableBecause::NoAnswer),
        (CallStatus::Failed, UnreachableBecause::Failed),
        (CallStatus::Completed, UnreachableBecause::NoKey),
    ] {
        let mut world = World::open(policy());
        world.placed("CA0");
        world.status(0, "CA0", status);
        assert_eq!(world.e.phase(), Phase::Seeking, "{status}: nobody has accepted");
        assert_eq!(world.actions(), [Action::SendText { to: first(), text: Text::Missed { because } }], "{status}");
        assert_eq!(world.e.poll_timeout(), Some(START + secs(5)), "{status}");
        world.next_deadline();
        let not_after = world.now + secs(30);
        let again =
            Action::PlaceCall { attempt: AttemptNo(1), purpose: AttemptKind::Notification, to: first(), not_after };
        assert_eq!(world.actions(), [again], "{status}");
    }
}

#[test]
fn a_machine_keeps_a_moment_for_a_human_and_counts_as_voicemail() {
    let mut world = answered();
    let detected =
        Input::MachineDetected { attempt: AttemptNo(0), call: call("CA0"), answered_by: AnsweredBy::Machine };
    world.input(detected);
    assert_eq!(world.e.poll_timeout(), Some(world.now + secs(20)));
    world.next_deadline();
    assert_eq!(world.actions(), [Action::EndCall { line: Line::Attempt(AttemptNo(0)), call: call("CA0") }]);
    world.finish(CommandKind::EndCall, Outcome::CallEnded);
    let because = UnreachableBecause::Voicemail;
    assert_eq!(world.actions(), [Action::SendText { to: first(), text: Text::Missed { because } }]);
}

#[test]
fn everybody_is_tried_as_often_as_the_policy_says() {
    let mut world = World::open(policy());
    let mut called = Vec::new();
    for no in 0..8 {
        let Action::PlaceCall { to, .. } = world.pending(CommandKind::PlaceCall).action else { panic!("no call") };
        called.push(to);
        let sid = format!("CA{no}");
        world.placed(&sid);
        world.status(no, &sid, CallStatus::NoAnswer);
        if no < 7 {
            world.next_deadline();
        }
    }
    let (a, b) = (first(), second());
    assert_eq!(called, [a, a, b, b, a, a, b, b]);
    assert!(matches!(world.e.phase(), Phase::Closing { because: ClosingBecause::NobodyAccepted, .. }));
    assert!(world.events.contains(&Event::NobodyAccepted));
    let alert = Text::Alert { outcome: Conclusion::Unanswered };
    assert!(world.actions().contains(&Action::SendText { to: recipient(), text: alert.clone() }));
    assert!(world.actions().contains(&Action::SendMail { text: alert }));
    world.wait(secs(120));
    assert_eq!(world.outcome(), Some(Conclusion::Unanswered));
}

#[test]
fn a_refused_number_is_not_tried_again() {
    let mut world = World::open(policy());
    world.finish(CommandKind::PlaceCall, Outcome::Rejected { code: Some(21211), reason: "no such number".into() });
    let error = "no such number (21211)".to_owned();
    assert!(world.events.contains(&Event::EmergencyCallError { attempt: AttemptNo(0), to: first(), error }));
    assert!(world.actions().is_empty(), "nor texted");
    world.next_deadline();
    assert_eq!(world.e.technician().number, second());
    assert_eq!(world.e.attempts()[1].to, second());
}

#[test]
fn without_calls_acceptance_is_awaited_by_text() {
    let mut world = World::open(Policy { auto_call: false, attempts_per_technician: 1, ..policy() });
    assert!(world.e.attempts().is_empty());
    assert_eq!(world.e.poll_timeout(), Some(START + secs(120)));
    world.next_deadline();
    let because = UnreachableBecause::NoText;
    let expected = [
        Action::SendText { to: first(), text: Text::Missed { because } },
        Action::SendText { to: second(), text: Text::Details },
    ];
    assert_eq!(world.actions(), expected);
    world.texts("SM0", second(), Keyword::Accept);
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    assert_eq!(world.e.attempts()[0].kind, AttemptKind::Bridge, "to connect, a call is made all the same");
}

#[test]
fn a_refused_text_asks_nobody_so_the_next_one_is_asked() {
    let mut world = World::open(Policy { auto_call: false, ..policy() });
    let details = |to| Action::SendText { to, text: Text::Details };
    let command = world.pending.iter().find(|command| command.action == details(first())).cloned().expect("a text");
    let outcome = Outcome::Rejected { code: Some(21610), reason: "stopped".into() };
    world.input(Input::CommandFinished { command, outcome });
    assert_eq!(world.actions(), [details(second())]);
    world.wait(secs(500));
    let asked = world.pending.iter().filter(|command| command.action == details(first())).count();
    assert_eq!(asked, 0, "in no round");
}

/// Nobody had time to place the call: it is placed once more, and does not count as a try.
#[test]
fn a_call_that_was_taken_back_for_being_late_is_placed_again() {
    let mut world = World::open(policy());
    let command = world.pending(CommandKind::PlaceCall);
    world.wait(secs(30));
    world.input(Input::CommandFinished { command: command.clone(), outcome: Outcome::Withdrawn });
    assert_eq!(world.stage(0), Stage::Placing);
    assert_eq!(world.actions().len(), 1);
    assert!(world.pending(CommandKind::PlaceCall).id > command.id);
    assert_eq!(world.e.attempts().len(), 1);
}

/// Somebody accepted by text, or by being human, while the details were read out.
#[test]
fn no_key_after_an_acceptance_is_no_refusal() {
    let no_key = |world: &mut World, step| {
        world.input(Input::KeyPressed { attempt: AttemptNo(0), call: call("CA0"), step: Step(step), key: None });
        world.document()
    };
    let connect = Document::Connect { leg: LegNo(0) };
    let mut world = answered();
    assert_eq!(no_key(&mut world, 1), Document::NoKey);
    let mut world = answered();
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    world.texts("SM0", first(), Keyword::Accept);
    assert_eq!(no_key(&mut world, 1), connect);

    let mut world = World::open(Policy { confirmation: Confirmation::Human, ..policy() });
    world.placed("CA0");
    let (attempt, answered_by) = (AttemptNo(0), AnsweredBy::Human);
    world.input(Input::MachineDetected { attempt, call: call("CA0"), answered_by });
    assert_eq!(world.answered(0, "CA0"), Document::Details { lead: Lead::First }, "they have not heard it yet");
    world.calls_in("CC0", customer());
    world.holds(0, "CC0");
    assert_eq!(no_key(&mut world, 1), connect);

    let mut world = World::open(Policy { confirmation: Confirmation::Answered, ..policy() });
    world.placed("CA0");
    world.answered(0, "CA0");
    assert_eq!(no_key(&mut world, 1), Document::Over, "where answering is accepting, no key is missing");
}

#[test]
fn the_only_technician_is_not_asked_again_the_moment_they_pass() {
    let mut world = World::open(Policy { escalation: Vec::new(), ..policy() });
    world.placed("CA0");
    world.answered(0, "CA0");
    assert_eq!(world.press(0, "CA0", Key::Nine), Document::Passed);
    assert!(world.actions().is_empty());
    world.status(0, "CA0", CallStatus::Completed);
    world.wait(secs(4));
    assert_eq!(world.e.attempts().len(), 1);
    world.wait(secs(1));
    assert_eq!(world.e.attempts().len(), 2, "in the next round");
}

#[test]
fn every_change_of_the_technician_is_on_the_timeline() {
    let mut world = World::open(Policy { attempts_per_technician: 2, ..policy() });
    for no in 0..8 {
        let sid = format!("CA{no}");
        world.placed(&sid);
        world.status(no, &sid, CallStatus::NoAnswer);
        world.wait(secs(5));
    }
    let next = |event: &Event| match event {
        Event::TechnicianEscalated { technician } => Some(*technician),
        _ => None,
    };
    let escalated: Vec<_> = world.events.iter().filter_map(next).collect();
    assert_eq!(escalated, [second(), first(), second()]);
}
