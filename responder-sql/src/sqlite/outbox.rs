//! How far those have come who act on what is recorded.

use std::time::Duration;

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    access::AuditId,
    store::{AuditClaim, AuditOutbox, AuditRequest, AuditTicket, Lease, StoreError, TargetName},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{SqliteStore, error::failed};
use crate::people::{AuditRow, audit_claim, audit_column, ticket_column};

#[async_trait]
impl AuditOutbox for SqliteStore {
    async fn follow_audit(&self, reader: &TargetName) -> Result<(), StoreError> {
        let reader = reader.clone();
        self.write(move |tx, _| change(tx, FOLLOW, &[&reader.as_str()]).map(drop)).await
    }

    async fn unfollow_audit(&self, reader: &TargetName) -> Result<(), StoreError> {
        let reader = reader.clone();
        self.write(move |tx, _| change(tx, UNFOLLOW, &[&reader.as_str()]).map(drop)).await
    }

    async fn claim_audit(&self, request: &AuditRequest) -> Result<Option<AuditClaim>, StoreError> {
        let asked = request.clone();
        // Asked all the time, mostly in vain: then nobody who writes is kept waiting.
        if !self.read(move |reader, asker| has_some(reader, asker.now, &asked)).await? {
            return Ok(None);
        }
        let request = request.clone();
        self.write(move |tx, asker| claim(tx, asker.now, &request)).await
    }

    async fn keep_audit(&self, ticket: &AuditTicket, through: AuditId, lease: Lease) -> Result<bool, StoreError> {
        let (ticket, through) = (ticket.clone(), audit_column(Some(through)));
        let keep = move |tx: &Connection, now: Timestamp| {
            let until = (now + lease.span()).as_micros();
            change(tx, KEEP, params![ticket.reader.as_str(), ticket_column(&ticket), through, until])
        };
        self.write(move |tx, asker| keep(tx, asker.now)).await
    }

    async fn release_audit(
        &self,
        ticket: &AuditTicket,
        done: Option<AuditId>,
        delay: Duration,
    ) -> Result<bool, StoreError> {
        let (ticket, done) = (ticket.clone(), done.map(|done| audit_column(Some(done))));
        let release = move |tx: &Connection, now: Timestamp| {
            let at = (now + delay).as_micros();
            change(tx, RELEASE, params![ticket.reader.as_str(), ticket_column(&ticket), done, at])
        };
        self.write(move |tx, asker| release(tx, asker.now)).await
    }
}

fn change(tx: &Connection, sql: &str, of: &[&dyn rusqlite::ToSql]) -> Result<bool, StoreError> {
    tx.prepare_cached(sql).and_then(|mut sql| sql.execute(of)).map(|rows| rows > 0).map_err(failed)
}

fn has_some(reader: &Connection, now: Timestamp, request: &AuditRequest) -> Result<bool, StoreError> {
    let of = params![request.reader.as_str(), now.as_micros()];
    reader.prepare_cached(HAS_SOME).and_then(|mut sql| sql.exists(of)).map_err(failed)
}

fn claim(tx: &Connection, now: Timestamp, request: &AuditRequest) -> Result<Option<AuditClaim>, StoreError> {
    let reader = request.reader.as_str();
    let found = || {
        let done: Option<i64> =
            tx.prepare_cached(DONE)?.query_row(params![reader, now.as_micros()], |row| row.get(0)).optional()?;
        let Some(done) = done else { return Ok(None) };
        let columns = |row: &Row<'_>| Ok(AuditRow { id: row.get(0)?, at: row.get(1)?, entry: row.get(2)? });
        let mut sql = tx.prepare_cached(ENTRIES)?;
        let entries = sql.query_map(params![done, request.max], columns)?.collect::<rusqlite::Result<Vec<_>>>()?;
        if entries.is_empty() {
            return Ok(None);
        }
        let of = params![reader, request.worker.as_str(), (now + request.lease.span()).as_micros()];
        let (claim, tries) = tx.prepare_cached(CLAIM)?.query_row(of, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Some((claim, tries, entries)))
    };
    let found: Option<(i64, i64, Vec<AuditRow>)> = found().map_err(failed)?;
    found.map(|(claim, tries, entries)| audit_claim(&request.reader, claim, tries, now, entries)).transpose()
}

const FOLLOW: &str = "
    INSERT INTO audit_readers (reader, last_entry) SELECT ?1, coalesce(max(id), 0) FROM audit WHERE true
    ON CONFLICT (reader) DO NOTHING";

const UNFOLLOW: &str = "DELETE FROM audit_readers WHERE reader = ?1";

const HAS_SOME: &str = "
    SELECT 1 FROM audit_readers r
    WHERE r.reader = ?1 AND r.visible_at <= ?2 AND EXISTS (SELECT 1 FROM audit a WHERE a.id > r.last_entry)";

const DONE: &str = "SELECT last_entry FROM audit_readers WHERE reader = ?1 AND visible_at <= ?2";

const ENTRIES: &str = "SELECT id, at, entry FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2";

const CLAIM: &str = "
    UPDATE audit_readers SET claims = claims + 1, tries = tries + 1, worker = ?2, visible_at = ?3 WHERE reader = ?1
    RETURNING claims, tries";

const KEEP: &str = "
    UPDATE audit_readers SET last_entry = max(last_entry, ?3), tries = 0, visible_at = ?4
    WHERE reader = ?1 AND claims = ?2";

const RELEASE: &str = "
    UPDATE audit_readers SET claims = claims + 1, visible_at = ?4,
        last_entry = max(last_entry, coalesce(?3, 0)), tries = CASE WHEN ?3 IS NULL THEN tries ELSE 0 END
    WHERE reader = ?1 AND claims = ?2";
