//! `<Record>`.

use std::time::Duration;

use responder_core::twiml::{
    ValueError,
    voice::{Record, RecordingEvent},
};

use super::{
    Flow,
    attributes::{flag, seconds, target},
};
use crate::{
    behaviour::AfterMessage,
    network::{Network, RecordOptions, Stage, Taking, Timer},
    sid::Sid,
    trace::Sound,
};

impl Network {
    pub(super) fn record(&mut self, sid: &Sid, verb: &Record) -> Flow {
        let read = verb.read();
        let Some(action) = self.address(sid, read.action().unwrap_or_default(), read.method().as_ref()) else {
            self.application_error(sid);
            return Flow::Wait;
        };
        if flag(read.play_beep(), true) {
            let now = self.now;
            self.call(sid).hear(now, Sound::Beep);
            self.call(sid).hush(now);
        }
        let options = self.record_options(sid, verb);
        let recording = self.start_recording(sid, "RecordVerb", &options);
        let finish = read.finish_on_key().unwrap_or(ANY_KEY).to_owned();
        let spoken = self.plan_message(sid, verb);
        let since = self.now;
        let taking = Taking { recording, since, spoken, finish, action };
        self.call(sid).stage = Stage::Recording(Box::new(taking));
        Flow::Wait
    }

    fn record_options(&mut self, sid: &Sid, verb: &Record) -> RecordOptions {
        let base = self.call(sid).base().map(str::to_owned);
        let (read, base) = (verb.read(), base.as_deref());
        let method = read.recording_status_callback_method();
        RecordOptions {
            callback: target(read.recording_status_callback(), method.as_ref(), base),
            events: events(read.recording_status_callback_event()),
            ..RecordOptions::default()
        }
    }

    /// Enters what the phone will do, and gives how long it will speak.
    fn plan_message(&mut self, sid: &Sid, verb: &Record) -> Duration {
        let longest = seconds(verb.read().max_length_secs()).unwrap_or(Duration::from_secs(3600));
        let silence = seconds(verb.read().timeout_secs()).unwrap_or(Duration::from_secs(5));
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

/// The words of the events.
pub(super) fn events(value: Result<Option<Vec<RecordingEvent>>, ValueError>) -> Vec<String> {
    value.ok().flatten().unwrap_or_default().into_iter().map(|event| event.as_str().to_owned()).collect()
}

const ANY_KEY: &str = "1234567890*#";
