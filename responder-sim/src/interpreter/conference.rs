//! `<Dial><Conference>`.

use responder_core::twiml::Element;

use super::{Attributes, Flow};
use crate::{
    network::{ConferenceCallback, Dialing, Entry, MAX_PARTICIPANTS, Network, RecordOptions, Stay, Timer, Wait},
    sid::Sid,
};

impl Network {
    pub(super) fn dial_conference(&mut self, sid: &Sid, noun: &Element, dialing: &Dialing) -> Flow {
        self.answer_inbound(sid);
        let entry = self.entry(sid, noun, dialing.base.as_deref());
        if entry.name.is_empty() || entry.name.chars().count() > MAX_NAME {
            self.notice(sid, 13237, "a <Conference> needs a name of 1 to 128 characters");
            self.conference_refused(sid, dialing.action.clone());
            return Flow::Wait;
        }
        let conference = self.open_conference(&entry);
        if let Err((code, why)) = self.expect_participant(&conference, sid, entry) {
            self.notice(sid, code, why);
            // With a label that is taken, the call goes on with the next verb (Twilio, `<Conference>`).
            if code == LABEL_TAKEN {
                return Flow::Next;
            }
            self.conference_refused(sid, dialing.action.clone());
            return Flow::Wait;
        }
        self.arm(sid, Timer::TalkLimit, dialing.time_limit);
        let stay = Stay { conference, action: dialing.action.clone(), star: dialing.star, only: false };
        self.enter_conference(sid, stay);
        Flow::Wait
    }

    fn entry(&mut self, sid: &Sid, noun: &Element, base: Option<&str>) -> Entry {
        let callback = noun.target("statusCallback", "statusCallbackMethod", base).map(|target| {
            let events = noun.get("statusCallbackEvent").unwrap_or_default();
            let events = events.split_whitespace().map(str::to_owned).collect();
            ConferenceCallback { target, events, sequence: 0 }
        });
        let max = noun.get("maxParticipants").and_then(|count| count.trim().parse().ok());
        Entry {
            label: noun.get("participantLabel").map(str::to_owned),
            muted: noun.flag("muted", false),
            start: noun.flag("startConferenceOnEnter", true),
            end: noun.flag("endConferenceOnExit", false),
            wait: self.lobby(sid, noun),
            max: max.unwrap_or(MAX_PARTICIPANTS).min(MAX_PARTICIPANTS),
            coach: noun.get("coach").map(Sid::from),
            callback,
            recording: recording(noun, base),
            ..Entry::new(noun.inner_text().trim())
        }
    }

    fn lobby(&mut self, sid: &Sid, noun: &Element) -> Wait {
        match noun.get("waitUrl") {
            None => Wait::Music,
            Some("") => Wait::Silence,
            Some(url) => self.address(sid, url, noun.get("waitMethod")).map_or(Wait::Silence, Wait::Document),
        }
    }
}

fn recording(noun: &Element, base: Option<&str>) -> Option<RecordOptions> {
    noun.get("record").filter(|mode| matches!(*mode, "record-from-start" | "true"))?;
    let events = noun.get("recordingStatusCallbackEvent").unwrap_or_default();
    Some(RecordOptions {
        callback: noun.target("recordingStatusCallback", "recordingStatusCallbackMethod", base),
        events: events.split_whitespace().map(str::to_owned).collect(),
        ..RecordOptions::default()
    })
}

const MAX_NAME: usize = 128;
const LABEL_TAKEN: u32 = 16025;
