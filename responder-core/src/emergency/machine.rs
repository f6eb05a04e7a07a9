//! The entry points: open, handle, and when to look again.

use std::sync::Arc;

use super::state::{Record, Search, SearchStep};
use super::turn::Turn;
use super::{Annex, Command, CommandId, Emergency, EmergencyId, Event, Input, Intake, Phase, Policy, Reply};
use crate::Timestamp;

/// What comes of an input. State, events and commands belong together: store all of them or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state from now on.
    pub state: Emergency,
    /// The direct answer to this input.
    pub reply: Reply,
    /// Facts for the timeline, in order.
    pub events: Vec<Event>,
    /// What is to be done, in no particular order.
    pub commands: Vec<Command>,
    /// Commands that are no longer wanted, should nobody have claimed them.
    pub withdraw: Vec<CommandId>,
}

impl Emergency {
    /// Begins an emergency: the technician is called and texted. The copies for recipients follow with the first
    /// [`Input::Timeout`], which is due at once: with many recipients they would keep the phone from ringing.
    ///
    /// `policy` is expected to have passed [`Policy::validate`], and the technician of `intake` to be one that it
    /// [may reach](Policy::may_reach); a technician whom it may not is left out.
    pub fn open(id: EmergencyId, now: Timestamp, intake: Intake, policy: Arc<Policy>) -> Transition {
        let before = Self::unopened(id, now, intake, policy);
        let mut turn = Turn::new(before.clone(), now);
        let intake = turn.e.intake.clone();
        turn.event(Event::WebhookReceived {
            technician: intake.technician.number,
            callback: intake.callback_text.clone(),
            customer_name: intake.customer_name.clone(),
            address: intake.address.clone(),
            description: intake.description.clone(),
        });
        turn.decide();
        turn.finish(&before)
    }

    /// Takes in what happened.
    ///
    /// Pure, and total: any input is accepted in any state, however late, repeated or unexpected. `now` earlier than
    /// the last change counts as that time.
    pub fn handle_input(&self, now: Timestamp, input: Input) -> Transition {
        let mut turn = Turn::new(self.clone(), now.max(self.changed_at));
        turn.apply(input);
        turn.decide();
        turn.finish(self)
    }

    /// When [`Input::Timeout`] is due; `None` once the emergency is concluded.
    ///
    /// Read it after every transition. Passing `Timeout` early is harmless and changes nothing.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if self.is_concluded() {
            return None;
        }
        let attempts = self.attempts.iter().filter(|attempt| attempt.is_live()).map(|attempt| attempt.watch.until);
        let legs = self.legs.iter().zip(self.leg_numbers()).filter(|(leg, _)| leg.is_live()).flat_map(|(leg, no)| {
            let hold = (leg.is_waiting() && !self.is_being_connected(no)).then_some(leg.hold_until);
            std::iter::once(leg.watch.until).chain(hold)
        });
        let closing = match self.phase {
            Phase::Closing { until, .. } => until,
            Phase::Seeking | Phase::Accepted | Phase::Concluded { .. } => None,
        };
        let single = [
            Some(self.heartbeat),
            (!self.is_copied).then_some(self.record.opened_at),
            self.search.deadline(),
            self.bridge.map(|bridge| bridge.until),
            self.talk.map(|talk| talk.until),
            self.customer_deadline,
            closing,
        ];
        single.into_iter().flatten().chain(attempts).chain(legs).min()
    }

    fn unopened(id: EmergencyId, now: Timestamp, intake: Intake, policy: Arc<Policy>) -> Self {
        Self {
            id,
            technicians: policy.technicians(&intake).into(),
            intake: Arc::new(intake),
            phase: Phase::Seeking,
            search: Search::first(now),
            acceptance: None,
            bridge: None,
            talk: None,
            attempts: Vec::new(),
            legs: Vec::new(),
            customer: None,
            strays: Vec::new(),
            reconnects_left: policy.limits.reconnects,
            transfers_left: policy.transfers(),
            talked: false,
            is_copied: false,
            cancelled: false,
            customer_deadline: None,
            heartbeat: now + policy.timing.check,
            next_command: 0,
            changed_at: now,
            record: Record { opened_at: now, ..Record::default() },
            annex: Arc::new(Annex::default()),
            policy,
        }
    }
}

impl Search {
    const fn deadline(&self) -> Option<Timestamp> {
        match self.step {
            SearchStep::Due(at) | SearchStep::Texting(at) => Some(at),
            SearchStep::Calling(_) | SearchStep::Resting | SearchStep::Exhausted => None,
        }
    }
}

impl Turn {
    /// Notes the fact and answers it. What follows from it is decided afterwards, from the state alone.
    fn apply(&mut self, input: Input) {
        match input {
            Input::Timeout => self.timeouts(),
            Input::CommandFinished { command, outcome } | Input::LateOutcome { command, outcome } => {
                self.command_finished(command, outcome);
            }
            Input::CallStatus { attempt, call, status, duration, answered_by } => {
                self.call_status(attempt, &call, status, duration, answered_by);
            }
            Input::TechnicianAnswered { attempt, call, step } => self.technician_answered(attempt, &call, step),
            Input::KeyPressed { attempt, call, step, key } => self.key_pressed(attempt, &call, step, key),
            Input::TechnicianWaiting { attempt, call, step } => self.technician_waiting(attempt, &call, step),
            Input::DialEnded { attempt, call, step, result, lasted } => {
                self.dial_ended(attempt, &call, step, result, lasted);
            }
            Input::MachineDetected { attempt, call, answered_by } => self.machine_detected(attempt, &call, answered_by),
            Input::CustomerCalled { call, from } => self.customer_called(call, from),
            Input::CustomerHolding { leg, call } => self.customer_holding(leg, &call),
            Input::HoldEnded { leg, call, step, result, key, on_line } => {
                self.hold_ended(leg, &call, step, result, key, on_line);
            }
            Input::CustomerJoined { leg, call, agent } => self.customer_joined(leg, &call, agent.as_ref()),
            Input::CustomerCallEnded { call } => self.customer_call_ended(&call),
            Input::VoicemailLeft { leg, call, step, recording, duration } => {
                self.voicemail_left(leg, &call, step, recording, duration);
            }
            Input::RecordingReady { call, recording, duration } => self.recording_ready(call, recording, duration),
            Input::TextStatus { message, delivery } => self.text_status(message, delivery),
            Input::TextReceived { message, from, keyword } => self.text_received(message, from, keyword),
            Input::Cancelled => self.cancelled(),
            Input::FallbackUsed { call, code } => self.event(Event::FallbackUsed { call_sid: call, code }),
        }
    }

    /// Draws every consequence that the state has by now. Deciding twice is deciding once.
    fn decide(&mut self) {
        while !self.e.is_concluded()
            && (self.judge_attempts()
                || self.release_callers()
                || self.search_on()
                || self.bridge_on()
                || self.close_up())
        {}
    }
}
