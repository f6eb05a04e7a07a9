//! Looking things up.

use std::time::Duration;

use responder_core::{
    CallSid, MessageSid, Timestamp,
    emergency::{CommandId, CommandKind, EmergencyId, Line, Outcome},
    store::{
        Availability, BranchKey, CommitId, EventId, Health, Listing, Loaded, Receipt, StoreError, StoredEvent,
        Unreadable, codec,
    },
};
use sqlx::{FromRow, Row, sqlite::SqliteRow};

use super::{
    SqliteStore,
    error::failed,
    value::{event_column, event_id, named, narrow, version},
};

impl SqliteStore {
    pub(super) async fn read_emergency(&self, id: EmergencyId) -> Result<Option<Loaded>, StoreError> {
        let query = sqlx::query_as::<_, StateRow>(LOAD).bind(id.to_string());
        let row = query.fetch_optional(&self.readers).await.map_err(failed)?;
        row.map(|row| row.load(self.clock.now())).transpose()
    }

    pub(super) async fn exists(&self, id: EmergencyId) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar::<_, bool>(EXISTS).bind(id.to_string());
        query.fetch_one(&self.readers).await.map_err(failed)
    }

    pub(super) async fn read_receipt(
        &self,
        emergency: EmergencyId,
        commit: CommitId,
    ) -> Result<Option<Receipt>, StoreError> {
        let query = sqlx::query_as::<_, (i64, Option<i64>)>(RECEIPT)
            .bind(emergency.to_string())
            .bind(commit.to_bytes().to_vec());
        let row = query.fetch_optional(&self.readers).await.map_err(failed)?;
        let receipt = row.map(|(made, first)| {
            Ok(Receipt { version: version(made)?, first_event: first.map(event_id).transpose()? })
        });
        receipt.transpose()
    }

    /// The outcome of a command; none while it is not settled.
    pub(super) async fn read_outcome(&self, command: CommandId) -> Result<Option<Outcome>, StoreError> {
        let query =
            sqlx::query_scalar::<_, Option<String>>(OUTCOME).bind(command.emergency.to_string()).bind(command.number);
        let row = query.fetch_optional(&self.readers).await.map_err(failed)?.ok_or(StoreError::NotFound)?;
        row.map(|text| codec::decode("outcome", &text)).transpose()
    }

    pub(super) async fn read_call(
        &self,
        branch: &BranchKey,
        call: &CallSid,
    ) -> Result<Option<(EmergencyId, Line)>, StoreError> {
        let query = sqlx::query_as::<_, (String, String)>(FIND_CALL).bind(branch.as_str()).bind(call.as_str());
        let row = query.fetch_optional(&self.readers).await.map_err(failed)?;
        row.map(|(id, line)| Ok((named("emergency id", &id)?, codec::decode("line", &line)?))).transpose()
    }

    pub(super) async fn read_message(
        &self,
        branch: &BranchKey,
        message: &MessageSid,
    ) -> Result<Option<EmergencyId>, StoreError> {
        let query = sqlx::query_scalar::<_, String>(FIND_MESSAGE).bind(branch.as_str()).bind(message.as_str());
        let id = query.fetch_optional(&self.readers).await.map_err(failed)?;
        id.map(|id| named("emergency id", &id)).transpose()
    }

    pub(super) async fn read_open(&self, branch: &BranchKey) -> Result<Listing, StoreError> {
        let query = sqlx::query_as::<_, StateRow>(OPEN).bind(branch.as_str());
        self.listing(query.fetch_all(&self.readers).await.map_err(failed)?)
    }

    pub(super) async fn read_concluded(&self, branch: &BranchKey, since: Timestamp) -> Result<Listing, StoreError> {
        let query = sqlx::query_as::<_, StateRow>(CONCLUDED).bind(branch.as_str()).bind(since.as_micros());
        self.listing(query.fetch_all(&self.readers).await.map_err(failed)?)
    }

    pub(super) async fn read_page(
        &self,
        branch: &BranchKey,
        before: Option<EmergencyId>,
        limit: u32,
    ) -> Result<Listing, StoreError> {
        // Ids are digits and small letters, so that this sorts after all of them.
        let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let query = sqlx::query_as::<_, StateRow>(PAGE).bind(branch.as_str()).bind(before).bind(limit);
        self.listing(query.fetch_all(&self.readers).await.map_err(failed)?)
    }

    fn listing(&self, rows: Vec<StateRow>) -> Result<Listing, StoreError> {
        let (now, mut listing) = (self.clock.now(), Listing::default());
        for row in rows {
            listing.add(named("emergency id", &row.id)?, row.load(now))?;
        }
        Ok(listing)
    }

    pub(super) async fn read_events(
        &self,
        branch: &BranchKey,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let query = sqlx::query_as::<_, EventRow>(EVENTS).bind(branch.as_str()).bind(event_column(after)).bind(limit);
        let rows = query.fetch_all(&self.readers).await.map_err(failed)?;
        rows.into_iter().map(EventRow::event).collect()
    }

    pub(super) async fn read_events_of(
        &self,
        emergency: EmergencyId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let query =
            sqlx::query_as::<_, EventRow>(EVENTS_OF).bind(emergency.to_string()).bind(event_column(after)).bind(limit);
        let rows = query.fetch_all(&self.readers).await.map_err(failed)?;
        rows.into_iter().map(EventRow::event).collect()
    }

    pub(super) async fn read_health(&self, branch: &BranchKey) -> Result<Health, StoreError> {
        let listing = self.read_open(branch).await?;
        let open = listing.emergencies.len() + listing.unreadable.len();
        let mut unreadable = Vec::new();
        for id in listing.unreadable {
            unreadable.extend(self.read_unreadable(id).await?);
        }
        let oldest = self.read_next(branch, &CommandKind::ALL).await?;
        let now = self.clock.now();
        Ok(Health {
            open: u32::try_from(open).unwrap_or(u32::MAX),
            unreadable,
            late_by: oldest.map_or(Duration::ZERO, |oldest| now.since(oldest)),
        })
    }

    async fn read_unreadable(&self, id: EmergencyId) -> Result<Option<Unreadable>, StoreError> {
        let query = sqlx::query_as::<_, (i64, Option<i64>, String)>(PLAIN).bind(id.to_string());
        let row = query.fetch_optional(&self.readers).await.map_err(failed)?;
        Ok(row.map(|(opened_at, next_deadline, card)| Unreadable {
            id,
            opened_at: Timestamp::from_micros(opened_at),
            next_deadline: next_deadline.map(Timestamp::from_micros),
            card: codec::decode("card", &card).ok(),
        }))
    }

    pub(super) async fn read_availability(&self, branch: &BranchKey) -> Result<Availability, StoreError> {
        let query = sqlx::query_scalar::<_, String>(AVAILABILITY).bind(branch.as_str());
        let text = query.fetch_optional(&self.readers).await.map_err(failed)?;
        text.map_or_else(|| Ok(Availability::default()), |text| codec::decode("availability", &text))
    }
}

