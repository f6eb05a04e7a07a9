//! Users and records for the checks.

use crate::{
    access::{Actor, AuditAction, AuditEntry, PasswordHash, Permission, Rights, SessionHash, User},
    store::{
        Adding, AdminStore, AuditQuery, NewSession, NewUser, UserChange, UserOutcome,
        testing::{Violation, case::north},
    },
};

pub(super) const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

pub(super) fn entry(subject: &str) -> AuditEntry {
    AuditEntry::new(Actor::server(), AuditAction::UserChanged).about(subject)
}

pub(super) fn newcomer(name: &str, rights: Rights) -> Result<NewUser, Violation> {
    let name = name.parse().map_err(|error| Violation(format!("no name: {error}")))?;
    Ok(NewUser { name, rights, password: PasswordHash::from_stored("$a$hash") })
}

pub(super) fn viewer() -> Rights {
    Rights::of([(north(), [Permission::View].into())])
}

/// Adds somebody of whom nothing stands in the way.
pub(super) async fn add(store: &dyn AdminStore, name: &str, rights: Rights) -> Result<User, Violation> {
    done(store.add_user(&newcomer(name, rights)?, Adding::Any, &entry(name)).await?)
}

pub(super) fn done(outcome: UserOutcome) -> Result<User, Violation> {
    match outcome {
        UserOutcome::Done(user) => Ok(user),
        other => Err(Violation(format!("what should be done was not: {other:?}"))),
    }
}

/// A change of nothing.
pub(super) fn change(user: &User) -> UserChange {
    let User { id, name, rights, version, .. } = user.clone();
    UserChange { id, from: version, name, rights, password: None }
}

pub(super) fn session(n: u8, user: &User) -> NewSession {
    NewSession { hash: hash(n), user: user.id, version: user.version, life: HOUR, replaces: None }
}

pub(super) const fn hash(n: u8) -> SessionHash {
    SessionHash::from_bytes([n; 32])
}

/// The subjects of all records, newest first.
pub(super) async fn subjects(store: &dyn AdminStore) -> Result<Vec<String>, Violation> {
    let all = store.audit(&AuditQuery { limit: 1000, ..AuditQuery::default() }).await?;
    Ok(all.into_iter().filter_map(|recorded| recorded.entry.subject).collect())
}
