//! Somebody accepts, or passes.

use super::bridge::GivenUp;
use super::state::{Acceptance, SearchStep};
use super::turn::Turn;
use super::{AcceptedBy, AttemptKind, AttemptNo, ClosingBecause, Document, Event, Farewell, Phase, Text};

impl Turn {
    /// A technician accepts. The first acceptance wins; returns whether this one holds (now, or already).
    pub(super) fn accept(&mut self, technician: u8, by: AcceptedBy) -> bool {
        match (self.e.phase, self.e.acceptance) {
            (_, Some(acceptance)) => acceptance.technician == technician,
            (Phase::Seeking, None) => {
                self.take_on(technician, by);
                true
            }
            // Nobody answered in time, and the caller is being told so: still better than nobody at all.
            (Phase::Closing { because: ClosingBecause::NobodyAccepted, .. }, None) => {
                self.accepted(technician, by);
                if by != AcceptedBy::Text {
                    self.tell_to_call_customer(Farewell::Unanswered);
                }
                true
            }
            _ => false,
        }
    }

    /// From now on the emergency is this technician's; what was begun with others is broken off.
    pub(super) fn take_on(&mut self, technician: u8, by: AcceptedBy) {
        self.accepted(technician, by);
        self.e.phase = Phase::Accepted;
        let search = &mut self.e.search;
        let is_trying = matches!(search.step, SearchStep::Calling(_) | SearchStep::Texting(_));
        search.interrupted = is_trying && search.technician != technician;
        search.step = SearchStep::Resting;
        self.end_other_notifications(technician);
    }

    /// Acceptance without a key: the attempt itself is the proof.
    pub(super) fn accept_by_attempt(&mut self, no: AttemptNo, by: AcceptedBy) {
        if let Some(technician) = self.e.attempt(no).map(|attempt| attempt.technician) {
            self.accept(technician, by);
        }
    }

    /// Key 9, on the phone.
    pub(super) fn pass_by_key(&mut self, no: AttemptNo) {
        let Some(attempt) = self.attempt_mut(no) else { return };
        attempt.passed = true;
        let (technician, kind) = (attempt.technician, attempt.kind);
        match kind {
            // A transfer target speaks for itself, not for the technician.
            AttemptKind::Transfer => self.e.transfers_left = 0,
            AttemptKind::Notification | AttemptKind::Bridge => self.pass(technician),
        }
        self.answer_attempt(no, Document::Passed);
    }

    /// A technician passes the emergency on: nobody calls them again in this round.
    pub(super) fn pass(&mut self, technician: u8) {
        let is_new = self.has_accepted(technician) || !self.e.search.passed.has(technician);
        if is_new {
            let number = self.e.number_of(technician);
            self.event(Event::TechnicianPassed { technician: number });
        }
        self.e.search.passed.insert(technician);
        match self.e.phase {
            Phase::Accepted if self.has_accepted(technician) && self.e.talk.is_none() => {
                self.escalate(GivenUp::Passed);
            }
            Phase::Seeking if self.e.search.technician == technician => self.pass_while_sought(),
            _ => {}
        }
    }

    /// What the machine does with the call of a technician who passed: the key lets the call end by itself, a text
    /// ends it.
    fn pass_while_sought(&mut self) {
        match self.e.search.step {
            SearchStep::Calling(no) => {
                if let Some(attempt) = self.attempt_mut(no) {
                    attempt.passed = true;
                }
                if !self.e.attempt(no).is_some_and(super::Attempt::is_on_line) {
                    self.hang_up(no);
                }
                self.advance(self.now);
            }
            SearchStep::Due(_) | SearchStep::Texting(_) => self.advance(self.now),
            SearchStep::Resting | SearchStep::Exhausted => {}
        }
    }

    pub(super) fn has_accepted(&self, technician: u8) -> bool {
        self.e.acceptance.is_some_and(|acceptance| acceptance.technician == technician)
    }

    fn accepted(&mut self, technician: u8, by: AcceptedBy) {
        let bridges_left = self.e.policy.limits.bridges;
        self.e.acceptance = Some(Acceptance { technician, by, bridges_left, told_to_call: false });
        self.e.record.accepted_at = Some(self.now);
        self.e.record.accepted_by = Some(technician);
        let technician = self.e.number_of(technician);
        self.event(Event::TechnicianAccepted { technician, by });
    }

    fn end_other_notifications(&mut self, technician: u8) {
        for no in self.e.attempt_numbers() {
            let other =
                self.e.attempt(no).is_some_and(|a| a.technician != technician && a.kind != AttemptKind::Transfer);
            if other {
                self.hang_up(no);
            }
        }
    }

    /// The customer is gone: the technician who accepted gets the number, once for each time. Where no text goes out,
    /// the recipients are asked to see to it.
    pub(super) fn tell_to_call_customer(&mut self, why: Farewell) {
        let untold = self.e.acceptance.filter(|acceptance| !acceptance.told_to_call);
        let Some(Acceptance { technician, .. }) = untold else { return };
        let number = self.e.number_of(technician);
        let text = Text::CallCustomer { why };
        let is_told = self.text(number, text.clone()) || self.mail(text);
        if let Some(acceptance) = self.e.acceptance.as_mut() {
            acceptance.told_to_call = is_told;
        }
    }
}
