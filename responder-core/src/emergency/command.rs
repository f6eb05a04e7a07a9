//! What the machine wants done in the world, and how that can end.

use serde::{Deserialize, Serialize};

use super::{AttemptKind, AttemptNo, CallStatus, CommandId, LegNo, Line, Text};
use crate::{CallSid, E164, MessageSid, Timestamp};

/// One thing to be done after the commit, by whoever claims it.
///
/// Plain data: stores keep it, the dispatcher carries it out, the model checker ignores it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Command {
    /// Its name; also the key by which its outcome is settled once.
    pub id: CommandId,
    /// What is to be done.
    pub action: Action,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// Call somebody. Never repeated by the dispatcher when the outcome is unknown.
    PlaceCall {
        /// Which attempt the call is.
        attempt: AttemptNo,
        /// What the call is for.
        purpose: AttemptKind,
        /// Who is called.
        to: E164,
        /// After this the call is no longer wanted: report [`Outcome::Unavailable`] instead of placing it.
        not_after: Timestamp,
    },
    /// Ask the provider where a call stands.
    FetchCall {
        /// Which of the emergency's calls it is.
        line: Line,
        /// The call.
        call: CallSid,
    },
    /// Look for the call of a [`Action::PlaceCall`] whose answer was lost.
    FindCall {
        /// Which attempt's.
        attempt: AttemptNo,
        /// Who was called.
        to: E164,
        /// Calls created before this are others.
        since: Timestamp,
        /// Calls that are known to be others.
        except: Vec<CallSid>,
    },
    /// Hang up a call, whatever its state. A call that has ended already counts as done.
    EndCall {
        /// Which of the emergency's calls it is.
        line: Line,
        /// The call.
        call: CallSid,
    },
    /// Send a text.
    SendText {
        /// The number that it goes to.
        to: E164,
        /// What it says.
        text: Text,
    },
    /// Send a mail to every `recipient_emails`.
    SendMail {
        /// What it says.
        text: Text,
    },
    /// Remove the queue that a customer waited in.
    DeleteQueue {
        /// The caller who waited in it.
        leg: LegNo,
    },
}

/// The kinds of [`Action`], as stores index them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    /// [`Action::PlaceCall`]
    PlaceCall,
    /// [`Action::FetchCall`]
    FetchCall,
    /// [`Action::FindCall`]
    FindCall,
    /// [`Action::EndCall`]
    EndCall,
    /// [`Action::SendText`]
    SendText,
    /// [`Action::SendMail`]
    SendMail,
    /// [`Action::DeleteQueue`]
    DeleteQueue,
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The provider took the call.
    CallPlaced {
        /// Its id.
        call: CallSid,
    },
    /// The provider told where a call stands.
    CallFetched {
        /// The provider's status of the call.
        status: CallStatus,
    },
    /// The provider knows no such call.
    CallMissing,
    /// A call that fits was found.
    CallFound {
        /// Its id.
        call: CallSid,
        /// Where it stands.
        status: CallStatus,
    },
    /// No call that fits was found.
    CallNotFound,
    /// The call is over.
    CallEnded,
    /// The provider took the text.
    MessageSent {
        /// Its id.
        message: MessageSid,
    },
    /// Done, and there is nothing more to say.
    Done,
    /// Nothing is configured that could do it.
    NotConfigured,
    /// Refused for a reason that won't pass.
    Rejected {
        /// The provider's number for the reason.
        code: Option<u32>,
        /// The provider's words, for the timeline; may hold a number.
        reason: String,
    },
    /// Not done, for certain, and the time for it is over.
    Unavailable {
        /// Why, in words.
        reason: String,
    },
    /// Nobody knows whether it was done.
    Unknown,
    /// Removed before anybody claimed it.
    Withdrawn,
    /// Claimed too often without an outcome, or not readable.
    Abandoned,
}

/// Diagnostics must not carry a provider's words: they may hold a number.
impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CallPlaced { call } => f.debug_struct("CallPlaced").field("call", call).finish(),
            Self::CallFetched { status } => f.debug_struct("CallFetched").field("status", status).finish(),
            Self::CallMissing => f.write_str("CallMissing"),
            Self::CallFound { call, status } => {
                f.debug_struct("CallFound").field("call", call).field("status", status).finish()
            }
            Self::CallNotFound => f.write_str("CallNotFound"),
            Self::CallEnded => f.write_str("CallEnded"),
            Self::MessageSent { message } => f.debug_struct("MessageSent").field("message", message).finish(),
            Self::Done => f.write_str("Done"),
            Self::NotConfigured => f.write_str("NotConfigured"),
            Self::Rejected { code, .. } => f.debug_struct("Rejected").field("code", code).finish_non_exhaustive(),
            Self::Unavailable { .. } => f.debug_struct("Unavailable").finish_non_exhaustive(),
            Self::Unknown => f.write_str("Unknown"),
            Self::Withdrawn => f.write_str("Withdrawn"),
            Self::Abandoned => f.write_str("Abandoned"),
        }
    }
}

impl Action {
    /// Which kind it is.
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::PlaceCall { .. } => CommandKind::PlaceCall,
            Self::FetchCall { .. } => CommandKind::FetchCall,
            Self::FindCall { .. } => CommandKind::FindCall,
            Self::EndCall { .. } => CommandKind::EndCall,
            Self::SendText { .. } => CommandKind::SendText,
            Self::SendMail { .. } => CommandKind::SendMail,
            Self::DeleteQueue { .. } => CommandKind::DeleteQueue,
        }
    }
}

impl CommandKind {
    /// All kinds that this build knows.
    pub const ALL: [Self; 7] = [
        Self::PlaceCall,
        Self::EndCall,
        Self::FetchCall,
        Self::FindCall,
        Self::SendText,
        Self::SendMail,
        Self::DeleteQueue,
    ];

    /// Its name, as stores and metrics write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PlaceCall => "place_call",
            Self::FetchCall => "fetch_call",
            Self::FindCall => "find_call",
            Self::EndCall => "end_call",
            Self::SendText => "send_text",
            Self::SendMail => "send_mail",
            Self::DeleteQueue => "delete_queue",
        }
    }

    /// What is claimed first: 0 before 1. A phone that must ring goes before everything else.
    pub const fn priority(self) -> u8 {
        match self {
            Self::PlaceCall => 0,
            Self::EndCall => 1,
            Self::FetchCall | Self::FindCall => 2,
            Self::SendText => 3,
            Self::SendMail => 4,
            Self::DeleteQueue => 5,
        }
    }
}
