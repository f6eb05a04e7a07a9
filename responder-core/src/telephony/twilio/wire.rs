//! Forms that are sent and JSON that is received.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};

use super::transport::{parse_date, unreadable};
use crate::{
    CallSid, MessageSid, RecordingSid,
    telephony::{
        AnsweringMachineDetection, CallInfo, CallRecording, CallStatus, MessageInfo, MessageStatus, PlaceCall,
        QueueInfo, RecordingInfo, SendText, StartRecording, TelephonyError,
    },
};

pub(super) type Form = Vec<(&'static str, String)>;

pub(super) fn call_form(call: &PlaceCall) -> Form {
    let mut form = vec![
        ("To", call.to.to_string()),
        ("From", call.from.to_string()),
        ("Url", call.url.clone()),
        ("Timeout", call.ring_timeout.as_secs().to_string()),
    ];
    form.extend(call.fallback_url.iter().map(|url| ("FallbackUrl", url.clone())));
    form.extend(call.time_limit.iter().map(|limit| ("TimeLimit", limit.as_secs().to_string())));
    if let Some(callback) = &call.status_callback {
        form.push(("StatusCallback", callback.url.clone()));
        form.extend(callback.events.iter().map(|event| ("StatusCallbackEvent", event.as_str().to_owned())));
    }
    if let AnsweringMachineDetection::Async { callback } = &call.machine_detection {
        form.push(("MachineDetection", "Enable".to_owned()));
        form.push(("AsyncAmd", "true".to_owned()));
        form.push(("AsyncAmdStatusCallback", callback.clone()));
    }
    if let CallRecording::Dual { callback } = &call.record {
        form.push(("Record", "true".to_owned()));
        form.extend(dual_recording(Some(callback)));
    }
    form
}

pub(super) fn message_form(text: &SendText) -> Form {
    let mut form = vec![("To", text.to.to_string()), ("From", text.from.to_string()), ("Body", text.body.clone())];
    form.extend(text.status_callback.iter().map(|url| ("StatusCallback", url.clone())));
    form
}

pub(super) fn recording_form(recording: &StartRecording) -> Form {
    dual_recording(recording.status_callback.as_ref())
}

fn dual_recording(callback: Option<&String>) -> Form {
    let mut form = vec![("RecordingChannels", "dual".to_owned())];
    if let Some(url) = callback {
        form.push(("RecordingStatusCallback", url.clone()));
        form.extend(["completed", "absent"].map(|event| ("RecordingStatusCallbackEvent", event.to_owned())));
    }
    form
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
