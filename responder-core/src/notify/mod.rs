//! What people and services are told beside calls and texts: mail, events, and failures of vendors.

mod failure;
#[cfg(feature = "voice")]
mod slack;
#[cfg(feature = "smtp")]
mod smtp;
mod webhook;

use std::fmt::Debug;

use async_trait::async_trait;

#[cfg(feature = "mock")]
pub use failure::MockFailureReporter;
pub use failure::{BETWEEN_REPORTS, FailureReporter, VendorFailure, VendorFailures};
#[cfg(feature = "voice")]
pub use slack::Slack;
#[cfg(feature = "smtp")]
pub use smtp::{SmtpError, SmtpNotifier};
#[cfg(feature = "mock")]
pub use webhook::MockWebhookSender;
pub(crate) use webhook::compressed;
pub use webhook::{
    AllowedHosts, AllowedHostsError, Compression, TargetError, Undelivered, Webhook, WebhookAnswer, WebhookError,
    WebhookMessage, WebhookPost, WebhookSender, is_public,
};
#[cfg(feature = "webhooks")]
pub use webhook::{HostResolver, SystemResolver, WebhookClient};

use crate::script::Mail;

/// Sends mail to people.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Notifier: Debug + Send + Sync + 'static {
    /// Sends one mail to all of `recipients`. One who is refused keeps it from nobody else. What is named
    /// ([`Mail::id`]) may come more than once, and those who have it should not get it twice.
    ///
    /// # Errors
    /// [`NotifyError`]; texts of errors hold neither addresses nor what the mail says.
    async fn send_mail(&self, recipients: &[String], mail: &Mail) -> Result<(), NotifyError>;
}

/// Why nobody was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// Nothing is configured that could send it.
    #[error("nothing is configured to send this with")]
    NotConfigured,
    /// It was refused for good.
    #[error("it was refused: {0}")]
    Rejected(String),
    /// It may work later.
    #[error("the way to send this is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A branch without mail: the timeline says so each time.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNotifier;

#[async_trait]
impl Notifier for NoNotifier {
    async fn send_mail(&self, _: &[String], _: &Mail) -> Result<(), NotifyError> {
        Err(NotifyError::NotConfigured)
    }
}
