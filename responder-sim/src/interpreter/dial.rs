//! `<Dial>` and its nouns.

use std::{collections::VecDeque, time::Duration};

use responder_core::twiml::{Element, Node};

use super::{Attributes, Flow};
use crate::{
    network::{Dialing, MAX_TALK, Network, QueueDial, RecordOptions, Stage},
    sid::Sid,
    trace::{DialStatus, Direction},
};

impl Network {
    pub(super) fn dial(&mut self, sid: &Sid, verb: &Element) -> Flow {
        let mut dialing = self.dialing(sid, verb);
        let queue = dialing.nouns.iter().find(|noun| noun.name() == "Queue").cloned();
        if let Some(noun) = queue {
            let whisper = noun.target("url", "method", dialing.base.as_deref());
            dialing.queue = Some(QueueDial { queue: Sid::from(""), whisper, caller: None });
            dialing.nouns.clear();
            self.answer_inbound(sid);
            self.call(sid).stage = Stage::Dialing(Box::new(dialing));
            self.dial_queue(sid, noun.inner_text().trim());
            return Flow::Wait;
        }
        if let Some(noun) = dialing.nouns.iter().find(|noun| noun.name() == "Conference").cloned() {
            return self.dial_conference(sid, &noun, &dialing);
        }
        if let Some(why) = self.bad_caller_id(&dialing) {
            self.notice(sid, 13214, why);
            self.call(sid).stage = Stage::Dialing(Box::new(dialing));
            self.dial_failed(sid, DialStatus::Failed, None);
            return Flow::Wait;
        }
        self.start_dialing(sid, dialing);
        Flow::Wait
    }

    fn dialing(&mut self, sid: &Sid, verb: &Element) -> Dialing {
        let extra = self.options.open_questions.dial_timeout_extra;
        let nouns = self.nouns(sid, verb);
        let call = self.call(sid);
        let base = call.base().map(str::to_owned);
        let ring = verb.seconds("timeout").unwrap_or(Duration::from_secs(30));
        let own_number =
            if call.record.direction == Direction::OutboundDial { &call.record.to } else { &call.record.from };
        Dialing {
            action: verb.target("action", "method", base.as_deref()),
            time_limit: verb.seconds("timeLimit").unwrap_or(MAX_TALK).min(MAX_TALK),
            ring: ring.clamp(Duration::from_secs(5), Duration::from_secs(600)) + extra,
            star: verb.flag("hangupOnStar", false),
            answer_on_bridge: verb.flag("answerOnBridge", false),
            recording: recording(verb, base.as_deref()),
            sequential: verb.flag("sequential", false),
            caller_id: verb.get("callerId").unwrap_or(own_number).to_owned(),
            nouns,
            base,
            ..Dialing::default()
        }
    }

    /// The nouns that can be called; a text of its own is a number.
    fn nouns(&mut self, sid: &Sid, verb: &Element) -> VecDeque<Element> {
        let mut nouns = VecDeque::new();
        for child in verb.children() {
            match child {
                Node::Text(text) if text.trim().is_empty() => {}
                Node::Text(text) => {
                    nouns.push_back(Element::new("Number").expect("BUG: a noun is a name").text(text.trim()));
                }
                Node::Element(noun) if matches!(noun.name(), "Number" | "Client" | "Sip" | "Queue" | "Conference") => {
                    nouns.push_back(noun.clone());
                }
                Node::Element(noun) => {
                    self.notice(sid, 12200, format!("<Dial><{}> is not simulated and was skipped", noun.name()));
                }
            }
        }
        nouns
    }

    fn bad_caller_id(&self, dialing: &Dialing) -> Option<String> {
        let id = &dialing.caller_id;
        let known = id.starts_with("client:") || self.numbers.contains_key(id);
        let own = self.calls.values().any(|call| call.record.from == *id || call.record.to == *id);
        let bad = self.options.owned_from_only && !known && !own;
        bad.then(|| "the callerId is no number of this account or of this call".to_owned())
    }
}

fn recording(verb: &Element, base: Option<&str>) -> Option<RecordOptions> {
    let mode = verb.get("record").filter(|mode| !matches!(*mode, "do-not-record" | "false"))?;
    let events = verb.get("recordingStatusCallbackEvent").unwrap_or_default();
    Some(RecordOptions {
        dual: mode.ends_with("-dual"),
        from_ringing: mode.starts_with("record-from-ringing"),
        callback: verb.target("recordingStatusCallback", "recordingStatusCallbackMethod", base),
        events: events.split_whitespace().map(str::to_owned).collect(),
    })
}
