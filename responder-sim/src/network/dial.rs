//! `<Dial>`: the legs that are called, and what comes of them.

use responder_core::twiml::Element;

use crate::{
    interpreter::Attributes,
    sid::{Kind, Sid},
    trace::{CallStatus, DialStatus, Direction, HookKind},
    webhook::{Fields, Purpose, Target, resolve},
};

use super::{Call, Callback, Detection, Dialing, Leaving, Network, Role, Source, Stage, Timer, bridge::DialResult};

impl Network {
    /// Begins a `<Dial>` with its nouns.
    pub(crate) fn start_dialing(&mut self, sid: &Sid, mut dialing: Dialing) {
        if let Some(options) = dialing.recording.clone().filter(|options| options.from_ringing) {
            dialing.recorded = Some(self.start_recording(sid, "DialVerb", &options));
        }
        if !dialing.answer_on_bridge {
            self.answer_inbound(sid);
        }
        self.call(sid).stage = Stage::Dialing(Box::new(dialing));
        self.dial_next(sid);
    }

    /// Calls the next noun, or all of them at once; without any left the `<Dial>` is over.
    fn dial_next(&mut self, sid: &Sid) {
        let Stage::Dialing(dialing) = &mut self.call(sid).stage else {
            return;
        };
        let count = if dialing.sequential { dialing.nouns.len().min(1) } else { dialing.nouns.len() };
        let nouns: Vec<Element> = dialing.nouns.drain(..count).collect();
        let (ring, last) = (dialing.ring, dialing.last.clone());
        if nouns.is_empty() {
            let (leg, status) = last.map_or((None, DialStatus::Failed), |(leg, status)| (Some(leg), status));
            return self.dial_failed(sid, status, leg);
        }
        for noun in nouns {
            self.dial_noun(sid, &noun);
        }
        self.arm(sid, Timer::Dial, ring);
    }

    fn dial_noun(&mut self, sid: &Sid, noun: &Element) {
        let child = self.sids.child(Kind::Call, sid.as_str());
        let Stage::Dialing(dialing) = &mut self.call(sid).stage else {
            return;
        };
        dialing.legs.push(child.clone());
        let (from, base) = (dialing.caller_id.clone(), dialing.base.clone());
        let call = self.dialled_leg(sid, child.clone(), noun, from, base.as_deref());
        self.enter(call);
        self.begin(&child);
    }

    fn dialled_leg(&self, parent: &Sid, sid: Sid, noun: &Element, from: String, base: Option<&str>) -> Call {
        let mut call = Call::new(sid, Direction::OutboundDial, from, address(noun), self.now);
        call.record.parent = Some(parent.clone());
        call.document = noun.target("url", "method", base).map_or(Source::Nothing, Source::At);
        let callback = noun.target("statusCallback", "statusCallbackMethod", base);
        call.callback = callback.map(|target| Callback::new(target, noun.get("statusCallbackEvent")));
        call.send_digits = noun.get("sendDigits").map(str::to_owned);
        call.detection = detection(noun, base);
        call
    }

    /// A dialled leg has answered: it hears its noun's document first, if there is one; the others stop ringing.
    pub(super) fn dialled_leg_answered(&mut self, child: &Sid) {
        let Some(parent) = self.call(child).record.parent.clone() else {
            return;
        };
        let Stage::Dialing(dialing) = &mut self.call(&parent).stage else {
            return;
        };
        dialing.answered = Some(child.clone());
        let others: Vec<Sid> = dialing.legs.iter().filter(|leg| *leg != child).cloned().collect();
        self.disarm(&parent, Timer::Dial);
        for other in others {
            self.end(&other, CallStatus::Canceled, None);
        }
        match self.call(child).document.clone() {
            Source::At(target) => self.fetch(child, target, Fields::new(), Role::Screen),
            Source::Inline(_) | Source::Nothing | Source::Conference(_) => self.join_dialled(child),
        }
    }

    /// The callee has heard everything that it was to hear.
    pub(crate) fn join_dialled(&mut self, child: &Sid) {
        let Some(parent) = self.call(child).record.parent.clone() else {
            return;
        };
        match std::mem::take(&mut self.call(&parent).stage) {
            Stage::Dialing(dialing) if dialing.answered.as_ref() == Some(child) => self.join(&parent, child, dialing),
            other => {
                self.call(&parent).stage = other;
                self.end(child, CallStatus::Completed, None);
            }
        }
    }

