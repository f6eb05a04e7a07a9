//! What becomes of the calls that we place.

use std::time::Duration;

use super::turn::Turn;
use super::{AcceptedBy, CommandId, Watch};
use super::{Action, AnsweredBy, Attempt, AttemptKind, AttemptNo, CallStatus, Confirmation, End, Event, Line, Stage};
use crate::CallSid;

/// Whether a call is the one that its attempt counts on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Ours,
    Stray,
}

impl Turn {
    /// Status callback. Callbacks of one call may come in any order: each only ever moves the attempt forward.
    pub(super) fn call_status(
        &mut self,
        no: AttemptNo,
        call: &CallSid,
        status: CallStatus,
        duration: Option<Duration>,
        answered_by: Option<AnsweredBy>,
    ) {
        if self.e.attempt(no).is_none() || self.bind(no, call) == Bound::Stray {
            return;
        }
        if status == CallStatus::Completed {
            // Only the last callback is asked who answered, so that the order of the others does not matter.
            if let Some(verdict) = answered_by {
                self.verdict(no, verdict);
            }
            self.completed(no, duration);
        }
        self.progress(no, Stage::of(status));
    }

    pub(super) fn machine_detected(&mut self, no: AttemptNo, call: &CallSid, answered_by: AnsweredBy) {
        if self.e.attempt(no).is_some() && self.bind(no, call) == Bound::Ours {
            self.verdict(no, answered_by);
        }
    }

    /// Ties a call to its attempt. The first call that names the attempt is its own; any other is ended, once.
    pub(super) fn bind(&mut self, no: AttemptNo, call: &CallSid) -> Bound {
        let Some(attempt) = self.e.attempt(no) else { return Bound::Stray };
        if attempt.call.as_ref() == Some(call) {
            return Bound::Ours;
        }
        let wanted = attempt.is_live() && attempt.call.is_none() && !self.e.strays.contains(call);
        if !wanted {
            self.end_stray(no, call.clone());
            return Bound::Stray;
        }
        if let Some(attempt) = self.attempt_mut(no) {
            attempt.call = Some(call.clone());
        }
        self.call_is_known(no, call);
        Bound::Ours
    }

    /// The attempt has a call from now on.
    pub(super) fn call_is_known(&mut self, no: AttemptNo, call: &CallSid) {
        self.progress(no, Stage::Queued);
        let Some(attempt) = self.e.attempt(no) else { return };
        let (to, kind, ending) = (attempt.to, attempt.kind, attempt.ending);
        let call_sid = call.clone();
        self.event(match kind {
            AttemptKind::Notification => Event::EmergencyCallInitiated { attempt: no, to, call_sid },
            AttemptKind::Bridge | AttemptKind::Transfer => {
                Event::TechnicianCallInitiated { attempt: no, kind, to, call_sid }
            }
        });
        if ending {
            self.order_end(no);
        }
    }

    /// Moves an attempt forward, never back.
    pub(super) fn progress(&mut self, no: AttemptNo, stage: Stage) {
        self.note_time(no, stage);
        let Some(attempt) = self.e.attempt(no) else { return };
        if !attempt.is_live() || attempt.stage >= stage {
            return;
        }
        let watch = if attempt.ending { attempt.watch } else { self.watch_for(stage) };
        if let Some(attempt) = self.attempt_mut(no) {
            attempt.stage = stage;
            attempt.watch = watch;
        }
    }

    /// What a verdict of machine detection means for the attempt.
    fn verdict(&mut self, no: AttemptNo, answered_by: AnsweredBy) {
        match answered_by {
            AnsweredBy::Human => {
                if self.counts_as_accepted(no, Confirmation::Human) {
                    self.accept_by_attempt(no, AcceptedBy::Human);
                }
            }
            AnsweredBy::Machine => self.machine_answered(no),
            AnsweredBy::Unknown => {}
        }
    }

    /// Detection errs, so a human taken for a machine keeps a moment to press the key.
    fn machine_answered(&mut self, no: AttemptNo) {
        let until = self.now + self.e.policy.timing.machine_grace;
        let waits_for_key = self.e.attempt(no).is_some_and(Attempt::is_live);
        let Some(attempt) = self.attempt_mut(no) else { return };
        let has_pressed = attempt.document.is_some_and(|document| !document.asks_for_key());
        if attempt.machine || attempt.pressed || has_pressed {
            return;
        }
        attempt.machine = true;
        if waits_for_key && !attempt.ending {
            attempt.watch = Watch::new(attempt.watch.until.min(until), 0);
        }
    }

