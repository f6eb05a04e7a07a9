//! Texts.

use serde::Deserialize;

use super::{Answer, Form, Listing, Private, TelephonyError, TimeSpan, Transport, read};
use crate::{MessageSid, Timestamp, telephony::MessageStatus};

/// The texts of an account (Twilio, "Message resource").
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a> {
    pub(super) transport: &'a Transport,
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Its sid.
    pub sid: MessageSid,
    /// Who gets it.
    #[serde(default, deserialize_with = "read::private")]
    pub to: Option<Private>,
    /// Who it is from; not known before a messaging service has picked a sender.
    #[serde(default, deserialize_with = "read::private")]
    pub from: Option<Private>,
    /// What it says.
    #[serde(default, deserialize_with = "read::private")]
    pub body: Option<Private>,
    /// Its state.
    #[serde(default, deserialize_with = "read::word")]
    pub status: Option<MessageStatus>,
    /// Who began it, in the provider's word: `inbound`, `outbound-api`, `outbound-reply`.
    #[serde(default, deserialize_with = "read::text")]
    pub direction: Option<String>,
    /// Why it was not delivered, as a number of the provider.
    #[serde(default, deserialize_with = "read::number")]
    pub error_code: Option<u32>,
    /// In how many parts it goes.
    #[serde(default, deserialize_with = "read::number")]
    pub num_segments: Option<u32>,
    /// How many pictures and such it has.
    #[serde(default, deserialize_with = "read::number")]
    pub num_media: Option<u32>,
    /// When it was ordered.
    #[serde(default, deserialize_with = "read::time")]
    pub date_created: Option<Timestamp>,
    /// When it was sent.
    #[serde(default, deserialize_with = "read::time")]
    pub date_sent: Option<Timestamp>,
}

/// A text to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Who gets it.
    pub to: Private,
    /// Who it is from.
    pub from: Sender,
    /// What it says, at most 1,600 characters.
    pub body: Private,
    /// Where pictures and such are fetched from, at most 10.
    pub media_urls: Vec<String>,
    /// Where its delivery is reported.
    pub status_callback: Option<String>,
}

/// Who a text is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// One of our numbers.
    Number(Private),
    /// Whichever number this messaging service picks.
    Service(String),
}

/// Which texts a list has; all, if nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Those to this number.
    pub to: Option<Private>,
    /// Those from it.
    pub from: Option<Private>,
    /// Those that were sent in this time.
    pub sent: TimeSpan,
    /// How many are asked for at a time, 1 to 1,000; 50 if nothing is said.
    pub page_size: Option<u16>,
}

impl<'a> Messages<'a> {
    /// Sends a text.
    ///
    /// # Errors
    /// After [`TelephonyError::Unknown`] it may have been sent; repeating it may send it twice.
    pub async fn create(&self, message: &NewMessage) -> Result<Answer<Message>, TelephonyError> {
        self.transport.submit(&[RESOURCE], message.form()).await
    }

    /// One text.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is none of that sid.
    pub async fn fetch(&self, message: &MessageSid) -> Result<Answer<Message>, TelephonyError> {
        self.transport.fetch(&[RESOURCE, message.as_str()]).await
    }

    /// Texts of the account, newest first.
    pub fn list(&self, filter: &MessageFilter) -> Listing<'a, Message> {
        let query = Form::default()
            .maybe("To", filter.to.as_ref())
            .maybe("From", filter.from.as_ref())
            .times(["DateSent>", "DateSent<"], &filter.sent)
            .page_size(filter.page_size);
        self.transport.list(&[RESOURCE], "messages", query)
    }

    /// Withdraws a text that has not been sent.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] if it has been.
    pub async fn cancel(&self, message: &MessageSid) -> Result<Answer<Message>, TelephonyError> {
        let form = Form::default().with("Status", &MessageStatus::Canceled);
        self.transport.submit(&[RESOURCE, message.as_str()], form).await
    }

    /// Has the provider forget what a text says.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] while it is on its way.
    pub async fn redact(&self, message: &MessageSid) -> Result<Answer<Message>, TelephonyError> {
        self.transport.submit(&[RESOURCE, message.as_str()], Form::default().with("Body", "")).await
    }

    /// Deletes the record of a text.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] while it is on its way.
    pub async fn delete(&self, message: &MessageSid) -> Result<Answer<()>, TelephonyError> {
        self.transport.remove(&[RESOURCE, message.as_str()]).await
    }
}

impl NewMessage {
    /// A text without anything else.
    pub fn new(to: impl Into<Private>, from: impl Into<Private>, body: impl Into<Private>) -> Self {
        let from = Sender::Number(from.into());
        Self { to: to.into(), from, body: body.into(), media_urls: Vec::new(), status_callback: None }
    }

    fn form(&self) -> Form {
        let form = Form::default().with("To", &self.to);
        let form = match &self.from {
            Sender::Number(number) => form.with("From", number),
            Sender::Service(sid) => form.with("MessagingServiceSid", sid),
        };
        let body = Some(&self.body).filter(|body| !body.as_str().is_empty());
        form.maybe("Body", body)
            .each("MediaUrl", &self.media_urls)
            .maybe("StatusCallback", self.status_callback.as_ref())
    }
}

const RESOURCE: &str = "Messages";
