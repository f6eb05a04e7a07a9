//! Fetching settings again.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::http::BoxError;

/// Whoever can fetch the settings of a branch again, while it is at work.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Reload: Debug + Send + Sync + 'static {
    /// Fetches them, and has them count. The names of what is set.
    ///
    /// # Errors
    /// Why those from before still count. Its text is shown to the operator of the branch.
    async fn reload(&self) -> Result<Vec<String>, BoxError>;
}
