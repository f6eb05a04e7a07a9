//! Sessions.

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    access::{AuditEntry, Session, SessionHash},
    store::{NewSession, SessionStore, StoreError},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, audit, error::failed, users};
use crate::people::{AuditColumns, user_column, version_column};

#[async_trait]
impl SessionStore for SqliteStore {
    async fn begin_session(&self, session: &NewSession, audit: &AuditEntry) -> Result<bool, StoreError> {
        let (session, audit) = (session.clone(), AuditColumns::of(audit)?);
        self.write(move |tx, asker| begin(tx, asker.now, &session, &audit)).await
    }

    async fn session(&self, hash: SessionHash) -> Result<Option<Session>, StoreError> {
        self.read(move |reader, asker| read(reader, asker.now, hash)).await
    }

    async fn end_session(&self, hash: SessionHash, audit: &AuditEntry) -> Result<bool, StoreError> {
        let audit = AuditColumns::of(audit)?;
        self.write(move |tx, asker| end(tx, asker.now, hash, &audit)).await
    }
}

fn begin(tx: &Connection, now: Timestamp, new: &NewSession, entry: &AuditColumns) -> Result<bool, StoreError> {
    let user = user_column(new.user);
    let write = || {
        tx.prepare_cached(FORGET)?.execute([now.as_micros()])?;
        if let Some(old) = &new.replaces {
            tx.prepare_cached(END)?.execute([old.as_bytes()])?;
        }
        tx.prepare_cached(BEGIN)?.execute(params![new.hash.as_bytes(), user, (now + new.life).as_micros()])
    };
    let is_known = tx.prepare_cached(KNOWN).and_then(|mut sql| sql.exists([user, version_column(new.version)]));
    if !is_known.map_err(failed)? {
        return Ok(false);
    }
    write().map_err(failed)?;
    audit::record(tx, now, entry)?;
    Ok(true)
}

fn read(reader: &Connection, now: Timestamp, hash: SessionHash) -> Result<Option<Session>, StoreError> {
    let found = reader.prepare_cached(READ).and_then(|mut sql| {
        let found = sql.query_row(params![hash.as_bytes(), now.as_micros()], |row| Ok((users::row(row)?, row.get(7)?)));
        found.optional()
    });
    let Some((user, until)) = found.map_err(failed)? else { return Ok(None) };
    Ok(Some(Session { user: user.read()?, expires_at: Timestamp::from_micros(until) }))
}

fn end(tx: &Connection, now: Timestamp, hash: SessionHash, entry: &AuditColumns) -> Result<bool, StoreError> {
    let ended = tx.prepare_cached(END).and_then(|mut sql| sql.execute([hash.as_bytes()])).map_err(failed)?;
    if ended > 0 {
        audit::record(tx, now, entry)?;
    }
    Ok(ended > 0)
}

const KNOWN: &str = "SELECT 1 FROM users WHERE id = ?1 AND version = ?2";

const FORGET: &str = "DELETE FROM sessions WHERE expires_at <= ?1";

const BEGIN: &str = "INSERT INTO sessions (hash, user, expires_at) VALUES (?1, ?2, ?3)";

const END: &str = "DELETE FROM sessions WHERE hash = ?1";

const READ: &str = "
    SELECT u.id, u.name, u.is_admin, u.permissions, u.password, u.version, u.created_at, s.expires_at
    FROM sessions s JOIN users u ON u.id = s.user WHERE s.hash = ?1 AND s.expires_at > ?2";
