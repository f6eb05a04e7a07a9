//! The store on a PostgreSQL server.

mod builder;
mod connection;
mod deliveries;
mod error;
mod header;
mod hint;
mod lane;
mod outbox;
mod queue;
mod read;
mod reply;
mod row;
mod schema;
mod sessions;
mod settings;
mod statement;
mod tries;
mod users;
mod write;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::try_join;
use responder_core::{
    CallSid, MessageSid, Timestamp,
    access::AuditEntry,
    emergency::{CommandKind, EmergencyId, Event, Line},
    store::{
        AfterFailure, Availability, BranchControl, BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed,
        Delivery, DeliveryRequest, DeliveryStore, DeliveryTicket, Due, EmergencyStore, EventId, Health, Lease, Listing,
        Loaded, Opened, Opening, Receipt, StoreError, StoredEvent, TargetName, Ticket,
        codec::{self, Formats},
    },
};
use secrecy::SecretString;
use sqlx::postgres::PgRow;

pub use self::builder::PostgresBuilder;
use self::{
    error::Failure,
    hint::Listener,
    lane::{Call, Repeat},
    row::{get, time},
    statement::Statements,
    write::{Answer, Writers},
};
use crate::{
    error::{Malformed, OpenError, corrupt},
    stored::{StoredCommit, StoredEvents, StoredOpening},
    value::event_id,
};

/// Keeps emergencies in a PostgreSQL database, which any number of nodes share.
///
/// Times are those of the server. Every write is one round trip and flushed before it is acknowledged; those that come
/// while one is flushed share the next flush. A future that is dropped leaves nothing half-done, and claims that reach
/// nobody are put back. No call takes longer than the store's [patience](PostgresBuilder::patience).
///
/// Needs PostgreSQL 14 or later, reached directly or through a pooler that keeps sessions. The role needs the right to
/// create a schema when the store is first opened, and to change its tables after an update.
#[derive(Clone)]
pub struct PostgresStore {
    shared: Arc<Store>,
    formats: Formats,
}

struct Store {
    writers: Arc<Writers>,
    statements: Arc<Statements>,
    listener: Listener,
    schema: String,
}

impl PostgresStore {
    /// Opens a database with the usual settings; see [`builder`](Self::builder).
    ///
    /// # Errors
    /// As for [`PostgresBuilder::open`].
    pub async fn open(url: impl Into<SecretString>) -> Result<Self, OpenError> {
        Self::builder(url).open().await
    }

    /// With settings of one's own. The address is `postgres://user:password@host:port/database`; `?sslmode=verify-full`
    /// demands a certificate that is good for the host, `?host=/run/postgresql` a socket.
    pub fn builder(url: impl Into<SecretString>) -> PostgresBuilder {
        PostgresBuilder::new(url.into())
    }

    /// The same database, as a build with other formats reads and writes it: for tests of deploys.
    #[must_use]
    pub fn as_of(&self, formats: Formats) -> Self {
        Self { shared: Arc::clone(&self.shared), formats }
    }

    /// Closes all connections, after what is under way.
    pub async fn close(&self) {
        let Store { writers, statements, listener, .. } = &*self.shared;
        listener.close().await;
        writers.close().await;
        statements.close().await;
    }

