//! The same for what an admin server keeps.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;

use crate::{
    access::{AuditEntry, AuditId, Recorded, Rights, Session, SessionHash, Tries, TrySubject, User, UserId, UserName},
    store::{
        Adding, AuditLog, AuditQuery, Availability, BranchControl, BranchKey, MemoryStore, NewSession, NewUser, Saved,
        SessionStore, SettingsChange, SettingsStore, StoreError, StoredSettings, UserChange, UserOutcome, UserStore,
    },
};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AdminFault {
    IgnoresRevisions,
    MixesBranches,
    TrimsValues,
    InventsSettings,
    RecordsRefusals,
    RecordsNothing,
    ManyFirsts,
    IgnoresUserVersions,
    TakesNamesTwice,
    KeepsSessions,
    ForgetsLastAdmin,
    ForgetsPermissions,
    LastsForEver,
    KeepsReplaced,
    NeverEnds,
    IgnoresBranchOfRecords,
    ListsOldestFirst,
    SwitchesUnrecorded,
    FollowsAnew,
    HandsOutNewestFirst,
    ForgetsProgress,
    LeavesOut,
    SharesEntries,
    ForgetsTries,
    LeasesNothing,
    TakesAnyTicket,
    ForgetsPauses,
    ForgetsNobody,
    MixesSubjects,
    CountsBlindly,
    CountsHalf,
    KeepsAllTries,
    WashesOut,
}

#[derive(Debug)]
pub(super) struct BrokenAdmin {
    pub(super) inner: Arc<MemoryStore>,
    fault: AdminFault,
    /// Sessions that should have ended.
    zombies: Mutex<Vec<(SessionHash, Session)>>,
    /// For whoever counts tries without the store.
    pub(super) tries: Mutex<HashMap<TrySubject, Tries>>,
}

impl BrokenAdmin {
    pub(super) fn new(inner: Arc<MemoryStore>, fault: AdminFault) -> Self {
        Self { inner, fault, zombies: Mutex::default(), tries: Mutex::default() }
    }

    pub(super) fn is(&self, fault: AdminFault) -> bool {
        self.fault == fault
    }

    fn remember(&self, hash: SessionHash, session: Session) {
        self.zombies.lock().unwrap_or_else(PoisonError::into_inner).push((hash, session));
    }