/// An emergency.
struct StateRow {
    id: String,
    branch: String,
    format: i64,
    state: String,
    version: i64,
}

impl FromRow<'_, SqliteRow> for StateRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            branch: row.try_get("branch")?,
            format: row.try_get("format")?,
            state: row.try_get("state")?,
            version: row.try_get("version")?,
        })
    }
}

impl StateRow {
    fn load(self, now: Timestamp) -> Result<Loaded, StoreError> {
        let (branch, format) = (named("branch", &self.branch)?, narrow("state", self.format)?);
        Loaded::decode(branch, format, &self.state, version(self.version)?, now)
    }
}

/// An event.
struct EventRow {
    id: i64,
    emergency: String,
    at: i64,
    json: String,
}

impl FromRow<'_, SqliteRow> for EventRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            emergency: row.try_get("emergency")?,
            at: row.try_get("at")?,
            json: row.try_get("json")?,
        })
    }
}

impl EventRow {
    fn event(self) -> Result<StoredEvent, StoreError> {
        Ok(StoredEvent {
            id: event_id(self.id)?,
            emergency: named("emergency id", &self.emergency)?,
            at: Timestamp::from_micros(self.at),
            json: self.json,
        })
    }
}

const LOAD: &str = "SELECT id, branch, format, state, version FROM emergencies WHERE id = ?1";

const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM emergencies WHERE id = ?1)";

const RECEIPT: &str = "SELECT version, first_event FROM commits WHERE emergency = ?1 AND id = ?2";

const OUTCOME: &str = "SELECT outcome FROM commands WHERE emergency = ?1 AND number = ?2";

const FIND_CALL: &str = "SELECT emergency, line FROM calls WHERE branch = ?1 AND call = ?2";

const FIND_MESSAGE: &str = "SELECT emergency FROM messages WHERE branch = ?1 AND message = ?2";

const OPEN: &str = "
    SELECT id, branch, format, state, version FROM emergencies
    WHERE branch = ?1 AND concluded_at IS NULL ORDER BY id";

const CONCLUDED: &str = "
    SELECT id, branch, format, state, version FROM emergencies
    WHERE branch = ?1 AND concluded_at IS NOT NULL AND concluded_at >= ?2 ORDER BY concluded_at DESC, id DESC";

const PAGE: &str = "
    SELECT id, branch, format, state, version FROM emergencies
    WHERE branch = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

const EVENTS: &str = "
    SELECT id, emergency, at, json FROM events WHERE branch = ?1 AND id > ?2 ORDER BY id LIMIT ?3";

const EVENTS_OF: &str = "
    SELECT id, emergency, at, json FROM events WHERE emergency = ?1 AND id > ?2 ORDER BY id LIMIT ?3";

const PLAIN: &str = "SELECT opened_at, next_deadline, card FROM emergencies WHERE id = ?1";

const AVAILABILITY: &str = "SELECT availability FROM branches WHERE branch = ?1";