    async fn read<T>(&self, call: Call, read: impl Fn(&PgRow) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError> {
        self.rows(call).await?.iter().map(read).collect()
    }

    async fn read_one<T>(
        &self,
        call: Call,
        read: impl Fn(&PgRow) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.rows(call).await?.first().map(read).transpose()
    }

    async fn rows(&self, call: Call) -> Result<Vec<PgRow>, StoreError> {
        self.shared.statements.rows(call, Repeat::Harmless).await.map_err(Failure::of_read)
    }

    /// The rows of a statement that may change something.
    async fn writes(&self, call: Call) -> Result<Vec<PgRow>, StoreError> {
        self.shared.statements.rows(call, Repeat::Never).await.map_err(Failure::of_write)
    }

    /// Whether a statement changed something.
    async fn changes(&self, call: Call) -> Result<bool, StoreError> {
        Ok(!self.writes(call).await?.is_empty())
    }

    async fn next(
        &self,
        branch: &BranchKey,
        kinds: &[CommandKind],
    ) -> Result<(Option<Timestamp>, Timestamp), StoreError> {
        self.read_one(queue::next(self.formats, branch, kinds), queue::read_next).await?.ok_or_else(no_row)
    }
}

/// Of a statement that always gives one.
fn no_row() -> StoreError {
    corrupt("row", Malformed)
}

#[async_trait]
impl EmergencyStore for PostgresStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.read_one(read::now(), |row| time(row, 0)).await?.ok_or_else(no_row)
    }

    async fn open(&self, opening: &Opening) -> Result<Opened, StoreError> {
        match self.shared.writers.open(StoredOpening::of(opening, self.formats)?).await? {
            Answer::Written(written) => Ok(Opened::Created(written)),
            Answer::Existing(id) => Ok(Opened::Existing(id)),
            Answer::KeyReused => Ok(Opened::KeyReused),
            Answer::Disabled => Ok(Opened::Disabled),
            Answer::Busy => Ok(Opened::Busy),
            Answer::Conflict => Err(StoreError::Conflict),
            Answer::NotFound | Answer::Settled(_) => Err(corrupt("answer", Malformed)),
        }
    }

    async fn load(&self, id: EmergencyId) -> Result<Option<Loaded>, StoreError> {
        self.read_one(read::emergency(id), read::load(self.formats)).await
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        match self.shared.writers.commit(StoredCommit::of(commit, self.formats)?).await? {
            Answer::Written(written) => Ok(Committed::Written(written)),
            Answer::Settled(first) => Ok(Committed::AlreadySettled { first }),
            Answer::Conflict => Err(StoreError::Conflict),
            Answer::NotFound => Err(StoreError::NotFound),
            Answer::Existing(_) | Answer::KeyReused | Answer::Disabled | Answer::Busy => {
                Err(corrupt("answer", Malformed))
            }
        }
    }

    async fn was_committed(&self, emergency: EmergencyId, commit: CommitId) -> Result<Option<Receipt>, StoreError> {
        self.read_one(read::receipt(emergency, commit), read::read_receipt).await
    }

    async fn find_call(&self, branch: &BranchKey, call: &CallSid) -> Result<Option<(EmergencyId, Line)>, StoreError> {
        self.read_one(read::call(branch, call), read::read_call).await
    }

    async fn find_message(&self, branch: &BranchKey, message: &MessageSid) -> Result<Option<EmergencyId>, StoreError> {
        self.read_one(read::message(branch, message), read::read_message).await
    }

    async fn open_emergencies(&self, branch: &BranchKey) -> Result<Listing, StoreError> {
        read::listing(self.formats, &self.rows(read::open(branch)).await?)
    }

    async fn concluded_since(&self, branch: &BranchKey, since: Timestamp) -> Result<Listing, StoreError> {
        read::listing(self.formats, &self.rows(read::concluded(branch, since)).await?)
    }

    async fn list(&self, branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Result<Listing, StoreError> {
        read::listing(self.formats, &self.rows(read::page(branch, before, limit)).await?)
    }

    async fn due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
        self.read(queue::due(self.formats, branch, max), queue::read_due).await
    }

    async fn defer(&self, due: &Due, delay: Duration) -> Result<bool, StoreError> {
        self.changes(queue::defer(due, delay)).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let claimed = self.shared.statements.claims(queue::claim(self.formats, request), Repeat::Never, queue::tickets);
        queue::read_claimed(&claimed.await.map_err(Failure::of_write)?)
    }

    async fn holds(&self, ticket: &Ticket) -> Result<bool, StoreError> {
        Ok(!self.rows(queue::holds(ticket)).await?.is_empty())
    }

    async fn extend(&self, ticket: &Ticket, lease: Lease) -> Result<bool, StoreError> {
        self.changes(queue::extend(ticket, lease)).await
    }

    async fn put_back(&self, ticket: &Ticket, delay: Duration) -> Result<bool, StoreError> {
        self.changes(queue::put_back(ticket, delay)).await
    }

    async fn next_wake(&self, branch: &BranchKey, kinds: &[CommandKind]) -> Result<Option<Duration>, StoreError> {
        let (next, now) = self.next(branch, kinds).await?;
        Ok(next.map(|next| next.since(now)))
    }

    async fn changed(&self, branch: &BranchKey, seen: u64) -> u64 {
        self.shared.listener.changed(branch, seen).await
    }

    async fn record(&self, branch: &BranchKey, events: &[Event]) -> Result<Option<EventId>, StoreError> {
        let Some(events) = StoredEvents::of(events)? else { return Ok(None) };
        let rows = self.shared.statements.rows(read::record(branch, events), Repeat::Never).await;
        let rows = rows.map_err(Failure::of_write)?;
        self.shared.writers.announce(branch.as_str());
        rows.first().map(|row| event_id(get(row, 0)?)).transpose()
    }

    async fn events(&self, branch: &BranchKey, after: EventId, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        read::read_events(&self.rows(read::events(branch, after, limit)).await?, after, limit)
    }

    async fn events_of(
        &self,
        emergency: EmergencyId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        read::read_events(&self.rows(read::events_of(emergency, after, limit)).await?, after, limit)
    }

    async fn health(&self, branch: &BranchKey) -> Result<Health, StoreError> {
        let oldest = self.read_one(queue::oldest(branch), queue::read_next);
        let (rows, oldest) = try_join(self.rows(read::open(branch)), oldest).await?;
        let listing = read::listing(self.formats, &rows)?;
        let hidden = [listing.unreadable, listing.newer].concat();
        let unreadable = rows
            .iter()
            .map(read::unreadable)
            .filter(|unreadable| unreadable.as_ref().map_or(true, |unreadable| hidden.contains(&unreadable.id)));
        let (oldest, now) = oldest.ok_or_else(no_row)?;
        Ok(Health {
            open: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            unreadable: unreadable.collect::<Result<_, _>>()?,
            late_by: oldest.map_or(Duration::ZERO, |oldest| now.since(oldest)),
        })
    }
}

