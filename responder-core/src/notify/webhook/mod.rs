//! Events, posted to somebody else's service.

mod address;
#[cfg(feature = "webhooks")]
mod client;
mod hook;
mod message;

use std::{fmt, time::Duration};

use ::http::HeaderMap;
use async_trait::async_trait;
use bytes::Bytes;
use secrecy::SecretString;

pub use address::{AllowedHosts, AllowedHostsError, is_public};
#[cfg(feature = "webhooks")]
pub use client::{HostResolver, SystemResolver, WebhookClient};
pub(crate) use hook::compressed;
pub use hook::{Compression, Undelivered, Webhook};
pub use message::WebhookMessage;

/// A request to somebody else's service.
#[derive(Clone)]
pub struct WebhookPost {
    /// Where it goes. Often a secret itself: whoever knows it can write there.
    pub url: SecretString,
    /// What it says beside its body.
    pub headers: HeaderMap,
    /// The body, as it goes out.
    pub body: Bytes,
}

/// What the service answered. Its body does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// The status.
    pub status: u16,
    /// How long it wants to be left alone.
    pub retry_after: Option<Duration>,
}

/// Why a request got no answer. Texts hold neither the address nor the body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// Nothing may be posted there.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The service was not reached, or did not answer in time.
    #[error("the target is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why nothing may be posted somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// It is no URL that begins with `http://` or `https://`.
    #[error("a target must be an address that begins with https:// or http://")]
    NoUrl,
    /// It holds a name and a password, which would be shown where addresses are.
    #[error("a target must not hold a user or a password")]
    Credentials,
    /// It is not on the open internet, and not among the hosts that are allowed all the same.
    #[error("a target must have a public address, or be one of the hosts that are allowed")]
    NotPublic,
}

/// Posts webhooks. Must keep to [`is_public`] where others may choose the target, and must follow no redirect.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait WebhookSender: fmt::Debug + Send + Sync + 'static {
    /// Whether something might be posted there, as far as can be said without looking the host up.
    ///
    /// # Errors
    /// [`TargetError`].
    fn check(&self, url: &str) -> Result<(), TargetError>;

    /// Posts once.
    ///
    /// # Errors
    /// [`WebhookError`]. Any answer at all is none.
    async fn post(&self, post: WebhookPost) -> Result<WebhookAnswer, WebhookError>;
}

impl fmt::Debug for WebhookPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookPost").finish_non_exhaustive()
    }
}
