//! Everything but calls.

use responder_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::{as_optional_text, as_text},
    sid::Sid,
};

/// A message in either direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageRecord {
    /// Its identifier.
    pub sid: Sid,
    /// `inbound`, `outbound-api` or `outbound-reply`.
    pub direction: String,
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// The text.
    pub body: String,
    /// Its status.
    pub status: String,
    /// Why it was not delivered.
    pub error_code: Option<u32>,
    /// When it was created.
    #[serde(with = "as_text")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "as_text")]
    pub updated: Timestamp,
    /// When it was sent.
    #[serde(with = "as_optional_text")]
    pub sent: Option<Timestamp>,
}

/// A recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordingRecord {
    /// Its identifier.
    pub sid: Sid,
    /// The call; of two legs, the one that dialled.
    pub call_sid: Sid,
    /// The conference, if it is of one; the call is then the first one in it.
    pub conference_sid: Option<Sid>,
    /// What it was started by: `DialVerb`, `RecordVerb`, `OutboundAPI`, `StartCallRecordingAPI` or `Conference`.
    pub source: String,
    /// `in-progress`, `paused`, `stopped`, `processing`, `completed`, `absent` or `deleted`.
    pub status: String,
    /// One or two.
    pub channels: u8,
    /// Its length in seconds, known from the end.
    pub duration: Option<u64>,
    /// When it began.
    #[serde(with = "as_text")]
    pub from: Timestamp,
    /// When it ended.
    #[serde(with = "as_optional_text")]
    pub to: Option<Timestamp>,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueRecord {
    /// Its identifier.
    pub sid: Sid,
    /// Its name.
    pub name: String,
    /// Its greatest length.
    pub max_size: u32,
    /// The callers in it, first come first.
    pub members: Vec<Sid>,
    /// The agents that wait for a caller, first come first.
    pub agents: Vec<Sid>,
    /// Whether it has been deleted.
    pub deleted: bool,
}

/// One HTTP request, with all attempts that were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Exchange {
    /// Whether the application was asked or asked.
    pub side: Side,
    /// What the application was asked for; none for its own requests.
    pub hook: Option<HookKind>,
    /// The REST operation; none for webhooks, and for addresses that name no operation.
    pub operation: Option<String>,
    /// The call or message that it is about.
    pub about: Option<Sid>,
    /// The HTTP method.
    pub method: String,
    /// The path and query of a REST request, or the full address of a webhook.
    pub url: String,
    /// The fields of the body or, for GET, of the query.
    pub fields: Vec<(String, String)>,
    /// When it began.
    #[serde(with = "as_text")]
    pub began: Timestamp,
    /// When it was answered or given up.
    #[serde(with = "as_optional_text")]
    pub ended: Option<Timestamp>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// The body of the last answer.
    pub answer: Option<String>,
    /// The idempotency token of a webhook.
    pub token: Option<String>,
    /// How often a webhook was sent.
    pub attempts: u32,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The fault that struck it.
    pub fault: Option<String>,
}

impl Exchange {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The application asked the network: REST.
    In,
    /// The network asked the application: a webhook.
    Out,
}

/// What the application is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HookKind {
    /// A document for a call: first, action, redirection, wait or noun document.
    Voice,
    /// A document for a call whose first choice failed.
    VoiceFallback,
    /// The end of a verb on a call that is already over; the answer is not run.
    VoiceEnded,
    /// A call's progress.
    CallStatus,
    /// The verdict of asynchronous machine detection.
    Detection,
    /// A recording's progress.
    Recording,
    /// A conference's progress.
    Conference,
    /// A message has come in.
    Sms,
    /// A message has come in and its first address failed.
    SmsFallback,
    /// A message's progress.
    MessageStatus,
}

/// A warning or an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notice {
    /// When it came up, on the clock of the network.
    #[serde(with = "as_text")]
    pub at: Timestamp,
    /// The call or message that it is about.
    pub about: Option<Sid>,
    /// The provider's code: 11200, 12100, 12200, 12300, 21262 ...; 0 if it has none.
    pub code: u32,
    /// What is wrong, in words.
    pub text: String,
}
