//! What happens when nothing happens.

use super::turn::Turn;
use super::{Action, AttemptKind, AttemptNo, CommandId, End, LegNo, LegStage, Line, Phase, Stage, Text};

impl Turn {
    /// Deals with every deadline that has passed. Those of the search, of a bridge, of the hold limit and of Closing
    /// are seen by the rules that run after every input.
    pub(super) fn timeouts(&mut self) {
        if self.e.is_concluded() {
            return;
        }
        if self.e.heartbeat <= self.now {
            self.e.heartbeat = self.now + self.e.policy.timing.check;
        }
        if !self.e.is_copied {
            self.e.is_copied = true;
            if self.is_open() {
                self.tell_recipients(&Text::Copy);
            }
        }
        if self.e.talk.is_some_and(|talk| talk.until <= self.now) {
            self.talk_took_too_long();
        }
        for no in self.e.attempt_numbers() {
            if self.e.attempt(no).is_some_and(|attempt| attempt.is_live() && attempt.watch.is_due(self.now)) {
                self.attempt_timed_out(no);
            }
        }
        for no in self.e.leg_numbers() {
            if self.e.leg(no).is_some_and(|leg| leg.is_live() && leg.watch.is_due(self.now)) {
                self.leg_timed_out(no);
            }
        }
    }

    fn talk_took_too_long(&mut self) {
        let Some(talk) = self.e.talk else { return };
        self.end_talk(None);
        self.hang_up(talk.attempt);
        self.end_leg(talk.leg);
    }

    fn attempt_timed_out(&mut self, no: AttemptNo) {
        let Some(attempt) = self.e.attempt(no) else { return };
        match attempt.stage {
            Stage::Placing => {
                // The command may have been lost, or be under way: take it back if that is still possible, and look.
                self.withdraw.push(CommandId { emergency: self.e.id, number: attempt.command });
                self.look_up(no, 0);
            }
            Stage::Unknown(look_ups) if look_ups < self.e.policy.limits.look_ups => self.look_up(no, look_ups),
            Stage::Unknown(_) => self.place_again(no),
            Stage::Queued | Stage::Ringing | Stage::InProgress if attempt.ending => self.end_again(no),
            Stage::Queued | Stage::Ringing | Stage::InProgress => self.look_at_attempt(no),
            Stage::Ended(_) => {}
        }
    }

    fn look_up(&mut self, no: AttemptNo, look_ups: u8) {
        let until = self.now + self.e.policy.timing.look_up;
        let except = self.known_calls();
        let Some(attempt) = self.attempt_mut(no) else { return };
        attempt.stage = Stage::Unknown(look_ups + 1);
        attempt.watch.until = until;
        let (to, since) = (attempt.to, attempt.times.wanted);
        self.command(Action::FindCall { attempt: no, to, since, except });
    }

    fn known_calls(&self) -> Vec<crate::CallSid> {
        let ours = self.e.attempts.iter().filter_map(|attempt| attempt.call.clone());
        ours.chain(self.e.strays.iter().cloned()).collect()
    }

    /// Nothing was found: ringing twice is better than not at all.
    pub(super) fn place_again(&mut self, no: AttemptNo) {
        let most = self.e.policy.limits.placings;
        let may = self.e.attempt(no).is_some_and(|attempt| !attempt.ending && attempt.placings < most);
        // Whoever accepted meanwhile, by text, has nothing to be asked any more.
        let is_notification = self.e.attempt(no).is_some_and(|attempt| attempt.kind == AttemptKind::Notification);
        let is_wanted = !is_notification || self.e.phase == Phase::Seeking;
        if may && is_wanted && self.is_open() {
            self.give_call_command(no);
        } else {
            self.end_attempt(no, End::Lost);
        }
    }

    /// Nothing was heard for too long: look first, and end the call only when it keeps being silent.
    fn look_at_attempt(&mut self, no: AttemptNo) {
        let talks = self.e.talk.is_some_and(|talk| talk.attempt == no);
        let timing = &self.e.policy.timing;
        let until = self.now + if talks { timing.check } else { timing.answer };
        let Some(attempt) = self.attempt_mut(no) else { return };
        if attempt.watch.left == 0 && !talks {
            return self.hang_up(no);
        }
        if !talks {
            attempt.watch.left -= 1;
        }
        attempt.watch.until = until;
        attempt.watch.asked = true;
        if let Some(call) = attempt.call.clone() {
            self.command(Action::FetchCall { line: Line::Attempt(no), call });
        }
    }

    fn end_again(&mut self, no: AttemptNo) {
        let until = self.now + self.e.policy.timing.answer;
        let Some(attempt) = self.attempt_mut(no) else { return };
        let Some(call) = attempt.call.clone().filter(|_| attempt.watch.left > 0) else {
            return self.end_attempt(no, End::GivenUp);
        };
        attempt.watch.left -= 1;
        attempt.watch.until = until;
        self.command(Action::EndCall { line: Line::Attempt(no), call });
    }

    fn leg_timed_out(&mut self, no: LegNo) {
        let Some(leg) = self.e.leg(no) else { return };
        match leg.stage {
            _ if leg.ending => self.end_leg_again(no),
            LegStage::Leaving(_) => self.end_leg(no),
            LegStage::Arriving | LegStage::Holding | LegStage::Talking => self.look_at_leg(no),
            LegStage::Ended => {}
        }
    }

    fn look_at_leg(&mut self, no: LegNo) {
        let talks = self.e.talk.is_some_and(|talk| talk.leg == no);
        let timing = &self.e.policy.timing;
        let until = self.now + if talks { timing.check } else { timing.answer };
        let Some(leg) = self.leg_mut(no) else { return };
        if leg.watch.left == 0 && !talks {
            return self.end_leg(no);
        }
        if !talks {
            leg.watch.left -= 1;
        }
        leg.watch.until = until;
        leg.watch.asked = true;
        let call = leg.call.clone();
        self.command(Action::FetchCall { line: Line::Leg(no), call });
    }

    /// Wants a caller off the line who does not leave by themselves.
    pub(super) fn end_leg(&mut self, no: LegNo) {
        let fetches = self.e.policy.limits.fetches;
        if let Some(leg) = self.leg_mut(no).filter(|leg| leg.is_live()) {
            leg.ending = true;
            leg.watch.left = fetches;
            self.end_leg_again(no);
        }
    }

    fn end_leg_again(&mut self, no: LegNo) {
        let until = self.now + self.e.policy.timing.answer;
        let Some(leg) = self.leg_mut(no) else { return };
        if leg.watch.left == 0 {
            return self.leg_ended(no);
        }
        leg.watch.left -= 1;
        leg.watch.until = until;
        let call = leg.call.clone();
        self.command(Action::EndCall { line: Line::Leg(no), call });
    }
}
