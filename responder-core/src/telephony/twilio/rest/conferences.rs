//! Conferences.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Answer, Form, Listing, TelephonyError, TimeSpan, Transport, Webhook, read};
use crate::{CallSid, ConferenceSid, Timestamp, telephony::StatusError, telephony::status::status};

/// The conferences of an account (Twilio, "Conference resource"). They are made by documents, with `<Conference>`, and
/// by [`Participants::create`](super::Participants::create).
#[derive(Clone, Copy, Debug)]
pub struct Conferences<'a> {
    pub(super) transport: &'a Transport,
}

status! {
    /// The state of a conference.
    ConferenceStatus {
        /// It has not begun: somebody waits in it.
        Init = "init",
        /// It has begun.
        InProgress = "in-progress",
        /// It is over.
        Completed = "completed",
    }
}

/// A conference.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Conference {
    /// Its sid.
    pub sid: ConferenceSid,
    /// Its name, which documents call it by.
    #[serde(default, deserialize_with = "read::text")]
    pub friendly_name: Option<String>,
    /// Its state.
    #[serde(default, deserialize_with = "read::word")]
    pub status: Option<ConferenceStatus>,
    /// Where it is mixed.
    #[serde(default, deserialize_with = "read::text")]
    pub region: Option<String>,
    /// Why it ended, in the provider's word: `last-participant-left`, `conference-ended-via-api` ...
    #[serde(default, deserialize_with = "read::text")]
    pub reason_conference_ended: Option<String>,
    /// Whose leaving ended it.
    #[serde(default, deserialize_with = "read::word")]
    pub call_sid_ending_conference: Option<CallSid>,
    /// When it was made.
    #[serde(default, deserialize_with = "read::time")]
    pub date_created: Option<Timestamp>,
    /// When it was last changed; of one that is over, when it ended.
    #[serde(default, deserialize_with = "read::time")]
    pub date_updated: Option<Timestamp>,
}

/// Which conferences a list has; all, if nothing is said. Times count as days of Greenwich.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConferenceFilter {
    /// Those of this name.
    pub friendly_name: Option<String>,
    /// Those in this state.
    pub status: Option<ConferenceStatus>,
    /// Those that were made on these days.
    pub created: TimeSpan,
    /// Those that were last changed on these days.
    pub updated: TimeSpan,
    /// How many are asked for at a time, 1 to 1,000; 50 if nothing is said.
    pub page_size: Option<u16>,
}

impl<'a> Conferences<'a> {
    /// Conferences of the account, newest first.
    pub fn list(&self, filter: &ConferenceFilter) -> Listing<'a, Conference> {
        let query = Form::default()
            .maybe("FriendlyName", filter.friendly_name.as_ref())
            .maybe("Status", filter.status)
            .days(["DateCreated>", "DateCreated<"], &filter.created)
            .days(["DateUpdated>", "DateUpdated<"], &filter.updated)
            .page_size(filter.page_size);
        self.transport.list(&[RESOURCE], "conferences", query)
    }

    /// One conference.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is none of that sid.
    pub async fn fetch(&self, conference: &ConferenceSid) -> Result<Answer<Conference>, TelephonyError> {
        self.transport.fetch(&[RESOURCE, conference.as_str()]).await
    }

    /// Ends a conference. Its calls go on with their documents.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] if it is over.
    pub async fn end(&self, conference: &ConferenceSid) -> Result<Answer<Conference>, TelephonyError> {
        let form = Form::default().with("Status", &ConferenceStatus::Completed);
        self.transport.submit(&[RESOURCE, conference.as_str()], form).await
    }

    /// Has everybody in a conference hear the document at `what`.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] if it is over. After [`TelephonyError::Unknown`], repeating it may have it heard
    /// twice.
    pub async fn announce(
        &self,
        conference: &ConferenceSid,
        what: &Webhook,
    ) -> Result<Answer<Conference>, TelephonyError> {
        let form = Form::default().webhook("AnnounceUrl", "AnnounceMethod", Some(what));
        self.transport.submit(&[RESOURCE, conference.as_str()], form).await
    }
}

const RESOURCE: &str = "Conferences";
