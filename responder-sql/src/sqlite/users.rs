//! Users.

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    access::{AuditEntry, User, UserId, UserName},
    store::{Adding, NewUser, StoreError, UserChange, UserOutcome, UserStore},
};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::{SqliteStore, audit, error::failed};
use crate::people::{AuditColumns, UserRow, rights_columns, user_column, version_column};

#[async_trait]
impl UserStore for SqliteStore {
    async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.read(|reader, _| {
            let rows: rusqlite::Result<Vec<UserRow>> =
                reader.prepare_cached(ALL).and_then(|mut sql| sql.query_map([], row)?.collect());
            rows.map_err(failed)?.into_iter().map(UserRow::read).collect()
        })
        .await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(move |reader, _| one(reader, BY_ID, [user_column(id)])).await
    }

    async fn user_named(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        let name = name.clone();
        self.read(move |reader, _| one(reader, BY_NAME, [name.as_str()])).await
    }

    async fn add_user(&self, user: &NewUser, adding: Adding, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        let (user, audit) = (user.clone(), AuditColumns::of(audit)?);
        self.write(move |tx, asker| add(tx, asker.now, &user, adding, &audit)).await
    }

    async fn change_user(&self, change: &UserChange, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        let (change, audit) = (change.clone(), AuditColumns::of(audit)?);
        self.write(move |tx, asker| self::change(tx, asker.now, &change, &audit)).await
    }

    async fn remove_user(&self, id: UserId, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        let audit = AuditColumns::of(audit)?;
        self.write(move |tx, asker| remove(tx, asker.now, id, &audit)).await
    }
}

pub(super) fn row(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        id: row.get(0)?,
        name: row.get(1)?,
        is_admin: row.get(2)?,
        permissions: row.get(3)?,
        password: row.get(4)?,
        version: row.get(5)?,
        created_at: row.get(6)?,
    })
}

pub(super) fn one(reader: &Connection, sql: &str, of: impl Params) -> Result<Option<User>, StoreError> {
    let found = reader.prepare_cached(sql).and_then(|mut sql| sql.query_row(of, row).optional());
    found.map_err(failed)?.map(UserRow::read).transpose()
}

fn add(
    tx: &Connection,
    now: Timestamp,
    user: &NewUser,
    adding: Adding,
    entry: &AuditColumns,
) -> Result<UserOutcome, StoreError> {
    if adding == Adding::First && exists(tx, ANY, [])? {
        return Ok(UserOutcome::NotFirst);
    }
    if exists(tx, BY_NAME, [user.name.as_str()])? {
        return Ok(UserOutcome::NameTaken);
    }
    let (is_admin, permissions) = rights_columns(&user.rights)?;
    let values = params![user.name.as_str(), is_admin, permissions, user.password.as_stored(), now.as_micros()];
    let row = tx.prepare_cached(ADD).and_then(|mut sql| sql.query_row(values, row)).map_err(failed)?;
    audit::record(tx, now, entry)?;
    row.read().map(UserOutcome::Done)
}

fn change(
    tx: &Connection,
    now: Timestamp,
    change: &UserChange,
    entry: &AuditColumns,
) -> Result<UserOutcome, StoreError> {
    let id = user_column(change.id);
    let Some(user) = one(tx, BY_ID, [id])? else { return Ok(UserOutcome::NotFound) };
    if user.version != change.from {
        return Ok(UserOutcome::Changed);
    }
    if change.name != user.name && exists(tx, BY_NAME, [change.name.as_str()])? {
        return Ok(UserOutcome::NameTaken);
    }
    if !change.rights.are_admins() && is_last_admin(tx, &user)? {
        return Ok(UserOutcome::LastAdmin);
    }
    let (is_admin, permissions) = rights_columns(&change.rights)?;
    let password = change.password.as_ref().unwrap_or(&user.password).as_stored();
    let values = params![id, change.name.as_str(), is_admin, permissions, password, version_column(change.from.next())];
    let row = tx.prepare_cached(CHANGE).and_then(|mut sql| sql.query_row(values, row)).map_err(failed)?;
    end_sessions(tx, id)?;
    audit::record(tx, now, entry)?;
    row.read().map(UserOutcome::Done)
}

fn remove(tx: &Connection, now: Timestamp, id: UserId, entry: &AuditColumns) -> Result<UserOutcome, StoreError> {
    let id = user_column(id);
    let Some(user) = one(tx, BY_ID, [id])? else { return Ok(UserOutcome::NotFound) };
    if is_last_admin(tx, &user)? {
        return Ok(UserOutcome::LastAdmin);
    }
    tx.prepare_cached(REMOVE).and_then(|mut sql| sql.execute([id])).map_err(failed)?;
    end_sessions(tx, id)?;
    audit::record(tx, now, entry)?;
    Ok(UserOutcome::Done(user))
}

fn is_last_admin(tx: &Connection, user: &User) -> Result<bool, StoreError> {
    Ok(user.rights.are_admins() && !exists(tx, OTHER_ADMIN, [user_column(user.id)])?)
}

fn end_sessions(tx: &Connection, of: i64) -> Result<(), StoreError> {
    tx.prepare_cached(END_SESSIONS).and_then(|mut sql| sql.execute([of])).map(drop).map_err(failed)
}

fn exists(tx: &Connection, sql: &str, of: impl Params) -> Result<bool, StoreError> {
    tx.prepare_cached(sql).and_then(|mut sql| sql.exists(of)).map_err(failed)
}

const ALL: &str = "SELECT id, name, is_admin, permissions, password, version, created_at FROM users ORDER BY name";

const BY_ID: &str = "SELECT id, name, is_admin, permissions, password, version, created_at FROM users WHERE id = ?1";

const BY_NAME: &str =
    "SELECT id, name, is_admin, permissions, password, version, created_at FROM users WHERE name = ?1";

const ANY: &str = "SELECT 1 FROM users LIMIT 1";

const OTHER_ADMIN: &str = "SELECT 1 FROM users WHERE is_admin AND id <> ?1 LIMIT 1";

const ADD: &str = "
    INSERT INTO users (name, is_admin, permissions, password, version, created_at) VALUES (?1, ?2, ?3, ?4, 1, ?5)
    RETURNING id, name, is_admin, permissions, password, version, created_at";

const CHANGE: &str = "
    UPDATE users SET name = ?2, is_admin = ?3, permissions = ?4, password = ?5, version = ?6 WHERE id = ?1
    RETURNING id, name, is_admin, permissions, password, version, created_at";

const REMOVE: &str = "DELETE FROM users WHERE id = ?1";

const END_SESSIONS: &str = "DELETE FROM sessions WHERE user = ?1";
