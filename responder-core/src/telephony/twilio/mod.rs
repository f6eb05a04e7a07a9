//! Everything that speaks Twilio's REST API of 2010-04-01.

mod builder;
mod dialect;
mod form;
pub mod rest;
mod transport;
mod wire;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;

pub use builder::{TwilioBuilder, TwilioConfigError};
pub use dialect::{AccountIds, AuthScheme, Dialect};

use self::{
    transport::{Request, Transport},
    wire::Wire,
};
use super::{
    Answer, CallEnd, CallInfo, MessageInfo, Pacer, PlaceCall, QueueDeletion, QueueInfo, RecordingInfo, SendText,
    StartRecording, Telephony, TelephonyError,
};
use crate::{CallSid, E164, MessageSid, driver::Clock};

/// A client of Twilio's REST API, or of one that is compatible with it.
///
/// It keeps connections open between requests, sends every request once, follows no redirects, uses no proxy but a
/// configured one, and never waits: a call that would be placed too early is answered with
/// [`TelephonyError::RateLimited`] and the time to wait.
///
/// Which errors mean that a request was not sent is a property of the HTTP client underneath (reqwest 0.13): a
/// failure to connect, which includes finding the host, the TCP connection and the TLS handshake, is known as one;
/// all that happens after the first byte may have been processed. Both are tested with real sockets.
///
/// ```
/// use std::{num::NonZeroU32, time::Duration};
/// use responder_core::telephony::TwilioClient;
///
/// let client = TwilioClient::builder("AC00000000000000000000000000000000", "auth token".into())
///     .base_url("https://example.signalwire.com/api/laml")
///     .calls_per_second(NonZeroU32::MIN)
///     .timeout(Duration::from_secs(10))
///     .build()?;
/// assert!(!format!("{client:?}").contains("auth token"));
/// # Ok::<(), responder_core::telephony::TwilioConfigError>(())
/// ```
pub struct TwilioClient {
    transport: Transport,
    pacer: Mutex<Pacer>,
    clock: Arc<dyn Clock>,
}

impl TwilioClient {
    /// A client of `https://api.twilio.com`, to be configured further.
    pub fn builder(account_sid: impl Into<String>, auth_token: secrecy::SecretString) -> TwilioBuilder {
        TwilioBuilder::new(account_sid.into(), auth_token)
    }

    /// Asks for the account itself. This proves that the address and the credentials are right, and leaves a
    /// connection open, so that the next request need not begin with a handshake.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 401 if the credentials are wrong; any other.
    pub async fn check_account(&self) -> Result<Answer<()>, TelephonyError> {
        self.transport.send_for_nothing(self.transport.get(&[], &[])).await
    }

    /// Waits for nobody: it is this call's turn, or it is not.
    fn take_turn(&self) -> Result<(), TelephonyError> {
        let mut pacer = self.pacer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        pacer.take(self.clock.now()).map_err(|wait| TelephonyError::RateLimited { retry_after: Some(wait) })
    }

    async fn update_call(&self, call: &CallSid, change: (&str, String)) -> Result<Answer<CallInfo>, TelephonyError> {
        self.read::<wire::Call>(self.transport.post(&["Calls", call.as_str()], &[change])).await
    }

    async fn read<W: Wire>(&self, request: Request) -> Result<Answer<W::Info>, TelephonyError> {
        let answer = self.transport.send::<W>(request).await?;
        Ok(Answer { value: answer.value.read()?, provider_time: answer.provider_time })
    }
}

#[async_trait]
impl Telephony for TwilioClient {
    async fn place_call(&self, call: &PlaceCall) -> Result<Answer<CallInfo>, TelephonyError> {
        self.take_turn()?;
        self.read::<wire::NewCall>(self.transport.post(&["Calls"], &wire::call_form(call).0)).await
    }

    async fn fetch_call(&self, call: &CallSid) -> Result<Answer<CallInfo>, TelephonyError> {
        self.read::<wire::Call>(self.transport.get(&["Calls", call.as_str()], &[])).await
    }

    async fn find_calls(&self, to: &E164, from: &E164) -> Result<Answer<Vec<CallInfo>>, TelephonyError> {
        // Not by `StartTime`, which calls that are still queued do not have.
        let query = [("To", to.to_string()), ("From", from.to_string()), ("PageSize", "50".to_owned())];
        self.read::<wire::CallPage>(self.transport.get(&["Calls"], &query)).await
    }

    async fn end_call(&self, call: &CallSid) -> Result<Answer<CallEnd>, TelephonyError> {
        match self.update_call(call, ("Status", "completed".to_owned())).await {
            Ok(answer) => Ok(answer.map(CallEnd::Ended)),
            Err(error) if error.is_not_found() || error.code() == Some(NOT_IN_PROGRESS) => {
                Ok(Answer { value: CallEnd::AlreadyEnded, provider_time: None })
            }
            Err(error) => Err(error),
        }
    }

    async fn redirect_call(&self, call: &CallSid, url: &str) -> Result<Answer<CallInfo>, TelephonyError> {
        self.update_call(call, ("Url", url.to_owned())).await
    }

    async fn send_text(&self, text: &SendText) -> Result<Answer<MessageInfo>, TelephonyError> {
        self.read::<wire::NewMessage>(self.transport.post(&["Messages"], &wire::message_form(text).0)).await
    }

    async fn fetch_message(&self, message: &MessageSid) -> Result<Answer<MessageInfo>, TelephonyError> {
        self.read::<wire::Message>(self.transport.get(&["Messages", message.as_str()], &[])).await
    }

    async fn start_recording(&self, recording: &StartRecording) -> Result<Answer<RecordingInfo>, TelephonyError> {
        let path = ["Calls", recording.call.as_str(), "Recordings"];
        self.read::<wire::Recording>(self.transport.post(&path, &wire::recording_form(recording).0)).await
    }

    async fn find_queue(&self, name: &str) -> Result<Answer<Option<QueueInfo>>, TelephonyError> {
        let mut request = self.transport.get(&["Queues"], &[("PageSize", "1000".to_owned())]);
        for _ in 0..MAX_PAGES {
            let answer = self.transport.send::<wire::QueuePage>(request).await?;
            let provider_time = answer.provider_time;
            let (found, next) = answer.value.look_for(name);
            match next {
                Some(uri) if found.is_none() => request = self.transport.next_page(&uri)?,
                _ => return Ok(Answer { value: found, provider_time }),
            }
        }
        Err(transport::unreadable("the list of queues does not end"))
    }

    async fn delete_queue(&self, name: &str) -> Result<Answer<QueueDeletion>, TelephonyError> {
        let found = self.find_queue(name).await?;
        let Some(queue) = found.value else {
            return Ok(Answer { value: QueueDeletion::NoSuchQueue, provider_time: found.provider_time });
        };
        match self.transport.send_for_nothing(self.transport.delete(&["Queues", &queue.sid])).await {
            Ok(answer) => Ok(answer.map(|()| QueueDeletion::Deleted)),
            Err(error) if error.is_not_found() => {
                Ok(Answer { value: QueueDeletion::NoSuchQueue, provider_time: found.provider_time })
            }
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for TwilioClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioClient").field("transport", &self.transport).finish_non_exhaustive()
    }
}

/// "Call is not in-progress. Cannot redirect" (Twilio, error 21220): also the answer to ending one that is over.
const NOT_IN_PROGRESS: u32 = 21220;

/// 1,000 queues a page; an account may hold more than one page, but not an endless list.
const MAX_PAGES: usize = 20;

#[cfg(test)]
mod tests;
