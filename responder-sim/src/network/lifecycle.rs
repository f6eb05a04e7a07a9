//! From the order to place a call to its end.

use std::time::Duration;

use crate::{
    behaviour::Pickup,
    sid::{Kind, Sid},
    trace::{CallStatus, Direction, NumberConfig, Sound},
    webhook::{Fields, Target},
};

use super::{
    Call, CallEvent, Callback, Detection, Network, RecordOptions, Role, Source, Stage, Stay, Timer, call::Phone,
};

/// An order to call somebody, by REST.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) document: Source,
    pub(crate) fallback: Option<Target>,
    pub(crate) callback: Option<Callback>,
    pub(crate) timeout: Duration,
    pub(crate) time_limit: Duration,
    pub(crate) detection: Option<Detection>,
    pub(crate) record: Option<RecordOptions>,
    pub(crate) send_digits: Option<String>,
}

/// How a leg leaves what it was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// Its phone, or the application, has ended it.
    HungUp,
    /// The application runs another document on it.
    Redirected,
}

impl Network {
    /// Accepts an order; the call begins when its turn has come.
    pub(crate) fn place(&mut self, order: Order) -> Sid {
        let sid = self.sids.next(Kind::Call);
        let mut call = Call::new(sid.clone(), Direction::OutboundApi, order.from, order.to, self.now);
        call.document = order.document;
        call.fallback = order.fallback;
        call.callback = order.callback;
        call.ring_timeout = Some(order.timeout + self.options.open_questions.call_timeout_extra);
        call.time_limit = order.time_limit;
        call.detection = order.detection.filter(|_| order.send_digits.is_none());
        call.record_call = order.record;
        call.send_digits = order.send_digits;
        self.enter(call);
        let slot = self.take_slot();
        self.call(&sid).queue_time = slot;
        self.arm(&sid, Timer::Begin, slot);
        sid
    }

    /// A phone calls one of the account's numbers.
    pub(crate) fn dial_in(&mut self, from: &str, to: &str, config: &NumberConfig, extra: Fields) -> Sid {
        let sid = self.sids.next(Kind::Call);
        let mut call = Call::new(sid.clone(), Direction::Inbound, from.to_owned(), to.to_owned(), self.now);
        let target = |url: &Option<String>, method: &Option<String>| {
            url.as_ref().map(|url| Target::new(url.clone(), method.as_deref()))
        };
        call.document = target(&config.voice_url, &config.voice_method).map_or(Source::Nothing, Source::At);
        call.fallback = target(&config.voice_fallback_url, &config.voice_fallback_method);
        let callback = target(&config.status_callback, &config.status_callback_method);
        call.callback = callback.map(|target| Callback::new(target, []));
        call.record.status = CallStatus::Ringing;
        call.record.started = Some(self.now);
        call.extra = extra;
        self.enter(call);
        self.connect_phone(&sid);
        self.first_document(&sid);
        sid
    }

    /// Makes a leg known.
    pub(crate) fn enter(&mut self, call: Call) {
        self.call_order.push(call.record.sid.clone());
        self.calls.insert(call.record.sid.clone(), call);
    }

    /// How long until the next API call may begin; API calls are paced, others are not (Twilio, "Call resource").
    fn take_slot(&mut self) -> Duration {
        let slot = self.next_slot.max(self.now);
        let pace = self.options.calls_per_second;
        let gap = if pace > 0.0 { crate::agenda::seconds(1.0 / pace) } else { Duration::ZERO };
        self.next_slot = slot + gap;
        slot.since(self.now)
    }

    /// The phone at the far end takes up its script.
    pub(crate) fn connect_phone(&mut self, sid: &Sid) {
        let number = self.call(sid).outer_number().to_owned();
        let script = self.phones.take_call(&number);
        self.call(sid).phone = Phone { script, ..Phone::default() };
    }

    /// The call leaves the line and is dialled.
    pub(crate) fn begin(&mut self, sid: &Sid) {
        self.connect_phone(sid);
        let now = self.now;
        self.call(sid).record.started = Some(now);
        self.progress(sid, CallStatus::Initiated, CallEvent::Initiated);
        self.arm(sid, Timer::Ring, self.options.timing.dial_setup);
    }

    pub(crate) fn ring(&mut self, sid: &Sid) {
        let after = match self.call(sid).phone.script.pickup {
            Pickup::Unreachable => return self.end(sid, CallStatus::Failed, Some(404)),
            Pickup::Busy => return self.end(sid, CallStatus::Busy, Some(486)),
            Pickup::NoAnswer => None,
            Pickup::Answer { after } => Some(after),
        };
        self.progress(sid, CallStatus::Ringing, CallEvent::Ringing);
        // Entered first, so that somebody who answers at the last moment is heard.
        if let Some(after) = after {
            self.arm(sid, Timer::PickUp, after);
        }
        if let Some(timeout) = self.call(sid).ring_timeout {
            self.arm(sid, Timer::RingTimeout, timeout);
        }
    }

    pub(crate) fn ring_out(&mut self, sid: &Sid) {
        self.end(sid, CallStatus::NoAnswer, Some(487));
    }

