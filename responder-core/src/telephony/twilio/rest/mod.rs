//! The resources of an account: everything that Twilio's REST API of 2010-04-01 has about calls, texts, recordings,
//! conferences, queues and numbers, for whoever needs more than [`Telephony`](super::Telephony).
//!
//! A resource is reached from its client ([`TwilioClient::recordings`]), its methods are named as the
//! operations are. Each sends its request once, and answers or fails as those of [`Telephony`](super::Telephony) do.
//! Lists are [`Listing`]s: streams that ask for one page after the other, as far as they are read.
//!
//! What is read has a field for everything that is of use. A word or a time that is not understood is `None` and hides
//! nothing else. What may say who somebody is, is [`Private`] and not shown by `Debug`.
//!
//! ```no_run
//! use futures_util::TryStreamExt;
//! use responder_core::telephony::{TwilioClient, rest::RecordingFilter};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = TwilioClient::builder("AC00000000000000000000000000000000", "auth token".into()).build()?;
//! let of_call = RecordingFilter { call: Some("CA0001".parse()?), ..RecordingFilter::default() };
//! let mut recordings = client.recordings().list(&of_call);
//! while let Some(recording) = recordings.try_next().await? {
//!     println!("{}: {:?}", recording.sid, recording.duration);
//! }
//! # Ok(())
//! # }
//! ```

mod calls;
mod conferences;
mod list;
mod media;
mod messages;
mod numbers;
mod participants;
mod private;
mod queues;
mod range;
mod read;
mod recordings;
mod webhook;

use serde::de::DeserializeOwned;

pub use calls::{Call, CallChange, CallDocument, CallFilter, Calls, NewCall};
pub use conferences::{Conference, ConferenceFilter, ConferenceStatus, Conferences};
pub use list::Listing;
pub use media::{Media, MediaFormat, MediaRequest};
pub use messages::{Message, MessageFilter, Messages, NewMessage, Sender};
pub use numbers::{IncomingPhoneNumber, IncomingPhoneNumbers, NumberChange, NumberFilter};
pub use participants::{
    NewParticipant, Participant, ParticipantChange, ParticipantFilter, ParticipantStatus, Participants,
};
pub use private::Private;
pub use queues::{Members, NewQueue, Queue, QueueMember, Queues};
pub use range::{ByteRange, ByteRangeError, ContentRange};
pub use recordings::{Recording, RecordingFilter, RecordingStatus, RecordingStep, Recordings};
pub use webhook::{TimeSpan, Webhook, WebhookMethod};

use super::{Answer, TelephonyError, TwilioClient, form::Form, transport::Transport};
use crate::ConferenceSid;

impl TwilioClient {
    /// The calls of the account.
    pub const fn calls(&self) -> Calls<'_> {
        Calls { client: self }
    }

    /// The texts of the account.
    pub const fn messages(&self) -> Messages<'_> {
        Messages { transport: &self.transport }
    }

    /// The recordings of the account.
    pub const fn recordings(&self) -> Recordings<'_> {
        Recordings { transport: &self.transport }
    }

    /// The conferences of the account.
    pub const fn conferences(&self) -> Conferences<'_> {
        Conferences { transport: &self.transport }
    }

    /// Who is in a conference. The provider also takes the name of a conference that is in progress for its sid.
    pub const fn participants<'a>(&'a self, conference: &'a ConferenceSid) -> Participants<'a> {
        Participants { transport: &self.transport, conference }
    }

    /// The queues of the account.
    pub const fn queues(&self) -> Queues<'_> {
        Queues { transport: &self.transport }
    }

    /// The numbers of the account, and what is asked when they are called or texted.
    pub const fn incoming_phone_numbers(&self) -> IncomingPhoneNumbers<'_> {
        IncomingPhoneNumbers { transport: &self.transport }
    }
}

impl Transport {
    async fn fetch<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Answer<T>, TelephonyError> {
        self.send(self.get(path, &[])).await
    }

    async fn submit<T: DeserializeOwned>(&self, path: &[&str], form: Form) -> Result<Answer<T>, TelephonyError> {
        self.send(self.post(path, &form.0)).await
    }

    async fn remove(&self, path: &[&str]) -> Result<Answer<()>, TelephonyError> {
        self.send_for_nothing(self.delete(path)).await
    }

    fn list<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &[&str],
        key: &'static str,
        query: Form,
    ) -> Listing<'_, T> {
        let Form(query) = query;
        Listing::new(self, self.get(path, &query).for_page(), key)
    }
}
