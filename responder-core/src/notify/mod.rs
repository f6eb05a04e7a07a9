//! What people are told beside calls and texts: mail, and failures of vendors.

mod failure;
#[cfg(feature = "voice")]
mod slack;

use std::fmt::Debug;

use async_trait::async_trait;

#[cfg(feature = "mock")]
pub use failure::MockFailureReporter;
pub use failure::{BETWEEN_REPORTS, FailureReporter, VendorFailure, VendorFailures};
#[cfg(feature = "voice")]
pub use slack::Slack;

use crate::script::Mail;

/// Sends mail to people.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Notifier: Debug + Send + Sync + 'static {
    /// Sends one mail to all of `recipients`.
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