    /// The phone is answered.
    pub(crate) fn pick_up(&mut self, sid: &Sid) {
        self.disarm(sid, Timer::RingTimeout);
        self.mark_answered(sid);
        self.progress(sid, CallStatus::InProgress, CallEvent::Answered);
        if self.call(sid).record.parent.is_some() {
            self.begin_detection(sid);
            return self.dialled_leg_answered(sid);
        }
        if let Some(options) = self.call(sid).record_call.clone() {
            self.start_recording(sid, "OutboundAPI", &options);
        }
        if let Some(digits) = self.call(sid).send_digits.clone() {
            let now = self.now;
            self.call(sid).hear(now, Sound::Tones(digits));
            self.call(sid).hush(now);
        }
        if !self.begin_detection(sid) {
            self.first_document(sid);
        }
    }

    /// An inbound call is picked up by the network, because its document wants to be heard.
    pub(crate) fn answer_inbound(&mut self, sid: &Sid) {
        if self.call(sid).record.status == CallStatus::Ringing {
            self.mark_answered(sid);
            self.call(sid).record.status = CallStatus::InProgress;
        }
    }

    fn mark_answered(&mut self, sid: &Sid) {
        let now = self.now;
        let call = self.call(sid);
        call.record.answered = Some(now);
        call.updated = now;
        let (limit, hang_up) = (call.time_limit, call.phone.script.hang_up_after);
        self.arm(sid, Timer::Limit, limit);
        if let Some(after) = hang_up {
            self.arm(sid, Timer::HangUp, after);
        }
    }

    /// Asks for the document of the call, or runs the one that came with the order.
    pub(crate) fn first_document(&mut self, sid: &Sid) {
        match self.call(sid).document.clone() {
            Source::At(target) => self.fetch(sid, target, Fields::new(), Role::Main),
            Source::Inline(text) => self.load_inline(sid, &text),
            Source::Nothing => self.end(sid, CallStatus::Failed, Some(404)),
            Source::Conference(conference) if self.conference(&conference).is_open() => {
                self.enter_conference(sid, Stay { conference, action: None, star: false, only: true });
            }
            Source::Conference(_) => self.end(sid, CallStatus::Completed, None),
        }
    }

    /// The phone hangs up, or the application wants it so.
    pub(crate) fn hang_up(&mut self, sid: &Sid) {
        let record = &self.call(sid).record;
        let status = match (record.status, record.direction) {
            (CallStatus::InProgress, _) => CallStatus::Completed,
            (CallStatus::Ringing, Direction::Inbound) => CallStatus::NoAnswer,
            _ => CallStatus::Canceled,
        };
        self.end(sid, status, None);
    }

    /// Ends a leg: whoever depends on it is told, then the application.
    pub(crate) fn end(&mut self, sid: &Sid, status: CallStatus, sip_code: Option<u16>) {
        if self.call(sid).is_over() {
            return;
        }
        let now = self.now;
        let call = self.call(sid);
        call.record.status = status;
        call.record.ended = Some(now);
        call.updated = now;
        call.sip_code = sip_code;
        call.fetch += 1;
        call.hush(now);
        self.disarm_all(sid);
        self.leave(sid, Leaving::HungUp);
        self.finish_recordings(sid);
        // One that was withdrawn before it left the line is never reported (Twilio, voice overview).
        if self.call(sid).record.started.is_some() {
            self.report(sid, CallEvent::Completed);
        }
        if self.call(sid).record.parent.is_some() {
            self.dialled_leg_ended(sid);
        }
    }

    /// Runs another document on a live call, whatever it is doing.
    pub(crate) fn redirect(&mut self, sid: &Sid, source: Source) {
        let now = self.now;
        self.call(sid).hush(now);
        for timer in OF_A_VERB {
            self.disarm(sid, timer);
        }
        self.leave(sid, Leaving::Redirected);
        let call = self.call(sid);
        call.fetch += 1;
        call.stack.clear();
        call.document = source;
        self.first_document(sid);
    }

    fn progress(&mut self, sid: &Sid, status: CallStatus, event: CallEvent) {
        let now = self.now;
        let call = self.call(sid);
        call.record.status = status;
        call.updated = now;
        self.report(sid, event);
    }

    /// Cleans up what the leg was doing.
    fn leave(&mut self, sid: &Sid, how: Leaving) {
        match std::mem::take(&mut self.call(sid).stage) {
            Stage::Dialing(dialing) => self.leave_dialing(sid, *dialing, how),
            Stage::Talking(talking) => return self.leave_talk(sid, *talking, how),
            Stage::Recording(taking) => self.leave_recording(sid, *taking, how),
            Stage::Idle
            | Stage::Detecting
            | Stage::Fetching(_)
            | Stage::Hearing
            | Stage::Gathering(_)
            | Stage::Holding
            | Stage::Conferring => {}
        }
        self.leave_queue(sid, how);
        self.leave_conference(sid, how);
    }
}

/// What runs because of the verb that is being executed, and not because of the call or its phone.
const OF_A_VERB: [Timer; 7] = [
    Timer::Verdict,
    Timer::Verb,
    Timer::Gather,
    Timer::Dial,
    Timer::TalkLimit,
    Timer::Record,
    Timer::HangUpAfterMessage,
];
