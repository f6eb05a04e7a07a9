//! Looking for a technician who accepts.

use std::time::Duration;

use super::UnreachableBecause;
use super::attempt::AttemptTimes;
use super::state::{Search, SearchStep, Set};
use super::turn::Turn;
use super::{Action, Attempt, AttemptKind, AttemptNo, ClosingBecause, Event, Phase, Stage, Step, Text, Watch};
use crate::{E164, Timestamp};

impl Search {
    /// How often a try that was broken off is given back: more would be no end.
    pub(super) const MOST_RETURNS: u16 = 10;

    pub(super) const fn first(now: Timestamp) -> Self {
        Self {
            round: 0,
            technician: 0,
            tries: 0,
            step: SearchStep::Due(now),
            interrupted: false,
            asked: None,
            escalations: 0,
            notified: Set::EMPTY,
            refused: Set::EMPTY,
            passed: Set::EMPTY,
        }
    }
}

impl Turn {
    /// Rule: while nobody has accepted, somebody is being tried, or the next try has a time.
    pub(super) fn search_on(&mut self) -> bool {
        if self.e.phase != Phase::Seeking {
            return false;
        }
        match self.e.search.step {
            SearchStep::Due(at) if at <= self.now => self.try_technician(),
            SearchStep::Texting(until) if until <= self.now => self.no_text_came(),
            SearchStep::Exhausted => self.begin_closing(ClosingBecause::NobodyAccepted),
            SearchStep::Due(_) | SearchStep::Texting(_) | SearchStep::Calling(_) | SearchStep::Resting => return false,
        }
        true
    }

    /// An attempt to notify has ended without an acceptance.
    pub(super) fn notification_failed(&mut self, no: AttemptNo, because: UnreachableBecause) {
        if self.e.phase != Phase::Seeking || self.e.search.step != SearchStep::Calling(no) {
            return;
        }
        self.technician_unreachable(Some(no), because);
        self.advance(self.now + self.e.policy.timing.between_attempts);
    }

    /// The text that asks a technician was refused. Where no call asks them, nothing else does.
    pub(super) fn details_refused(&mut self, to: E164) {
        let is_awaited = matches!(self.e.search.step, SearchStep::Texting(_));
        if self.e.phase == Phase::Seeking && is_awaited && self.e.number_of(self.e.search.technician) == to {
            self.technician_unreachable(None, UnreachableBecause::Refused);
            self.advance(self.now);
        }
    }

    /// The next try: the same technician again, else the next one, else the next round, else nobody.
    pub(super) fn advance(&mut self, at: Timestamp) {
        let policy = self.e.policy.clone();
        let search = &mut self.e.search;
        let round = search.round;
        let spent = search.tries >= policy.attempts_per_technician;
        if spent || search.passed.has(search.technician) || search.refused.has(search.technician) {
            search.tries = 0;
            search.technician += 1;
            self.skip_unwilling();
        }
        if self.e.search.round < policy.escalation_rounds {
            // Whoever just passed has nobody after them: they get a moment before they are asked again.
            let pause = if self.e.search.round > round { policy.timing.between_attempts } else { Duration::ZERO };
            self.e.search.step = SearchStep::Due(at.max(self.now + pause));
        } else {
            self.e.search.step = SearchStep::Exhausted;
        }
    }

    /// Goes on after somebody who had accepted: not with them, in this round, and first with whoever was being tried
    /// when they accepted.
    pub(super) fn seek_instead_of(&mut self, technician: u8) {
        let search = &mut self.e.search;
        search.escalations = search.escalations.saturating_add(1);
        search.passed.insert(technician);
        if search.escalations > Search::MOST_RETURNS {
            search.tries = u8::MAX;
        } else if search.interrupted {
            search.tries = search.tries.saturating_sub(1);
        }
        search.interrupted = false;
        self.advance(self.now);
    }

