//! Putting technician and customer on the line.

use super::state::{Bridge, SearchStep};
use super::turn::Turn;
use super::{
    AcceptedBy, AttemptKind, AttemptNo, ClosingBecause, Document, Event, Farewell, Leg, LegNo, LegStage, Phase, Text,
    UnreachableBecause,
};
use crate::{CallSid, E164};

/// Why somebody who had accepted is no longer counted on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// They passed it on.
    Passed,
    /// They can't be connected with the customer.
    NotConnected,
}

impl Turn {
    /// Rule: once somebody has accepted, a customer who holds is being connected, or somebody else is sought; and
    /// without a customer, one is awaited until a deadline.
    pub(super) fn bridge_on(&mut self) -> bool {
        if self.e.phase != Phase::Accepted || self.e.talk.is_some() {
            return false;
        }
        match self.e.waiting_customer() {
            Some(leg) => self.bridge_overdue() || self.pursue(leg),
            None => self.withdraw_bridges() || self.await_customer(),
        }
    }

    /// Not proven in time: counted as failed. The technician's call is given a moment to come back from its `<Dial>`,
    /// then it is ended, so that a fresh call can be made.
    fn bridge_overdue(&mut self) -> bool {
        let Some(bridge) = self.e.bridge.filter(|bridge| bridge.until <= self.now) else { return false };
        if bridge.failed {
            self.e.bridge = None;
            self.hang_up(bridge.attempt);
        } else {
            self.bridge_failed(bridge.attempt, UnreachableBecause::NotJoined);
            let until = self.now + self.e.policy.timing.answer;
            self.e.bridge = Some(Bridge { failed: true, until, ..bridge });
        }
        true
    }

    fn pursue(&mut self, leg: LegNo) -> bool {
        if self.e.bridge.is_some() {
            // Also one that has failed may be joined until the technician's call comes back from it.
            return false;
        }
        if self.escalate_if_out_of_bridges() {
            return true;
        }
        let is_in_queue = self.e.leg(leg).is_some_and(|leg| leg.stage == LegStage::Holding);
        let Some((kind, to)) = self.target() else { return false };
        let technician = self.e.acceptance.map_or(0, |acceptance| acceptance.technician);
        let has_call = self.e.live_to(to).is_some();
        if !is_in_queue || has_call || self.has_live_bridge_call() {
            return false;
        }
        self.place(kind, technician, to);
        true
    }

    /// Whom to connect the customer with.
    pub(super) fn target(&self) -> Option<(AttemptKind, E164)> {
        let acceptance = self.e.acceptance?;
        match self.e.policy.transfer {
            Some(transfer) if self.e.transfers_left > 0 => Some((AttemptKind::Transfer, transfer.target)),
            _ if acceptance.bridges_left > 0 => Some((AttemptKind::Bridge, self.e.number_of(acceptance.technician))),
            _ => None,
        }
    }

    fn has_live_bridge_call(&self) -> bool {
        self.e.attempts.iter().any(|attempt| attempt.is_live() && attempt.kind != AttemptKind::Notification)
    }

    /// Connects a call with the customer in the queue, if that is possible now.
    pub(super) fn connect(&mut self, no: AttemptNo) -> Option<Document> {
        let leg = self.e.waiting_customer()?;
        let is_in_queue = self.e.leg(leg)?.stage == LegStage::Holding;
        let is_busy = self.e.talk.is_some() || self.e.bridge.is_some_and(|bridge| bridge.attempt != no);
        let acceptance = self.e.acceptance?;
        let attempt = self.e.attempt(no)?;
        let is_transfer = attempt.kind == AttemptKind::Transfer;
        let left = if is_transfer { self.e.transfers_left } else { acceptance.bridges_left };
        if self.e.phase != Phase::Accepted || !is_in_queue || is_busy || left == 0 || !attempt.is_on_line() {
            return None;
        }
        let until = self.now + self.e.policy.timing.bridge;
        let attempt = self.attempt_mut(no)?;
        (attempt.failed, attempt.joined) = (false, false);
        self.e.bridge = Some(Bridge { attempt: no, leg, until, failed: false });
        Some(Document::Connect { leg })
    }

    /// The customer is taken out of the queue: the two are connected.
    pub(super) fn customer_joined(&mut self, no: LegNo, call: &CallSid, agent: Option<&CallSid>) {
        // Whoever was told something else since is no longer in the queue: then it comes late.
        let is_in_queue = |leg: &Leg| leg.is_live() && leg.document == Some(Document::Hold);
        let is_leg = self.e.leg(no).is_some_and(|leg| leg.call == *call && is_in_queue(leg));
        let by_agent = agent.and_then(|agent| self.attempt_of(agent));
        let attempt = by_agent.or(self.e.bridge.map(|bridge| bridge.attempt));
        let is_up = |no: &AttemptNo| self.e.attempt(*no).is_some_and(|a| a.is_live() && !a.ending);
        if let Some(attempt) = attempt.filter(|attempt| is_leg && is_up(attempt) && self.e.talk.is_none()) {
            if self.e.phase == Phase::Seeking {
                self.join_after_all(attempt, no);
            }
            if self.e.phase == Phase::Accepted {
                self.begin_talk(attempt, no);
            }
        }
        self.answer_leg_in_passing(no, Document::Joining);
    }

