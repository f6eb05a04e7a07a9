//! `<Dial>` and its nouns.

use std::{collections::VecDeque, time::Duration};

use responder_core::twiml::{
    Element,
    voice::{Conference, Dial, Noun, Number},
};

use super::{
    Attributes, Flow,
    attributes::{flag, seconds, target},
    record::events,
};
use crate::{
    network::{Dialing, MAX_TALK, Network, QueueDial, RecordOptions, Stage},
    sid::Sid,
    trace::{DialStatus, Direction},
};

impl Network {
    pub(super) fn dial(&mut self, sid: &Sid, verb: &Dial) -> Flow {
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
        if let Some(noun) = conference(verb) {
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

    fn dialing(&mut self, sid: &Sid, verb: &Dial) -> Dialing {
        let read = verb.read();
        let extra = self.options.open_questions.dial_timeout_extra;
        let nouns = self.nouns(sid, verb);
        let call = self.call(sid);
        let base = call.base().map(str::to_owned);
        let ring = seconds(read.timeout_secs()).unwrap_or(Duration::from_secs(30));
        let own_number =
            if call.record.direction == Direction::OutboundDial { &call.record.to } else { &call.record.from };
        Dialing {
            action: target(read.action(), read.method().as_ref(), base.as_deref()),
            time_limit: seconds(read.time_limit_secs()).unwrap_or(MAX_TALK).min(MAX_TALK),
            ring: ring.clamp(Duration::from_secs(5), Duration::from_secs(600)) + extra,
            star: flag(read.hangup_on_star(), false),
            answer_on_bridge: flag(read.answer_on_bridge(), false),
            recording: recording(verb, base.as_deref()),
            sequential: flag(read.sequential(), false),
            caller_id: read.caller_id().unwrap_or(own_number).to_owned(),
            nouns,
            base,
            ..Dialing::default()
        }
    }

    /// The nouns that can be called, which a conference is not; a text of its own is a number.
    fn nouns(&mut self, sid: &Sid, verb: &Dial) -> VecDeque<Element> {
        let mut nouns = VecDeque::new();
        for noun in verb.clone().into_children() {
            match noun {
                Noun::Text(text) if text.trim().is_empty() => {}
                Noun::Text(text) => nouns.push_back(Number::new(text.trim().to_owned()).into()),
                Noun::Number(number) => nouns.push_back(number.into()),
                Noun::Client(client) => nouns.push_back(client.into()),
                Noun::Sip(sip) => nouns.push_back(sip.into()),
                Noun::Queue(queue) => nouns.push_back(queue.into()),
                Noun::Conference(_) => {}
                other => {
                    let name = other.as_element().map_or("", Element::name);
                    self.notice(sid, 12200, format!("<Dial><{name}> is not simulated and was skipped"));
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
        bad.then(|| "the callerId is not a number of this account or of this call".to_owned())
    }
}

fn conference(verb: &Dial) -> Option<Conference> {
    verb.clone().into_children().into_iter().find_map(|noun| match noun {
        Noun::Conference(conference) => Some(conference),
        _ => None,
    })
}

fn recording(verb: &Dial, base: Option<&str>) -> Option<RecordOptions> {
    let read = verb.read();
    // The older words `true` and `false` count as well.
    let mode = verb.as_element().get("record").filter(|mode| !matches!(*mode, "do-not-record" | "false"))?;
    let method = read.recording_status_callback_method();
    Some(RecordOptions {
        dual: mode.ends_with("-dual"),
        from_ringing: mode.starts_with("record-from-ringing"),
        callback: target(read.recording_status_callback(), method.as_ref(), base),
        events: events(read.recording_status_callback_event()),
    })
}
