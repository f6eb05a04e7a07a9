//! What the outcome of a command means.

use super::calls::Bound;
use super::reply::reason_of;
use super::turn::Turn;
use super::{Action, AttemptNo, CallStatus, Command, Delivery, End, Event, Line, Outcome, Phase, Stage, Text, Watch};
use crate::{CallSid, E164, MessageSid};

impl Turn {
    pub(super) fn command_finished(&mut self, command: Command, outcome: Outcome) {
        match command.action {
            Action::PlaceCall { attempt, to, .. } => self.placed(attempt, to, command.id.number, outcome),
            Action::FindCall { attempt, .. } => self.found(attempt, outcome),
            Action::FetchCall { line, call } => self.fetched(line, &call, &outcome),
            Action::EndCall { line, call } => self.end_confirmed(line, &call, &outcome),
            Action::SendText { to, text } => self.texted(to, &text, outcome),
            Action::SendMail { text } => self.mailed(&text, &outcome),
            // A queue that stays behind is empty, and nobody is ever sent to it again.
            Action::DeleteQueue { .. } => {}
        }
    }

    fn placed(&mut self, no: AttemptNo, to: E164, number: u32, outcome: Outcome) {
        let Some(attempt) = self.e.attempt(no) else { return };
        let is_current = attempt.command == number && attempt.call.is_none() && attempt.is_live();
        match outcome {
            Outcome::CallPlaced { call } => {
                self.bind(no, &call);
            }
            _ if !is_current => {}
            Outcome::Withdrawn if attempt.ending => self.end_attempt(no, End::Canceled),
            // Taken back because it had become late; they are still to be called.
            Outcome::Withdrawn => self.place_again(no),
            Outcome::Rejected { .. } | Outcome::NotConfigured => self.not_placed(no, to, &outcome, End::Refused),
            Outcome::Unavailable { .. } => self.not_placed(no, to, &outcome, End::Failed),
            _ => self.look_for_call(no),
        }
    }

    fn not_placed(&mut self, no: AttemptNo, to: E164, outcome: &Outcome, end: End) {
        self.event(Event::EmergencyCallError { attempt: no, to, error: reason_of(outcome) });
        self.end_attempt(no, end);
    }

    /// The provider's answer was lost. A callback may still name the call; if none does in time, it is looked for.
    pub(super) fn look_for_call(&mut self, no: AttemptNo) {
        let until = self.now + self.e.policy.timing.look_up;
        let Some(attempt) = self.attempt_mut(no) else { return };
        if matches!(attempt.stage, Stage::Unknown(_)) {
            // It is being looked for already; to begin again would only delay the next call.
            return;
        }
        attempt.stage = Stage::Unknown(0);
        attempt.watch.until = until;
    }

    fn found(&mut self, no: AttemptNo, outcome: Outcome) {
        let Outcome::CallFound { call, status } = outcome else { return };
        if self.bind(no, &call) == Bound::Ours {
            self.progress(no, Stage::of(status));
        }
    }

    fn fetched(&mut self, line: Line, call: &CallSid, outcome: &Outcome) {
        match (line, outcome) {
            (Line::Attempt(no), Outcome::CallFetched { status }) if self.is_call_of(no, call) => {
                self.progress(no, Stage::of(*status));
                if !status.is_final() {
                    self.attempt_is_alive(no, *status);
                }
            }
            (Line::Attempt(no), Outcome::CallMissing) if self.is_call_of(no, call) => self.end_attempt(no, End::Lost),
            (Line::Leg(_), Outcome::CallFetched { status }) if !status.is_final() => self.leg_is_alive(call),
            (Line::Leg(_), Outcome::CallFetched { .. } | Outcome::CallMissing) => self.customer_call_ended(call),
            // Not answered: the deadline that asked comes round again.
            _ => {}
        }
    }

    fn attempt_is_alive(&mut self, no: AttemptNo, status: CallStatus) {
        let timing = &self.e.policy.timing;
        let document = self.e.attempt(no).and_then(|attempt| attempt.document);
        let span = match status {
            _ if self.e.talk.is_some_and(|talk| talk.attempt == no) => timing.check,
            CallStatus::InProgress if document.is_some_and(|document| !document.asks_for_key()) => timing.leg_silence,
            CallStatus::InProgress => timing.listening,
            _ => timing.ring + timing.ring_slack,
        };
        let until = self.now + span;
        if let Some(attempt) = self.attempt_mut(no).filter(|a| a.is_live() && a.watch.asked && !a.ending) {
            attempt.watch = Watch { until, asked: false, ..attempt.watch };
        }
    }

    fn leg_is_alive(&mut self, call: &CallSid) {
        let Some(no) = self.leg_of(call) else { return };
        let timing = &self.e.policy.timing;
        let span = if self.e.talk.is_some_and(|talk| talk.leg == no) { timing.check } else { timing.leg_silence };
        let until = self.now + span;
        if let Some(leg) = self.leg_mut(no).filter(|leg| leg.is_live() && leg.watch.asked && !leg.ending) {
            leg.watch = Watch { until, asked: false, ..leg.watch };
        }
    }

    fn end_confirmed(&mut self, line: Line, call: &CallSid, outcome: &Outcome) {
        if !matches!(outcome, Outcome::CallEnded | Outcome::CallMissing) {
            return;
        }
        match line {
            Line::Attempt(no) if self.is_call_of(no, call) => {
                let was_answered = self.e.attempt(no).is_some_and(|attempt| attempt.stage == Stage::InProgress);
                self.end_attempt(no, if was_answered { End::Completed } else { End::Canceled });
            }
            Line::Leg(no) => self.leg_ended(no),
            Line::Attempt(_) | Line::Stray(_) => {}
        }
    }

    fn is_call_of(&self, no: AttemptNo, call: &CallSid) -> bool {
        self.e.attempt(no).is_some_and(|attempt| attempt.call.as_ref() == Some(call))
    }

    fn texted(&mut self, to: E164, text: &Text, outcome: Outcome) {
        if *text == Text::Details && matches!(outcome, Outcome::Rejected { .. } | Outcome::NotConfigured) {
            self.details_refused(to);
        }
        match outcome {
            Outcome::MessageSent { message } => {
                self.event(Event::SmsSent { to, sid: message });
                if matches!(text, Text::Alert { .. }) {
                    self.event(Event::AlertSent { texts: 1, mails: 0 });
                }
            }
            Outcome::Withdrawn => {}
            other => self.event(Event::SmsError { to: Some(to), error: reason_of(&other) }),
        }
    }

    fn mailed(&mut self, text: &Text, outcome: &Outcome) {
        let mails = self.e.policy.recipient_emails.len();
        match (outcome, text) {
            (Outcome::Done, Text::Alert { .. }) => self.event(Event::AlertSent { texts: 0, mails }),
            (Outcome::Done | Outcome::Withdrawn, _) => {}
            _ => self.event(Event::MailError { error: reason_of(outcome) }),
        }
    }

    pub(super) fn text_status(&mut self, message: MessageSid, delivery: Delivery) {
        let is_new = std::sync::Arc::make_mut(&mut self.e.annex).note_delivery(message.clone(), delivery);
        match delivery {
            _ if !is_new => {}
            Delivery::Sent => {}
            Delivery::Delivered => self.event(Event::SmsDelivered { sid: message }),
            Delivery::Failed(code) => {
                let error = code.map_or_else(|| "not delivered".to_owned(), |code| format!("not delivered ({code})"));
                self.event(Event::SmsError { to: None, error });
            }
        }
    }

    /// Whether anything new may still be begun.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.e.phase, Phase::Seeking | Phase::Accepted)
    }
}
