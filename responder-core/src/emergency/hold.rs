//! A customer on hold, and how that ends.

use std::time::Duration;

use super::turn::Turn;
use super::{
    Action, ClosingBecause, Document, Event, Farewell, Key, LegNo, LegStage, Line, News, Phase, QueueResult, Recording,
    Step,
};
use super::{Emergency, Stage, Watch};
use crate::{CallSid, E164, RecordingSid};

impl Turn {
    /// The next piece of music is asked for: the caller is in the queue.
    pub(super) fn customer_holding(&mut self, no: LegNo, call: &CallSid) {
        if !self.is_leg(no, call) {
            return self.answer_stranger(Document::LeaveQueue);
        }
        let watch = Watch::new(self.now + self.e.policy.timing.leg_silence, self.e.policy.limits.fetches);
        let now = self.now;
        let Some(leg) = self.leg_mut(no) else { return };
        match leg.stage {
            LegStage::Arriving => {
                leg.stage = LegStage::Holding;
                leg.times.holding_since = Some(now);
                leg.watch = watch;
                self.event(Event::CustomerOnHold { call_sid: call.clone() });
            }
            LegStage::Holding => leg.watch = watch,
            LegStage::Talking => {}
            LegStage::Leaving(_) | LegStage::Ended => {
                return self.answer_leg_in_passing(no, Document::LeaveQueue);
            }
        }
        let news = self.e.news();
        self.answer_leg_in_passing(no, Document::Music { news });
    }

    /// A caller left the queue, or answered the offer to be connected again.
    pub(super) fn hold_ended(
        &mut self,
        no: LegNo,
        call: &CallSid,
        step: Step,
        result: Option<QueueResult>,
        key: Option<Key>,
        on_line: bool,
    ) {
        if !self.is_leg(no, call) {
            return self.answer_stranger(Document::Over);
        }
        if self.e.leg(no).is_some_and(|leg| leg.step != step) {
            return self.replay_leg(no);
        }
        match result {
            None => self.reconnect_answered(no, key),
            Some(QueueResult::Bridged) => self.left_bridged(no, on_line),
            Some(QueueResult::BridgingInProcess) => self.left_whisper(no, on_line),
            Some(_) if !on_line => self.left_for_good(no),
            Some(QueueResult::Hangup) => self.left_for_good(no),
            Some(result) => self.left_on_line(no, result),
        }
    }

    fn left_for_good(&mut self, no: LegNo) {
        self.leg_ended(no);
        self.answer_leg(no, Document::Over);
    }

    fn left_on_line(&mut self, no: LegNo, result: QueueResult) {
        let Some(leg) = self.leg_mut(no) else { return };
        match (leg.stage, result) {
            (LegStage::Leaving(Farewell::TalkOver), _) => self.after_talk(no),
            (LegStage::Leaving(why), _) => self.say_farewell(no, why),
            (LegStage::Ended, _) => self.answer_leg(no, Document::Over),
            (LegStage::Talking, _) => self.left_bridged(no, true),
            (_, QueueResult::QueueFull) => {
                self.let_go(no, Farewell::QueueFull);
                self.say_farewell(no, Farewell::QueueFull);
            }
            _ => self.hold_again(no),
        }
    }

    /// The provider dropped them from the queue. If they are still there they hold again; a look tells whether they
    /// are. Once: a queue that keeps failing is no place to wait.
    fn hold_again(&mut self, no: LegNo) {
        if self.e.leg(no).is_some_and(|leg| leg.requeued) {
            self.let_go(no, Farewell::QueueFull);
            return self.say_farewell(no, Farewell::QueueFull);
        }
        self.note_hold(no);
        let watch = Watch::new(self.now + self.e.policy.timing.leg_silence, self.e.policy.limits.fetches);
        let Some(leg) = self.leg_mut(no) else { return };
        leg.stage = LegStage::Arriving;
        leg.requeued = true;
        leg.watch = watch;
        let call = leg.call.clone();
        self.command(Action::FetchCall { line: Line::Leg(no), call });
        self.answer_leg(no, Document::Hold);
    }

    /// They were connected, and that is over.
    fn left_bridged(&mut self, no: LegNo, on_line: bool) {
        let Some(stage) = self.e.leg(no).map(|leg| leg.stage) else { return };
        match stage {
            LegStage::Talking if on_line => {
                self.end_talk(None);
            }
            LegStage::Arriving | LegStage::Holding if self.e.phase == Phase::Accepted => self.join_was_lost(no, None),
            LegStage::Leaving(why) if on_line && why != Farewell::TalkOver => return self.say_farewell(no, why),
            // With somebody whom we had given up, and who is gone.
            LegStage::Arriving | LegStage::Holding if on_line => return self.hold_again(no),
            _ => {}
        }
        if on_line { self.after_talk(no) } else { self.left_for_good(no) }
    }

    /// One of the two left during the sentence before the connection.
    fn left_whisper(&mut self, no: LegNo, on_line: bool) {
        let was_joined = self.e.talk.is_some_and(|talk| talk.leg == no);
        if was_joined {
            self.end_whisper();
        }
        if on_line {
            return self.left_on_line(no, QueueResult::BridgingInProcess);
        }
        if let Some(call_sid) = self.e.leg(no).filter(|_| was_joined).map(|leg| leg.call.clone()) {
            self.event(Event::CustomerHungUp { call_sid });
        }
        self.left_for_good(no);
    }

