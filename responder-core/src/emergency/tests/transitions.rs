//! The happy path and every row of "everything that goes wrong", with literal outputs.

use super::super::*;
use super::world::*;

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

#[test]
fn without_texts_and_mails_only_the_phone_rings() {
    let policy = Policy { texts: false, recipients: Vec::new(), ..policy() };
    let kinds: Vec<_> = World::open(policy).actions().iter().map(Action::kind).collect();
    assert_eq!(kinds, [CommandKind::PlaceCall, CommandKind::SendMail]);
    let policy = Policy { emails: false, recipient_emails: Vec::new(), ..super::world::policy() };
    let kinds: Vec<_> = World::open(policy).actions().iter().map(Action::kind).collect();
    assert_eq!(kinds, [CommandKind::PlaceCall, CommandKind::SendText, CommandKind::SendText]);
}

/// The technician is on the phone and has heard the details.
fn answered() -> World {
    let mut world = World::open(policy());
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::Ringing);
    assert_eq!(world.answered(0, "CA0"), Document::Details { lead: Lead::First });
    world
}

/// The technician has accepted, and waits on the line.
fn accepted() -> World {
    let mut world = answered();
    assert_eq!(world.press(0, "CA0", Key::One), Document::AcceptedWait);
    world
}

/// The technician has accepted and hung up; the customer holds; a bridge call is out.
fn bridging() -> World {
    let mut world = accepted();
    world.status(0, "CA0", CallStatus::Completed);
    assert_eq!(world.calls_in("CC0", customer()), Document::Hold);
    assert_eq!(world.holds(0, "CC0"), Document::Music { news: News::Accepted });
    world
}

/// The two talk, on a bridge call.
fn talking() -> World {
    let mut world = bridging();
    world.placed("CA1");
    assert_eq!(world.answered(1, "CA1"), Document::ConfirmBridge);
    assert_eq!(world.press(1, "CA1", Key::One), Document::Connect { leg: LegNo(0) });
    assert_eq!(world.joins(0, "CC0", "CA1"), Document::Joining);
    world
}

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
    let call = Action::PlaceCall { attempt: AttemptNo(1), purpose: AttemptKind::Bridge, to: first(), not_after };
    assert_eq!(world.actions(), [call]);
    world = talking();
    assert!(world.events.contains(&Event::Bridged { customer: call_sid("CC0"), attempt: AttemptNo(1) }));
    world.wait(secs(60));
    assert_eq!(world.dial_ended(1, "CA1", DialResult::Bridged), Document::Over);
    world.status(1, "CA1", CallStatus::Completed);
    world.leaves_queue(0, "CC0", QueueResult::Bridged, false);
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::Connected));
    let kinds: Vec<_> = world.actions().iter().map(Action::kind).collect();
    assert_eq!(kinds, [CommandKind::DeleteQueue, CommandKind::SendMail]);
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
        Input::MachineDetected { attempt: AttemptNo(0), call: call_sid("CA0"), answered_by: AnsweredBy::Machine };
    world.input(detected);
    assert_eq!(world.e.poll_timeout(), Some(world.now + secs(20)));
    world.next_deadline();
    assert_eq!(world.actions(), [Action::EndCall { line: Line::Attempt(AttemptNo(0)), call: call_sid("CA0") }]);
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
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::Unanswered));
}

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
    world.input(Input::VoicemailLeft { leg: LegNo(0), call: call_sid("CC0"), step, recording, duration: secs(20) });
    assert_eq!(world.document(), Document::Goodbye { why: Farewell::MessageTaken });
    world.input(Input::CustomerCallEnded { call: call_sid("CC0") });
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::Voicemail));
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

#[test]
fn a_customer_who_hangs_up_is_called_back_or_calls_again() {
    let mut world = bridging();
    world.placed("CA1");
    world.leaves_queue(0, "CC0", QueueResult::Hangup, false);
    assert!(world.events.contains(&Event::CustomerHungUp { call_sid: call_sid("CC0") }));
    let expected = [
        Action::EndCall { line: Line::Attempt(AttemptNo(1)), call: call_sid("CA1") },
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
    let look = Action::FetchCall { line: Line::Leg(LegNo(0)), call: call_sid("CC0") };
    assert!(world.pending.iter().any(|command| command.action == look));
    let command = world.pending.iter().find(|command| command.action == look).cloned().expect("the look");
    world.input(Input::CommandFinished { command, outcome: Outcome::CallFetched { status: CallStatus::Completed } });
    assert_eq!(world.e.legs()[0].stage, LegStage::Ended);
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
    world.input(Input::CustomerCallEnded { call: call_sid("CC0") });
    assert!(!world.events.iter().any(|event| matches!(event, Event::CustomerHungUp { .. })));
    world.texts("SM0", first(), Keyword::Accept);
    let call = Action::SendText { to: first(), text: Text::CallCustomer { why: Farewell::WillCallBack } };
    assert!(world.actions().contains(&call), "an acceptance then says to call the customer: {:?}", world.actions());
}

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
    let end = Action::EndCall { line: Line::Attempt(AttemptNo(1)), call: call_sid("CA1") };
    assert_eq!(world.actions(), [end], "somebody else's is ended");
    assert_eq!(world.texts("SM1", second(), Keyword::Accept), Reply::Text(Text::AlreadyTaken));
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
    let end = Action::EndCall { line: Line::Attempt(AttemptNo(1)), call: call_sid("CA1") };
    assert_eq!(world.actions(), [end]);
    assert_eq!(world.press(1, "CA1", Key::One), Document::AlreadyTaken);
    assert_eq!(world.e.technician().number, first());
}

