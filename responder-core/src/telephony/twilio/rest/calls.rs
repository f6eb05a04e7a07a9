//! Calls.

use std::time::Duration;

use serde::Deserialize;

use super::{Answer, Form, Listing, Private, TelephonyError, TimeSpan, Webhook, read};
use crate::{
    CallSid, PhoneNumberSid, Timestamp,
    telephony::{AnsweringMachineDetection, CallRecording, CallStatus, StatusCallback, twilio::TwilioClient},
};

/// The calls of an account (Twilio, "Call resource").
#[derive(Clone, Copy, Debug)]
pub struct Calls<'a> {
    pub(super) client: &'a TwilioClient,
}

/// A call, or one leg of one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Call {
    /// Its sid.
    pub sid: CallSid,
    /// The leg that dialled it.
    #[serde(default, deserialize_with = "read::word")]
    pub parent_call_sid: Option<CallSid>,
    /// Who was called.
    #[serde(default, deserialize_with = "read::private")]
    pub to: Option<Private>,
    /// The caller: a number, a client or a SIP address.
    #[serde(default, deserialize_with = "read::private")]
    pub from: Option<Private>,
    /// The number of the account that it came to or from.
    #[serde(default, deserialize_with = "read::word")]
    pub phone_number_sid: Option<PhoneNumberSid>,
    /// Its state. It may lag behind for a moment.
    #[serde(default, deserialize_with = "read::word")]
    pub status: Option<CallStatus>,
    /// Who began it, in the provider's word: `inbound`, `outbound-api`, `outbound-dial`.
    #[serde(default, deserialize_with = "read::text")]
    pub direction: Option<String>,
    /// Who answered, in the provider's word (`human`, `machine_start`), where that was asked.
    #[serde(default, deserialize_with = "read::text")]
    pub answered_by: Option<String>,
    /// When it was ordered.
    #[serde(default, deserialize_with = "read::time")]
    pub date_created: Option<Timestamp>,
    /// When it was dialled.
    #[serde(default, deserialize_with = "read::time")]
    pub start_time: Option<Timestamp>,
    /// When it was over.
    #[serde(default, deserialize_with = "read::time")]
    pub end_time: Option<Timestamp>,
    /// How long it was connected; `None` until it is over.
    #[serde(default, deserialize_with = "read::seconds")]
    pub duration: Option<Duration>,
    /// How long it waited to be placed.
    #[serde(default, deserialize_with = "read::millis")]
    pub queue_time: Option<Duration>,
}

/// A call to be placed, with everything that can be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCall {
    /// Who is called: a number, a client or a SIP address.
    pub to: Private,
    /// The number that is shown: one of ours, or a verified one.
    pub from: Private,
    /// What it begins with once it is answered.
    pub document: CallDocument,
    /// What takes over if a document can't be fetched or executed.
    pub fallback: Option<Webhook>,
    /// Where its course is reported.
    pub status_callback: Option<StatusCallback>,
    /// How long it rings, in whole seconds; 60 if nothing is said, at most 600.
    pub ring_timeout: Option<Duration>,
    /// The longest talk, in whole seconds.
    pub time_limit: Option<Duration>,
    /// Keys that are pressed once it is answered, maybe a code that opens something; `w` waits half a second. There is
    /// no machine detection then.
    pub send_digits: Option<Private>,
    /// Whether it is found out if a person answers.
    pub machine_detection: AnsweringMachineDetection,
    /// Whether it is recorded from the answer.
    pub record: CallRecording,
}

/// What a call begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallDocument {
    /// The document at this address.
    At(Webhook),
    /// This document: at most 4,000 characters, and the addresses in it are absolute.
    Inline(Private),
    /// What this application of the account's says.
    Application(String),
}

/// Which calls a list has; all, if nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Those to this number, client or SIP address.
    pub to: Option<Private>,
    /// Those from it.
    pub from: Option<Private>,
    /// Those that this one dialled.
    pub parent: Option<CallSid>,
    /// Those in this state; [`CallStatus::Initiated`] is none that lists know.
    pub status: Option<CallStatus>,
    /// Those that were dialled in this time. Calls that wait to be placed have not been.
    pub started: TimeSpan,
    /// Those that ended in this time.
    pub ended: TimeSpan,
    /// How many are asked for at a time, 1 to 1,000; 50 if nothing is said.
    pub page_size: Option<u16>,
}

