//! What must hold of every transition: the seven properties of the flow, and what follows from them.

use std::cmp::Reverse;

use super::super::state::SearchStep;
use super::super::*;
use crate::Timestamp;

/// Checks one transition from `before`.
pub(super) fn check(before: &Emergency, now: Timestamp, input: &Input, transition: &Transition) {
    let after = &transition.state;
    let context = || format!("{input:?}\nbefore {before:?}\nafter {after:?}");
    concluded_only_from_closing(before, transition).unwrap_or_else(|e| panic!("1: {e}\n{}", context()));
    always_a_deadline(now, input, transition).unwrap_or_else(|e| panic!("2: {e}\n{}", context()));
    one_live_call_per_number(before, transition).unwrap_or_else(|e| panic!("3: {e}\n{}", context()));
    every_leg_has_a_future(after).unwrap_or_else(|e| panic!("4: {e}\n{}", context()));
    accepted_by_rule(before, input, after).unwrap_or_else(|e| panic!("5: {e}\n{}", context()));
    repeat_is_silent(now, input, transition).unwrap_or_else(|e| panic!("6: {e}\n{}", context()));
    rank_falls(before, after).unwrap_or_else(|e| panic!("7: {e}\n{}", context()));
    nobody_is_skipped(before, transition).unwrap_or_else(|e| panic!("skipped: {e}\n{}", context()));
    talks_are_real(before, input, transition).unwrap_or_else(|e| panic!("talk: {e}\n{}", context()));
    alert_before_silence(before, transition).unwrap_or_else(|e| panic!("7: {e}\n{}", context()));
    answers_fit(before, input, transition).unwrap_or_else(|e| panic!("answer: {e}\n{}", context()));
    nothing_is_forgotten(before, input, after).unwrap_or_else(|e| panic!("forgotten: {e}\n{}", context()));
}

type Verdict = Result<(), String>;

