//! How far those have come who act on what is recorded.

use std::time::Duration;

use async_trait::async_trait;
use responder_core::{
    access::AuditId,
    store::{AuditClaim, AuditOutbox, AuditRequest, AuditTicket, Lease, StoreError, TargetName},
};

use super::{
    PostgresStore,
    error::Failure,
    lane::{Call, Repeat},
    row::{get, micros, time},
};
use crate::people::{AuditRow, audit_claim, audit_column, ticket_column};

#[async_trait]
impl AuditOutbox for PostgresStore {
    async fn follow_audit(&self, reader: &TargetName) -> Result<(), StoreError> {
        self.says(Call::new(FOLLOW).with(reader.as_str())).await
    }

    async fn unfollow_audit(&self, reader: &TargetName) -> Result<(), StoreError> {
        self.says(Call::new(UNFOLLOW).with(reader.as_str())).await
    }

    async fn claim_audit(&self, request: &AuditRequest) -> Result<Option<AuditClaim>, StoreError> {
        let call = Call::new(CLAIM)
            .with(request.reader.as_str())
            .with(request.worker.as_str())
            .with(i64::from(request.max))
            .with(micros(request.lease.span()));
        let rows = self.writes(call).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let entries = rows.iter().map(|row| Ok(AuditRow { id: get(row, 3)?, at: get(row, 4)?, entry: get(row, 5)? }));
        let entries = entries.collect::<Result<_, StoreError>>()?;
        audit_claim(&request.reader, get(first, 0)?, get(first, 1)?, time(first, 2)?, entries).map(Some)
    }

    async fn keep_audit(&self, ticket: &AuditTicket, through: AuditId, lease: Lease) -> Result<bool, StoreError> {
        let call = Call::new(KEEP).with(ticket.reader.as_str()).with(ticket_column(ticket));
        self.changes(call.with(audit_column(Some(through))).with(micros(lease.span()))).await
    }

    async fn release_audit(
        &self,
        ticket: &AuditTicket,
        done: Option<AuditId>,
        delay: Duration,
    ) -> Result<bool, StoreError> {
        let call = Call::new(RELEASE).with(ticket.reader.as_str()).with(ticket_column(ticket));
        self.changes(call.with(done.map(|done| audit_column(Some(done)))).with(micros(delay))).await
    }
}

impl PostgresStore {
    /// What is the same said twice.
    async fn says(&self, call: Call) -> Result<(), StoreError> {
        self.shared.statements.rows(call, Repeat::Harmless).await.map(drop).map_err(Failure::of_write)
    }
}

const FOLLOW: &str = "
    INSERT INTO audit_readers (reader, last_entry) SELECT $1, coalesce(max(id), 0) FROM audit
    ON CONFLICT (reader) DO NOTHING";

const UNFOLLOW: &str = "DELETE FROM audit_readers WHERE reader = $1";

const CLAIM: &str = "
    SELECT claim, times, moment, number, recorded_at, what FROM claim_audit_1($1, $2, $3, $4) ORDER BY number";

const KEEP: &str = "
    UPDATE audit_readers SET last_entry = greatest(last_entry, $3), tries = 0, visible_at = later(micros(), $4)
    WHERE reader = $1 AND claims = $2 RETURNING 1";

const RELEASE: &str = "
    UPDATE audit_readers SET claims = claims + 1, visible_at = later(micros(), $4),
        last_entry = greatest(last_entry, $3), tries = CASE WHEN $3 IS NULL THEN tries ELSE 0 END
    WHERE reader = $1 AND claims = $2 RETURNING 1";
