//! How an emergency ends.

use super::state::SearchStep;
use super::turn::Turn;
use super::{Action, Attempt, ClosingBecause, Conclusion, Emergency, Event, Leg, Phase, Summary, Text};

impl Turn {
    /// Begins nothing new from here on; collects what is under way.
    pub(super) fn begin_closing(&mut self, because: ClosingBecause) {
        if matches!(self.e.phase, Phase::Closing { .. } | Phase::Concluded { .. }) {
            return;
        }
        if because == ClosingBecause::NobodyAccepted {
            self.event(Event::NobodyAccepted);
        }
        let span = match because {
            ClosingBecause::NobodyAccepted => self.e.policy.second_thoughts(),
            _ => self.e.policy.timing.closing,
        };
        self.e.phase = Phase::Closing { because, until: Some(self.now + span) };
        self.e.search.step = SearchStep::Resting;
        if let Some(bridge) = self.e.bridge.take() {
            // Its `<Dial>` would still take the customer out of the queue.
            self.hang_up(bridge.attempt);
        }
        self.e.customer_deadline = None;
        self.end_calls();
        for no in self.e.leg_numbers() {
            if self.e.leg(no).is_some_and(Leg::is_waiting) {
                self.let_go(no, because.farewell(self.e.is_accepted()));
            }
        }
        self.inform(because);
    }

    /// Calls that nobody has answered are ended at once; who is on the line may hear the goodbye first.
    fn end_calls(&mut self) {
        let patience = self.now + self.e.policy.timing.technician_wait;
        for no in self.e.attempt_numbers() {
            match self.attempt_mut(no).filter(|attempt| attempt.is_on_line()) {
                Some(attempt) => {
                    attempt.watch.until = attempt.watch.until.min(patience);
                    attempt.watch.left = 0;
                }
                None => self.hang_up(no),
            }
        }
    }

    /// Who must know that it ends like this: every recipient, unless it ends with the talk that it was for.
    fn inform(&mut self, because: ClosingBecause) {
        if because == ClosingBecause::TalkOver {
            return;
        }
        let outcome = self.e.outlook();
        self.tell_recipients(&Text::Alert { outcome });
        match because {
            ClosingBecause::Cancelled => self.tell_technicians(&Text::Cancelled),
            ClosingBecause::NoCustomer => {
                let technician = self.e.technician().number;
                let has_called = !self.e.legs.is_empty();
                let call = Text::CallCustomer { why: self.e.last_farewell() };
                self.text(technician, if has_called { call } else { Text::NeverCalled });
            }
            ClosingBecause::TalkOver | ClosingBecause::NobodyAccepted | ClosingBecause::Done => {}
        }
    }

    fn tell_technicians(&mut self, text: &Text) {
        let notified = self.e.search.notified;
        for technician in (0..u8::MAX).take(self.e.technicians.len()).filter(|no| notified.has(*no)) {
            self.text(self.e.number_of(technician), text.clone());
        }
    }

    /// Rule: when every call has ended and the time for late callbacks is over, it is concluded.
    pub(super) fn close_up(&mut self) -> bool {
        let Phase::Closing { because, until } = self.e.phase else { return false };
        let has_calls = self.e.attempts.iter().any(Attempt::is_live) || self.e.has_customer();
        match until {
            Some(until) if until > self.now => return false,
            Some(_) if has_calls => self.e.phase = Phase::Closing { because, until: None },
            Some(_) => self.conclude(),
            None if has_calls => return false,
            // What comes late comes after the last call: the message that a caller left, above all.
            None => {
                let until = self.now + self.e.policy.timing.closing;
                self.e.phase = Phase::Closing { because, until: Some(until) };
            }
        }
        true
    }

    fn conclude(&mut self) {
        let outcome = self.e.outlook();
        self.e.phase = Phase::Concluded { outcome, at: self.now };
        for leg in self.e.leg_numbers() {
            self.command(Action::DeleteQueue { leg });
        }
        let summary = Box::new(self.e.summary(outcome, self.now));
        self.mail(Text::Report { summary: summary.clone() });
        self.event(Event::EmergencyConcluded(summary));
    }

    /// An operator ends it. A talk is not cut: who talks has what they need, and its end ends the emergency.
    pub(super) fn cancelled(&mut self) {
        if self.e.cancelled || matches!(self.e.phase, Phase::Closing { .. } | Phase::Concluded { .. }) {
            return;
        }
        self.event(Event::Cancelled);
        if self.e.talk.is_some() {
            self.e.cancelled = true;
        } else {
            self.begin_closing(ClosingBecause::Cancelled);
        }
    }
}

impl Emergency {
    /// How it would be reported if it ended now.
    fn outlook(&self) -> Conclusion {
        let left_message = self.legs.iter().any(|leg| leg.left_message);
        let reached_provider = self.attempts.iter().any(|attempt| attempt.call.is_some());
        let because = match self.phase {
            Phase::Closing { because, .. } => Some(because),
            Phase::Seeking | Phase::Accepted | Phase::Concluded { .. } => None,
        };
        let is_accepted = self.is_accepted() && because != Some(ClosingBecause::NobodyAccepted);
        match because {
            Some(ClosingBecause::Cancelled) => Conclusion::Cancelled,
            Some(ClosingBecause::TalkOver | ClosingBecause::Done) if self.talked => Conclusion::Connected,
            _ if left_message => Conclusion::Voicemail,
            _ if is_accepted && self.legs.is_empty() => Conclusion::CustomerNeverCalled,
            _ if is_accepted => Conclusion::CustomerHungUp,
            _ if reached_provider || !self.policy.auto_call => Conclusion::Unanswered,
            _ => Conclusion::Failed,
        }
    }

    fn summary(&self, outcome: Conclusion, now: crate::Timestamp) -> Summary {
        let since_report = |at: Option<crate::Timestamp>| at.map(|at| at.since(self.record.opened_at).as_secs());
        Summary {
            outcome,
            technician: self.record.accepted_by.map(|technician| self.number_of(technician)),
            opened_at: self.record.opened_at,
            accepted_at: self.record.accepted_at,
            concluded_at: now,
            ring_seconds: since_report(self.record.rang_at),
            accept_seconds: since_report(self.record.accepted_at),
            hold_seconds: self.legs.iter().map(|leg| leg.times.hold.as_secs()).sum(),
            talk_seconds: self.record.talk.as_secs(),
            attempts: u16::try_from(self.attempts.len()).unwrap_or(u16::MAX),
            legs: u16::try_from(self.legs.len()).unwrap_or(u16::MAX),
        }
    }
}
