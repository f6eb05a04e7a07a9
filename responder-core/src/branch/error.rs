//! Why something could not be taken in.

use crate::{emergency::IntakeError, store::StoreError};

/// Why an input was not handled. Nothing was stored, and nothing may be answered as if it had been.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// There is no such emergency in this branch.
    #[error("no such emergency")]
    NotFound,
    /// Others kept changing it first.
    #[error("the emergency kept changing")]
    Contended,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// Why a report was not taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A field is wrong.
    #[error("the report is refused")]
    Invalid(#[from] IntakeError),
    /// Another report came with the same key.
    #[error("another report came with the same key")]
    KeyReused,
    /// As many emergencies as may be are active.
    #[error("the branch is busy")]
    Busy,
    /// The branch is switched off.
    #[error("the branch is disabled")]
    Disabled,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
