//! Telephony: placing calls and sending texts through a provider.
//!
//! [`Telephony`] is what Responder needs from a provider; `TwilioClient` (feature `twilio`) is the implementation for
//! everything that speaks Twilio's REST API. Nobody here repeats a request or sleeps: that is for the caller, who
//! knows whether a call that may have been placed has shown up meanwhile. [`TelephonyError`] says what may be done.

mod call;
mod callback;
mod error;
mod http_transport;
mod pacer;
mod queue;
mod recording;
mod status;
mod text;
#[cfg(feature = "twilio")]
mod twilio;

use std::fmt::Debug;

use async_trait::async_trait;

pub use call::{AnsweringMachineDetection, CallEnd, CallInfo, CallRecording, PlaceCall, StatusCallback, StatusEvent};
pub use callback::Callback;
#[cfg(feature = "runtime")]
pub(crate) use callback::REPEAT_TOKEN;
pub use error::TelephonyError;
#[cfg(feature = "mock")]
pub use http_transport::MockHttpTransport;
pub use http_transport::{HttpTransport, HttpTransportError};
pub use pacer::Pacer;
pub use queue::{QueueDeletion, QueueInfo};
pub use recording::{RecordingInfo, StartRecording};
pub use status::{CallStatus, MessageStatus, StatusError};
pub use text::{MessageInfo, SendText};
#[cfg(feature = "twilio")]
pub use twilio::{AccountIds, AuthScheme, Dialect, TwilioBuilder, TwilioClient, TwilioConfigError, rest};

use crate::{CallSid, E164, MessageSid, Timestamp};

/// What a provider did, and when, by its own clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// What it did.
    pub value: T,
    /// The `Date` of the answer, to the second; `None` if it had none that can be read. Times that the provider
    /// states (`date_created`) are compared with this clock and never with ours.
    pub provider_time: Option<Timestamp>,
}

/// A telephony provider.
///
/// What an implementation promises:
/// 1. One method call sends the request at most once. Only a request that was certainly not sent may be sent again.
/// 2. An error says truthfully whether the request may have been processed: see [`TelephonyError`].
/// 3. Every method ends after a bounded time, whatever the provider does.
/// 4. Dropping the future is like [`TelephonyError::Unknown`]: the request may have been processed.
/// 5. Neither errors' `Display` nor their `Debug` hold phone numbers, texts or secrets.
///
/// ```
/// # #[cfg(feature = "mock")]
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use responder_core::telephony::{Answer, CallEnd, MockTelephony, Telephony};
///
/// // Feature `mock`: what a service that embeds Responder does in its own tests.
/// let mut telephony = MockTelephony::new();
/// telephony
///     .expect_end_call()
///     .withf(|call| call.as_str() == "CA0001")
///     .returning(|_| Ok(Answer { value: CallEnd::AlreadyEnded, provider_time: None }));
///
/// let end = telephony.end_call(&"CA0001".parse()?).await?;
/// assert_eq!(end.value, CallEnd::AlreadyEnded);
/// # Ok(())
/// # }
/// # #[cfg(feature = "mock")]
/// # {
/// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # let ready = pin!(example()).poll(&mut Context::from_waker(Waker::noop()));
/// # assert!(matches!(ready, Poll::Ready(Ok(()))));
/// # }
/// ```
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Telephony: Debug + Send + Sync + 'static {
    /// Places a call. It may be queued by the provider; status callbacks tell what becomes of it.
    ///
    /// # Errors
    /// After [`TelephonyError::Unknown`] the call may ring: look it up with [`find_calls`](Self::find_calls) before
    /// placing it again. [`TelephonyError::RateLimited`] also comes without a request, when calls are placed faster
    /// than allowed.
    async fn place_call(&self, call: &PlaceCall) -> Result<Answer<CallInfo>, TelephonyError>;

    /// What the provider knows about a call. It may lag behind the callbacks for a moment.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is no such call. Every other may be tried again.
    async fn fetch_call(&self, call: &CallSid) -> Result<Answer<CallInfo>, TelephonyError>;

    /// The newest calls (up to 50) from one number to another, newest first, to find one whose placing had an unknown
    /// outcome: it is not among the known sids, and was created after the request was sent. By the provider's clock
    /// that moment is `provider_time` less the time since then.
    ///
    /// # Errors
    /// Any [`TelephonyError`]; it may be tried again unless it is rejected.
    async fn find_calls(&self, to: &E164, from: &E164) -> Result<Answer<Vec<CallInfo>>, TelephonyError>;

    /// Ends a call in whatever state it is. One that is over or unknown counts as ended.
    ///
    /// # Errors
    /// Any [`TelephonyError`]; it may be tried again unless it is rejected.
    async fn end_call(&self, call: &CallSid) -> Result<Answer<CallEnd>, TelephonyError>;

    /// Makes a call in progress go on with the document at `url`, also out of a queue.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with code 21220 if the call is not in progress. After an unknown outcome,
    /// repeating it may restart the document.
    async fn redirect_call(&self, call: &CallSid, url: &str) -> Result<Answer<CallInfo>, TelephonyError>;

    /// Sends a text.
    ///
    /// # Errors
    /// After [`TelephonyError::Unknown`] the text may have been sent; repeating it may send it twice.
    async fn send_text(&self, text: &SendText) -> Result<Answer<MessageInfo>, TelephonyError>;

    /// What the provider knows about a text.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is no such text. Every other may be tried again.
    async fn fetch_message(&self, message: &MessageSid) -> Result<Answer<MessageInfo>, TelephonyError>;

    /// Starts to record a call in progress.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] if the call is not in progress. After an unknown outcome, repeating it may give
    /// two recordings.
    async fn start_recording(&self, recording: &StartRecording) -> Result<Answer<RecordingInfo>, TelephonyError>;

    /// The queue of that name, if there is one.
    ///
    /// # Errors
    /// Any [`TelephonyError`]; it may be tried again unless it is rejected.
    async fn find_queue(&self, name: &str) -> Result<Answer<Option<QueueInfo>>, TelephonyError>;

    /// Deletes the queue of that name. None of that name counts as deleted.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] while somebody waits in it. Every other may be tried again.
    async fn delete_queue(&self, name: &str) -> Result<Answer<QueueDeletion>, TelephonyError>;
}

impl<T> Answer<T> {
    /// The same answer about something else.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: change(self.value), provider_time: self.provider_time }
    }
}
