//! One try to reach one number.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CallStatus, Document, Step, UnreachableBecause, Watch};
use crate::{CallSid, E164, Timestamp};

/// What an attempt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptKind {
    /// To tell a technician.
    Notification,
    /// To connect the technician who accepted with the customer.
    Bridge,
    /// To connect the transfer target with the customer.
    Transfer,
}

/// Where an attempt stands. It only ever moves down this list, except from `Unknown` back to `Placing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The command to call is out.
    Placing,
    /// The provider's answer was lost; this many look-ups were made.
    Unknown(u8),
    /// The provider has the call.
    Queued,
    /// It left the provider's queue.
    Ringing,
    /// Somebody, or something, answered.
    InProgress,
    /// It is over.
    Ended(End),
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It was answered.
    Completed,
    /// The line was engaged.
    Busy,
    /// Nobody picked up.
    NoAnswer,
    /// It could not be carried.
    Failed,
    /// We ended it before it was answered.
    Canceled,
    /// The provider refuses the number.
    Refused,
    /// It was never seen.
    Lost,
    /// It would not end, and we stopped asking.
    GivenUp,
}

/// One try to reach one number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attempt {
    /// What it is for.
    pub kind: AttemptKind,
    /// Which technician of the emergency; for a transfer the one who accepted.
    pub technician: u8,
    /// Who is called.
    pub to: E164,
    /// Where it stands.
    pub stage: Stage,
    /// The call, once something named it.
    pub call: Option<CallSid>,
    pub(super) watch: Watch,
    pub(super) ending: bool,
    pub(super) revived: bool,
    pub(super) placings: u8,
    pub(super) repeats: u8,
    /// The number of the command that places it.
    pub(super) command: u32,
    /// What machine detection said.
    pub(super) machine: bool,
    /// Whether a key was pressed, which no machine does.
    pub(super) pressed: bool,
    pub(super) passed: bool,
    /// Whether a key confirmed that a human is there to be connected.
    pub(super) confirmed: bool,
    /// Whether the customer of its last connection was seen to join.
    pub(super) joined: bool,
    /// Whether its last connection failed and was counted.
    pub(super) failed: bool,
    /// How long it was connected.
    pub(super) talk: Option<Duration>,
    /// Whether its failure has been dealt with.
    pub(super) judged: bool,
    /// The step that the next request is expected to carry.
    pub(super) step: Step,
    pub(super) document: Option<Document>,
    /// Until when a technician who accepted waits on the line.
    pub(super) wait_until: Option<Timestamp>,
    pub(super) times: AttemptTimes,
}

/// When an attempt reached what; each is the time at which we learned of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AttemptTimes {
    /// When the command was given.
    pub wanted: Timestamp,
    /// When it left the provider's queue.
    pub rang: Option<Timestamp>,
    /// When it was answered.
    pub answered: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

impl Attempt {
    /// Whether it may still be a call at the provider.
    pub const fn is_live(&self) -> bool {
        !matches!(self.stage, Stage::Ended(_))
    }

    /// When it reached what.
    pub const fn times(&self) -> AttemptTimes {
        self.times
    }

    /// Somebody is on the line, and we don't want them off it.
    pub(super) const fn is_on_line(&self) -> bool {
        matches!(self.stage, Stage::InProgress) && !self.ending
    }

    /// Why it did not reach anybody, given that it ended without success.
    pub(super) const fn unreachable_because(&self) -> UnreachableBecause {
        let Stage::Ended(end) = self.stage else { return UnreachableBecause::Lost };
        match end {
            _ if self.passed => UnreachableBecause::Passed,
            _ if self.machine => UnreachableBecause::Voicemail,
            End::Completed => UnreachableBecause::NoKey,
            End::Busy => UnreachableBecause::Busy,
            End::NoAnswer => UnreachableBecause::NoAnswer,
            End::Failed => UnreachableBecause::Failed,
            End::Canceled => UnreachableBecause::Canceled,
            End::Refused => UnreachableBecause::Refused,
            End::Lost | End::GivenUp => UnreachableBecause::Lost,
        }
    }
}

impl Stage {
    /// Where a provider's status puts a call.
    pub(super) const fn of(status: CallStatus) -> Self {
        match status {
            CallStatus::Queued => Self::Queued,
            CallStatus::Initiated | CallStatus::Ringing => Self::Ringing,
            CallStatus::InProgress => Self::InProgress,
            CallStatus::Completed => Self::Ended(End::Completed),
            CallStatus::Busy => Self::Ended(End::Busy),
            CallStatus::NoAnswer => Self::Ended(End::NoAnswer),
            CallStatus::Failed => Self::Ended(End::Failed),
            CallStatus::Canceled => Self::Ended(End::Canceled),
        }
    }
}
