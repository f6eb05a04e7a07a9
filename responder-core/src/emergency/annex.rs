//! What arrives beside the flow and decides nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Delivery, Text};
use crate::{CallSid, MessageSid, RecordingSid};

/// Deliveries and recordings. They may come in any order, also after the conclusion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Annex {
    /// How far each text has come, as far as the provider told.
    pub texts: Vec<(MessageSid, Delivery)>,
    /// Every recording, once it is ready.
    pub recordings: Vec<Recording>,
    /// What was answered to the latest texts that came in.
    pub(super) answers: Vec<(MessageSid, Option<Text>)>,
}

/// A recording that can be listened to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recording {
    /// Of which call.
    pub call: CallSid,
    /// Its id.
    pub sid: RecordingSid,
    /// How long it is.
    pub duration: Duration,
}

impl Annex {
    /// Remembers what a text was answered with, for its repeat. Repeats come within minutes, so the oldest is
    /// forgotten.
    pub(super) fn note_answer(&mut self, message: MessageSid, answer: Option<Text>) {
        if self.answers.len() >= MOST_ANSWERS {
            self.answers.remove(0);
        }
        self.answers.push((message, answer));
    }

    /// Notes a delivery; false if that is nothing new.
    pub(super) fn note_delivery(&mut self, message: MessageSid, delivery: Delivery) -> bool {
        match self.texts.iter_mut().find(|(known, _)| *known == message) {
            // Later stages sort higher, and callbacks come in any order.
            Some((_, reached)) if *reached >= delivery => false,
            Some((_, reached)) => {
                *reached = delivery;
                true
            }
            None => {
                self.texts.push((message, delivery));
                true
            }
        }
    }

    /// Notes a recording; false if it is known.
    pub(super) fn note_recording(&mut self, recording: Recording) -> bool {
        let is_new = self.recordings.iter().all(|known| known.sid != recording.sid);
        if is_new {
            self.recordings.push(recording);
        }
        is_new
    }
}

const MOST_ANSWERS: usize = 64;
