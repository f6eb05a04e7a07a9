//! What was done.

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    access::{AuditEntry, AuditId, Recorded},
    store::{AuditLog, AuditQuery, StoreError},
};
use rusqlite::{Connection, Row, params};

use super::{SqliteStore, error::failed};
use crate::people::{AuditColumns, audit_column, audit_id, recorded};

#[async_trait]
impl AuditLog for SqliteStore {
    async fn record_audit(&self, entry: &AuditEntry) -> Result<AuditId, StoreError> {
        let entry = AuditColumns::of(entry)?;
        self.write(move |tx, asker| record(tx, asker.now, &entry)).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Vec<Recorded>, StoreError> {
        let query = query.clone();
        self.read(move |reader, _| read(reader, &query)).await
    }
}

pub(super) fn record(tx: &Connection, now: Timestamp, entry: &AuditColumns) -> Result<AuditId, StoreError> {
    let values = params![now.as_micros(), entry.branch, entry.entry];
    let id = tx.prepare_cached(RECORD).and_then(|mut sql| sql.insert(values));
    audit_id(id.map_err(failed)?)
}

fn read(reader: &Connection, query: &AuditQuery) -> Result<Vec<Recorded>, StoreError> {
    let (before, limit) = (audit_column(query.before), i64::from(query.limit));
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let rows: rusqlite::Result<Vec<(i64, i64, String)>> = match &query.branch {
        Some(branch) => reader
            .prepare_cached(OF_BRANCH)
            .and_then(|mut sql| sql.query_map(params![branch.as_str(), before, limit], columns)?.collect()),
        None => {
            reader.prepare_cached(ALL).and_then(|mut sql| sql.query_map(params![before, limit], columns)?.collect())
        }
    };
    rows.map_err(failed)?.into_iter().map(|(id, at, entry)| recorded(id, at, &entry)).collect()
}

const RECORD: &str = "INSERT INTO audit (at, branch, entry) VALUES (?1, ?2, ?3)";

const ALL: &str = "SELECT id, at, entry FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2";

const OF_BRANCH: &str = "
    SELECT id, at, entry FROM audit WHERE branch = ?1 AND branch IS NOT NULL AND id < ?2 ORDER BY id DESC LIMIT ?3";