fn require(holds: bool, what: &str) -> Verdict {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

pub(super) fn concluded_only_from_closing(before: &Emergency, transition: &Transition) -> Verdict {
    let after = &transition.state;
    if !before.is_concluded() && after.is_concluded() {
        require(matches!(before.phase, Phase::Closing { .. }), "concluded, but not from Closing")?;
        require(!after.attempts.iter().any(Attempt::is_live), "concluded with a live attempt")?;
        require(!after.has_customer(), "concluded with a live customer")?;
    }
    if before.is_concluded() {
        require(before.phase == after.phase, "the conclusion changed")?;
        require(before.acceptance == after.acceptance, "the acceptance changed after the conclusion")?;
        let stages = |e: &Emergency| e.attempts.iter().map(|a| (a.stage, a.call.clone())).collect::<Vec<_>>();
        require(stages(before) == stages(after), "an attempt changed after the conclusion")?;
    }
    for command in &transition.commands {
        let is_stray = matches!(&command.action, Action::EndCall { line: Line::Stray(_), .. });
        require(!before.is_concluded() || is_stray, "a command other than to end a late call, after the conclusion")?;
        if let Action::EndCall { line: Line::Stray(_), call } = &command.action {
            require(!before.strays.contains(call), "a late call is ended twice")?;
        }
    }
    Ok(())
}

pub(super) fn always_a_deadline(now: Timestamp, input: &Input, transition: &Transition) -> Verdict {
    let after = &transition.state;
    let Some(at) = after.poll_timeout() else { return require(after.is_concluded(), "active, and no deadline") };
    let horizon = now.max(after.changed_at) + after.policy.timing.check;
    require(at <= horizon, "the deadline is too far ahead")?;
    require(*input != Input::Timeout || at > now, "a deadline that has passed is still armed")
}

pub(super) fn one_live_call_per_number(before: &Emergency, transition: &Transition) -> Verdict {
    let after = &transition.state;
    for (place, attempt) in after.attempts.iter().enumerate().filter(|(_, attempt)| attempt.is_live()) {
        let mut others = after.attempts[place + 1..].iter();
        require(!others.any(|other| other.is_live() && other.to == attempt.to), "two live attempts to one number")?;
    }
    for command in &transition.commands {
        if let Action::PlaceCall { attempt, to, .. } = &command.action {
            require(after.policy.may_reach(*to), "a call to a number that may not be called")?;
            let attempt = after.attempt(*attempt).ok_or("a call without an attempt")?;
            let same_round = before.search.round == after.search.round;
            let has_passed = before.search.passed.has(attempt.technician) && same_round;
            let is_notification = attempt.kind == AttemptKind::Notification && attempt.placings == 1;
            require(!(is_notification && has_passed), "called again in the round in which they passed")?;
        }
    }
    Ok(())
}

pub(super) fn every_leg_has_a_future(after: &Emergency) -> Verdict {
    let waits = after.legs.iter().any(Leg::is_waiting);
    let is_sought = match after.phase {
        Phase::Seeking => match after.search.step {
            SearchStep::Calling(no) => after.attempt(no).is_some_and(Attempt::is_live),
            SearchStep::Due(_) | SearchStep::Texting(_) => true,
            SearchStep::Resting | SearchStep::Exhausted => false,
        },
        Phase::Accepted => {
            let holds = after.waiting_customer().and_then(|no| after.leg(no)).map(|leg| leg.stage);
            holds != Some(LegStage::Holding)
                || after.talk.is_some()
                || after.bridge.is_some()
                || after.attempts.iter().any(Attempt::is_live)
        }
        Phase::Closing { .. } | Phase::Concluded { .. } => false,
    };
    require(!waits || is_sought, "a customer waits, and nobody is sought")?;
    let only_current = after
        .legs
        .iter()
        .enumerate()
        .all(|(place, leg)| !leg.is_waiting() || after.customer.is_some_and(|no| usize::from(no.0) == place));
    require(only_current, "somebody waits who is not the customer")
}

pub(super) fn accepted_by_rule(before: &Emergency, input: &Input, after: &Emergency) -> Verdict {
    let changed = before.acceptance.map(|a| a.technician) != after.acceptance.map(|a| a.technician);
    let Some(acceptance) = after.acceptance.filter(|_| changed) else { return Ok(()) };
    require(after.search.notified.has(acceptance.technician), "accepted by somebody who was never told")?;
    let rule = after.policy.confirmation;
    let fits = match input {
        Input::KeyPressed { key, attempt, .. } => {
            let is_theirs = before
                .attempt(*attempt)
                .is_some_and(|a| a.technician == acceptance.technician && a.kind != AttemptKind::Transfer);
            *key == Some(Key::One) && is_theirs
        }
        Input::TextReceived { from, keyword, .. } => {
            *keyword == Keyword::Accept && *from == after.number_of(acceptance.technician)
        }
        Input::MachineDetected { answered_by, .. } => rule == Confirmation::Human && *answered_by == AnsweredBy::Human,
        Input::CallStatus { status, answered_by, duration, .. } => {
            let by_human = rule == Confirmation::Human && *answered_by == Some(AnsweredBy::Human);
            let by_answer = rule == Confirmation::Answered && duration.is_some_and(|length| !length.is_zero());
            *status == CallStatus::Completed && (by_human || by_answer)
        }
        Input::CustomerJoined { leg, .. } => {
            let is_told = |a: &Attempt| {
                a.technician == acceptance.technician && a.document == Some(Document::Connect { leg: *leg })
            };
            acceptance.by == AcceptedBy::Bridge && before.attempts.iter().any(is_told)
        }
        _ => false,
    };
    require(fits, "accepted by something that is no acceptance")
}

pub(super) fn repeat_is_silent(now: Timestamp, input: &Input, transition: &Transition) -> Verdict {
    if matches!(input, Input::Timeout) && transition.state.is_concluded() {
        return Ok(());
    }
    let again = transition.state.handle_input(now, input.clone());
    require(again.state == transition.state, "a repeat changed the state")?;
    require(again.reply == transition.reply, "a repeat got another answer")?;
    require(again.commands.is_empty(), "a repeat caused commands")
}

pub(super) fn rank_falls(before: &Emergency, after: &Emergency) -> Verdict {
    require(rank(after) <= rank(before), "the rank rose")
}

/// Reconnects, how often an acceptance came to nothing, position in the plan, bridges, phase, calls by customers.
type Rank = (u8, Reverse<(u16, u8, u8, u8)>, u8, u8, Reverse<usize>);

/// What is left to try; compared from left to right.
fn rank(e: &Emergency) -> Rank {
    let limits = &e.policy.limits;
    let bridges = e.transfers_left + e.acceptance.map_or(limits.bridges, |a| a.bridges_left);
    let phase = match e.phase {
        Phase::Seeking => 3,
        Phase::Accepted => 2,
        Phase::Closing { .. } => 1,
        Phase::Concluded { .. } => 0,
    };
    let position = (e.search.escalations, e.search.round, e.search.technician, e.search.tries);
    (e.reconnects_left, Reverse(position), bridges, phase, Reverse(e.legs.len()))
}

/// Whoever was being tried when somebody else accepted gets their try back before it is said that nobody accepted.
pub(super) fn nobody_is_skipped(before: &Emergency, transition: &Transition) -> Verdict {
    let begins = |e: &Emergency| matches!(e.phase, Phase::Closing { because: ClosingBecause::NobodyAccepted, .. });
    let search = &before.search;
    let is_willing = !search.passed.has(search.technician) && !search.refused.has(search.technician);
    let is_owed = search.interrupted && is_willing && search.escalations < state::Search::MOST_RETURNS;
    require(begins(before) || !begins(&transition.state) || !is_owed, "somebody was interrupted and not asked again")
}

pub(super) fn talks_are_real(before: &Emergency, input: &Input, transition: &Transition) -> Verdict {
    let after = &transition.state;
    if let Some(talk) = after.talk {
        require(after.attempt(talk.attempt).is_some_and(Attempt::is_live), "a talk with a call that has ended")?;
        require(after.leg(talk.leg).is_some_and(|leg| leg.stage == LegStage::Talking), "a talk with nobody")?;
    }
    let was_long = |talk: state::Talk| after.changed_at.since(talk.since) >= after.policy.timing.shortest_talk;
    let is_proof = matches!(
        input,
        Input::HoldEnded { result: Some(QueueResult::Bridged), .. }
            | Input::DialEnded { result: DialResult::Bridged, .. }
    );
    let is_proven = before.talked || before.talk.is_some_and(was_long) || is_proof;
    require(!after.talked || is_proven, "a talk without proof")?;
    let is_connected = matches!(after.phase, Phase::Concluded { outcome: Conclusion::Connected, .. });
    require(!is_connected || after.talked, "connected without a talk")
}

pub(super) fn alert_before_silence(before: &Emergency, transition: &Transition) -> Verdict {
    let after = &transition.state;
    let begins = |e: &Emergency| matches!(e.phase, Phase::Closing { .. });
    let is_talk_over = matches!(after.phase, Phase::Closing { because: ClosingBecause::TalkOver, .. });
    if begins(before) || !begins(after) || (is_talk_over && after.talked) {
        return Ok(());
    }
    require(!is_talk_over, "a talk is over that was none")?;
    let is_given_up = |command: &Command| matches!(command.action, Action::SendText { text: Text::BridgeGivenUp, .. });
    require(!transition.commands.iter().any(is_given_up), "somebody else is promised, and there is nobody")?;
    for recipient in &after.policy.recipients {
        let is_told = transition.commands.iter().any(|command| {
            matches!(&command.action, Action::SendText { to, text: Text::Alert { .. } } if *to == recipient.number)
        });
        require(is_told || !after.policy.texts, "a recipient is not alerted")?;
    }
    let is_mailed =
        transition.commands.iter().any(|c| matches!(c.action, Action::SendMail { text: Text::Alert { .. } }));
    require(is_mailed || after.policy.recipient_emails.is_empty() || !after.policy.emails, "nobody is mailed")
}

pub(super) fn answers_fit(before: &Emergency, input: &Input, transition: &Transition) -> Verdict {
    let after = &transition.state;
    let wants_document = matches!(
        input,
        Input::TechnicianAnswered { .. }
            | Input::KeyPressed { .. }
            | Input::TechnicianWaiting { .. }
            | Input::DialEnded { .. }
            | Input::CustomerCalled { .. }
            | Input::CustomerHolding { .. }
            | Input::HoldEnded { .. }
            | Input::CustomerJoined { .. }
            | Input::VoicemailLeft { .. }
    );
    require(wants_document == matches!(transition.reply, Reply::Voice(_)), "no document, or one too many")?;
    if let Reply::Voice(Voice { document: Document::Connect { leg }, line: Some(Line::Attempt(no)), .. }) =
        &transition.reply
    {
        let is_repeat = before.attempt(*no).map(|a| a.step) == after.attempt(*no).map(|a| a.step);
        let is_on_line = after.attempt(*no).is_some_and(Attempt::is_on_line);
        require(is_repeat || is_on_line, "connected with a call that nobody is in")?;
        let is_fresh = !matches!(transition.state.phase, Phase::Concluded { .. }) && after.bridge.is_some();
        let is_current = after.customer == Some(*leg) && after.waiting_customer().is_some();
        require(!is_fresh || is_current || after.talk.is_some(), "connected with somebody who is not the customer")?;
    }
    Ok(())
}

/// A call that the provider took is ours, or is being ended.
pub(super) fn nothing_is_forgotten(before: &Emergency, input: &Input, after: &Emergency) -> Verdict {
    let named = match input {
        Input::CommandFinished { command, outcome } | Input::LateOutcome { command, outcome } => {
            match (&command.action, outcome) {
                (Action::PlaceCall { attempt, .. }, Outcome::CallPlaced { call })
                | (Action::FindCall { attempt, .. }, Outcome::CallFound { call, .. }) => Some((*attempt, call)),
                _ => None,
            }
        }
        Input::CallStatus { attempt, call, .. } | Input::TechnicianAnswered { attempt, call, .. } => {
            Some((*attempt, call))
        }
        _ => None,
    };
    let Some((attempt, call)) = named.filter(|(attempt, _)| before.attempt(*attempt).is_some()) else { return Ok(()) };
    let is_bound = after.attempt(attempt).is_some_and(|attempt| attempt.call.as_ref() == Some(call));
    require(is_bound || after.strays.contains(call), "a call was forgotten")
}