#[test]
fn the_same_request_gets_the_same_document_and_changes_nothing() {
    let mut world = answered();
    let press = Input::KeyPressed { attempt: AttemptNo(0), call: call_sid("CA0"), step: Step(1), key: Some(Key::One) };
    let once = world.input(press.clone());
    let twice = world.input(press);
    assert_eq!((once.reply, once.state), (twice.reply, twice.state));
    assert!(twice.events.is_empty() && twice.commands.is_empty());
}

#[test]
fn ending_a_call_whose_name_is_not_known_yet_waits_for_it() {
    let mut world = World::open(policy());
    let transition = world.input(Input::Cancelled);
    assert_eq!(transition.withdraw, [CommandId { emergency: world.e.id(), number: 0 }]);
    assert_eq!(world.pending(CommandKind::PlaceCall).id.number, 0, "claimed already: it reports");
    world.placed("CA0");
    assert_eq!(world.actions(), [Action::EndCall { line: Line::Attempt(AttemptNo(0)), call: call_sid("CA0") }]);
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
fn other_queue_results() {
    let on_hold = || {
        let mut world = World::open(policy());
        world.calls_in("CC0", customer());
        world.holds(0, "CC0");
        world
    };
    let mut world = on_hold();
    world.leaves_queue(0, "CC0", QueueResult::BridgingInProcess, true);
    assert_eq!(world.e.legs()[0].stage, LegStage::Ended, "left during the whisper");

    let mut world = on_hold();
    let full = Document::Voicemail { why: Farewell::QueueFull };
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::QueueFull, true), full);

    let mut world = on_hold();
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::SystemError, true), Document::Hold);
    assert_eq!(world.actions(), [Action::FetchCall { line: Line::Leg(LegNo(0)), call: call_sid("CC0") }]);
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Error, true), full, "once only");
    let mut world = on_hold();
    world.leaves_queue(0, "CC0", QueueResult::SystemError, false);
    assert_eq!(world.e.legs()[0].stage, LegStage::Ended);
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
    let late = Outcome::CallPlaced { call: call_sid("CB0") };
    world.input(Input::LateOutcome { command: command.clone(), outcome: late.clone() });
    let end = Action::EndCall { line: Line::Stray(AttemptNo(0)), call: call_sid("CB0") };
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
    world.input(Input::CommandFinished { command, outcome: Outcome::CallPlaced { call: call_sid("CA9") } });
    let end = Action::EndCall { line: Line::Stray(AttemptNo(0)), call: call_sid("CA9") };
    assert_eq!(world.actions(), [end]);
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
fn a_silent_call_is_looked_at_three_times_and_then_ended() {
    let mut world = World::open(policy());
    world.placed("CA0");
    world.status(0, "CA0", CallStatus::Ringing);
    for _ in 0..3 {
        world.wait(secs(45));
        assert_eq!(world.actions(), [Action::FetchCall { line: Line::Attempt(AttemptNo(0)), call: call_sid("CA0") }]);
        world.finish(CommandKind::FetchCall, Outcome::CallFetched { status: CallStatus::Ringing });
    }
    world.wait(secs(45));
    assert_eq!(world.actions(), [Action::EndCall { line: Line::Attempt(AttemptNo(0)), call: call_sid("CA0") }]);
    world.wait(secs(60));
    assert_eq!(world.stage(0), Stage::Ended(End::GivenUp), "even if nobody confirms it");
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

#[test]
fn a_talk_that_breaks_off_is_offered_again() {
    let mut world = talking();
    world.wait(secs(5));
    world.status(1, "CA1", CallStatus::Completed);
    assert!(matches!(world.e.phase(), Phase::Closing { because: ClosingBecause::TalkOver, .. }));
    assert_eq!(world.leaves_queue(0, "CC0", QueueResult::Bridged, true), Document::OfferReconnect);
    let step = world.e.legs()[0].step;
    let key = Some(Key::One);
    world.input(Input::HoldEnded { leg: LegNo(0), call: call_sid("CC0"), step, result: None, key, on_line: true });
    assert_eq!(world.document(), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
    world.holds(0, "CC0");
    assert_eq!(world.e.attempts()[2].kind, AttemptKind::Bridge);
}

#[test]
fn a_customer_who_calls_again_at_the_end_is_connected_again() {
    let mut world = talking();
    world.wait(secs(60));
    world.input(Input::CustomerCallEnded { call: call_sid("CC0") });
    assert!(matches!(world.e.phase(), Phase::Closing { .. }));
    assert_eq!(world.calls_in("CC1", customer()), Document::Hold);
    assert_eq!(world.e.phase(), Phase::Accepted);
}

#[test]
fn a_technician_who_has_dealt_with_it_says_so() {
    let mut world = accepted();
    world.status(0, "CA0", CallStatus::Completed);
    assert_eq!(world.texts("SM0", first(), Keyword::Done), Reply::Text(Text::Status));
    world.wait(secs(10));
    assert_eq!(world.outcome(), Some(Conclusion::CustomerNeverCalled));
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
fn what_counts_as_accepted_is_the_branchs_choice() {
    let answered_by = |confirmation, status, answered_by| {
        let mut world = World::open(Policy { confirmation, ..policy() });
        world.placed("CA0");
        let duration = Some(secs(20));
        world.input(Input::CallStatus { attempt: AttemptNo(0), call: call_sid("CA0"), status, duration, answered_by });
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
    world.input(Input::CustomerCalled { call: call_sid("CC0"), from: Some(customer()) });
    assert!(world.e.poll_timeout() > before.poll_timeout().map(|_| START));
    assert_eq!(world.e.legs()[0].times().called, START);
}

fn call_sid(text: &str) -> crate::CallSid {
    call(text)
}
