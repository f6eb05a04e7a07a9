//! What happened: the record that tests read.

mod call;
mod conference;
mod number;
mod record;
mod words;

use serde::{Deserialize, Serialize};

use crate::sid::Sid;

pub use call::{CallRecord, Heard, Hold, Pressed, Sound, Talk};
pub use conference::{ConferenceRecord, ConferenceState, ParticipantRecord};
pub use number::NumberConfig;
pub(crate) use number::Numbers;
pub use record::{Exchange, HookKind, MessageRecord, Notice, QueueRecord, RecordingRecord, Side};
pub use words::{CallStatus, DialStatus, Direction};

/// Everything that happened since the start or the last reset.
///
/// ```
/// let trace = responder_sim::Trace::default();
/// assert!(trace.calls.is_empty() && trace.talks().next().is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trace {
    /// All calls and dialled legs, oldest first.
    pub calls: Vec<CallRecord>,
    /// All messages, oldest first.
    pub messages: Vec<MessageRecord>,
    /// All recordings, oldest first.
    pub recordings: Vec<RecordingRecord>,
    /// All queues, also deleted ones, oldest first.
    pub queues: Vec<QueueRecord>,
    /// All conferences, oldest first.
    pub conferences: Vec<ConferenceRecord>,
    /// All requests in both directions, in the order in which they began.
    pub requests: Vec<Exchange>,
    /// Warnings and errors, as the provider's debugger would list them.
    pub notices: Vec<Notice>,
}

impl Trace {
    /// The call with this identifier.
    pub fn call(&self, sid: &Sid) -> Option<&CallRecord> {
        self.calls.iter().find(|call| call.sid == *sid)
    }

    /// The calls to a number, oldest first.
    pub fn calls_to<'a>(&'a self, number: &'a str) -> impl Iterator<Item = &'a CallRecord> {
        self.calls.iter().filter(move |call| call.to == number)
    }

    /// The calls from a number, oldest first.
    pub fn calls_from<'a>(&'a self, number: &'a str) -> impl Iterator<Item = &'a CallRecord> {
        self.calls.iter().filter(move |call| call.from == number)
    }

    /// Every conversation once, seen from the leg that dialled.
    pub fn talks(&self) -> impl Iterator<Item = (&CallRecord, &Talk)> {
        let dialler = |talk: &&Talk| talk.dialler;
        self.calls.iter().flat_map(move |call| call.talks.iter().filter(dialler).map(move |talk| (call, talk)))
    }

    /// The conferences of this name, oldest first.
    pub fn conferences_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a ConferenceRecord> {
        self.conferences.iter().filter(move |conference| conference.name == name)
    }

    /// The webhooks of one kind, in the order in which they began.
    pub fn webhooks(&self, kind: HookKind) -> impl Iterator<Item = &Exchange> {
        self.requests.iter().filter(move |request| request.hook == Some(kind))
    }
}
