//! What the provider can say about a call, in the machine's own words.

use serde::{Deserialize, Serialize};

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
