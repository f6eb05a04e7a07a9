//! Who is in a conference.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Answer, Form, Listing, Private, TelephonyError, Transport, Webhook, read};
use crate::{
    CallSid, ConferenceSid, Timestamp,
    telephony::{StatusCallback, StatusError, status::status},
};

/// Who is in one conference (Twilio, "Conference participant resource"). The provider also takes a participant's label
/// for the sid of its call.
#[derive(Clone, Copy, Debug)]
pub struct Participants<'a> {
    pub(super) transport: &'a Transport,
    pub(super) conference: &'a ConferenceSid,
}

status! {
    /// The state of a participant.
    ParticipantStatus {
        /// Its call waits to be placed.
        Queued = "queued",
        /// It is being connected.
        Connecting = "connecting",
        /// Its phone rings.
        Ringing = "ringing",
        /// It is in the conference.
        Connected = "connected",
        /// It has left.
        Complete = "complete",
        /// It could not be reached.
        Failed = "failed",
    }
}

/// A call in a conference.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Participant {
    /// The call.
    pub call_sid: CallSid,
    /// What we call it.
    #[serde(default, deserialize_with = "read::private")]
    pub label: Option<Private>,
    /// Its state.
    #[serde(default, deserialize_with = "read::word")]
    pub status: Option<ParticipantStatus>,
    /// Whether the others don't hear it.
    #[serde(default, deserialize_with = "read::flag")]
    pub muted: bool,
    /// Whether it is on hold, neither heard nor hearing.
    #[serde(default, deserialize_with = "read::flag")]
    pub hold: bool,
    /// Whether it is heard by one other alone.
    #[serde(default, deserialize_with = "read::flag")]
    pub coaching: bool,
    /// Whether the conference begins with it.
    #[serde(default, deserialize_with = "read::flag")]
    pub start_conference_on_enter: bool,
    /// Whether the conference ends with it.
    #[serde(default, deserialize_with = "read::flag")]
    pub end_conference_on_exit: bool,
    /// How long its call waited to be placed.
    #[serde(default, deserialize_with = "read::millis")]
    pub queue_time: Option<Duration>,
    /// When it was made.
    #[serde(default, deserialize_with = "read::time")]
    pub date_created: Option<Timestamp>,
}

/// Somebody to be called into a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewParticipant {
    /// Who is called: a number, a client or a SIP address.
    pub to: Private,
    /// The number that is shown: one of ours, or a verified one.
    pub from: Private,
    /// What we call this participant; unique in the conference, at most 128 characters.
    pub label: Option<Private>,
    /// How long the phone rings, in whole seconds; 60 if nothing is said.
    pub ring_timeout: Option<Duration>,
    /// The longest stay, in whole seconds.
    pub time_limit: Option<Duration>,
    /// Whether the others don't hear it.
    pub muted: bool,
    /// Whether the conference begins with it. It does if nothing is said.
    pub start_conference_on_enter: Option<bool>,
    /// Whether the conference ends when it leaves. It does not if nothing is said.
    pub end_conference_on_exit: Option<bool>,
    /// Where the course of its call is reported.
    pub status_callback: Option<StatusCallback>,
}

/// Which participants a list has; all, if nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParticipantFilter {
    /// Those who are muted, or are not.
    pub muted: Option<bool>,
    /// Those who are on hold, or are not.
    pub hold: Option<bool>,
    /// Those who coach, or do not.
    pub coaching: Option<bool>,
    /// How many are asked for at a time, 1 to 1,000; 50 if nothing is said.
    pub page_size: Option<u16>,
}

/// What becomes different about a participant; what is not said stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParticipantChange {
    /// Whether the others don't hear it.
    pub muted: Option<bool>,
    /// Whether it is on hold.
    pub hold: Option<bool>,
    /// What it hears on hold.
    pub hold_document: Option<Webhook>,
    /// What it hears now, alone.
    pub announcement: Option<Webhook>,
    /// Whether the conference ends when it leaves.
    pub end_conference_on_exit: Option<bool>,
}

impl<'a> Participants<'a> {
    /// Calls somebody into the conference, which is made if there is none of that name. The call is not paced by us.
    ///
    /// # Errors
    /// After [`TelephonyError::Unknown`] the phone may ring.
    pub async fn create(&self, participant: &NewParticipant) -> Result<Answer<Participant>, TelephonyError> {
        self.transport.submit(&self.all(), participant.form()).await
    }

    /// Who is in the conference. Those who have left are not.
    pub fn list(&self, filter: &ParticipantFilter) -> Listing<'a, Participant> {
        let query = Form::default()
            .maybe("Muted", filter.muted)
            .maybe("Hold", filter.hold)
            .maybe("Coaching", filter.coaching)
            .page_size(filter.page_size);
        self.transport.list(&self.all(), "participants", query)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if it is not there, or no more.
    pub async fn fetch(&self, call: &CallSid) -> Result<Answer<Participant>, TelephonyError> {
        self.transport.fetch(&self.one(call)).await
    }

    /// Changes one of them.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if it is not there, or no more.
    pub async fn update(
        &self,
        call: &CallSid,
        change: &ParticipantChange,
    ) -> Result<Answer<Participant>, TelephonyError> {
        self.transport.submit(&self.one(call), change.form()).await
    }

    /// Sends one of them out of the conference; its call goes on with its document.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if it is not there, or no more.
    pub async fn delete(&self, call: &CallSid) -> Result<Answer<()>, TelephonyError> {
        self.transport.remove(&self.one(call)).await
    }

    fn all(&self) -> [&'a str; 3] {
        ["Conferences", self.conference.as_str(), "Participants"]
    }

    fn one<'b>(&'b self, call: &'b CallSid) -> [&'b str; 4] {
        let [conferences, conference, participants] = self.all();
        [conferences, conference, participants, call.as_str()]
    }
}

impl NewParticipant {
    /// Somebody to be called, as the provider does it by itself.
    pub fn new(to: impl Into<Private>, from: impl Into<Private>) -> Self {
        Self {
            to: to.into(),
            from: from.into(),
            label: None,
            ring_timeout: None,
            time_limit: None,
            muted: false,
            start_conference_on_enter: None,
            end_conference_on_exit: None,
            status_callback: None,
        }
    }

    fn form(&self) -> Form {
        Form::default()
            .with("To", &self.to)
            .with("From", &self.from)
            .maybe("Label", self.label.as_ref())
            .seconds("Timeout", self.ring_timeout)
            .seconds("TimeLimit", self.time_limit)
            .maybe("Muted", self.muted.then_some(true))
            .maybe("StartConferenceOnEnter", self.start_conference_on_enter)
            .maybe("EndConferenceOnExit", self.end_conference_on_exit)
            .status_callback(self.status_callback.as_ref())
    }
}

impl ParticipantChange {
    fn form(&self) -> Form {
        Form::default()
            .maybe("Muted", self.muted)
            .maybe("Hold", self.hold)
            .webhook("HoldUrl", "HoldMethod", self.hold_document.as_ref())
            .webhook("AnnounceUrl", "AnnounceMethod", self.announcement.as_ref())
            .maybe("EndConferenceOnExit", self.end_conference_on_exit)
    }
}
