//! `<Dial><Conference>`.

use responder_core::twiml::voice::{Conference, ConferenceEvent};

use super::{
    Flow,
    attributes::{flag, target},
    record::events,
};
use crate::{
    network::{ConferenceCallback, Dialing, Entry, MAX_PARTICIPANTS, Network, RecordOptions, Stay, Timer, Wait},
    sid::Sid,
};

impl Network {
    pub(super) fn dial_conference(&mut self, sid: &Sid, noun: &Conference, dialing: &Dialing) -> Flow {
        self.answer_inbound(sid);
        let entry = self.entry(sid, noun, dialing.base.as_deref());
        if entry.name.is_empty() || entry.name.chars().count() > MAX_NAME {
            self.notice(sid, 13237, "a <Conference> needs a name of 1 to 128 characters");
            self.conference_refused(sid, dialing.action.clone());
            return Flow::Wait;
        }
        if let Err((code, why)) = self.admits(&entry) {
            self.notice(sid, code, why);
            // With a label that is taken, the call goes on with the next verb (Twilio, `<Conference>`).
            if code == LABEL_TAKEN {
                return Flow::Next;
            }
            self.conference_refused(sid, dialing.action.clone());
            return Flow::Wait;
        }
        let conference = self.open_conference(&entry);
        self.expect_participant(&conference, sid, entry);
        self.arm(sid, Timer::TalkLimit, dialing.time_limit);
        let stay = Stay { conference, action: dialing.action.clone(), star: dialing.star, only: false };
        self.enter_conference(sid, stay);
        Flow::Wait
    }

    fn entry(&mut self, sid: &Sid, noun: &Conference, base: Option<&str>) -> Entry {
        let read = noun.read();
        let max = read.max_participants().ok().flatten().and_then(|count| usize::try_from(count).ok());
        Entry {
            label: read.participant_label().map(str::to_owned),
            muted: flag(read.muted(), false),
            start: flag(read.start_conference_on_enter(), true),
            end: flag(read.end_conference_on_exit(), false),
            wait: self.lobby(sid, noun),
            max: max.unwrap_or(MAX_PARTICIPANTS).min(MAX_PARTICIPANTS),
            coach: read.coach().map(Sid::from),
            callback: callback(noun, base),
            recording: recording(noun, base),
            ..Entry::new(noun.inner_text().trim())
        }
    }

    fn lobby(&mut self, sid: &Sid, noun: &Conference) -> Wait {
        let read = noun.read();
        match read.wait_url() {
            None => Wait::Music,
            Some("") => Wait::Silence,
            Some(url) => self.address(sid, url, read.wait_method().as_ref()).map_or(Wait::Silence, Wait::Document),
        }
    }
}

fn callback(noun: &Conference, base: Option<&str>) -> Option<ConferenceCallback> {
    let read = noun.read();
    let target = target(read.status_callback(), read.status_callback_method().as_ref(), base)?;
    let events = read.status_callback_event().ok().flatten().unwrap_or_default();
    let events = events.into_iter().map(ConferenceEvent::as_str).map(str::to_owned).collect();
    Some(ConferenceCallback { target, events, sequence: 0 })
}

fn recording(noun: &Conference, base: Option<&str>) -> Option<RecordOptions> {
    let read = noun.read();
    // The older word `true` counts as well.
    noun.as_element().get("record").filter(|mode| matches!(*mode, "record-from-start" | "true"))?;
    let method = read.recording_status_callback_method();
    Some(RecordOptions {
        callback: target(read.recording_status_callback(), method.as_ref(), base),
        events: events(read.recording_status_callback_event()),
        ..RecordOptions::default()
    })
}

const MAX_NAME: usize = 128;
const LABEL_TAKEN: u32 = 16025;