    /// They are still there after a talk, however short it was.
    fn after_talk(&mut self, no: LegNo) {
        let is_live = self.e.leg(no).is_some_and(super::Leg::is_live);
        let may_go_on = match self.e.phase {
            Phase::Accepted => true,
            Phase::Closing { because, .. } => because == ClosingBecause::TalkOver,
            Phase::Seeking | Phase::Concluded { .. } => false,
        };
        if is_live && may_go_on && self.may_reopen() {
            self.answer_leg(no, Document::OfferReconnect);
        } else if is_live && self.e.phase == Phase::Accepted {
            self.say_farewell(no, Farewell::WillCallBack);
        } else {
            self.answer_leg(no, Document::Goodbye { why: Farewell::TalkOver });
        }
    }

    /// The talk broke off, and the customer wants it back.
    fn reconnect_answered(&mut self, no: LegNo, key: Option<Key>) {
        let was_offered = self.e.leg(no).is_some_and(|leg| {
            matches!(leg.stage, LegStage::Leaving(_)) && leg.document == Some(Document::OfferReconnect)
        });
        let is_late = self.e.waiting_customer().is_some_and(|other| self.e.is_stated(other));
        if !was_offered || key != Some(Key::One) || !self.may_reopen() || is_late {
            return self.answer_leg(no, Document::Goodbye { why: Farewell::TalkOver });
        }
        self.reopen();
        if let Some(other) = self.e.waiting_customer() {
            self.let_go(other, Farewell::PutAside);
        }
        let watch = Watch::new(self.now + self.e.policy.timing.leg_silence, self.e.policy.limits.fetches);
        let hold_until = self.now + self.e.policy.timing.hold_limit;
        let Some(leg) = self.leg_mut(no) else { return };
        leg.stage = LegStage::Arriving;
        leg.watch = watch;
        leg.hold_until = hold_until;
        self.e.customer = Some(no);
        self.answer_leg(no, Document::Hold);
    }

    /// A message was left, or nothing was said.
    pub(super) fn voicemail_left(
        &mut self,
        no: LegNo,
        call: &CallSid,
        step: Step,
        recording: Option<RecordingSid>,
        duration: Duration,
    ) {
        if !self.is_leg(no, call) {
            return self.answer_stranger(Document::Over);
        }
        if self.e.leg(no).is_some_and(|leg| leg.step != step) {
            return self.replay_leg(no);
        }
        if let Some(recording) = recording {
            if let Some(leg) = self.leg_mut(no) {
                leg.left_message = true;
            }
            self.event(Event::VoicemailLeft { call_sid: call.clone(), recording, seconds: duration.as_secs() });
        }
        self.answer_leg(no, Document::Goodbye { why: Farewell::MessageTaken });
    }

    pub(super) fn recording_ready(&mut self, call: CallSid, recording: RecordingSid, duration: Duration) {
        let known = Recording { call: call.clone(), sid: recording.clone(), duration };
        if std::sync::Arc::make_mut(&mut self.e.annex).note_recording(known) {
            self.event(Event::RecordingReady { call_sid: call, recording, seconds: duration.as_secs() });
        }
    }

    fn is_leg(&self, no: LegNo, call: &CallSid) -> bool {
        self.e.leg(no).is_some_and(|leg| leg.call == *call)
    }

    /// Rule: nobody holds longer than the limit, unless they are being connected.
    pub(super) fn release_callers(&mut self) -> bool {
        let is_late = |no: &LegNo| {
            let is_over = self.e.leg(*no).is_some_and(|leg| leg.is_waiting() && leg.hold_until <= self.now);
            is_over && !self.e.is_being_connected(*no)
        };
        let late = self.e.leg_numbers().find(is_late);
        if let Some(no) = late {
            self.let_go(no, Farewell::HoldLimit);
        }
        late.is_some()
    }
}

impl Emergency {
    /// What a customer on hold is told.
    fn news(&self) -> News {
        let notifications = self.attempts.iter().filter(|a| a.stage != Stage::Placing).count();
        match self.phase {
            Phase::Accepted => News::Accepted,
            _ if notifications > 1 => News::SeekingNext,
            _ => News::Seeking,
        }
    }

    /// Whether a leg is a call from the number that the customer stated.
    fn is_stated(&self, no: LegNo) -> bool {
        self.leg(no).is_some_and(|leg| self.has_stated(leg.from))
    }

    /// Whether the customer stated this number.
    pub(super) fn has_stated(&self, number: Option<E164>) -> bool {
        number.is_some() && number == self.intake.callback
    }

    /// Why the last caller is no longer there.
    pub(super) fn last_farewell(&self) -> Farewell {
        match self.legs.last().map(|leg| leg.stage) {
            Some(LegStage::Leaving(why)) => why,
            _ if self.legs.iter().any(|leg| leg.left_message) => Farewell::MessageTaken,
            _ => Farewell::WillCallBack,
        }
    }
}
