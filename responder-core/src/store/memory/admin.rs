//! Settings, users, sessions and what is recorded of them.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{MemoryStore, outbox::Reader, tries::AllTries};
use crate::{
    Timestamp,
    access::{
        AuditEntry, AuditId, PasswordHash, Recorded, Rights, Session, SessionHash, User, UserId, UserName, UserVersion,
    },
    store::{
        Adding, AuditLog, AuditQuery, BranchKey, NewSession, NewUser, Saved, SessionStore, SettingsChange,
        SettingsStore, StoreError, StoredSettings, TargetName, UserChange, UserOutcome, UserStore,
    },
};

#[derive(Debug, Default)]
pub(super) struct Admin {
    settings: BTreeMap<BranchKey, StoredSettings>,
    users: BTreeMap<UserId, User>,
    last_user: u64,
    sessions: BTreeMap<SessionHash, (UserId, Timestamp)>,
    pub(super) audit: Vec<Recorded>,
    pub(super) readers: BTreeMap<TargetName, Reader>,
    pub(super) tries: AllTries,
}

impl Admin {
    fn save(&mut self, now: Timestamp, change: &SettingsChange) -> Saved {
        let stored = self.settings.entry(change.branch.clone()).or_default();
        if stored.revision != change.from {
            return Saved::Changed(stored.revision);
        }
        for (name, value) in &change.values {
            match value {
                Some(value) => drop(stored.values.insert(name.clone(), value.clone())),
                None => drop(stored.values.remove(name)),
            }
        }
        stored.revision = stored.revision.next();
        let revision = stored.revision;
        if let Some(audit) = &change.audit {
            self.record(now, audit);
        }
        Saved::Done(revision)
    }

    fn named(&self, name: &UserName) -> Option<&User> {
        self.users.values().find(|user| user.name == *name)
    }

    fn add(&mut self, now: Timestamp, new: &NewUser, adding: Adding, audit: &AuditEntry) -> UserOutcome {
        if adding == Adding::First && !self.users.is_empty() {
            return UserOutcome::NotFirst;
        }
        if self.named(&new.name).is_some() {
            return UserOutcome::NameTaken;
        }
        self.last_user += 1;
        let user = User {
            id: UserId::from_u64(self.last_user),
            name: new.name.clone(),
            rights: new.rights.clone(),
            password: new.password.clone(),
            version: UserVersion::default().next(),
            created_at: now,
        };
        self.users.insert(user.id, user.clone());
        self.record(now, audit);
        UserOutcome::Done(user)
    }

    fn change(&mut self, now: Timestamp, change: &UserChange, audit: &AuditEntry) -> UserOutcome {
        let UserChange { id, from, name, rights, password } = change;
        let Some(user) = self.users.get(id) else { return UserOutcome::NotFound };
        if user.version != *from {
            return UserOutcome::Changed;
        }
        if self.named(name).is_some_and(|other| other.id != *id) {
            return UserOutcome::NameTaken;
        }
        if !rights.are_admins() && self.is_last_admin(*id) {
            return UserOutcome::LastAdmin;
        }
        let password: PasswordHash = password.clone().unwrap_or_else(|| user.password.clone());
        let (version, rights): (_, Rights) = (user.version.next(), rights.clone());
        let changed = User { name: name.clone(), rights, password, version, ..user.clone() };
        self.users.insert(*id, changed.clone());
        self.end_sessions(*id);
        self.record(now, audit);
        UserOutcome::Done(changed)
    }

    fn remove(&mut self, now: Timestamp, id: UserId, audit: &AuditEntry) -> UserOutcome {
        if !self.users.contains_key(&id) {
            return UserOutcome::NotFound;
        }
        if self.is_last_admin(id) {
            return UserOutcome::LastAdmin;
        }
        let Some(user) = self.users.remove(&id) else { return UserOutcome::NotFound };
        self.end_sessions(id);
        self.record(now, audit);
        UserOutcome::Done(user)
    }

