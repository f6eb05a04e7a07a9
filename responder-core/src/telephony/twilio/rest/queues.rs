//! Queues, and who waits in them.

use std::time::Duration;

use serde::Deserialize;

use super::{Answer, Form, Listing, TelephonyError, Transport, Webhook, read};
use crate::{CallSid, QueueSid, Timestamp};

/// The queues of an account (Twilio, "Queue resource").
#[derive(Clone, Copy, Debug)]
pub struct Queues<'a> {
    pub(super) transport: &'a Transport,
}

/// Who waits in one queue (Twilio, "Queue member resource").
#[derive(Clone, Copy, Debug)]
pub struct Members<'a> {
    transport: &'a Transport,
    queue: &'a QueueSid,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Queue {
    /// Its sid.
    pub sid: QueueSid,
    /// Its name, which documents call it by.
    #[serde(default, deserialize_with = "read::text")]
    pub friendly_name: Option<String>,
    /// How many wait in it.
    #[serde(default, deserialize_with = "read::number")]
    pub current_size: Option<u32>,
    /// How many may.
    #[serde(default, deserialize_with = "read::number")]
    pub max_size: Option<u32>,
    /// How long those who wait now have waited, on average.
    #[serde(default, deserialize_with = "read::seconds")]
    pub average_wait_time: Option<Duration>,
    /// When it was made.
    #[serde(default, deserialize_with = "read::time")]
    pub date_created: Option<Timestamp>,
}

/// A queue to be made, or what becomes different about one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewQueue {
    /// Its name, at most 64 characters. A new one must have one that no other queue has.
    pub friendly_name: Option<String>,
    /// How many may wait in it, at most 5,000; 1,000 if nothing is said.
    pub max_size: Option<u32>,
}

/// A call that waits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct QueueMember {
    /// The call.
    pub call_sid: CallSid,
    /// When it came.
    #[serde(default, deserialize_with = "read::time")]
    pub date_enqueued: Option<Timestamp>,
    /// Its place, from 1.
    #[serde(default, deserialize_with = "read::number")]
    pub position: Option<u32>,
    /// How long it has waited.
    #[serde(default, deserialize_with = "read::seconds")]
    pub wait_time: Option<Duration>,
}

impl<'a> Queues<'a> {
    /// All queues. `page_size` is how many are asked for at a time, 1 to 1,000; 50 if nothing is said.
    pub fn list(&self, page_size: Option<u16>) -> Listing<'a, Queue> {
        self.transport.list(&[RESOURCE], "queues", Form::default().page_size(page_size))
    }

    /// Makes a queue. `<Enqueue>` makes them by itself, so that this is for one with a size of its own.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] if there is one of that name.
    pub async fn create(&self, queue: &NewQueue) -> Result<Answer<Queue>, TelephonyError> {
        self.transport.submit(&[RESOURCE], queue.form()).await
    }

    /// One queue.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is none of that sid.
    pub async fn fetch(&self, queue: &QueueSid) -> Result<Answer<Queue>, TelephonyError> {
        self.transport.fetch(&[RESOURCE, queue.as_str()]).await
    }

    /// Changes a queue.
    ///
    /// # Errors
    /// Any [`TelephonyError`].
    pub async fn update(&self, queue: &QueueSid, change: &NewQueue) -> Result<Answer<Queue>, TelephonyError> {
        self.transport.submit(&[RESOURCE, queue.as_str()], change.form()).await
    }

    /// Deletes a queue.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] while somebody waits in it.
    pub async fn delete(&self, queue: &QueueSid) -> Result<Answer<()>, TelephonyError> {
        self.transport.remove(&[RESOURCE, queue.as_str()]).await
    }

    /// Who waits in a queue.
    pub const fn members(&self, queue: &'a QueueSid) -> Members<'a> {
        Members { transport: self.transport, queue }
    }
}

impl<'a> Members<'a> {
    /// Everybody, first come first. `page_size` is how many are asked for at a time, 1 to 1,000.
    pub fn list(&self, page_size: Option<u16>) -> Listing<'a, QueueMember> {
        let path = [RESOURCE, self.queue.as_str(), MEMBERS];
        self.transport.list(&path, "queue_members", Form::default().page_size(page_size))
    }

    /// One of them.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if this call does not wait here.
    pub async fn fetch(&self, call: &CallSid) -> Result<Answer<QueueMember>, TelephonyError> {
        self.transport.fetch(&self.path(call.as_str())).await
    }

    /// Whoever is first.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if nobody waits.
    pub async fn front(&self) -> Result<Answer<QueueMember>, TelephonyError> {
        self.transport.fetch(&self.path(FRONT)).await
    }

    /// Takes a call out of the queue; it goes on with the document at `next`.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if it does not wait here. After [`TelephonyError::Unknown`],
    /// repeating it says whether it still does.
    pub async fn dequeue(&self, call: &CallSid, next: &Webhook) -> Result<Answer<QueueMember>, TelephonyError> {
        self.transport.submit(&self.path(call.as_str()), Form::default().webhook("Url", "Method", Some(next))).await
    }

    /// As [`dequeue`](Self::dequeue), with whoever is first. After [`TelephonyError::Unknown`], repeating it may take
    /// the next one out, too.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if nobody waits.
    pub async fn dequeue_front(&self, next: &Webhook) -> Result<Answer<QueueMember>, TelephonyError> {
        self.transport.submit(&self.path(FRONT), Form::default().webhook("Url", "Method", Some(next))).await
    }

    fn path<'b>(&'b self, member: &'b str) -> [&'b str; 4] {
        [RESOURCE, self.queue.as_str(), MEMBERS, member]
    }
}

impl NewQueue {
    fn form(&self) -> Form {
        Form::default().maybe("FriendlyName", self.friendly_name.as_ref()).maybe("MaxSize", self.max_size)
    }
}

const RESOURCE: &str = "Queues";
const MEMBERS: &str = "Members";
/// What the provider calls whoever is first.
const FRONT: &str = "Front";