    /// Whoever had been given up is being connected all the same: that is better than anybody who may still be found.
    fn join_after_all(&mut self, no: AttemptNo, leg: LegNo) {
        let attempt = self.e.attempt(no).filter(|attempt| attempt.document == Some(Document::Connect { leg }));
        if let Some(technician) = attempt.map(|attempt| attempt.technician) {
            self.take_on(technician, AcceptedBy::Bridge);
        }
    }

    /// A call of ours ended while it was to be connected, or while it was being.
    pub(super) fn bridge_lost_attempt(&mut self, no: AttemptNo, because: UnreachableBecause) {
        let was_dialling = self.e.bridge.is_some_and(|bridge| bridge.attempt == no);
        let is_bridge = self.e.attempt(no).is_some_and(|attempt| attempt.kind != AttemptKind::Notification);
        if was_dialling {
            self.e.bridge = None;
        }
        let has_accepted = self.e.attempt(no).is_some_and(|attempt| self.has_accepted(attempt.technician));
        if is_bridge && has_accepted {
            self.bridge_failed(no, because);
        } else if was_dialling && self.e.attempt(no).is_some_and(|attempt| !attempt.failed) {
            // The call that told them ended meanwhile: that says nothing about whether they can be called.
            self.event(Event::BridgeFailed { attempt: no, because });
        }
    }

    /// Counts a failed bridge, once for each connection, and only if there is somebody who waits for it.
    pub(super) fn bridge_failed(&mut self, no: AttemptNo, because: UnreachableBecause) {
        let waits = self.e.phase == Phase::Accepted && self.e.waiting_customer().is_some() && self.e.talk.is_none();
        let Some(attempt) = self.attempt_mut(no).filter(|attempt| waits && !attempt.failed) else { return };
        attempt.failed = true;
        match (attempt.kind, self.e.acceptance.as_mut()) {
            (AttemptKind::Transfer, _) => self.e.transfers_left = self.e.transfers_left.saturating_sub(1),
            (AttemptKind::Notification | AttemptKind::Bridge, Some(acceptance)) => {
                acceptance.bridges_left = acceptance.bridges_left.saturating_sub(1);
            }
            (AttemptKind::Notification | AttemptKind::Bridge, None) => {}
        }
        self.event(Event::BridgeFailed { attempt: no, because });
    }

    pub(super) fn escalate_if_out_of_bridges(&mut self) -> bool {
        let is_out = self.e.phase == Phase::Accepted
            && self.e.talk.is_none()
            && self.e.bridge.is_none()
            && self.e.waiting_customer().is_some()
            && self.target().is_none();
        if is_out {
            self.escalate(GivenUp::NotConnected);
        }
        is_out
    }

    /// Whoever accepted passed it on, or can't be connected: the next one is sought.
    pub(super) fn escalate(&mut self, why: GivenUp) {
        let Some(acceptance) = self.e.acceptance.take() else { return };
        let accepted_at = self.e.record.accepted_at.take();
        let accepted_by = self.e.record.accepted_by.take();
        self.e.phase = Phase::Seeking;
        self.e.customer_deadline = None;
        let bridge = self.e.bridge.take();
        if let Some(bridge) = bridge.filter(|_| why == GivenUp::Passed) {
            self.hang_up(bridge.attempt);
        }
        for no in self.e.attempt_numbers() {
            if !self.e.attempt(no).is_some_and(super::Attempt::is_on_line) {
                self.hang_up(no);
            }
        }
        self.seek_instead_of(acceptance.technician);
        match (why, self.e.search.step) {
            (GivenUp::Passed, _) => {}
            (GivenUp::NotConnected, SearchStep::Exhausted) => {
                self.begin_closing(ClosingBecause::NobodyAccepted);
                // There is nobody else, so it stays theirs: a call of their own still helps.
                self.e.acceptance = Some(acceptance);
                (self.e.record.accepted_at, self.e.record.accepted_by) = (accepted_at, accepted_by);
                self.tell_to_call_customer(Farewell::Unanswered);
            }
            (GivenUp::NotConnected, _) => {
                let number = self.e.number_of(acceptance.technician);
                self.text(number, Text::BridgeGivenUp);
            }
        }
    }

    /// Rule: nobody is called to be connected with a customer who is gone. Who is on the line hears it on their next
    /// request.
    fn withdraw_bridges(&mut self) -> bool {
        let is_pointless = |no: &AttemptNo| {
            let attempt = self.e.attempt(*no);
            attempt.is_some_and(|a| {
                a.is_live() && !a.ending && a.kind != AttemptKind::Notification && a.stage != super::Stage::InProgress
            })
        };
        let pointless = self.e.attempt_numbers().find(is_pointless);
        if let Some(no) = pointless {
            self.hang_up(no);
        }
        pointless.is_some()
    }

    fn await_customer(&mut self) -> bool {
        if self.e.has_customer() {
            return self.e.customer_deadline.take().is_some();
        }
        match self.e.customer_deadline {
            Some(at) if at <= self.now => self.begin_closing(ClosingBecause::NoCustomer),
            Some(_) => return false,
            None => {
                self.e.customer_deadline = Some(self.now + self.e.policy.timing.customer_deadline);
                if !self.e.legs.is_empty() {
                    self.tell_to_call_customer(self.e.last_farewell());
                }
            }
        }
        true
    }
}
