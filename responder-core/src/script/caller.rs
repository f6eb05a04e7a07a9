//! What a customer hears.

use super::voice::Scene;
use super::{Speech, queue_name};
use crate::emergency::{Farewell, LegNo};
use crate::twiml::voice::{Enqueue, Gather, Hangup, Pause, Record, Response};

impl Scene<'_> {
    pub(super) fn hold(&self, no: LegNo) -> Response {
        let id = self.emergency.id();
        let greeting = if self.emergency.is_accepted() { Speech::GreetingAccepted } else { Speech::Greeting };
        let enqueue = Enqueue::new(queue_name(id, no))
            .wait_url(self.links.hold(id, no, self.step))
            .action(self.links.hold_ended(id, no, self.step));
        Response::new().say(self.say(greeting)).enqueue(enqueue)
    }

    pub(super) fn music(&self, news: Speech) -> Response {
        self.script.play_music(Response::new().say(self.say(news)))
    }

    /// An empty document connects at once.
    pub(super) fn joining(&self) -> Response {
        match &self.script.recording_notice {
            Some(notice) if self.emergency.policy().recording => Response::new().say(self.script.say(notice.clone())),
            _ => Response::new(),
        }
    }

    /// A recorder, and what is said when it heard nothing: only then do the verbs after it run.
    pub(super) fn voicemail(&self, no: LegNo, why: Farewell) -> Response {
        let id = self.emergency.id();
        let record = Record::new()
            .action(self.links.voicemail(id, no, self.step))
            .timeout_secs(SILENCE_SECS)
            .max_length_secs(LONGEST_MESSAGE_SECS)
            .play_beep(true)
            .recording_status_callback(self.links.recording_status(id));
        Response::new()
            .say(self.say(Speech::Farewell(why)))
            .say(self.say(Speech::LeaveMessage))
            .record(record)
            .say(self.say(Speech::NoMessage))
            .hangup(Hangup::new())
    }

    pub(super) fn offer_reconnect(&self, no: LegNo) -> Response {
        let gather = Gather::new()
            .action(self.links.hold_ended(self.emergency.id(), no, self.step))
            .num_digits(1)
            .timeout_secs(KEY_SECS)
            .say(self.say(Speech::OfferReconnect))
            .pause(Pause::secs(2))
            .say(self.say(Speech::OfferReconnect));
        Response::new().gather(gather).say(self.say(Speech::NoReconnect)).hangup(Hangup::new())
    }
}

/// How long somebody may think while they speak.
const SILENCE_SECS: u32 = 8;

/// Shorter than the time after which the call is ended (4 minutes), farewell included.
const LONGEST_MESSAGE_SECS: u32 = 150;

const KEY_SECS: u32 = 6;
