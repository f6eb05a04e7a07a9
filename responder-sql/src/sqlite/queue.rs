//! Deadlines and commands.

use std::time::Duration;

use responder_core::{
    Timestamp,
    emergency::{CommandId, CommandKind, Outcome},
    store::{BranchKey, ClaimRequest, Claimed, Due, Lease, MOST_LOST_CLAIMS, StoreError, Task, Ticket, codec},
};
use sqlx::{FromRow, Row, sqlite::SqliteRow};

use super::{
    SqliteStore,
    error::{Malformed, commit_failed, corrupt, failed},
    value::{list, named, narrow},
};

impl SqliteStore {
    pub(super) async fn read_due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
        let query =
            sqlx::query_as::<_, (String, i64)>(DUE).bind(branch.as_str()).bind(self.clock.now().as_micros()).bind(max);
        let rows = query.fetch_all(&self.readers).await.map_err(failed)?;
        let due = rows.into_iter().map(|(id, deadline)| {
            Ok(Due { id: named("emergency id", &id)?, deadline: Timestamp::from_micros(deadline) })
        });
        due.collect()
    }

    pub(super) async fn write_deadline(&self, due: &Due, delay: Duration) -> Result<bool, StoreError> {
        let query = sqlx::query(DEFER)
            .bind(due.id.to_string())
            .bind(due.deadline.as_micros())
            .bind((self.clock.now() + delay).as_micros());
        Ok(query.execute(&self.writer).await.map_err(commit_failed)?.rows_affected() == 1)
    }

    pub(super) async fn take_commands(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let mut writer = self.writer.acquire().await.map_err(failed)?;
        let now = self.clock.now();
        let lease_until = now + request.lease.span();
        let query = sqlx::query_as::<_, ClaimedRow>(CLAIM)
            .bind(request.branch.as_str())
            .bind(now.as_micros())
            .bind(kinds(&request.kinds))
            .bind(request.max)
            .bind(lease_until.as_micros())
            .bind(MOST_LOST_CLAIMS)
            .bind(request.worker.as_str());
        let mut rows = query.fetch_all(&mut *writer).await.map_err(commit_failed)?;
        // The order of what RETURNING returns is not defined.
        rows.sort_unstable_by(|a, b| a.place().cmp(&b.place()));
        rows.into_iter().map(|row| row.claimed(lease_until)).collect()
    }

    pub(super) async fn read_lease(&self, ticket: &Ticket) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar::<_, bool>(HOLDS)
            .bind(ticket.command.emergency.to_string())
            .bind(ticket.command.number)
            .bind(ticket.claim)
            .bind(self.clock.now().as_micros());
        query.fetch_one(&self.readers).await.map_err(failed)
    }

    pub(super) async fn write_lease(&self, ticket: &Ticket, lease: Lease) -> Result<bool, StoreError> {
        let mut writer = self.writer.acquire().await.map_err(failed)?;
        let now = self.clock.now();
        let query = sqlx::query(EXTEND)
            .bind(ticket.command.emergency.to_string())
            .bind(ticket.command.number)
            .bind(ticket.claim)
            .bind(now.as_micros())
            .bind((now + lease.span()).as_micros());
        Ok(query.execute(&mut *writer).await.map_err(commit_failed)?.rows_affected() == 1)
    }

    pub(super) async fn return_command(&self, ticket: &Ticket, delay: Duration) -> Result<bool, StoreError> {
        let query = sqlx::query(PUT_BACK)
            .bind(ticket.command.emergency.to_string())
            .bind(ticket.command.number)
            .bind(ticket.claim)
            .bind((self.clock.now() + delay).as_micros());
        Ok(query.execute(&self.writer).await.map_err(commit_failed)?.rows_affected() == 1)
    }

    pub(super) async fn read_next(
        &self,
        branch: &BranchKey,
        wanted: &[CommandKind],
    ) -> Result<Option<Timestamp>, StoreError> {
        let query = sqlx::query_scalar::<_, Option<i64>>(NEXT).bind(branch.as_str()).bind(kinds(wanted));
        let next = query.fetch_one(&self.readers).await.map_err(failed)?;
        Ok(next.map(Timestamp::from_micros))
    }
}