#[async_trait]
impl BranchControl for PostgresStore {
    async fn set_availability(&self, branch: &BranchKey, availability: Availability) -> Result<(), StoreError> {
        let call = read::set_availability(branch, availability)?;
        // Set twice is set.
        self.shared.statements.rows(call, Repeat::Harmless).await.map(drop).map_err(Failure::of_write)
    }

    async fn switch_branch(
        &self,
        branch: &BranchKey,
        availability: Availability,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        self.writes(read::switch_branch(branch, availability, audit)?).await.map(drop)
    }

    async fn availability(&self, branch: &BranchKey) -> Result<Availability, StoreError> {
        let decode = |row: &PgRow| codec::decode("availability", get(row, 0)?);
        Ok(self.read_one(read::availability(branch), decode).await?.unwrap_or_default())
    }
}

#[async_trait]
impl DeliveryStore for PostgresStore {
    async fn subscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
        let call = deliveries::subscribe(branch, target);
        self.shared.statements.rows(call, Repeat::Harmless).await.map(drop).map_err(Failure::of_write)
    }

    async fn unsubscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
        let call = deliveries::unsubscribe(branch, target);
        self.shared.statements.rows(call, Repeat::Harmless).await.map(drop).map_err(Failure::of_write)
    }

    async fn claim_deliveries(&self, request: &DeliveryRequest) -> Result<Vec<Delivery>, StoreError> {
        let rows = self.shared.statements.rows(deliveries::claim(request), Repeat::Never).await;
        let (branch, target) = (request.branch.clone(), request.target.clone());
        let read = deliveries::read_delivery(DeliveryTicket { branch, target, lane: None, claim: 0 });
        rows.map_err(Failure::of_write)?.iter().map(read).collect()
    }

    async fn delivered(&self, ticket: &DeliveryTicket, lease: Lease) -> Result<Option<Delivery>, StoreError> {
        let rows = self.shared.statements.rows(deliveries::delivered(ticket, lease), Repeat::Never).await;
        let rows = rows.map_err(Failure::of_write)?;
        rows.first().map(deliveries::read_delivery(ticket.clone())).transpose()
    }

    async fn failed(
        &self,
        ticket: &DeliveryTicket,
        delay: Duration,
        give_up: Timestamp,
    ) -> Result<AfterFailure, StoreError> {
        let rows = self.shared.statements.rows(deliveries::failed(ticket, delay, give_up), Repeat::Never).await;
        let rows = rows.map_err(Failure::of_write)?;
        rows.first().map(deliveries::read_failure(ticket)).ok_or_else(no_row)?
    }

    async fn next_delivery(&self, branch: &BranchKey, target: &TargetName) -> Result<Option<Duration>, StoreError> {
        Ok(self.read_one(deliveries::next(branch, target), deliveries::read_next).await?.flatten())
    }
}

/// Without the address of the server: it holds a password.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("schema", &self.shared.schema).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
