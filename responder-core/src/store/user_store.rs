//! Where users of the admin server are kept.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::access::{AuditEntry, PasswordHash, Rights, User, UserId, UserName, UserVersion};

/// A user that is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// The name.
    pub name: UserName,
    /// What they may do.
    pub rights: Rights,
    /// By what their password is known.
    pub password: PasswordHash,
}

/// What becomes of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    /// The user who is changed.
    pub id: UserId,
    /// The version that it was made from.
    pub from: UserVersion,
    /// The new name.
    pub name: UserName,
    /// The new rights.
    pub rights: Rights,
    /// By what the password is known; the old one if none is given.
    pub password: Option<PasswordHash>,
}

/// What became of it. Unless it is [`Done`](Self::Done), nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserOutcome {
    /// This is the user now; of a removal, as they were.
    Done(User),
    /// Somebody else has that name.
    NameTaken,
    /// Nobody could look after users any more.
    LastAdmin,
    /// The user was changed meanwhile.
    Changed,
    /// There is no such user.
    NotFound,
    /// There are users already.
    NotFirst,
}

/// Who may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adding {
    /// Only the first of all.
    First,
    /// Whichever user it is.
    Any,
}

/// The users of the admin server.
///
/// # Contract
/// 1. No two users have the same name, also in a race; an added user is found by number and by name.
/// 2. [`Adding::First`] adds only where there is no user, also in a race.
/// 3. A change from another version is [`Changed`](UserOutcome::Changed) and writes nothing, also in a race.
/// 4. Once there is an admin, there always is one: what would leave none is refused, also in a race.
/// 5. A change and a removal end all sessions of the user, at the same moment.
/// 6. What is recorded of it is written at the same moment, or neither is.
/// 7. A number is never given twice.
/// 8. What is read is what was written, also after a crash.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UserStore: Debug + Send + Sync + 'static {
    /// All users, by name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn users(&self) -> Result<Vec<User>, StoreError>;

    /// One user.
    ///
    /// # Errors
    /// As for [`users`](Self::users).
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user of a name.
    ///
    /// # Errors
    /// As for [`users`](Self::users).
    async fn user_named(&self, name: &UserName) -> Result<Option<User>, StoreError>;

    /// Adds a user. The entry gets the user's name as its subject by the caller.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; after [`StoreError::Unknown`] the list tells whether it was done.
    async fn add_user(&self, user: &NewUser, adding: Adding, audit: &AuditEntry) -> Result<UserOutcome, StoreError>;

    /// Changes a user, and ends their sessions.
    ///
    /// # Errors
    /// As for [`add_user`](Self::add_user).
    async fn change_user(&self, change: &UserChange, audit: &AuditEntry) -> Result<UserOutcome, StoreError>;

    /// Removes a user, and ends their sessions.
    ///
    /// # Errors
    /// As for [`add_user`](Self::add_user).
    async fn remove_user(&self, id: UserId, audit: &AuditEntry) -> Result<UserOutcome, StoreError>;
}
