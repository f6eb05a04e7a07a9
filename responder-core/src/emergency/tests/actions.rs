//! What the world may do next: every input that a provider, a person or a fault could cause in a state.

use super::super::*;
use super::world::{call, customer, message, secs, stranger};

/// How much of the world takes part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    /// Answers of the provider may be lost, late, or name a second call.
    pub(super) faults: bool,
    /// Customers call.
    pub(super) customers: bool,
    /// Somebody else calls, too.
    pub(super) strangers: bool,
    /// Technicians and operators write.
    pub(super) texts: bool,
    /// Requests come twice.
    pub(super) repeats: bool,
    /// Inputs that the machine treats as another one does are left out.
    pub(super) coarse: bool,
}

pub(super) const EVERYTHING: Scope =
    Scope { faults: true, customers: true, strangers: true, texts: true, repeats: true, coarse: false };

/// Every input that may come next, but for the passing of time.
pub(super) fn possible(e: &Emergency, scope: Scope) -> Vec<Input> {
    let mut inputs = Vec::new();
    for no in e.attempt_numbers() {
        attempt_inputs(e, no, scope, &mut inputs);
    }
    for no in e.leg_numbers() {
        leg_inputs(e, no, scope, &mut inputs);
    }
    if scope.customers {
        let next = call(&format!("CC{}", e.legs.len()));
        inputs.push(Input::CustomerCalled { call: next.clone(), from: Some(customer()) });
        if scope.strangers {
            inputs.push(Input::CustomerCalled { call: next.clone(), from: Some(stranger()) });
            inputs.push(Input::CustomerCalled { call: next, from: None });
        }
    }
    if scope.texts {
        text_inputs(e, &mut inputs);
    }
    inputs
}

fn attempt_inputs(e: &Emergency, no: AttemptNo, scope: Scope, inputs: &mut Vec<Input>) {
    let Some(attempt) = e.attempt(no) else { return };
    let own = attempt.call.clone().unwrap_or_else(|| call(&format!("CA{}", no.0)));
    place_outcomes(e, no, &own, scope, inputs);
    calls_outcomes(no, &own, attempt, scope, inputs);
    call_requests(no, &own, attempt.step, scope, inputs);
    if scope.repeats && attempt.step > Step(0) {
        call_requests(no, &own, Step(attempt.step.0 - 1), scope, inputs);
    }
    if scope.faults {
        let second = call(&format!("CB{}", no.0));
        inputs.push(Input::TechnicianAnswered { attempt: no, call: second.clone(), step: attempt.step });
        inputs.push(status(no, &second, CallStatus::Ringing));
    }
}

fn place_outcomes(e: &Emergency, no: AttemptNo, own: &crate::CallSid, scope: Scope, inputs: &mut Vec<Input>) {
    let Some(attempt) = e.attempt(no) else { return };
    let id = CommandId { emergency: e.id, number: attempt.command };
    let action = Action::PlaceCall { attempt: no, purpose: attempt.kind, to: attempt.to, not_after: e.changed_at };
    let command = Command { id, action };
    let mut outcomes = vec![Outcome::CallPlaced { call: own.clone() }];
    if attempt.call.is_none() && attempt.is_live() {
        outcomes.push(Outcome::Rejected { code: Some(21211), reason: "no such number".into() });
        if scope.faults {
            outcomes.push(Outcome::Unknown);
            outcomes.push(Outcome::Withdrawn);
            outcomes.push(Outcome::Unavailable { reason: "too many requests".into() });
        }
    }
    for outcome in outcomes {
        inputs.push(Input::CommandFinished { command: command.clone(), outcome });
    }
    if scope.faults {
        let outcome = Outcome::CallPlaced { call: call(&format!("CB{}", no.0)) };
        inputs.push(Input::LateOutcome { command, outcome });
    }
}

fn calls_outcomes(no: AttemptNo, own: &crate::CallSid, attempt: &Attempt, scope: Scope, inputs: &mut Vec<Input>) {
    use CallStatus::{Busy, Completed, Failed, InProgress, Initiated, NoAnswer, Ringing};
    let all = [Completed, NoAnswer, Ringing, InProgress, Initiated, Busy, Failed];
    for reached in all.into_iter().take(if scope.coarse { 2 } else { all.len() }) {
        inputs.push(status(no, own, reached));
    }
    for answered_by in [AnsweredBy::Human, AnsweredBy::Machine] {
        inputs.push(Input::MachineDetected { attempt: no, call: own.clone(), answered_by });
    }
    let id = CommandId { emergency: EmergencyId::new(crate::Timestamp::default(), 0), number: u32::MAX };
    let mut finish = |action, outcome| inputs.push(Input::CommandFinished { command: Command { id, action }, outcome });
    if attempt.watch.asked {
        for reached in [Ringing, InProgress, Completed] {
            let action = Action::FetchCall { line: Line::Attempt(no), call: own.clone() };
            finish(action, Outcome::CallFetched { status: reached });
        }
    }
    if attempt.ending {
        finish(Action::EndCall { line: Line::Attempt(no), call: own.clone() }, Outcome::CallEnded);
    }
    if matches!(attempt.stage, Stage::Unknown(_)) {
        let action = Action::FindCall { attempt: no, to: attempt.to, since: attempt.times.wanted, except: Vec::new() };
        finish(action, Outcome::CallFound { call: own.clone(), status: Ringing });
    }
}

