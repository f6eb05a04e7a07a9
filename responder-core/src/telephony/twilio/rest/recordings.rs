//! Recordings.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Answer, Form, Listing, Media, MediaRequest, TelephonyError, TimeSpan, Transport, read};
use crate::{CallSid, ConferenceSid, RecordingSid, Timestamp, telephony::StatusError, telephony::status::status};

/// The recordings of an account (Twilio, "Recordings resource").
///
/// A recording appears a while after it was begun, and can be heard a while after it has ended: until then it is not
/// found, or `processing`.
#[derive(Clone, Copy, Debug)]
pub struct Recordings<'a> {
    pub(super) transport: &'a Transport,
}

status! {
    /// The state of a recording.
    RecordingStatus {
        /// The recording is running.
        InProgress = "in-progress",
        /// It is paused.
        Paused = "paused",
        /// It has been stopped.
        Stopped = "stopped",
        /// It has ended and can't be heard yet.
        Processing = "processing",
        /// It can be heard.
        Completed = "completed",
        /// There was nothing to record.
        Absent = "absent",
        /// Its sound has been deleted.
        Deleted = "deleted",
    }
}

/// A recording.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Recording {
    /// Its sid.
    pub sid: RecordingSid,
    /// The call; of two legs, the one that dialled.
    #[serde(default, deserialize_with = "read::word")]
    pub call_sid: Option<CallSid>,
    /// The conference, if it is of one.
    #[serde(default, deserialize_with = "read::word")]
    pub conference_sid: Option<ConferenceSid>,
    /// Its state.
    #[serde(default, deserialize_with = "read::word")]
    pub status: Option<RecordingStatus>,
    /// What it was begun by, in the provider's word: `DialVerb`, `RecordVerb`, `OutboundAPI`, `Conference` ...
    #[serde(default, deserialize_with = "read::text")]
    pub source: Option<String>,
    /// One or two.
    #[serde(default, deserialize_with = "read::number")]
    pub channels: Option<u8>,
    /// How long it is, to the second; known from its end.
    #[serde(default, deserialize_with = "read::seconds")]
    pub duration: Option<Duration>,
    /// When it began.
    #[serde(default, deserialize_with = "read::time")]
    pub start_time: Option<Timestamp>,
    /// When it was made.
    #[serde(default, deserialize_with = "read::time")]
    pub date_created: Option<Timestamp>,
    /// Why there is none, if there is none.
    #[serde(default, deserialize_with = "read::number")]
    pub error_code: Option<u32>,
}

/// Which recordings a list has; all, if nothing is said. There is no filter by number: list its calls first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordingFilter {
    /// Those of this call.
    pub call: Option<CallSid>,
    /// Those of this conference.
    pub conference: Option<ConferenceSid>,
    /// Those that were made in this time.
    pub created: TimeSpan,
    /// Also those whose sound has been deleted in the last 40 days.
    pub include_deleted: bool,
    /// How many are asked for at a time, 1 to 1,000; 50 if nothing is said.
    pub page_size: Option<u16>,
}

/// What becomes of a recording that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingStep {
    /// It stands still, and what is said meanwhile is left out.
    Pause,
    /// It stands still, and what is said meanwhile is silence.
    PauseWithSilence,
    /// It goes on.
    Resume,
    /// It ends.
    Stop,
}

impl<'a> Recordings<'a> {
    /// Recordings of the account, newest first.
    pub fn list(&self, filter: &RecordingFilter) -> Listing<'a, Recording> {
        let query = Form::default()
            .maybe("CallSid", filter.call.as_ref())
            .maybe("ConferenceSid", filter.conference.as_ref())
            .times(CREATED, &filter.created)
            .maybe("IncludeSoftDeleted", filter.include_deleted.then_some(true))
            .page_size(filter.page_size);
        self.transport.list(&[RESOURCE], KEY, query)
    }

    /// Recordings of one call that were made on these days.
    pub fn list_of_call(&self, call: &CallSid, created: &TimeSpan) -> Listing<'a, Recording> {
        self.transport.list(&["Calls", call.as_str(), RESOURCE], KEY, Form::default().days(CREATED, created))
    }

    /// Recordings of one conference that were made on these days.
    pub fn list_of_conference(&self, conference: &ConferenceSid, created: &TimeSpan) -> Listing<'a, Recording> {
        let path = ["Conferences", conference.as_str(), RESOURCE];
        self.transport.list(&path, KEY, Form::default().days(CREATED, created))
    }

    /// One recording.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is none of that sid, or not yet.
    pub async fn fetch(&self, recording: &RecordingSid) -> Result<Answer<Recording>, TelephonyError> {
        self.transport.fetch(&[RESOURCE, recording.as_str()]).await
    }

    /// Pauses, resumes or stops a recording of a call that runs.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] if it runs no more.
    pub async fn steer(
        &self,
        call: &CallSid,
        recording: &RecordingSid,
        step: RecordingStep,
    ) -> Result<Answer<Recording>, TelephonyError> {
        let (status, behaviour) = match step {
            RecordingStep::Pause => ("paused", Some("skip")),
            RecordingStep::PauseWithSilence => ("paused", Some("silence")),
            RecordingStep::Resume => ("in-progress", None),
            RecordingStep::Stop => ("stopped", None),
        };
        let form = Form::default().with("Status", status).maybe("PauseBehavior", behaviour);
        self.transport.submit(&["Calls", call.as_str(), RESOURCE, recording.as_str()], form).await
    }

    /// Deletes a recording.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is none of that sid.
    pub async fn delete(&self, recording: &RecordingSid) -> Result<Answer<()>, TelephonyError> {
        self.transport.remove(&[RESOURCE, recording.as_str()]).await
    }

    /// The sound of a recording, as it comes: the client's time for a request is for its beginning and for each piece.
    /// With our credentials; redirections are not followed.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if it can't be heard, or not yet; with 416 if there is no such
    /// part.
    pub async fn media(
        &self,
        recording: &RecordingSid,
        wanted: &MediaRequest,
    ) -> Result<Answer<Media>, TelephonyError> {
        let query = Form::default().maybe("RequestedChannels", wanted.channels);
        let path = [RESOURCE, recording.as_str()];
        let request = self.transport.get_file(&path, wanted.format.extension(), &query.0);
        let answer = self.transport.open(request.with_range(wanted.range.map(|range| range.to_string()))).await?;
        Ok(Answer { value: Media::of(answer.value)?, provider_time: answer.provider_time })
    }
}

const RESOURCE: &str = "Recordings";
const KEY: &str = "recordings";
const CREATED: [&str; 2] = ["DateCreated>", "DateCreated<"];
