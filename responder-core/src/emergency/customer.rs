//! Somebody calls the branch's number.

use super::leg::LegTimes;
use super::turn::Turn;
use super::{ClosingBecause, Document, Event, Farewell, Leg, LegNo, LegStage, Phase, Step, Watch};
use crate::{CallSid, E164};

impl Turn {
    pub(super) fn customer_called(&mut self, call: CallSid, from: Option<E164>) {
        if let Some(no) = self.leg_of(&call) {
            return self.replay_leg(no);
        }
        if self.e.is_concluded() {
            return self.answer_stranger(Document::Over);
        }
        self.event(Event::IncomingCall { from, call_sid: call.clone() });
        if !self.is_customer(from) {
            self.event(Event::StrangerCalled { from, call_sid: call });
            return self.answer_stranger(Document::Stranger);
        }
        if self.has_called_too_often(from) {
            self.tell_to_call_customer(Farewell::TooManyCalls);
            return self.answer_stranger(Document::Goodbye { why: Farewell::TooManyCalls });
        }
        match self.e.phase {
            Phase::Closing { because, .. } if !self.may_take_up(because) => self.turn_away(call, from, because),
            Phase::Closing { .. } => {
                self.reopen();
                self.admit(call, from);
            }
            Phase::Seeking | Phase::Accepted | Phase::Concluded { .. } => self.admit(call, from),
        }
    }

    /// The caller with the stated number is the customer, always; else whoever calls from the number of the customer on
    /// the line, and the first caller while nobody is. After a talk only who had it may take it up again.
    fn is_customer(&self, from: Option<E164>) -> bool {
        let is_taken = |leg: &&Leg| leg.is_waiting() || leg.stage == LegStage::Talking;
        let mut taken = self.e.legs.iter().filter(is_taken);
        match self.e.phase {
            _ if self.e.has_stated(from) => true,
            Phase::Closing { because: ClosingBecause::TalkOver, .. } => {
                self.e.legs.iter().any(|leg| leg.talked && leg.from == from)
            }
            // A technician who calls back is no customer.
            _ if self.e.technicians.iter().any(|technician| Some(technician.number) == from) => false,
            _ => taken.clone().next().is_none() || taken.any(|leg| from.is_some() && leg.from == from),
        }
    }

    /// Wrong numbers do not use up the calls of the customer.
    fn has_called_too_often(&self, from: Option<E164>) -> bool {
        let (limits, is_stated) = (&self.e.policy.limits, self.e.has_stated(from));
        let most = if is_stated { limits.stated_calls } else { limits.customer_calls };
        let before = self.e.legs.iter().filter(|leg| self.e.has_stated(leg.from) == is_stated).count();
        before >= usize::from(most) || self.e.legs.len() >= usize::from(u8::MAX)
    }

    /// Whether a customer who calls while it is being closed is put through all the same.
    const fn may_take_up(&self, because: ClosingBecause) -> bool {
        match because {
            ClosingBecause::TalkOver | ClosingBecause::NoCustomer | ClosingBecause::NobodyAccepted => self.may_reopen(),
            ClosingBecause::Done | ClosingBecause::Cancelled => false,
        }
    }

    fn admit(&mut self, call: CallSid, from: Option<E164>) {
        if let Some(earlier) = self.e.waiting_customer() {
            let same_person = self.e.leg(earlier).is_some_and(|leg| leg.from == from);
            let why = if same_person { Farewell::Superseded } else { Farewell::PutAside };
            self.let_go(earlier, why);
        }
        let no = self.add_leg(call, from, LegStage::Arriving);
        self.e.customer = Some(no);
        self.e.customer_deadline = None;
        if let Some(acceptance) = self.e.acceptance.as_mut() {
            acceptance.told_to_call = false;
        }
        self.end_talk_of_same(from);
        self.answer_leg(no, Document::Hold);
    }

    /// Nobody calls who is talking: the talk of whoever calls again from the same number is over, though no callback
    /// says so.
    fn end_talk_of_same(&mut self, from: Option<E164>) {
        let is_same = |no| self.e.leg(no).is_some_and(|leg| from.is_some() && leg.from == from);
        let Some(talk) = self.e.talk.filter(|talk| is_same(talk.leg)) else { return };
        self.let_go(talk.leg, Farewell::Superseded);
        self.end_leg(talk.leg);
        self.end_talk(None);
    }

