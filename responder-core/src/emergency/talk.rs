//! Talks: when one counts, and what comes after it.

use std::time::Duration;

use super::state::Talk;
use super::turn::Turn;
use super::{AttemptNo, ClosingBecause, Document, Event, Farewell, LegNo, LegStage, Phase, UnreachableBecause, Watch};

impl Turn {
    /// The two are connected. Whether that helps is known when it ends.
    pub(super) fn begin_talk(&mut self, attempt: AttemptNo, leg: LegNo) {
        let now = self.now;
        let check = Watch::new(now + self.e.policy.timing.check, self.e.policy.limits.fetches);
        self.note_hold(leg);
        let Some(customer) = self.leg_mut(leg) else { return };
        customer.stage = LegStage::Talking;
        customer.talked = true;
        customer.watch = check;
        let call = customer.call.clone();
        self.progress(attempt, super::Stage::InProgress);
        if let Some(technician) = self.attempt_mut(attempt) {
            technician.watch = check;
            technician.joined = true;
        }
        self.e.bridge = None;
        self.e.talk = Some(Talk { attempt, leg, since: now, until: now + self.e.policy.timing.talk_limit });
        self.event(Event::Bridged { customer: call, attempt });
    }

    /// One side left, or the time is over. Returns whether it was a talk: one that was over at once has helped nobody,
    /// so whoever accepted still has a customer to talk to. What the provider says of its length holds where it is less
    /// than what it seems to us, who may have heard of the end too late; "0" says that it was not measured.
    pub(super) fn end_talk(&mut self, lasted: Option<Duration>) -> bool {
        let Some((talk, length)) = self.leave_talk() else { return false };
        let length = lasted.filter(|lasted| !lasted.is_zero()).map_or(length, |lasted| lasted.min(length));
        if let Some(attempt) = self.attempt_mut(talk.attempt) {
            attempt.talk = Some(attempt.talk.unwrap_or_default() + length);
        }
        self.event(Event::TalkEnded { seconds: length.as_secs() });
        let counts = length >= self.e.policy.timing.shortest_talk;
        if counts {
            self.e.record.talk += length;
            self.talk_is_over();
        } else {
            self.cancel_after_talk();
        }
        counts
    }

    /// One side left during the sentence before the talk.
    pub(super) fn end_whisper(&mut self) {
        let Some((talk, _)) = self.leave_talk() else { return };
        self.event(Event::BridgeFailed { attempt: talk.attempt, because: UnreachableBecause::NotJoined });
        self.cancel_after_talk();
    }

    fn leave_talk(&mut self) -> Option<(Talk, Duration)> {
        let talk = self.e.talk.take()?;
        if self.e.leg(talk.leg).is_some_and(|leg| leg.stage == LegStage::Talking) {
            self.let_go(talk.leg, Farewell::TalkOver);
        }
        // Their call has probably ended, too; until that is known nobody calls them again.
        let watch = Watch::new(self.now + self.e.policy.timing.answer, self.e.policy.limits.fetches);
        if let Some(attempt) = self.attempt_mut(talk.attempt).filter(|attempt| !attempt.ending) {
            attempt.watch = watch;
        }
        Some((talk, self.now.since(talk.since)))
    }

    /// The callback that says that they were connected was lost, and the end of the connection proves it as well.
    pub(super) fn join_was_lost(&mut self, leg: LegNo, lasted: Option<Duration>) {
        let timing = &self.e.policy.timing;
        let began = self.e.bridge.filter(|bridge| bridge.leg == leg && !bridge.failed).map(|b| b.until - timing.bridge);
        let at_most = began.map(|began| self.now.since(began));
        let is_short = [at_most, lasted].into_iter().flatten().any(|length| length < timing.shortest_talk);
        for attempt in &mut self.e.attempts {
            attempt.joined |= attempt.document == Some(Document::Connect { leg });
        }
        if let Some(leg) = self.leg_mut(leg) {
            leg.talked = true;
        }
        self.let_go(leg, Farewell::TalkOver);
        if is_short {
            self.cancel_after_talk();
        } else {
            self.talk_is_over();
        }
    }

    /// Ends the emergency, unless its customer called again meanwhile and holds.
    fn talk_is_over(&mut self) {
        self.e.talked = true;
        if self.e.waiting_customer().is_none() || self.e.cancelled {
            self.begin_closing(ClosingBecause::TalkOver);
        } else if self.target().is_none() && self.may_reopen() {
            self.reopen();
        }
    }

    fn cancel_after_talk(&mut self) {
        if self.e.cancelled {
            self.begin_closing(ClosingBecause::Cancelled);
        }
    }

    /// Whether somebody accepted who could be connected once more.
    pub(super) const fn may_reopen(&self) -> bool {
        self.e.reconnects_left > 0 && self.e.acceptance.is_some() && !self.e.cancelled
    }

    /// Takes up again what a talk had seemed to end.
    pub(super) fn reopen(&mut self) {
        let bridges = self.e.policy.limits.bridges;
        let transfers = self.e.policy.transfers();
        let Some(acceptance) = self.e.acceptance.as_mut() else { return };
        acceptance.bridges_left = bridges;
        acceptance.told_to_call = false;
        self.e.transfers_left = transfers;
        self.e.reconnects_left = self.e.reconnects_left.saturating_sub(1);
        self.e.phase = Phase::Accepted;
    }

    pub(super) fn talk_lost_attempt(&mut self, no: AttemptNo) {
        if self.e.talk.is_some_and(|talk| talk.attempt == no) {
            self.end_talk(None);
        }
    }
}
