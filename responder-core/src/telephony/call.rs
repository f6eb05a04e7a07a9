//! What is said to and heard from a provider about calls.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::CallStatus;
use crate::{CallSid, E164, Timestamp};

/// A call to be placed. What is said in it is always fetched from a URL: documents in the request are limited to
/// 4,000 characters, and relative URLs in them lead nowhere (Twilio, "Call resource").
///
/// ```
/// use responder_core::telephony::{PlaceCall, StatusCallback};
///
/// let (to, from) = ("+15005550001".parse()?, "+15005550006".parse()?);
/// let call = PlaceCall {
///     status_callback: Some(StatusCallback::all("https://help.example.com/status")),
///     ..PlaceCall::new(to, from, "https://help.example.com/notify")
/// };
/// assert_eq!(call.ring_timeout.as_secs(), 25);
/// # Ok::<(), responder_core::PhoneError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PlaceCall {
    /// Who is called.
    pub to: E164,
    /// The number that is shown: one of ours, or a verified one.
    pub from: E164,
    /// The document that the call begins with once it is answered, requested by POST.
    pub url: String,
    /// The document that takes over if one can't be fetched or executed.
    pub fallback_url: Option<String>,
    /// Where the course of the call is reported.
    pub status_callback: Option<StatusCallback>,
    /// How long it rings, in whole seconds; at most 600. The provider may add about 5.
    pub ring_timeout: Duration,
    /// Whether it is found out if a person answers.
    pub machine_detection: AnsweringMachineDetection,
    /// The longest talk, in whole seconds.
    pub time_limit: Option<Duration>,
    /// Whether it is recorded from the answer, and where the recording is reported.
    pub record: CallRecording,
}

/// Where and about what the course of a call is reported.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StatusCallback {
    /// Requested by POST.
    pub url: String,
    /// What is reported; nothing else is.
    pub events: Vec<StatusEvent>,
}

/// What can be reported about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusEvent {
    /// It left the provider's queue and is being dialled.
    Initiated,
    /// The phone rings.
    Ringing,
    /// Somebody, or something, picked up.
    Answered,
    /// It is over, for whatever reason: also busy, no answer, failed and canceled.
    Completed,
}

/// Whether it is found out if a person answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnsweringMachineDetection {
    /// It is not.
    #[default]
    Off,
    /// It is, while the call goes on; the verdict is posted to this URL, at most once.
    Async {
        /// Where the verdict goes.
        callback: String,
    },
}

/// Whether a call is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallRecording {
    /// It is not.
    #[default]
    Off,
    /// It is, each side in a channel of its own; the end of the recording is posted to this URL.
    Dual {
        /// Where the end is reported.
        callback: String,
    },
}

/// What a provider knows about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallInfo {
    /// Its name.
    pub sid: CallSid,
    /// Its state.
    pub status: CallStatus,
    /// When the provider took it, by the provider's clock, to the second.
    pub date_created: Option<Timestamp>,
    /// How long it was connected; `None` until it is over.
    pub duration: Option<Duration>,
    /// Who answered, in the provider's words (`human`, `machine_start`), where that was asked.
    pub answered_by: Option<String>,
}

/// What came of ending a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// It has been ended. The state may lag behind.
    Ended(CallInfo),
    /// It was over before, or there is no such call.
    AlreadyEnded,
}

impl PlaceCall {
    /// A call that rings for 25 seconds, without any of the rest.
    pub fn new(to: E164, from: E164, url: impl Into<String>) -> Self {
        Self {
            to,
            from,
            url: url.into(),
            fallback_url: None,
            status_callback: None,
            ring_timeout: Duration::from_secs(25),
            machine_detection: AnsweringMachineDetection::Off,
            time_limit: None,
            record: CallRecording::Off,
        }
    }
}

impl StatusCallback {
    /// Reports everything.
    pub fn all(url: impl Into<String>) -> Self {
        use StatusEvent::{Answered, Completed, Initiated, Ringing};
        Self { url: url.into(), events: vec![Initiated, Ringing, Answered, Completed] }
    }
}

impl StatusEvent {
    /// The provider's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Completed => "completed",
        }
    }
}