    /// A call that was answered and lasted, where the branch lets that count.
    fn completed(&mut self, no: AttemptNo, duration: Option<Duration>) {
        let lasted = duration.is_some_and(|length| !length.is_zero());
        if lasted && self.counts_as_accepted(no, Confirmation::Answered) {
            self.accept_by_attempt(no, AcceptedBy::Answer);
        }
    }

    fn counts_as_accepted(&self, no: AttemptNo, rule: Confirmation) -> bool {
        let fits = |attempt: &Attempt| attempt.kind == AttemptKind::Notification && !attempt.passed && !attempt.machine;
        self.e.policy.confirmation == rule && self.e.attempt(no).is_some_and(fits)
    }

    /// Rule: an attempt that has ended is dealt with, once.
    pub(super) fn judge_attempts(&mut self) -> bool {
        let unjudged = |no: &AttemptNo| self.e.attempt(*no).is_some_and(|a| !a.is_live() && !a.judged);
        let Some(no) = self.e.attempt_numbers().find(unjudged) else { return false };
        let Some(attempt) = self.attempt_mut(no) else { return false };
        attempt.judged = true;
        let (kind, because) = (attempt.kind, attempt.unreachable_because());
        self.talk_lost_attempt(no);
        let duration = self.e.attempt(no).and_then(|attempt| attempt.talk).map(|talk| talk.as_secs());
        match kind {
            AttemptKind::Notification => self.notification_failed(no, because),
            AttemptKind::Bridge | AttemptKind::Transfer => {
                self.event(Event::ConferenceStatus { attempt: no, duration })
            }
        }
        self.bridge_lost_attempt(no, because);
        true
    }

    /// Wants a call off the line: now, or as soon as we know which call it is.
    pub(super) fn hang_up(&mut self, no: AttemptNo) {
        let id = self.e.id;
        let Some(attempt) = self.attempt_mut(no) else { return };
        if !attempt.is_live() || attempt.ending {
            return;
        }
        attempt.ending = true;
        if attempt.call.is_some() {
            self.order_end(no);
        } else if attempt.stage == Stage::Placing {
            let command = CommandId { emergency: id, number: attempt.command };
            self.withdraw.push(command);
        }
    }

    /// Orders the end of a known call, and waits for it to be confirmed.
    pub(super) fn order_end(&mut self, no: AttemptNo) {
        let watch = Watch::new(self.now + self.e.policy.timing.answer, self.e.policy.limits.fetches);
        let Some(attempt) = self.attempt_mut(no) else { return };
        let Some(call) = attempt.call.clone() else { return };
        attempt.watch = watch;
        self.command(Action::EndCall { line: Line::Attempt(no), call });
    }

    pub(super) fn end_attempt(&mut self, no: AttemptNo, end: End) {
        self.progress(no, Stage::Ended(end));
    }

    pub(super) fn end_stray(&mut self, no: AttemptNo, call: CallSid) {
        if self.e.strays.contains(&call) {
            return;
        }
        let line = Line::Stray(no);
        self.e.strays.push(call.clone());
        self.event(Event::DuplicateCall { line, call_sid: call.clone() });
        self.command(Action::EndCall { line, call });
    }

    pub(super) fn watch_for(&self, stage: Stage) -> Watch {
        let timing = &self.e.policy.timing;
        let span = match stage {
            Stage::InProgress => timing.listening,
            _ => timing.ring + timing.ring_slack,
        };
        Watch::new(self.now + span, self.e.policy.limits.fetches)
    }

    fn note_time(&mut self, no: AttemptNo, stage: Stage) {
        let now = self.now;
        if self.e.is_concluded() {
            return;
        }
        if stage == Stage::Ringing {
            self.e.record.rang_at.get_or_insert(now);
        }
        let Some(attempt) = self.attempt_mut(no) else { return };
        match stage {
            Stage::Ringing => {
                attempt.times.rang.get_or_insert(now);
            }
            Stage::InProgress => {
                attempt.times.answered.get_or_insert(now);
            }
            Stage::Ended(_) => {
                attempt.times.ended.get_or_insert(now);
            }
            Stage::Placing | Stage::Unknown(_) | Stage::Queued => {}
        }
    }

    /// The attempt a call belongs to.
    pub(super) fn attempt_of(&self, call: &CallSid) -> Option<AttemptNo> {
        self.e.attempt_numbers().find(|no| self.e.attempt(*no).is_some_and(|a| a.call.as_ref() == Some(call)))
    }
}
