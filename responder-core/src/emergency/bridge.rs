//! Putting technician and customer on the line.

use super::state::{Bridge, Talk};
use super::turn::Turn;
use super::{AttemptKind, AttemptNo, ClosingBecause, Document, Event, Farewell, LegNo, LegStage, Phase, Text};
use super::{UnreachableBecause, Watch};
use crate::{CallSid, E164};

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
        if self.escalate_if_out_of_bridges() {
            return true;
        }
        let is_in_queue = self.e.leg(leg).is_some_and(|leg| leg.stage == LegStage::Holding);
        let Some((kind, to)) = self.target() else { return false };
        let technician = self.e.acceptance.map_or(0, |acceptance| acceptance.technician);
        let has_call = self.e.live_to(to).is_some();
        if !is_in_queue || has_call || self.e.bridge.is_some() || self.has_live_bridge_call() {
            return false;
        }
        self.place(kind, technician, to);
        true
    }

    /// Whom to connect the customer with.
    fn target(&self) -> Option<(AttemptKind, E164)> {
        let acceptance = self.e.acceptance?;
        match self.e.policy.transfer {
            Some(transfer) if acceptance.transfers_left > 0 => Some((AttemptKind::Transfer, transfer.target)),
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
        let is_transfer = self.e.attempt(no)?.kind == AttemptKind::Transfer;
        let left = if is_transfer { acceptance.transfers_left } else { acceptance.bridges_left };
        if self.e.phase != Phase::Accepted || !is_in_queue || is_busy || left == 0 {
            return None;
        }
        let until = self.now + self.e.policy.timing.bridge;
        self.attempt_mut(no)?.failed = false;
        self.e.bridge = Some(Bridge { attempt: no, leg, until, failed: false });
        Some(Document::Connect { leg })
    }

    /// The customer is taken out of the queue: the two are connected.
    pub(super) fn customer_joined(&mut self, no: LegNo, call: &CallSid, agent: Option<&CallSid>) {
        let is_leg = self.e.leg(no).is_some_and(|leg| leg.call == *call && leg.is_live());
        let by_agent = agent.and_then(|agent| self.attempt_of(agent));
        let attempt = by_agent.or(self.e.bridge.map(|bridge| bridge.attempt));
        let is_open = matches!(self.e.phase, Phase::Accepted);
        if let Some(attempt) = attempt.filter(|_| is_leg && is_open && self.e.talk.is_none()) {
            self.begin_talk(attempt, no);
        }
        self.answer_leg_in_passing(no, Document::Joining);
    }

    fn begin_talk(&mut self, attempt: AttemptNo, leg: LegNo) {
        let now = self.now;
        let check = Watch::new(now + self.e.policy.timing.check, self.e.policy.limits.fetches);
        self.note_hold(leg);
        let Some(customer) = self.leg_mut(leg) else { return };
        customer.stage = LegStage::Talking;
        customer.watch = check;
        let call = customer.call.clone();
        self.progress(attempt, super::Stage::InProgress);
        if let Some(technician) = self.attempt_mut(attempt).filter(|attempt| attempt.is_live() && !attempt.ending) {
            technician.watch = check;
        }
        self.e.bridge = None;
        self.e.talked = true;
        self.e.talk = Some(Talk { attempt, leg, since: now, until: now + self.e.policy.timing.talk_limit });
        self.event(Event::Bridged { customer: call, attempt });
    }

    /// One side left, or the time is over.
    pub(super) fn end_talk(&mut self) {
        let Some(talk) = self.e.talk.take() else { return };
        let length = self.now.since(talk.since);
        self.e.record.talk += length;
        self.event(Event::TalkEnded { seconds: length.as_secs() });
        if self.e.leg(talk.leg).is_some_and(|leg| leg.stage == LegStage::Talking) {
            self.let_go(talk.leg, Farewell::TalkOver);
        }
        self.talk_is_over();
    }

    /// Ends the emergency, unless its customer called again meanwhile and holds.
    pub(super) fn talk_is_over(&mut self) {
        if self.e.waiting_customer().is_some() && self.may_reopen() {
            self.reopen();
        } else {
            self.begin_closing(ClosingBecause::TalkOver);
        }
    }

    /// Whether somebody accepted who could be connected once more.
    pub(super) const fn may_reopen(&self) -> bool {
        self.e.reconnects_left > 0 && self.e.acceptance.is_some()
    }

    /// Takes up again what a talk had seemed to end.
    pub(super) fn reopen(&mut self) {
        let bridges = self.e.policy.limits.bridges;
        let has_transfer = self.e.policy.transfer.is_some();
        let Some(acceptance) = self.e.acceptance.as_mut() else { return };
        acceptance.bridges_left = bridges;
        acceptance.transfers_left = if has_transfer { bridges } else { 0 };
        acceptance.told_to_call = false;
        self.e.reconnects_left = self.e.reconnects_left.saturating_sub(1);
        self.e.phase = Phase::Accepted;
    }

    /// A call of ours ended while it was to be connected, or while it was being.
    pub(super) fn bridge_lost_attempt(&mut self, no: AttemptNo, because: UnreachableBecause) {
        let was_dialling = self.e.bridge.is_some_and(|bridge| bridge.attempt == no);
        let is_bridge = self.e.attempt(no).is_some_and(|attempt| attempt.kind != AttemptKind::Notification);
        if was_dialling {
            self.e.bridge = None;
        }
        let has_accepted = self.e.attempt(no).is_some_and(|attempt| self.has_accepted(attempt.technician));
        if (was_dialling || is_bridge) && has_accepted {
            self.bridge_failed(no, because);
        }
    }

    /// Counts a failed bridge, once for each connection, and only if there is somebody who waits for it.
    pub(super) fn bridge_failed(&mut self, no: AttemptNo, because: UnreachableBecause) {
        let waits = self.e.phase == Phase::Accepted && self.e.waiting_customer().is_some() && self.e.talk.is_none();
        let Some(attempt) = self.attempt_mut(no).filter(|attempt| waits && !attempt.failed) else { return };
        attempt.failed = true;
        let kind = attempt.kind;
        if let Some(acceptance) = self.e.acceptance.as_mut() {
            let left = match kind {
                AttemptKind::Transfer => &mut acceptance.transfers_left,
                AttemptKind::Notification | AttemptKind::Bridge => &mut acceptance.bridges_left,
            };
            *left = left.saturating_sub(1);
        }
        self.event(Event::BridgeFailed { attempt: no, because });
    }

    pub(super) fn talk_lost_attempt(&mut self, no: AttemptNo) {
        if self.e.talk.is_some_and(|talk| talk.attempt == no) {
            self.end_talk();
        }
    }

    pub(super) fn escalate_if_out_of_bridges(&mut self) -> bool {
        let is_out = self.e.phase == Phase::Accepted
            && self.e.talk.is_none()
            && self.e.waiting_customer().is_some()
            && self.target().is_none();
        if is_out {
            self.escalate();
        }
        is_out
    }

    /// Whoever accepted can't be connected: the next one is sought.
    pub(super) fn escalate(&mut self) {
        let Some(acceptance) = self.e.acceptance.take() else { return };
        let number = self.e.number_of(acceptance.technician);
        self.text(number, Text::BridgeGivenUp);
        self.e.phase = Phase::Seeking;
        self.e.bridge = None;
        self.e.customer_deadline = None;
        for no in self.e.attempt_numbers() {
            if !self.e.attempt(no).is_some_and(super::Attempt::is_on_line) {
                self.hang_up(no);
            }
        }
        self.move_on();
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
