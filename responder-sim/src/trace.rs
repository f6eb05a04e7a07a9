//! What happened: the record that tests read.

use std::{collections::BTreeMap, fmt};

use responder_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::{as_optional_text, as_text},
    sid::Sid,
};

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

    /// The webhooks of one kind, in the order in which they began.
    pub fn webhooks(&self, kind: HookKind) -> impl Iterator<Item = &Exchange> {
        self.requests.iter().filter(move |request| request.hook == Some(kind))
    }
}

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
    /// When.
    #[serde(with = "as_text")]
    pub at: Timestamp,
    /// Which.
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
    /// What it was started by: `DialVerb`, `RecordVerb`, `OutboundAPI` or `StartCallRecordingAPI`.
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
    /// When.
    #[serde(with = "as_text")]
    pub at: Timestamp,
    /// The call or message that it is about.
    pub about: Option<Sid>,
    /// The provider's code: 11200, 12100, 12200, 12300, 21262 ...; 0 if it has none.
    pub code: u32,
    /// What is wrong, in words.
    pub text: String,
}

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

/// The addresses of one of the account's numbers.
///
/// As JSON every field may be left out. Methods default to POST.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberConfig {
    /// Asked when the number is called.
    pub voice_url: Option<String>,
    /// GET or POST.
    pub voice_method: Option<String>,
    /// Asked when `voice_url`, or a document that followed from it, failed.
    pub voice_fallback_url: Option<String>,
    /// GET or POST.
    pub voice_fallback_method: Option<String>,
    /// Told when an inbound call has ended.
    pub status_callback: Option<String>,
    /// GET or POST.
    pub status_callback_method: Option<String>,
    /// Asked when the number is texted.
    pub sms_url: Option<String>,
    /// GET or POST.
    pub sms_method: Option<String>,
    /// Asked when `sms_url` failed.
    pub sms_fallback_url: Option<String>,
    /// GET or POST.
    pub sms_fallback_method: Option<String>,
    /// A name for people.
    pub friendly_name: Option<String>,
}

impl NumberConfig {
    /// A number that answers calls with the document at `voice_url`.
    pub fn voice(voice_url: impl Into<String>) -> Self {
        Self { voice_url: Some(voice_url.into()), ..Self::default() }
    }

    /// Tells `url` when an inbound call has ended.
    #[must_use]
    pub fn with_status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }

    /// Asks `url` when the number is texted.
    #[must_use]
    pub fn with_sms(mut self, url: impl Into<String>) -> Self {
        self.sms_url = Some(url.into());
        self
    }

    /// Asks `url` when a voice document failed.
    #[must_use]
    pub fn with_voice_fallback(mut self, url: impl Into<String>) -> Self {
        self.voice_fallback_url = Some(url.into());
        self
    }
}

/// The account's numbers.
pub(crate) type Numbers = BTreeMap<String, NumberConfig>;