    async fn note(&self, audit: &AuditEntry) -> Result<(), StoreError> {
        if self.is(AdminFault::RecordsRefusals) {
            self.inner.record_audit(audit).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl SettingsStore for BrokenAdmin {
    async fn settings(&self, branch: &BranchKey) -> Result<StoredSettings, StoreError> {
        let everywhere = "north".parse().expect("a key");
        let mut stored = match self.fault {
            AdminFault::MixesBranches => self.inner.settings(&everywhere).await?,
            _ => self.inner.settings(branch).await?,
        };
        if self.is(AdminFault::InventsSettings) {
            stored.values.insert("z".into(), crate::store::StoredValue::Plain(String::new()));
        }
        if self.is(AdminFault::TrimsValues) {
            stored.values.retain(|_, value| *value != crate::store::StoredValue::Plain(String::new()));
        }
        Ok(stored)
    }

    async fn save_settings(&self, change: &SettingsChange) -> Result<Saved, StoreError> {
        let mut change = change.clone();
        if self.is(AdminFault::IgnoresRevisions) {
            change.from = self.inner.settings(&change.branch).await?.revision;
        }
        if self.is(AdminFault::RecordsNothing) {
            change.audit = None;
        }
        self.inner.save_settings(&change).await
    }
}

#[async_trait]
impl UserStore for BrokenAdmin {
    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let mut users = self.inner.users().await?;
        if self.is(AdminFault::ForgetsPermissions) {
            users.iter_mut().filter(|user| !user.rights.are_admins()).for_each(|user| user.rights = Rights::of([]));
        }
        Ok(users)
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.inner.user(id).await
    }

    async fn user_named(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        self.inner.user_named(name).await
    }

    async fn add_user(&self, user: &NewUser, adding: Adding, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        let adding = if self.is(AdminFault::ManyFirsts) { Adding::Any } else { adding };
        let mut user = user.clone();
        if self.is(AdminFault::TakesNamesTwice) && self.inner.user_named(&user.name).await?.is_some() {
            user.name = format!("{}-2", user.name).parse().expect("a name");
        }
        let outcome = self.inner.add_user(&user, adding, audit).await?;
        if !matches!(outcome, UserOutcome::Done(_)) {
            self.note(audit).await?;
        }
        Ok(outcome)
    }

    async fn change_user(&self, change: &UserChange, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        let mut change = change.clone();
        if self.is(AdminFault::IgnoresUserVersions)
            && let Some(user) = self.inner.user(change.id).await?
        {
            change.from = user.version;
        }
        let outcome = self.inner.change_user(&change, audit).await?;
        match &outcome {
            UserOutcome::LastAdmin if self.is(AdminFault::ForgetsLastAdmin) => {
                let user = self.inner.user(change.id).await?;
                return Ok(user.map_or(UserOutcome::NotFound, UserOutcome::Done));
            }
            UserOutcome::Done(_) => {}
            _ => self.note(audit).await?,
        }
        Ok(outcome)
    }

    async fn remove_user(&self, id: UserId, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        self.inner.remove_user(id, audit).await
    }
}

#[async_trait]
impl SessionStore for BrokenAdmin {
    async fn begin_session(&self, session: &NewSession, audit: &AuditEntry) -> Result<bool, StoreError> {
        let mut session = session.clone();
        if self.is(AdminFault::KeepsReplaced) {
            session.replaces = None;
        }
        let has_begun = self.inner.begin_session(&session, audit).await?;
        let keeps = [AdminFault::LastsForEver, AdminFault::KeepsSessions, AdminFault::NeverEnds];
        if let (true, Some(begun)) = (keeps.contains(&self.fault), self.inner.session(session.hash).await?) {
            self.remember(session.hash, begun);
        }
        Ok(has_begun)
    }

    async fn session(&self, hash: SessionHash) -> Result<Option<Session>, StoreError> {
        let zombies = self.zombies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match zombies.into_iter().find(|(known, _)| *known == hash) {
            Some((_, session)) => Ok(Some(session)),
            None => self.inner.session(hash).await,
        }
    }

    async fn end_session(&self, hash: SessionHash, audit: &AuditEntry) -> Result<bool, StoreError> {
        let has_ended = self.inner.end_session(hash, audit).await?;
        if !has_ended {
            self.note(audit).await?;
        }
        Ok(has_ended)
    }
}

#[async_trait]
impl AuditLog for BrokenAdmin {
    async fn record_audit(&self, entry: &AuditEntry) -> Result<AuditId, StoreError> {
        self.inner.record_audit(entry).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Vec<Recorded>, StoreError> {
        let mut query = query.clone();
        if self.is(AdminFault::IgnoresBranchOfRecords) {
            query.branch = None;
        }
        let mut all = self.inner.audit(&query).await?;
        if self.is(AdminFault::ListsOldestFirst) {
            all.reverse();
        }
        Ok(all)
    }
}

#[async_trait]
impl BranchControl for BrokenAdmin {
    async fn set_availability(&self, branch: &BranchKey, availability: Availability) -> Result<(), StoreError> {
        self.inner.set_availability(branch, availability).await
    }

    async fn switch_branch(
        &self,
        branch: &BranchKey,
        availability: Availability,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        if self.is(AdminFault::SwitchesUnrecorded) {
            return self.inner.set_availability(branch, availability).await;
        }
        self.inner.switch_branch(branch, availability, audit).await
    }

    async fn availability(&self, branch: &BranchKey) -> Result<Availability, StoreError> {
        self.inner.availability(branch).await
    }
}
