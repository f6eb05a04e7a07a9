//! Settings.

use std::collections::BTreeMap;

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    store::{BranchKey, Revision, Saved, SettingsChange, SettingsStore, StoreError, StoredSettings, codec},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, audit, error::failed};
use crate::{people::AuditColumns, value::narrow};

/// A change, ready for its columns.
struct Change {
    branch: BranchKey,
    from: Revision,
    values: Vec<(String, Option<String>)>,
    audit: Option<AuditColumns>,
}

#[async_trait]
impl SettingsStore for SqliteStore {
    async fn settings(&self, branch: &BranchKey) -> Result<StoredSettings, StoreError> {
        let branch = branch.clone();
        self.read(move |reader, _| read(reader, branch.as_str())).await
    }

    async fn save_settings(&self, change: &SettingsChange) -> Result<Saved, StoreError> {
        let mut values = Vec::with_capacity(change.values.len());
        for (name, value) in &change.values {
            values.push((name.clone(), value.as_ref().map(|value| codec::encode("setting", value)).transpose()?));
        }
        let audit = change.audit.as_ref().map(AuditColumns::of).transpose()?;
        let change = Change { branch: change.branch.clone(), from: change.from, values, audit };
        self.write(move |tx, asker| save(tx, asker.now, &change)).await
    }
}

/// In one statement, so that values and revision belong together.
fn read(reader: &Connection, branch: &str) -> Result<StoredSettings, StoreError> {
    let mut sql = reader.prepare_cached(READ).map_err(failed)?;
    let mut rows = sql.query([branch]).map_err(failed)?;
    let (mut revision, mut values) = (Revision::default(), BTreeMap::new());
    while let Some(row) = rows.next().map_err(failed)? {
        revision = Revision::from_u64(narrow("revision", row.get(0).map_err(failed)?)?);
        let (name, value): (Option<String>, Option<String>) =
            (row.get(1).map_err(failed)?, row.get(2).map_err(failed)?);
        if let (Some(name), Some(value)) = (name, value) {
            values.insert(name, codec::decode("setting", &value)?);
        }
    }
    Ok(StoredSettings { revision, values })
}

fn save(tx: &Connection, now: Timestamp, change: &Change) -> Result<Saved, StoreError> {
    let branch = change.branch.as_str();
    let found: Option<i64> = tx
        .prepare_cached(REVISION)
        .and_then(|mut sql| sql.query_row([branch], |row| row.get(0)).optional())
        .map_err(failed)?;
    let found = Revision::from_u64(narrow("revision", found.unwrap_or(0))?);
    if found != change.from {
        return Ok(Saved::Changed(found));
    }
    let write = || {
        for (name, value) in &change.values {
            match value {
                Some(value) => tx.prepare_cached(SET)?.execute(params![branch, name, value])?,
                None => tx.prepare_cached(UNSET)?.execute(params![branch, name])?,
            };
        }
        tx.prepare_cached(RAISE)?.execute([branch])
    };
    write().map_err(failed)?;
    if let Some(entry) = &change.audit {
        audit::record(tx, now, entry)?;
    }
    Ok(Saved::Done(found.next()))
}

const READ: &str = "
    SELECT r.revision, s.name, s.value FROM settings_revisions r LEFT JOIN settings s ON s.branch = r.branch
    WHERE r.branch = ?1";

const REVISION: &str = "SELECT revision FROM settings_revisions WHERE branch = ?1";

const SET: &str = "
    INSERT INTO settings (branch, name, value) VALUES (?1, ?2, ?3)
    ON CONFLICT (branch, name) DO UPDATE SET value = excluded.value";

const UNSET: &str = "DELETE FROM settings WHERE branch = ?1 AND name = ?2";

const RAISE: &str = "
    INSERT INTO settings_revisions (branch, revision) VALUES (?1, 1)
    ON CONFLICT (branch) DO UPDATE SET revision = revision + 1";
