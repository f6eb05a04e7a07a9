//! `<Record>`.

use std::time::Duration;

use responder_core::twiml::Element;

use super::{Attributes, Flow};
use crate::{
    behaviour::AfterMessage,
    network::{Network, RecordOptions, Stage, Taking, Timer},
    sid::Sid,
    trace::Sound,
};

impl Network {
    pub(super) fn record(&mut self, sid: &Sid, verb: &Element) -> Flow {
        let Some(action) = self.address(sid, verb.get("action").unwrap_or_default(), verb.get("method")) else {
            self.application_error(sid);
            return Flow::Wait;
        };
        if verb.flag("playBeep", true) {
            let now = self.now;
            self.call(sid).hear(now, Sound::Beep);
            self.call(sid).hush(now);
        }
        let options = self.record_options(sid, verb);
        let recording = self.start_recording(sid, "RecordVerb", &options);
        let finish = verb.get("finishOnKey").unwrap_or(ANY_KEY).to_owned();
        let spoken = self.plan_message(sid, verb);
        let since = self.now;
        let taking = Taking { recording, since, spoken, finish, action };
        self.call(sid).stage = Stage::Recording(Box::new(taking));
        Flow::Wait
    }

    fn record_options(&mut self, sid: &Sid, verb: &Element) -> RecordOptions {
        let base = self.call(sid).base().map(str::to_owned);
        let events = verb.get("recordingStatusCallbackEvent").unwrap_or_default();
        RecordOptions {
            callback: verb.target("recordingStatusCallback", "recordingStatusCallbackMethod", base.as_deref()),
            events: events.split_whitespace().map(str::to_owned).collect(),
            ..RecordOptions::default()
        }
    }

    /// Enters what the phone will do, and gives how long it will speak.
    fn plan_message(&mut self, sid: &Sid, verb: &Element) -> Duration {
        let longest = verb.seconds("maxLength").unwrap_or(Duration::from_secs(3600));
        let silence = verb.seconds("timeout").unwrap_or(Duration::from_secs(5));
        let message = self.call(sid).phone.script.message;
        let spoken = message.length.min(longest);
        let end = if silence.is_zero() { longest } else { spoken.saturating_add(silence).min(longest) };
        match message.then {
            AfterMessage::Key(key) if message.length < longest => self.plan_press(sid, key.to_string(), spoken),
            AfterMessage::HangUp if message.length < longest => self.arm(sid, Timer::HangUpAfterMessage, spoken),
            AfterMessage::Key(_) | AfterMessage::HangUp | AfterMessage::Silence => {}
        }
        self.arm(sid, Timer::Record, end);
        spoken
    }
}

const ANY_KEY: &str = "1234567890*#";
