//! Somebody who wants the events of a branch.

use std::{fmt, io::Write, sync::Arc, time::Duration};

use ::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use bytes::Bytes;
use flate2::write::GzEncoder;
use secrecy::{ExposeSecret, SecretString};

use super::{TargetError, WebhookError, WebhookMessage, WebhookPost, WebhookSender};
use crate::{Timestamp, signature::WebhookSecret, store::TargetName};

/// One receiver of events: where, how it is signed, and what it takes.
///
/// Each message has the headers of Standard Webhooks: `webhook-id`, which stays the same when it is repeated,
/// `webhook-timestamp`, and `webhook-signature` with one signature for each secret. What is signed is the JSON, before
/// it is compressed.
#[derive(Clone)]
pub struct Webhook {
    target: TargetName,
    url: SecretString,
    secrets: Vec<WebhookSecret>,
    compression: Compression,
    sender: Arc<dyn WebhookSender>,
}

/// Whether long bodies are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// No body is compressed.
    #[default]
    Off,
    /// Those [above 8 KiB](Webhook::PLAIN_UP_TO), as `Content-Encoding: gzip`.
    Gzip,
}

/// Why a message has to be posted again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Undelivered {
    /// The service has refused it.
    #[error("the target answers {status}")]
    Refused {
        /// Its status.
        status: u16,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The service has not answered.
    #[error(transparent)]
    Unanswered(#[from] WebhookError),
}

impl Webhook {
    /// The longest body that is never compressed, in bytes.
    pub const PLAIN_UP_TO: usize = 8 << 10;

    /// Posts to `url` by `sender`, without signatures. What waits is stored under the name `target`, so that it follows
    /// to a new address.
    ///
    /// # Errors
    /// [`TargetError`] for an address that nothing can ever be posted to.
    pub fn new(target: TargetName, url: SecretString, sender: Arc<dyn WebhookSender>) -> Result<Self, TargetError> {
        sender.check(url.expose_secret())?;
        Ok(Self { target, url, secrets: Vec::new(), compression: Compression::Off, sender })
    }

    /// Signs with one more secret: with two of them, receivers can change from one to the other.
    #[must_use]
    pub fn signed_with(mut self, secret: WebhookSecret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// With or without compression.
    #[must_use]
    pub fn compressed(self, compression: Compression) -> Self {
        Self { compression, ..self }
    }

    /// Under which name what waits is stored.
    pub const fn target(&self) -> &TargetName {
        &self.target
    }

    /// Posts a message once. `now` is the time of the signature.
    ///
    /// # Errors
    /// [`Undelivered`] unless the answer is one of success (2xx).
    pub async fn deliver(&self, message: &WebhookMessage, now: Timestamp) -> Result<(), Undelivered> {
        let (headers, body) = (self.headers(message, now), Bytes::from(message.body.clone().into_bytes()));
        let mut post = WebhookPost { url: self.url.clone(), headers, body };
        if self.compression == Compression::Gzip
            && post.body.len() > Self::PLAIN_UP_TO
            && let Some(body) = compressed(&post.body)
        {
            post.body = body;
            post.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let answer = self.sender.post(post).await?;
        match answer.status {
            200..=299 => Ok(()),
            status => Err(Undelivered::Refused { status, retry_after: answer.retry_after }),
        }
    }

    fn headers(&self, message: &WebhookMessage, now: Timestamp) -> HeaderMap {
        let seconds = now.as_micros().div_euclid(1_000_000);
        let sign = |secret: &WebhookSecret| secret.sign(&message.id, seconds, message.body.as_bytes());
        let signatures = self.secrets.iter().map(sign).collect::<Vec<_>>().join(" ");
        let texts = [(ID, message.id.clone()), (TIMESTAMP, seconds.to_string()), (SIGNATURE, signatures)];
        let value = |(name, text): (HeaderName, String)| Some((name, HeaderValue::try_from(text).ok()?));
        let mut headers: HeaderMap = texts.into_iter().filter(|(_, text)| !text.is_empty()).filter_map(value).collect();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers
    }
}

impl Undelivered {
    /// How long the service wants to be left alone: as long as possible when it says that it is gone for good (410). It
    /// is not forgotten for that, as its address is for an operator to take away.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { status: 410, .. } => Some(Duration::MAX),
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Unanswered(_) => None,
        }
    }
}

/// None if memory is short, which is no reason not to post.
pub(crate) fn compressed(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Without the address, which may be a secret.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("target", &self.target).finish_non_exhaustive()
    }
}

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

#[cfg(all(test, feature = "webhooks"))]
#[path = "hook_tests.rs"]
mod tests;