/// What becomes different about a call; what is not said stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallChange {
    /// What it goes on with, at once. Only for a call in progress.
    pub document: Option<CallDocument>,
    /// What takes over if a document can't be fetched or executed.
    pub fallback: Option<Webhook>,
    /// Where its course is reported from now on.
    pub status_callback: Option<Webhook>,
    /// [`CallStatus::Completed`] ends it, [`CallStatus::Canceled`] only as long as it is not answered.
    pub status: Option<CallStatus>,
    /// The longest talk, in whole seconds.
    pub time_limit: Option<Duration>,
}

impl<'a> Calls<'a> {
    /// Places a call, at the pace of the client.
    ///
    /// # Errors
    /// As [`Telephony::place_call`](crate::telephony::Telephony::place_call).
    pub async fn create(&self, call: &NewCall) -> Result<Answer<Call>, TelephonyError> {
        self.client.take_turn()?;
        self.client.transport.submit(&[RESOURCE], call.form()).await
    }

    /// One call.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is none of that sid.
    pub async fn fetch(&self, call: &CallSid) -> Result<Answer<Call>, TelephonyError> {
        self.client.transport.fetch(&[RESOURCE, call.as_str()]).await
    }

    /// Calls of the account, newest first.
    pub fn list(&self, filter: &CallFilter) -> Listing<'a, Call> {
        let query = Form::default()
            .maybe("To", filter.to.as_ref())
            .maybe("From", filter.from.as_ref())
            .maybe("ParentCallSid", filter.parent.as_ref())
            .maybe("Status", filter.status)
            .times(["StartTime>", "StartTime<"], &filter.started)
            .times(["EndTime>", "EndTime<"], &filter.ended)
            .page_size(filter.page_size);
        self.client.transport.list(&[RESOURCE], "calls", query)
    }

    /// Changes a call.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with code 21220 if it is not in a state for this.
    pub async fn update(&self, call: &CallSid, change: &CallChange) -> Result<Answer<Call>, TelephonyError> {
        self.client.transport.submit(&[RESOURCE, call.as_str()], change.form()).await
    }

    /// Deletes the record of a call that is over.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] while it is not.
    pub async fn delete(&self, call: &CallSid) -> Result<Answer<()>, TelephonyError> {
        self.client.transport.remove(&[RESOURCE, call.as_str()]).await
    }
}

impl NewCall {
    /// A call that is as the provider does it by itself.
    pub fn new(to: impl Into<Private>, from: impl Into<Private>, document: CallDocument) -> Self {
        Self {
            to: to.into(),
            from: from.into(),
            document,
            fallback: None,
            status_callback: None,
            ring_timeout: None,
            time_limit: None,
            send_digits: None,
            machine_detection: AnsweringMachineDetection::Off,
            record: CallRecording::Off,
        }
    }

    fn form(&self) -> Form {
        let form = Form::default().with("To", &self.to).with("From", &self.from);
        self.document
            .said(form)
            .webhook("FallbackUrl", "FallbackMethod", self.fallback.as_ref())
            .seconds("Timeout", self.ring_timeout)
            .seconds("TimeLimit", self.time_limit)
            .maybe("SendDigits", self.send_digits.as_ref())
            .status_callback(self.status_callback.as_ref())
            .machine_detection(&self.machine_detection)
            .call_recording(&self.record)
    }
}

impl CallChange {
    fn form(&self) -> Form {
        let form = match &self.document {
            Some(document) => document.said(Form::default()),
            None => Form::default(),
        };
        form.webhook("FallbackUrl", "FallbackMethod", self.fallback.as_ref())
            .webhook("StatusCallback", "StatusCallbackMethod", self.status_callback.as_ref())
            .maybe("Status", self.status)
            .seconds("TimeLimit", self.time_limit)
    }
}

impl CallDocument {
    fn said(&self, form: Form) -> Form {
        match self {
            Self::At(webhook) => form.webhook("Url", "Method", Some(webhook)),
            Self::Inline(document) => form.with("Twiml", document),
            Self::Application(sid) => form.with("ApplicationSid", sid),
        }
    }
}

const RESOURCE: &str = "Calls";
