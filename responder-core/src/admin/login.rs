//! Logging in and out.

use std::{net::IpAddr, time::Duration};

use super::Admin;
use crate::{
    access::{
        Actor, AuditAction, AuditEntry, PasswordError, PasswordHash, SESSION_LIFE, SessionHash, SessionToken, User,
        UserName, Wait,
    },
    store::{NewSession, StoreError, UserChange, UserOutcome},
};

/// Somebody who has just logged in.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user, as stored.
    pub user: User,
    /// What their browser gets.
    pub token: SessionToken,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// Name or password are wrong; which of them is not told.
    #[error("the name or password is wrong")]
    Wrong,
    /// There were too many failed attempts.
    #[error("too many failed attempts")]
    TooSoon(Duration),
    /// The new password can't be taken.
    #[error(transparent)]
    Password(PasswordError),
    /// The store does not answer.
    #[error("the store does not answer")]
    Store(#[from] StoreError),
}

impl Admin {
    /// Begins a session for whoever knows the password; it ends the one that the same browser had.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn log_in(
        &self,
        name: &str,
        password: &str,
        address: Option<IpAddr>,
        replaces: Option<SessionHash>,
    ) -> Result<Login, LoginError> {
        let user = self.known(name, password, address, None).await?;
        self.begin(user, address, replaces, AuditAction::Login).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn log_out(&self, login: &Login, address: Option<IpAddr>) -> Result<(), StoreError> {
        let entry = AuditEntry::new(Actor::from(&login.user), AuditAction::Logout).from_address(address);
        self.store.end_session(login.token.hash(), &entry).await.map(drop)
    }

    /// Gives a user another password. All their sessions end; a new one begins.
    ///
    /// # Errors
    /// See [`LoginError`]; the old password is asked for as if they logged in.
    pub async fn change_password(
        &self,
        user: &User,
        old: &str,
        new: &str,
        address: Option<IpAddr>,
    ) -> Result<Login, LoginError> {
        let user = self.known(user.name.as_str(), old, address, Some(user)).await?;
        let password = Some(self.hash(new).await.map_err(LoginError::Password)?);
        let User { id, name, rights, version, .. } = user.clone();
        let change = UserChange { id, from: version, name: name.clone(), rights, password };
        let entry = AuditEntry::new(Actor::from(&user), AuditAction::PasswordChanged).about(name.as_str());
        match self.store.change_user(&change, &entry.from_address(address)).await? {
            UserOutcome::Done(user) => self.begin(user, address, None, AuditAction::Login).await,
            _ => Err(LoginError::Wrong),
        }
    }

    /// The user of this name and password. That they are wrong is recorded; `session_of` has a session already.
    async fn known(
        &self,
        name: &str,
        password: &str,
        address: Option<IpAddr>,
        session_of: Option<&User>,
    ) -> Result<User, LoginError> {
        let tried = self.throttle().begin(self.clock.now(), name, address);
        tried.map_err(|Wait { span }| LoginError::TooSoon(span))?;
        let user = match name.parse::<UserName>() {
            Ok(name) => self.store.user_named(&name).await?,
            Err(_) => None,
        };
        let hash = user.as_ref().map_or_else(PasswordHash::nobodys, |user| user.password.clone());
        let fits = self.fits(hash, password).await;
        match user {
            Some(user) if fits => {
                self.throttle().succeeded(name, address);
                Ok(user)
            }
            user => {
                self.store.record_audit(&failure(user.as_ref(), session_of).from_address(address)).await?;
                Err(LoginError::Wrong)
            }
        }
    }

    async fn begin(
        &self,
        user: User,
        address: Option<IpAddr>,
        replaces: Option<SessionHash>,
        action: AuditAction,
    ) -> Result<Login, LoginError> {
        let token = SessionToken::random();
        let session =
            NewSession { hash: token.hash(), user: user.id, version: user.version, life: SESSION_LIFE, replaces };
        let entry = AuditEntry::new(Actor::from(&user), action).from_address(address);
        match self.store.begin_session(&session, &entry).await? {
            true => Ok(Login { user, token }),
            // The user was changed while the password was looked at.
            false => Err(LoginError::Wrong),
        }
    }
}

/// A wrong password of `user`, if there is one of the name.
fn failure(user: Option<&User>, session_of: Option<&User>) -> AuditEntry {
    match (session_of, user) {
        (Some(user), _) => {
            let failed = serde_json::json!({ "failed": "the current password was wrong" });
            AuditEntry::new(Actor::from(user), AuditAction::LoginFailed).changing(None, Some(failed))
        }
        // It is not known to have been them.
        (None, Some(user)) => AuditEntry::new(Actor::stranger(user.name.as_str()), AuditAction::LoginFailed),
        (None, None) => AuditEntry::new(Actor::unknown(), AuditAction::LoginFailed),
    }
}
