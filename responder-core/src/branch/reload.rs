//! Fetching settings again.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::{
    http::BoxError,
    store::{Availability, Revision},
};

/// Whoever can fetch the settings of a branch again, while it is at work.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Reload: Debug + Send + Sync + 'static {
    /// Fetches them, and has them count.
    async fn reload(&self) -> Reloaded;

    /// What has come of it so far, however it came about. Nobody is asked.
    fn standing(&self) -> Standing;
}

/// Which settings count at a branch, and which ought to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// As of when those are that count. None if they have not been fetched since the start, or the admin server does
    /// not say.
    pub in_force: Option<Revision>,
    /// Newer ones that the branch can't work with.
    pub refused: Option<Refused>,
}

/// Settings that a branch can't work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// As of when they are, if the admin server says so.
    pub revision: Option<Revision>,
    /// Why, for the operator of the branch. It repeats no value.
    pub reason: String,
}

/// What came of it.
#[derive(Debug)]
pub struct Reloaded {
    /// Whether the branch takes reports, if the admin server has said so and it is obeyed, whatever became of the
    /// settings.
    pub availability: Option<Availability>,
    /// The settings that count now.
    ///
    /// # Errors
    /// Why the previous ones still do.
    pub settings: Result<InForce, ReloadError>,
}

/// Settings that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// The names of what is set.
    pub names: Vec<String>,
    /// As of when they are, if the admin server has said so.
    pub revision: Option<Revision>,
}

/// Why the previous settings remain in effect. The texts are shown to the operator of the branch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// There are none to be had, or the branch's own store does not answer; it is worth trying again.
    #[error("{0}")]
    NotFetched(BoxError),
    /// The branch can't work with them, and could not the next time either.
    #[error("{0}")]
    Unusable(BoxError),
}
