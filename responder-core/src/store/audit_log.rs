//! Where it is kept who did what.

use std::fmt::Debug;

use async_trait::async_trait;

use super::{AuditOutbox, BranchControl, BranchKey, SessionStore, SettingsStore, StoreError, TryStore, UserStore};
use crate::access::{AuditEntry, AuditId, Recorded};

/// Which entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only those about this branch.
    pub branch: Option<BranchKey>,
    /// Only those recorded before this one.
    pub before: Option<AuditId>,
    /// At most so many.
    pub limit: u32,
}

/// Who did what. Nothing is ever changed or removed.
///
/// # Contract
/// 1. Numbers rise in the order of recording, and are never given twice.
/// 2. Entries come newest first, those that were asked for and no others; `before` goes on where a page ended.
/// 3. Times are those of the store's clock.
/// 4. What is read is what was recorded, also after a crash.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AuditLog: Debug + Send + Sync + 'static {
    /// Records an entry.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; after [`StoreError::Unknown`] it may be there.
    async fn record_audit(&self, entry: &AuditEntry) -> Result<AuditId, StoreError>;

    /// Reads entries.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn audit(&self, query: &AuditQuery) -> Result<Vec<Recorded>, StoreError>;
}

/// Everything that an admin server keeps.
pub trait AdminStore:
    SettingsStore + UserStore + SessionStore + TryStore + AuditLog + AuditOutbox + BranchControl
{
}

impl<T> AdminStore for T where
    T: SettingsStore + UserStore + SessionStore + TryStore + AuditLog + AuditOutbox + BranchControl
{
}
