//! Logging in and out.

use std::{net::IpAddr, time::Duration};

use super::Admin;
use crate::{
    access::{
        Actor, AuditAction, AuditEntry, PasswordError, PasswordHash, SESSION_LIFE, SessionHash, SessionToken, Throttle,
        Tries, User, UserName, Wait,
    },
    store::{NewSession, StoreError, TryChange, UserChange, UserOutcome},
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
        let throttle = Throttle::of(name, address);
        self.begin_try(&throttle).await?;
        let user = match name.parse::<UserName>() {
            Ok(name) => self.store.user_named(&name).await?,
            Err(_) => None,
        };
        let hash = user.as_ref().map_or_else(PasswordHash::nobodys, |user| user.password.clone());
        let fits = self.fits(hash, password).await;
        match user {
            Some(user) if fits => {
                self.try_succeeded(&throttle).await?;
                Ok(user)
            }
            user => {
                self.store.record_audit(&failure(user.as_ref(), session_of).from_address(address)).await?;
                Err(LoginError::Wrong)
            }
        }
    }

    /// Counts a try as a wrong one, if it may be made. Many at once are judged one after the other, on all nodes.
    async fn begin_try(&self, throttle: &Throttle) -> Result<(), LoginError> {
        for _ in 0..MOST_RACES {
            let (now, known) = self.store.tries(throttle.subjects()).await?;
            let after = throttle.begin(now, &known).map_err(|Wait { span }| LoginError::TooSoon(span))?;
            if self.store.change_tries(&changes(throttle, &known, &after)).await? {
                return Ok(());
            }
        }
        Err(LoginError::TooSoon(Duration::from_secs(1)))
    }

    async fn try_succeeded(&self, throttle: &Throttle) -> Result<(), LoginError> {
        for _ in 0..MOST_RACES {
            let (_, known) = self.store.tries(throttle.subjects()).await?;
            let after = throttle.succeeded(&known);
            if self.store.change_tries(&changes(throttle, &known, &after)).await? {
                break;
            }
        }
        // Where so many others try, this one goes on counting as wrong.
        Ok(())
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

fn changes(throttle: &Throttle, seen: &[Option<Tries>], now: &[Option<Tries>]) -> Vec<TryChange> {
    let known = seen.iter().zip(now);
    let all = throttle.subjects().iter().zip(known);
    all.map(|(subject, (seen, now))| TryChange { subject: *subject, seen: *seen, now: *now }).collect()
}

/// How often a try is judged anew because others were counted meanwhile. More than are let in at once.
const MOST_RACES: u32 = 20;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::future::join_all;

    use super::*;
    use crate::{Timestamp, driver::ManualClock, settings::SettingsKeys, store::MemoryStore};

    #[tokio::test]
    async fn tries_count_on_all_nodes_and_after_a_restart() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let node = || {
            let keys = SettingsKeys::new(None, None).expect("no key");
            Admin::new(store.clone(), clock.clone(), keys, Vec::new())
        };
        let throttle = Throttle::of("ada", Some([192, 0, 2, 1].into()));
        let nodes = [node(), node()];
        let let_in = async || {
            let tries = (0..16).map(|n| nodes[n % 2].begin_try(&throttle));
            join_all(tries).await.into_iter().filter(Result::is_ok).count()
        };
        assert_eq!(let_in().await, 5, "however many come at once");
        let refused = node().begin_try(&throttle).await;
        assert!(matches!(refused, Err(LoginError::TooSoon(span)) if span == Duration::from_secs(1)), "{refused:?}");
        clock.advance(Duration::from_secs(1));
        assert_eq!(let_in().await, 1);
        nodes[0].try_succeeded(&throttle).await.expect("a store");
        let elsewhere = Throttle::of("ada", Some([192, 0, 2, 2].into()));
        nodes[1].begin_try(&elsewhere).await.expect("the account begins anew");
        nodes[1].begin_try(&throttle).await.expect_err("the address does not");
    }
}
