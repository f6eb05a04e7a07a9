//! Forms that are sent and JSON that is received.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    form::Form,
    transport::{parse_date, unreadable},
};
use crate::{
    CallSid, MessageSid, RecordingSid,
    telephony::{
        CallInfo, CallStatus, MessageInfo, MessageStatus, PlaceCall, QueueInfo, RecordingInfo, SendText,
        StartRecording, TelephonyError,
    },
};

pub(super) fn call_form(call: &PlaceCall) -> Form {
    Form::default()
        .with("To", &call.to)
        .with("From", &call.from)
        .with("Url", &call.url)
        .seconds("Timeout", Some(call.ring_timeout))
        .maybe("FallbackUrl", call.fallback_url.as_ref())
        .seconds("TimeLimit", call.time_limit)
        .status_callback(call.status_callback.as_ref())
        .machine_detection(&call.machine_detection)
        .call_recording(&call.record)
}

pub(super) fn message_form(text: &SendText) -> Form {
    let form = Form::default().with("To", &text.to).with("From", &text.from).with("Body", &text.body);
    form.maybe("StatusCallback", text.status_callback.as_ref())
}

pub(super) fn recording_form(recording: &StartRecording) -> Form {
    Form::default().dual_recording(recording.status_callback.as_ref())
}

/// A number that some compatible providers send as a number and some as text, as Twilio itself does.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(u64),
    Text(String),
}

impl Number {
    fn read(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

/// An object of the provider's that can be read as one of ours.
pub(super) trait Wire: DeserializeOwned {
    type Info;

    fn read(self) -> Result<Self::Info, TelephonyError>;
}

#[derive(Deserialize)]
pub(super) struct Call {
    sid: CallSid,
    #[serde(default)]
    status: String,
    date_created: Option<String>,
    duration: Option<Number>,
    answered_by: Option<String>,
}

impl Call {
    fn with_status(self, status: CallStatus) -> CallInfo {
        CallInfo {
            sid: self.sid,
            status,
            date_created: self.date_created.as_deref().and_then(parse_date),
            duration: self.duration.and_then(Number::read).map(Duration::from_secs),
            answered_by: self.answered_by,
        }
    }
}

impl Wire for Call {
    type Info = CallInfo;

    fn read(self) -> Result<CallInfo, TelephonyError> {
        let status = self.status.parse().map_err(|_| unreadable("a call in a state that is not known"))?;
        Ok(self.with_status(status))
    }
}

/// A call that has just been placed. It rings, or will, in whatever words its state is put.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct NewCall(Call);

impl Wire for NewCall {
    type Info = CallInfo;

    fn read(self) -> Result<CallInfo, TelephonyError> {
        let status = self.0.status.parse().unwrap_or(CallStatus::Queued);
        Ok(self.0.with_status(status))
    }
}

#[derive(Deserialize)]
pub(super) struct CallPage {
    calls: Vec<Call>,
}

impl Wire for CallPage {
    type Info = Vec<CallInfo>;

    fn read(self) -> Result<Vec<CallInfo>, TelephonyError> {
        // One call in a state that nobody has heard of must not hide the others.
        Ok(self.calls.into_iter().filter_map(|call| call.read().ok()).collect())
    }
}

#[derive(Deserialize)]
pub(super) struct Message {
    sid: MessageSid,
    #[serde(default)]
    status: String,
    error_code: Option<Number>,
}

impl Message {
    fn with_status(self, status: MessageStatus) -> MessageInfo {
        let error_code = self.error_code.and_then(Number::read).and_then(|code| code.try_into().ok());
        MessageInfo { sid: self.sid, status, error_code }
    }
}

impl Wire for Message {
    type Info = MessageInfo;

    fn read(self) -> Result<MessageInfo, TelephonyError> {
        let status = self.status.parse().map_err(|_| unreadable("a text in a state that is not known"))?;
        Ok(self.with_status(status))
    }
}

/// A text that has just been taken, in whatever words its state is put.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct NewMessage(Message);

impl Wire for NewMessage {
    type Info = MessageInfo;

    fn read(self) -> Result<MessageInfo, TelephonyError> {
        let status = self.0.status.parse().unwrap_or(MessageStatus::Queued);
        Ok(self.0.with_status(status))
    }
}

#[derive(Deserialize)]
pub(super) struct Recording {
    sid: RecordingSid,
}

impl Wire for Recording {
    type Info = RecordingInfo;

    fn read(self) -> Result<RecordingInfo, TelephonyError> {
        Ok(RecordingInfo { sid: self.sid })
    }
}

#[derive(Deserialize)]
pub(super) struct QueuePage {
    queues: Vec<Queue>,
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct Queue {
    sid: String,
    friendly_name: Option<String>,
    #[serde(default)]
    current_size: u32,
}

impl QueuePage {
    /// The queue of that name if it is on this page, and where the next page is.
    pub(super) fn look_for(self, name: &str) -> (Option<QueueInfo>, Option<String>) {
        let found = self.queues.into_iter().find(|queue| queue.friendly_name.as_deref() == Some(name));
        let found = found.map(|queue| QueueInfo { sid: queue.sid, name: name.to_owned(), size: queue.current_size });
        (found, self.next_page_uri)
    }
}