fn call_requests(attempt: AttemptNo, own: &crate::CallSid, step: Step, scope: Scope, inputs: &mut Vec<Input>) {
    let call = || own.clone();
    inputs.push(Input::TechnicianAnswered { attempt, call: call(), step });
    let keys = [Some(Key::One), Some(Key::Nine), Some(Key::Two), Some(Key::Other), None];
    for key in keys.into_iter().take(if scope.coarse { 2 } else { keys.len() }) {
        inputs.push(Input::KeyPressed { attempt, call: call(), step, key });
    }
    inputs.push(Input::TechnicianWaiting { attempt, call: call(), step });
    let short = Some(std::time::Duration::ZERO);
    for (result, lasted) in [(DialResult::Bridged, None), (DialResult::Bridged, short), (DialResult::NotBridged, None)]
    {
        inputs.push(Input::DialEnded { attempt, call: call(), step, result, lasted });
    }
}

fn leg_inputs(e: &Emergency, no: LegNo, scope: Scope, inputs: &mut Vec<Input>) {
    let Some(leg) = e.leg(no) else { return };
    let call = || leg.call.clone();
    inputs.push(Input::CustomerHolding { leg: no, call: call() });
    let is_told = |attempt: &&Attempt| attempt.document == Some(Document::Connect { leg: no });
    let agent = e.attempts.iter().rev().find(is_told).and_then(|attempt| attempt.call.clone());
    if agent.is_some() || scope.faults {
        inputs.push(Input::CustomerJoined { leg: no, call: call(), agent });
    }
    inputs.push(Input::CustomerCallEnded { call: call() });
    inputs.push(Input::VoicemailLeft {
        leg: no,
        call: call(),
        step: leg.step,
        recording: "RE1".parse().ok(),
        duration: secs(9),
    });
    let all = [
        QueueResult::Bridged,
        QueueResult::Leave,
        QueueResult::SystemError,
        QueueResult::Hangup,
        QueueResult::BridgingInProcess,
        QueueResult::QueueFull,
    ];
    let results = all.into_iter().take(if scope.coarse { 3 } else { all.len() });
    let mut ended = |step, result, key, on_line| {
        inputs.push(Input::HoldEnded { leg: no, call: call(), step, result, key, on_line });
    };
    for result in results {
        ended(leg.step, Some(result), None, true);
        if scope.faults {
            ended(leg.step, Some(result), None, false);
        }
        if scope.repeats && leg.step > Step(0) {
            ended(Step(leg.step.0 - 1), Some(result), None, true);
        }
    }
    ended(leg.step, None, Some(Key::One), true);
    ended(leg.step, None, None, true);
    if leg.watch.asked {
        let id = CommandId { emergency: e.id, number: u32::MAX };
        let action = Action::FetchCall { line: Line::Leg(no), call: call() };
        let command = Command { id, action };
        for status in [CallStatus::InProgress, CallStatus::Completed] {
            let outcome = Outcome::CallFetched { status };
            inputs.push(Input::CommandFinished { command: command.clone(), outcome });
        }
    }
}

fn text_inputs(e: &Emergency, inputs: &mut Vec<Input>) {
    let sid = message(&format!("SM{}", e.annex.answers.len()));
    for technician in e.technicians.iter() {
        for keyword in [Keyword::Accept, Keyword::Pass, Keyword::Done, Keyword::Status] {
            inputs.push(Input::TextReceived { message: sid.clone(), from: technician.number, keyword });
        }
    }
    inputs.push(Input::TextReceived { message: sid, from: stranger(), keyword: Keyword::Accept });
    inputs.push(Input::Cancelled);
}

fn status(attempt: AttemptNo, call: &crate::CallSid, status: CallStatus) -> Input {
    let duration = (status == CallStatus::Completed).then_some(secs(20));
    Input::CallStatus { attempt, call: call.clone(), status, duration, answered_by: None }
}
