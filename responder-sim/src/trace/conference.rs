//! What happened in a conference.

use responder_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::{as_optional_text, as_text},
    sid::Sid,
};

/// A conference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConferenceRecord {
    /// Its identifier.
    pub sid: Sid,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: ConferenceState,
    /// When it was made.
    #[serde(with = "as_text")]
    pub created: Timestamp,
    /// When those in it began to hear each other.
    #[serde(with = "as_optional_text")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(with = "as_optional_text")]
    pub ended: Option<Timestamp>,
    /// Why it ended, in the provider's word.
    pub reason: Option<String>,
    /// The call with which it ended.
    pub ended_by: Option<Sid>,
    /// Who was in it, in the order in which they came.
    pub participants: Vec<ParticipantRecord>,
}

/// How far a conference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceState {
    /// Nobody hears anybody yet.
    Init,
    /// They do.
    InProgress,
    /// It is over.
    Completed,
}

/// One stay in a conference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ParticipantRecord {
    /// The call.
    pub call: Sid,
    /// What the application calls it.
    pub label: Option<String>,
    /// When it came.
    #[serde(with = "as_text")]
    pub joined: Timestamp,
    /// When it left.
    #[serde(with = "as_optional_text")]
    pub left: Option<Timestamp>,
}

impl ConferenceState {
    /// The word in REST.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
        }
    }
}