    /// A dialled leg is over without a talk.
    pub(super) fn dialled_leg_ended(&mut self, child: &Sid) {
        let Some(parent) = self.call(child).record.parent.clone() else {
            return;
        };
        let status = self.call(child).record.status;
        let screened_out = self.options.open_questions.screened_out;
        let Stage::Dialing(dialing) = &mut self.call(&parent).stage else {
            return;
        };
        if !dialing.legs.contains(child) {
            return;
        }
        dialing.legs.retain(|leg| leg != child);
        if dialing.answered.as_ref() == Some(child) {
            return self.dial_failed(&parent, screened_out, Some(child.clone()));
        }
        if dialing.answered.is_none() {
            dialing.last = Some((child.clone(), status.into()));
            if dialing.legs.is_empty() {
                self.disarm(&parent, Timer::Dial);
                self.dial_next(&parent);
            }
        }
    }

    /// Nobody has answered in time, or nobody came into the queue.
    pub(super) fn dial_timeout(&mut self, sid: &Sid) {
        let Stage::Dialing(dialing) = &self.call(sid).stage else {
            return;
        };
        let legs = dialing.legs.clone();
        if dialing.queue.is_some() {
            return self.dial_failed(sid, self.options.open_questions.empty_queue, None);
        }
        for leg in legs {
            self.end(&leg, CallStatus::NoAnswer, Some(487));
        }
    }

    /// The `<Dial>` is over and there was no talk.
    pub(crate) fn dial_failed(&mut self, sid: &Sid, status: DialStatus, leg: Option<Sid>) {
        self.disarm(sid, Timer::Dial);
        match std::mem::take(&mut self.call(sid).stage) {
            Stage::Dialing(dialing) => {
                self.stop_waiting_for_caller(sid, &dialing);
                let seconds = leg.is_some().then_some(0);
                self.finish_dial(sid, *dialing, &DialResult { status, leg, seconds, bridged: false });
            }
            other => self.call(sid).stage = other,
        }
    }

    /// The action takes over; without one the next verb does.
    pub(super) fn finish_dial(&mut self, sid: &Sid, dialing: Dialing, result: &DialResult) {
        self.stop_dial_recording(&dialing);
        let fields = self.dial_fields(sid, &dialing, result);
        match dialing.action {
            Some(action) => {
                let role = self.call(sid).role();
                self.fetch(sid, action, fields, role);
            }
            None => self.run(sid),
        }
    }

    /// The leg that dialled is gone; its action is told, and nothing that it answers is run.
    pub(super) fn dial_action_after_end(&mut self, sid: &Sid, dialing: Dialing, result: &DialResult) {
        self.stop_dial_recording(&dialing);
        let mut fields = self.call_fields(sid);
        fields.extend(self.dial_fields(sid, &dialing, result));
        if let Some(action) = dialing.action {
            self.post(HookKind::VoiceEnded, Purpose::Inform, action, fields, Some(sid));
        }
    }

    pub(super) fn leave_dialing(&mut self, sid: &Sid, dialing: Dialing, how: Leaving) {
        self.stop_waiting_for_caller(sid, &dialing);
        let leg = dialing.answered.clone().or_else(|| dialing.legs.last().cloned());
        for child in &dialing.legs {
            let answered = self.call(child).is_live();
            let status = if answered { CallStatus::Completed } else { CallStatus::Canceled };
            self.end(child, status, None);
        }
        let caller = dialing.queue.as_ref().and_then(|queue| queue.caller.clone());
        if how == Leaving::HungUp {
            let result = DialResult { status: DialStatus::Canceled, leg, seconds: None, bridged: false };
            self.dial_action_after_end(sid, dialing, &result);
        } else {
            self.stop_dial_recording(&dialing);
        }
        if let Some((caller, _)) = caller {
            let result = self.options.open_questions.agent_left_whisper.clone();
            self.finish_visit(&caller, &result);
        }
    }

    pub(super) fn stop_dial_recording(&mut self, dialing: &Dialing) {
        if let Some(recording) = &dialing.recorded {
            self.finish_recording(recording);
        }
    }
}

/// The callee as calls name it.
pub(crate) fn address(noun: &Element) -> String {
    let text = noun.inner_text().trim().to_owned();
    match noun.name() {
        "Client" => {
            let identity = noun.elements().find(|child| child.name() == "Identity").map(Element::inner_text);
            format!("client:{}", identity.as_deref().unwrap_or(&text).trim())
        }
        _ => text,
    }
}

/// Detection on a dialled leg never holds the talk up.
fn detection(noun: &Element, base: Option<&str>) -> Option<Detection> {
    let mode = noun.get("machineDetection")?;
    let callback = noun.get("amdStatusCallback").and_then(|url| resolve(base, url));
    Some(Detection {
        message_end: mode == "DetectMessageEnd",
        asynchronous: true,
        callback: callback.map(|url| Target::new(url, noun.get("amdStatusCallbackMethod"))),
        timeout: noun.seconds("machineDetectionTimeout").unwrap_or(std::time::Duration::from_secs(30)),
    })
}
