//! Where sessions are kept.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;

use super::StoreError;
use crate::access::{AuditEntry, Session, SessionHash, UserId, UserVersion};

/// A session that is to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// By what it is known.
    pub hash: SessionHash,
    /// Whose it is.
    pub user: UserId,
    /// The user whose password was shown: one that was changed meanwhile gets no session.
    pub version: UserVersion,
    /// How long it lasts.
    pub life: Duration,
    /// The session that the same browser had: it ends.
    pub replaces: Option<SessionHash>,
}

/// The sessions of the admin server's users.
///
/// # Contract
/// 1. A session is found until it ends, or its life is over on the store's clock.
/// 2. It comes with its user as they are now; it begins only for a user of that version.
/// 3. A session that replaces another one ends that, at the same moment.
/// 4. A session that has ended is never found again; ending it again does no harm.
/// 5. What is recorded of a beginning or an end is written at the same moment, or neither is.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SessionStore: Debug + Send + Sync + 'static {
    /// Begins a session. False if there is no such user, or not of that version: nothing was written then.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unknown`]: begin another one.
    async fn begin_session(&self, session: &NewSession, audit: &AuditEntry) -> Result<bool, StoreError>;

    /// A session that goes on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn session(&self, hash: SessionHash) -> Result<Option<Session>, StoreError>;

    /// Ends a session. False, and nothing is recorded, if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unknown`]: do it again.
    async fn end_session(&self, hash: SessionHash, audit: &AuditEntry) -> Result<bool, StoreError>;
}
