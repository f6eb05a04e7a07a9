//! What can go wrong with a store.

use std::error::Error;

/// Why a store did not do what it was asked.
///
/// Neither `Display` nor the chain of causes holds a phone number, a name or what somebody said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The emergency changed after it was loaded. Nothing was written: load it again, handle the input again; for an
    /// inbound call find out again which emergency it belongs to.
    #[error("the emergency has changed since it was loaded")]
    Conflict,
    /// There is no such emergency, or no such command in it. Nothing was written.
    #[error("no such emergency or command")]
    NotFound,
    /// The answer to a commit was lost. Look it up with `was_committed`, or repeat the very same commit.
    #[error("it is unknown whether the write took place")]
    Unknown(#[source] Box<dyn Error + Send + Sync>),
    /// The store can't be reached or is overloaded. Nothing was written.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The emergency was written by a newer build, which goes on with it. Nothing was written. Where other nodes share
    /// the store, another one can answer.
    #[error("the emergency is in the hands of a newer version")]
    Newer,
    /// What is stored can't be read by this build, or what was to be stored can't be put into its stored form.
    #[error("{what} has no readable stored form")]
    Corrupt {
        /// What it is: `state`, `command`, …
        what: &'static str,
        /// Where and how; without the content.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// Whether doing it again can help: after a reload for [`Conflict`](Self::Conflict), with the same commit for
    /// [`Unknown`](Self::Unknown), after a pause for [`Unavailable`](Self::Unavailable).
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict | Self::Unknown(_) | Self::Unavailable(_))
    }
}