    /// Too late to be put on hold, but not to be told and to leave a message.
    fn turn_away(&mut self, call: CallSid, from: Option<E164>, because: ClosingBecause) {
        let why = match because.farewell(self.e.is_accepted()) {
            Farewell::TalkOver => Farewell::WillCallBack,
            other => other,
        };
        let no = self.add_leg(call, from, LegStage::Leaving(why));
        if self.e.is_accepted() && because != ClosingBecause::Cancelled {
            self.tell_to_call_customer(why);
        }
        self.say_farewell(no, why);
    }

    fn add_leg(&mut self, call: CallSid, from: Option<E164>, stage: LegStage) -> LegNo {
        let timing = &self.e.policy.timing;
        let silence = if matches!(stage, LegStage::Leaving(_)) { timing.leaving } else { timing.leg_silence };
        let leg = Leg {
            call,
            from,
            stage,
            watch: Watch::new(self.now + silence, self.e.policy.limits.fetches),
            hold_until: self.now + timing.hold_limit,
            ending: false,
            requeued: false,
            left_message: false,
            talked: false,
            step: Step(0),
            document: None,
            times: LegTimes { called: self.now, ..LegTimes::default() },
        };
        self.e.legs.push(leg);
        LegNo(u8::try_from(self.e.legs.len() - 1).unwrap_or(u8::MAX))
    }

    /// A caller is to leave: on their next request they hear why.
    pub(super) fn let_go(&mut self, no: LegNo, why: Farewell) {
        let until = self.now + self.e.policy.timing.leaving;
        let fetches = self.e.policy.limits.fetches;
        self.note_hold(no);
        let Some(leg) = self.leg_mut(no) else { return };
        if matches!(leg.stage, LegStage::Leaving(_) | LegStage::Ended) {
            return;
        }
        leg.stage = LegStage::Leaving(why);
        leg.watch = Watch::new(until, fetches);
        self.e.bridge = self.e.bridge.filter(|bridge| bridge.leg != no);
    }

    /// Tells a caller who is out of the queue why, and takes a message where that helps.
    pub(super) fn say_farewell(&mut self, no: LegNo, why: Farewell) {
        if why.offers_voicemail() {
            if let Some(call_sid) = self.e.leg(no).map(|leg| leg.call.clone()) {
                self.event(Event::VoicemailOffered { call_sid });
            }
            self.answer_leg(no, Document::Voicemail { why });
        } else {
            self.answer_leg(no, Document::Goodbye { why });
        }
    }

    /// An incoming call is over.
    pub(super) fn customer_call_ended(&mut self, call: &CallSid) {
        if let Some(no) = self.leg_of(call) {
            self.leg_ended(no);
        }
    }

    pub(super) fn leg_ended(&mut self, no: LegNo) {
        let now = self.now;
        let Some(stage) = self.e.leg(no).map(|leg| leg.stage) else { return };
        if stage == LegStage::Ended {
            return;
        }
        self.note_hold(no);
        let Some(leg) = self.leg_mut(no) else { return };
        leg.stage = LegStage::Ended;
        leg.times.ended = Some(now);
        let call_sid = leg.call.clone();
        let has_given_up = match stage {
            LegStage::Arriving | LegStage::Holding => true,
            LegStage::Talking => !self.end_talk(None),
            LegStage::Leaving(_) | LegStage::Ended => false,
        };
        if has_given_up {
            self.event(Event::CustomerHungUp { call_sid });
        }
        self.e.bridge = self.e.bridge.filter(|bridge| bridge.leg != no);
    }

    /// Adds the time on hold to the record when a leg stops holding.
    pub(super) fn note_hold(&mut self, no: LegNo) {
        let now = self.now;
        let Some(leg) = self.leg_mut(no).filter(|leg| leg.stage == LegStage::Holding) else { return };
        let since = leg.times.holding_since.take();
        leg.times.hold += since.map_or_else(Default::default, |since| now.since(since));
    }

    /// The leg that a call is.
    pub(super) fn leg_of(&self, call: &CallSid) -> Option<LegNo> {
        self.e.leg_numbers().find(|no| self.e.leg(*no).is_some_and(|leg| leg.call == *call))
    }
}

impl ClosingBecause {
    /// What a caller is told who is on the line while it ends.
    pub(super) const fn farewell(self, is_accepted: bool) -> Farewell {
        match self {
            Self::TalkOver => Farewell::TalkOver,
            Self::Cancelled => Farewell::Cancelled,
            Self::NobodyAccepted if !is_accepted => Farewell::Unanswered,
            Self::NobodyAccepted | Self::NoCustomer | Self::Done => Farewell::WillCallBack,
        }
    }
}
