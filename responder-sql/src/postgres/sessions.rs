//! Sessions, and what was done.

use async_trait::async_trait;
use responder_core::{
    access::{AuditEntry, AuditId, Recorded, Session, SessionHash},
    store::{AuditLog, AuditQuery, NewSession, SessionStore, StoreError},
};
use sqlx::postgres::PgRow;

use super::{
    PostgresStore,
    lane::Call,
    no_row,
    row::{get, micros, time},
    users::user,
};
use crate::people::{AuditColumns, audit_column, audit_id, recorded, user_column, version_column};

#[async_trait]
impl SessionStore for PostgresStore {
    async fn begin_session(&self, session: &NewSession, audit: &AuditEntry) -> Result<bool, StoreError> {
        let AuditColumns { branch, entry } = AuditColumns::of(audit)?;
        let call = Call::new(BEGIN)
            .with(session.hash.as_bytes().to_vec())
            .with(user_column(session.user))
            .with(version_column(session.version))
            .with(micros(session.life))
            .with(session.replaces.map(|old| old.as_bytes().to_vec()))
            .with(branch)
            .with(entry);
        self.is_done(call).await
    }

    async fn session(&self, hash: SessionHash) -> Result<Option<Session>, StoreError> {
        let read = |row: &PgRow| Ok(Session { user: user(row, 0)?, expires_at: time(row, 7)? });
        self.read_one(Call::new(READ).with(hash.as_bytes().to_vec()), read).await
    }

    async fn end_session(&self, hash: SessionHash, audit: &AuditEntry) -> Result<bool, StoreError> {
        let AuditColumns { branch, entry } = AuditColumns::of(audit)?;
        self.is_done(Call::new(END).with(hash.as_bytes().to_vec()).with(branch).with(entry)).await
    }
}

#[async_trait]
impl AuditLog for PostgresStore {
    async fn record_audit(&self, entry: &AuditEntry) -> Result<AuditId, StoreError> {
        let AuditColumns { branch, entry } = AuditColumns::of(entry)?;
        let rows = self.writes(Call::new(RECORD).with(branch).with(entry)).await?;
        audit_id(get(rows.first().ok_or_else(no_row)?, 0)?)
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Vec<Recorded>, StoreError> {
        let (before, limit) = (audit_column(query.before), i64::from(query.limit));
        let call = match &query.branch {
            Some(branch) => Call::new(OF_BRANCH).with(before).with(limit).with(branch.as_str()),
            None => Call::new(ALL).with(before).with(limit),
        };
        self.read(call, |row| recorded(get(row, 0)?, get(row, 1)?, get(row, 2)?)).await
    }
}

impl PostgresStore {
    pub(super) async fn is_done(&self, call: Call) -> Result<bool, StoreError> {
        let rows = self.writes(call).await?;
        get(rows.first().ok_or_else(no_row)?, 0)
    }
}

const BEGIN: &str = "SELECT begin_session_1($1, $2, $3, $4, $5, $6, $7)";

const READ: &str = "
    SELECT u.id, u.name, u.is_admin, u.permissions, u.password, u.version, u.created_at, s.expires_at
    FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = $1 AND s.expires_at > micros()";

const END: &str = "SELECT end_session_1($1, $2, $3)";

const RECORD: &str = "SELECT record_audit_1($1, $2)";

const ALL: &str = "SELECT id, at, entry FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2";

const OF_BRANCH: &str = "
    SELECT id, at, entry FROM audit WHERE branch = $3 AND branch IS NOT NULL AND id < $1 ORDER BY id DESC LIMIT $2";
