//! Mail.

use std::fmt::Debug;

use async_trait::async_trait;

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

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// Nothing is configured that could send it.
    #[error("no mail server is configured")]
    NotConfigured,
    /// It was refused for good.
    #[error("the mail was refused: {0}")]
    Rejected(String),
    /// It may work later.
    #[error("the mail server is not available")]
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
