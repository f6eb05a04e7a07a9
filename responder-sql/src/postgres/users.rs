//! Users.

use async_trait::async_trait;
use responder_core::{
    access::{AuditEntry, User, UserId, UserName},
    store::{Adding, NewUser, StoreError, UserChange, UserOutcome, UserStore},
};
use sqlx::postgres::PgRow;

use super::{PostgresStore, lane::Call, no_row, row::get};
use crate::{
    error::{Malformed, corrupt},
    people::{AuditColumns, UserRow, rights_columns, user_column, version_column},
};

#[async_trait]
impl UserStore for PostgresStore {
    async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.read(Call::new(ALL), |row| user(row, 0)).await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.read_one(Call::new(BY_ID).with(user_column(id)), |row| user(row, 0)).await
    }

    async fn user_named(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        self.read_one(Call::new(BY_NAME).with(name.as_str()), |row| user(row, 0)).await
    }

    async fn add_user(&self, user: &NewUser, adding: Adding, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        let (is_admin, permissions) = rights_columns(&user.rights)?;
        let AuditColumns { branch, entry } = AuditColumns::of(audit)?;
        let call = Call::new(ADD)
            .with(user.name.as_str())
            .with(is_admin)
            .with(permissions)
            .with(user.password.as_stored())
            .with(adding == Adding::First)
            .with(branch)
            .with(entry);
        self.user_outcome(call).await
    }

    async fn change_user(&self, change: &UserChange, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        let (is_admin, permissions) = rights_columns(&change.rights)?;
        let AuditColumns { branch, entry } = AuditColumns::of(audit)?;
        let call = Call::new(CHANGE)
            .with(user_column(change.id))
            .with(version_column(change.from))
            .with(change.name.as_str())
            .with(is_admin)
            .with(permissions)
            .with(change.password.as_ref().map(|password| password.as_stored().to_owned()))
            .with(branch)
            .with(entry);
        self.user_outcome(call).await
    }

    async fn remove_user(&self, id: UserId, audit: &AuditEntry) -> Result<UserOutcome, StoreError> {
        let AuditColumns { branch, entry } = AuditColumns::of(audit)?;
        self.user_outcome(Call::new(REMOVE).with(user_column(id)).with(branch).with(entry)).await
    }
}

impl PostgresStore {
    async fn user_outcome(&self, call: Call) -> Result<UserOutcome, StoreError> {
        let rows = self.writes(call).await?;
        let row = rows.first().ok_or_else(no_row)?;
        match get::<&str>(row, 0)? {
            "done" => user(row, 1).map(UserOutcome::Done),
            "name_taken" => Ok(UserOutcome::NameTaken),
            "last_admin" => Ok(UserOutcome::LastAdmin),
            "changed" => Ok(UserOutcome::Changed),
            "not_found" => Ok(UserOutcome::NotFound),
            "not_first" => Ok(UserOutcome::NotFirst),
            _ => Err(corrupt("answer", Malformed)),
        }
    }
}

/// The user whose columns begin there.
pub(super) fn user(row: &PgRow, first: usize) -> Result<User, StoreError> {
    let row = UserRow {
        id: get(row, first)?,
        name: get(row, first + 1)?,
        is_admin: get(row, first + 2)?,
        permissions: get(row, first + 3)?,
        password: get(row, first + 4)?,
        version: get(row, first + 5)?,
        created_at: get(row, first + 6)?,
    };
    row.read()
}

const ALL: &str = "SELECT id, name, is_admin, permissions, password, version, created_at FROM users ORDER BY name";

const BY_ID: &str = "SELECT id, name, is_admin, permissions, password, version, created_at FROM users WHERE id = $1";

const BY_NAME: &str =
    "SELECT id, name, is_admin, permissions, password, version, created_at FROM users WHERE name = $1";

const ADD: &str = "
    SELECT result, (person).id, (person).name, (person).is_admin, (person).permissions, (person).password,
        (person).version, (person).created_at FROM add_user_1($1, $2, $3, $4, $5, $6, $7)";

const CHANGE: &str = "
    SELECT result, (person).id, (person).name, (person).is_admin, (person).permissions, (person).password,
        (person).version, (person).created_at FROM change_user_1($1, $2, $3, $4, $5, $6, $7, $8)";

const REMOVE: &str = "
    SELECT result, (person).id, (person).name, (person).is_admin, (person).permissions, (person).password,
        (person).version, (person).created_at FROM remove_user_1($1, $2, $3)";