    fn skip_unwilling(&mut self) {
        let count = u8::try_from(self.e.technicians.len()).unwrap_or(u8::MAX);
        let rounds = self.e.policy.escalation_rounds;
        let search = &mut self.e.search;
        while search.round < rounds {
            if search.technician >= count {
                search.round += 1;
                search.technician = 0;
                search.passed.clear();
            } else if search.refused.has(search.technician) || search.passed.has(search.technician) {
                search.technician += 1;
            } else {
                return;
            }
        }
    }

    fn try_technician(&mut self) {
        let technician = self.e.search.technician;
        if usize::from(technician) >= self.e.technicians.len() {
            // Nobody of the list may be called at all.
            self.e.search.step = SearchStep::Exhausted;
            return;
        }
        let number = self.e.number_of(technician);
        if self.e.live_to(number).is_some() {
            // An earlier call to the same phone has not ended yet; two at once would keep each other engaged.
            self.e.search.step = SearchStep::Due(self.now + self.e.policy.timing.between_attempts);
            return;
        }
        self.e.search.tries += 1;
        let first_time = !self.e.search.notified.has(technician);
        self.e.search.notified.insert(technician);
        let before = self.e.search.asked.replace(technician);
        if before.is_some_and(|before| before != technician) {
            self.event(Event::TechnicianEscalated { technician: number });
        }
        if self.e.policy.auto_call {
            let no = self.place(AttemptKind::Notification, technician, number);
            self.e.search.step = SearchStep::Calling(no);
        } else {
            self.e.search.step = SearchStep::Texting(self.now + self.e.policy.timing.text_acceptance);
        }
        if first_time || !self.e.policy.auto_call {
            self.text(number, Text::Details);
        }
    }

    fn no_text_came(&mut self) {
        self.technician_unreachable(None, UnreachableBecause::NoText);
        self.advance(self.now);
    }

    fn technician_unreachable(&mut self, attempt: Option<AttemptNo>, because: UnreachableBecause) {
        let technician = self.e.search.technician;
        if because == UnreachableBecause::Refused {
            self.e.search.refused.insert(technician);
        }
        let technician = self.e.number_of(technician);
        self.event(Event::TechnicianUnreachable { technician, attempt, because });
        match because {
            // They know; and a number that can't be called is not texted either.
            UnreachableBecause::Passed | UnreachableBecause::Refused => {}
            _ => {
                self.text(technician, Text::Missed { because });
            }
        }
    }

    /// Begins an attempt.
    pub(super) fn place(&mut self, kind: AttemptKind, technician: u8, to: E164) -> AttemptNo {
        let no = AttemptNo(u16::try_from(self.e.attempts.len()).unwrap_or(u16::MAX));
        let watch = Watch::new(self.now + self.e.policy.timing.placing, self.e.policy.limits.fetches);
        self.e.attempts.push(Attempt {
            kind,
            technician,
            to,
            stage: Stage::Placing,
            call: None,
            watch,
            ending: false,
            revived: false,
            placings: 0,
            repeats: 0,
            command: 0,
            machine: false,
            pressed: false,
            passed: false,
            confirmed: false,
            joined: false,
            failed: false,
            talk: None,
            judged: false,
            step: Step(0),
            document: None,
            wait_until: None,
            times: AttemptTimes { wanted: self.now, ..AttemptTimes::default() },
        });
        if kind == AttemptKind::Notification {
            self.event(Event::EmergencyCallStart { attempt: no, to });
        }
        self.give_call_command(no);
        no
    }

    /// Has the call of an attempt placed, for the first time or once more.
    pub(super) fn give_call_command(&mut self, no: AttemptNo) {
        let until = self.now + self.e.policy.timing.placing;
        let Some(attempt) = self.attempt_mut(no) else { return };
        attempt.stage = Stage::Placing;
        attempt.placings += 1;
        attempt.watch.until = until;
        let (purpose, to) = (attempt.kind, attempt.to);
        let number = self.command(Action::PlaceCall { attempt: no, purpose, to, not_after: until });
        if let Some(attempt) = self.attempt_mut(no) {
            attempt.command = number;
        }
    }
}