    fn is_last_admin(&self, id: UserId) -> bool {
        let is_admin = |user: &&User| user.rights.are_admins();
        self.users.get(&id).filter(is_admin).is_some() && self.users.values().filter(is_admin).count() == 1
    }

    fn end_sessions(&mut self, of: UserId) {
        self.sessions.retain(|_, (user, _)| *user != of);
    }

    fn begin(&mut self, now: Timestamp, new: &NewSession, audit: &AuditEntry) -> bool {
        if self.users.get(&new.user).is_none_or(|user| user.version != new.version) {
            return false;
        }
        self.sessions.retain(|hash, (_, until)| *until > now && Some(*hash) != new.replaces);
        self.sessions.insert(new.hash, (new.user, now + new.life));
        self.record(now, audit);
        true
    }

    fn session(&self, now: Timestamp, hash: SessionHash) -> Option<Session> {
        let (user, expires_at) = self.sessions.get(&hash)?;
        let user = self.users.get(user)?.clone();
        (*expires_at > now).then_some(Session { user, expires_at: *expires_at })
    }

    fn end(&mut self, now: Timestamp, hash: SessionHash, audit: &AuditEntry) -> bool {
        let was_there = self.sessions.remove(&hash).is_some();
        if was_there {
            self.record(now, audit);
        }
        was_there
    }

    pub(super) fn record(&mut self, at: Timestamp, entry: &AuditEntry) -> AuditId {
        let id = AuditId::from_u64(self.audit.len() as u64 + 1);
        self.audit.push(Recorded { id, at, entry: entry.clone() });
        id
    }

    fn entries(&self, query: &AuditQuery) -> Vec<Recorded> {
        let is_wanted = |recorded: &&Recorded| {
            query.before.is_none_or(|before| recorded.id < before)
                && query.branch.as_ref().is_none_or(|branch| recorded.entry.branch.as_ref() == Some(branch))
        };
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        self.audit.iter().rev().filter(is_wanted).take(limit).cloned().collect()
    }
}

#[async_trait]
impl SettingsStore for MemoryStore {
    async fn settings(&self, branch: &BranchKey) -> Result<StoredSettings, StoreError> {
        Ok(self.data().admin.settings.get(branch).cloned().unwrap_or_default())
    }

    async fn save_settings(&self, change: &SettingsChange) -> Result<Saved, StoreError> {
        Ok(self.data().admin.save(self.clock.now(), change))
    }
}

#[async_trait]
impl UserStore for MemoryStore {
    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let mut users: Vec<User> = self.data().admin.users.values().cloned().collect();
        users.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(users)
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.data().admin.users.get(&id).cloned())
    }

    async fn user_named(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        Ok(self.data().admin.named(name).cloned())
    }

    async fn add_user(&self, user: &NewUser, adding: Adding, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        Ok(self.data().admin.add(self.clock.now(), user, adding, audit))
    }

    async fn change_user(&self, change: &UserChange, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        Ok(self.data().admin.change(self.clock.now(), change, audit))
    }

    async fn remove_user(&self, id: UserId, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        Ok(self.data().admin.remove(self.clock.now(), id, audit))
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn begin_session(&self, session: &NewSession, audit: &AuditEntry) -> Result<bool, StoreError> {
        Ok(self.data().admin.begin(self.clock.now(), session, audit))
    }

    async fn session(&self, hash: SessionHash) -> Result<Option<Session>, StoreError> {
        Ok(self.data().admin.session(self.clock.now(), hash))
    }

    async fn end_session(&self, hash: SessionHash, audit: &AuditEntry) -> Result<bool, StoreError> {
        Ok(self.data().admin.end(self.clock.now(), hash, audit))
    }
}

#[async_trait]
impl AuditLog for MemoryStore {
    async fn record_audit(&self, entry: &AuditEntry) -> Result<AuditId, StoreError> {
        Ok(self.data().admin.record(self.clock.now(), entry))
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Vec<Recorded>, StoreError> {
        Ok(self.data().admin.entries(query))
    }
}
