//! What happened to one leg.

use responder_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CallStatus, Direction};
use crate::{
    clock::{as_optional_text, as_text},
    sid::Sid,
};

/// One call, or one leg of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// Its identifier.
    pub sid: Sid,
    /// The leg that dialled it.
    pub parent: Option<Sid>,
    /// Who began it.
    pub direction: Direction,
    /// The number that calls.
    pub from: String,
    /// The number that is called.
    pub to: String,
    /// How far it is, or how it ended.
    pub status: CallStatus,
    /// What machine detection said.
    pub answered_by: Option<String>,
    /// When it was created.
    #[serde(with = "as_text")]
    pub created: Timestamp,
    /// When it left the line of paced calls.
    #[serde(with = "as_optional_text")]
    pub started: Option<Timestamp>,
    /// When it was answered.
    #[serde(with = "as_optional_text")]
    pub answered: Option<Timestamp>,
    /// When it ended.
    #[serde(with = "as_optional_text")]
    pub ended: Option<Timestamp>,
    /// What this phone heard, in order.
    pub heard: Vec<Heard>,
    /// What this phone pressed, in order.
    pub pressed: Vec<Pressed>,
    /// Whom it talked to.
    pub talks: Vec<Talk>,
    /// Where it waited.
    pub holds: Vec<Hold>,
}

impl CallRecord {
    /// Whether this phone heard a text that contains `part`; upper and lower case are the same.
    pub fn heard_text(&self, part: &str) -> bool {
        let part = part.to_lowercase();
        self.heard.iter().any(|heard| matches!(&heard.what, Sound::Said(text) if text.to_lowercase().contains(&part)))
    }

    /// The texts that this phone heard, in order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.heard.iter().filter_map(|heard| match &heard.what {
            Sound::Said(text) => Some(text.as_str()),
            Sound::Played(_) | Sound::Tones(_) | Sound::HoldMusic | Sound::ApplicationError | Sound::Beep => None,
        })
    }
}

/// Something that a phone heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Heard {
    /// When it began.
    #[serde(with = "as_text")]
    pub from: Timestamp,
    /// When it ended or was interrupted.
    #[serde(with = "as_optional_text")]
    pub to: Option<Timestamp>,
    /// What it was.
    pub what: Sound,
}

/// A sound on the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sound {
    /// `<Say>`: the text.
    Said(String),
    /// `<Play>`: the address of the media.
    Played(String),
    /// `<Play digits>`, or the digits that an API call sends when it is answered.
    Tones(String),
    /// The provider's own music, for an `<Enqueue>` without `waitUrl`.
    HoldMusic,
    /// The provider's own words when a document can't be had; then the call ends.
    ApplicationError,
    /// The beep of `<Record>`.
    Beep,
}

/// Keys that a phone pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pressed {
    /// When they were pressed, on the clock of the network.
    #[serde(with = "as_text")]
    pub at: Timestamp,
    /// The keys: digits, `*` and `#`.
    pub keys: String,
}

/// A conversation, seen from one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Talk {
    /// The other leg.
    pub with: Sid,
    /// The number at the other end.
    pub number: String,
    /// Whether this side ran the `<Dial>`.
    pub dialler: bool,
    /// When it began.
    #[serde(with = "as_text")]
    pub from: Timestamp,
    /// When it ended.
    #[serde(with = "as_optional_text")]
    pub to: Option<Timestamp>,
}

/// A wait in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hold {
    /// The queue.
    pub queue_sid: Sid,
    /// Its name.
    pub queue: String,
    /// When it began.
    #[serde(with = "as_text")]
    pub from: Timestamp,
    /// When the caller was taken out of the queue.
    #[serde(with = "as_optional_text")]
    pub to: Option<Timestamp>,
    /// The `QueueResult`, as soon as it is decided.
    pub result: Option<String>,
}