/// A command, just claimed.
struct ClaimedRow {
    emergency: String,
    number: i64,
    kind: String,
    priority: i64,
    due: i64,
    command: String,
    claims: i64,
    lost: i64,
    verdict: Option<String>,
}

impl FromRow<'_, SqliteRow> for ClaimedRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            emergency: row.try_get("emergency")?,
            number: row.try_get("number")?,
            kind: row.try_get("kind")?,
            priority: row.try_get("priority")?,
            due: row.try_get("due")?,
            command: row.try_get("command")?,
            claims: row.try_get("claims")?,
            lost: row.try_get("lost")?,
            verdict: row.try_get("verdict")?,
        })
    }
}

impl ClaimedRow {
    fn place(&self) -> (i64, i64, &str, i64) {
        (self.priority, self.due, &self.emergency, self.number)
    }

    fn claimed(self, lease_until: Timestamp) -> Result<Claimed, StoreError> {
        let emergency = named("emergency id", &self.emergency)?;
        let command = CommandId { emergency, number: narrow("command number", self.number)? };
        let kind = CommandKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        Ok(Claimed {
            ticket: Ticket { command, claim: narrow("claim", self.claims)? },
            kind: kind.ok_or_else(|| corrupt("command kind", Malformed))?,
            task: self.task(),
            lease_until,
            may_have_run: self.lost > 0,
        })
    }

    fn task(&self) -> Task {
        let Ok(command) = codec::decode("command", &self.command) else { return Task::Unreadable };
        match self.verdict.as_deref() {
            None => Task::Run(command),
            Some("withdrawn") => Task::Report(command, Outcome::Withdrawn),
            Some(_) => Task::Report(command, Outcome::Abandoned),
        }
    }
}

fn kinds(kinds: &[CommandKind]) -> String {
    list(kinds.iter().map(|kind| kind.as_str()))
}

const DUE: &str = "
    SELECT id, next_deadline FROM emergencies
    WHERE branch = ?1 AND next_deadline IS NOT NULL AND next_deadline <= ?2
    ORDER BY next_deadline, id LIMIT ?3";

const DEFER: &str = "UPDATE emergencies SET next_deadline = ?3 WHERE id = ?1 AND next_deadline = ?2";

const CLAIM: &str = "
    UPDATE commands
    SET lost = lost + is_claimed,
        verdict = CASE WHEN verdict IS NULL AND lost + is_claimed >= ?6 THEN 'abandoned' ELSE verdict END,
        claims = claims + 1, is_claimed = 1, visible_at = ?5, worker = ?7
    WHERE (emergency, number) IN (
        SELECT emergency, number FROM commands
        WHERE branch = ?1 AND outcome IS NULL AND visible_at <= ?2 AND kind IN (SELECT value FROM json_each(?3))
        ORDER BY priority, due, emergency, number LIMIT ?4)
    RETURNING emergency, number, kind, priority, due, command, claims, lost, verdict";

const HOLDS: &str = "
    SELECT EXISTS (
        SELECT 1 FROM commands
        WHERE emergency = ?1 AND number = ?2 AND claims = ?3 AND is_claimed = 1 AND visible_at > ?4)";

const EXTEND: &str = "
    UPDATE commands SET visible_at = ?5
    WHERE emergency = ?1 AND number = ?2 AND claims = ?3 AND is_claimed = 1 AND visible_at > ?4";

const PUT_BACK: &str = "
    UPDATE commands SET is_claimed = 0, due = ?4, visible_at = ?4
    WHERE emergency = ?1 AND number = ?2 AND claims = ?3 AND is_claimed = 1";

const NEXT: &str = "
    SELECT min(at) FROM (
        SELECT min(next_deadline) AS at FROM emergencies WHERE branch = ?1 AND next_deadline IS NOT NULL
        UNION ALL
        SELECT min(visible_at) FROM commands
        WHERE branch = ?1 AND outcome IS NULL AND kind IN (SELECT value FROM json_each(?2)))";
