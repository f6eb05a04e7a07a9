//! The provider's words for states.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who began a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// A phone.
    Inbound,
    /// The REST API.
    OutboundApi,
    /// `<Dial>`.
    OutboundDial,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    /// It waits for its turn.
    Queued,
    /// It has left the line; REST says `queued` still.
    Initiated,
    /// It rings.
    Ringing,
    /// It is answered.
    InProgress,
    /// It was answered and is over.
    Completed,
    /// The line was engaged.
    Busy,
    /// The network could not reach it.
    Failed,
    /// Nobody answered.
    NoAnswer,
    /// It was withdrawn before it was answered.
    Canceled,
}

/// How a `<Dial>` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DialStatus {
    /// There was a talk.
    Completed,
    /// Answered, in the provider's other sense.
    Answered,
    /// The line was engaged.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// Nobody could be reached.
    Failed,
    /// It was withdrawn.
    Canceled,
}

impl CallStatus {
    /// The word in callbacks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::NoAnswer => "no-answer",
            Self::Canceled => "canceled",
        }
    }

    /// Whether nothing can follow.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled)
    }
}

impl Direction {
    /// The word in callbacks and in REST.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::OutboundApi => "outbound-api",
            Self::OutboundDial => "outbound-dial",
        }
    }
}

impl DialStatus {
    /// The word in `DialCallStatus`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Answered => "answered",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

impl From<CallStatus> for DialStatus {
    fn from(status: CallStatus) -> Self {
        match status {
            CallStatus::Busy => Self::Busy,
            CallStatus::Failed => Self::Failed,
            CallStatus::Canceled => Self::Canceled,
            CallStatus::Completed | CallStatus::InProgress => Self::Completed,
            CallStatus::NoAnswer | CallStatus::Queued | CallStatus::Initiated | CallStatus::Ringing => Self::NoAnswer,
        }
    }
}

impl fmt::Display for CallStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
