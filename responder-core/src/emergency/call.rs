//! What the provider can say about a call, in the machine's own words.

use serde::{Deserialize, Serialize};

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    /// Accepted by the provider, not dialled yet.
    Queued,
    /// Left the provider's queue; being dialled. Only callbacks say it.
    Initiated,
    /// The phone rings.
    Ringing,
    /// Somebody, or something, answered.
    InProgress,
    /// Ended after it was answered.
    Completed,
    /// The line was engaged.
    Busy,
    /// It rang until the time-out.
    NoAnswer,
    /// It could not be carried.
    Failed,
    /// Ended by us before it was answered.
    Canceled,
}

/// What machine detection makes of whoever answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// A person.
    Human,
    /// Voicemail, or a fax.
    Machine,
    /// It can't tell.
    Unknown,
}

/// How a `<Dial>` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DialResult {
    /// The two were connected.
    Bridged,
    /// They were not, for whatever reason.
    NotBridged,
}

/// How a caller left a queue (`QueueResult` of the `<Enqueue>` action).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueResult {
    /// They were connected, and that is over.
    Bridged,
    /// They left while the sentence before the connection was spoken.
    BridgingInProcess,
    /// They hung up while waiting.
    Hangup,
    /// A `<Leave>` of ours.
    Leave,
    /// A redirect of ours.
    Redirected,
    /// The queue took nobody in.
    QueueFull,
    /// The provider failed, or the caller hung up before they were in the queue.
    SystemError,
    /// A document could not be run.
    Error,
}

/// A key of the phone that means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// 1: accept; connect me.
    One,
    /// 2: say it again.
    Two,
    /// 9: pass on.
    Nine,
    /// Any other.
    Other,
}

impl CallStatus {
    /// Whether nothing can follow.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Busy | Self::NoAnswer | Self::Failed | Self::Canceled)
    }
}
