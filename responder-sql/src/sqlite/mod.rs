//! The store in a SQLite file.
//!
//! Whoever calls runs on the runtime, the database on threads of its own: one that writes, some that read, one that
//! tidies up behind the writer.

mod audit;
mod checkpoint;
mod connection;
mod deliveries;
mod error;
mod events;
mod job;
mod outbox;
mod pool;
mod queue;
mod read;
mod schema;
mod sessions;
mod settings;
mod transaction;
mod tries;
mod users;
mod write;
mod writer;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use responder_core::{
    CallSid, MessageSid, Timestamp,
    access::AuditEntry,
    driver::Clock,
    emergency::{CommandKind, EmergencyId, Event, Line},
    store::{
        AfterFailure, Availability, BranchControl, BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed,
        Delivery, DeliveryRequest, DeliveryStore, DeliveryTicket, Due, EmergencyStore, EventId, Health, Lease, Listing,
        Loaded, Opened, Opening, Receipt, StoreError, StoredEvent, TargetName, Ticket, codec::Formats,
    },
};
use rusqlite::Connection;

use self::{connection::Role, pool::Pool, writer::Writer};
use crate::{
    error::OpenError,
    people::AuditColumns,
    stored::{StoredCommit, StoredEvents, StoredOpening},
    value::Asker,
};

/// Keeps emergencies in one SQLite file.
///
/// Every commit is on the disk before it is acknowledged (write-ahead log, `synchronous=FULL`); those that come while
/// one is flushed share the next flush. Several programs on one machine may share the file; it must not lie on a
/// network share.
///
/// A future that is dropped leaves nothing half-done. How long a call may take is the caller's to say: with a disk that
/// hangs it takes for ever.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    clock: Arc<dyn Clock>,
    formats: Formats,
    writer: Arc<Writer>,
    readers: Arc<Pool>,
}

impl SqliteStore {
    /// Opens a file, or creates it (readable by its owner alone), and brings its tables up to date.
    ///
    /// Stored times are those of `clock`; all programs that share the file should agree on it.
    ///
    /// # Errors
    /// [`OpenError::Newer`] for a file of a later version; [`OpenError::Unusable`] when it can't be opened, and for
    /// `:memory:`, which would forget every emergency.
    pub async fn open(path: impl AsRef<Path>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        if path.as_os_str().is_empty() || path == Path::new(":memory:") {
            // To SQLite these are databases that each connection has for itself, and that nothing outlives.
            return Err(OpenError::Unusable("emergencies are kept in a file; name one".into()));
        }
        let (opened, result) = tokio::sync::oneshot::channel();
        let open = move || {
            let _ = opened.send(Self::open_here(&path, clock));
        };
        let unusable = |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Unusable(error);
        let thread = std::thread::Builder::new().name("sqlite open".to_owned());
        thread.spawn(open).map_err(|error| unusable(error.into()))?;
        result.await.map_err(|error| unusable(error.into()))?
    }

    fn open_here(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let put_back = {
            let clock = clock.clone();
            Arc::new(move |tx: &Connection, ticket: &Ticket| queue::put_back(tx, ticket, clock.now()))
        };
        let writer = Arc::new(Writer::start(path, put_back)?);
        let readers = Arc::new(Pool::start(path, Role::Read, READERS)?);
        Ok(Self { clock, formats: Formats::OWN, writer, readers })
    }

    /// The same file, as a build with other formats reads and writes it: for tests of deploys.
    #[must_use]
    pub fn as_of(&self, formats: Formats) -> Self {
        Self { formats, ..self.clone() }
    }

    /// Closes all connections, after what is under way. The file is whole without it, too.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Reads, at the store's time.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, Asker) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (clock, formats) = (self.clock.clone(), self.formats);
        self.readers.run(move |reader| work(reader, Asker { now: clock.now(), formats })).await
    }

    /// Writes, at the store's time.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, Asker) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.hand_out(work, |_| Vec::new()).await
    }

    /// Writes, and answers with claims.
    async fn hand_out<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, Asker) -> Result<T, StoreError> + Send + 'static,
        tickets: fn(&T) -> Vec<Ticket>,
    ) -> Result<T, StoreError> {
        let (clock, formats) = (self.clock.clone(), self.formats);
        self.writer.run(move |tx| work(tx, Asker { now: clock.now(), formats }), tickets).await
    }
}

fn tickets(claimed: &[Claimed]) -> Vec<Ticket> {
    claimed.iter().map(|claimed| claimed.ticket).collect()
}

const READERS: usize = 4;

#[async_trait]
impl EmergencyStore for SqliteStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.clock.now())
    }

    async fn open(&self, opening: &Opening) -> Result<Opened, StoreError> {
        let opening = StoredOpening::of(opening, self.formats)?;
        let tickets = |opened: &Opened| match opened {
            Opened::Created(written) => tickets(&written.claimed),
            _ => Vec::new(),
        };
        self.hand_out(move |tx, asker| write::open(tx, asker.now, &opening), tickets).await
    }

    async fn load(&self, id: EmergencyId) -> Result<Option<Loaded>, StoreError> {
        self.read(move |reader, asker| read::load(reader, asker, id)).await
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let commit = StoredCommit::of(commit, self.formats)?;
        let tickets = |committed: &Committed| match committed {
            Committed::Written(written) => tickets(&written.claimed),
            Committed::AlreadySettled { .. } => Vec::new(),
        };
        self.hand_out(move |tx, asker| write::commit(tx, asker.now, &commit), tickets).await
    }

    async fn was_committed(&self, emergency: EmergencyId, commit: CommitId) -> Result<Option<Receipt>, StoreError> {
        self.read(move |reader, _| read::receipt(reader, &emergency.to_string(), commit)).await
    }

    async fn find_call(&self, branch: &BranchKey, call: &CallSid) -> Result<Option<(EmergencyId, Line)>, StoreError> {
        let (branch, call) = (branch.clone(), call.clone());
        self.read(move |reader, _| read::find_call(reader, &branch, &call)).await
    }

    async fn find_message(&self, branch: &BranchKey, message: &MessageSid) -> Result<Option<EmergencyId>, StoreError> {
        let (branch, message) = (branch.clone(), message.clone());
        self.read(move |reader, _| read::find_message(reader, &branch, &message)).await
    }

    async fn open_emergencies(&self, branch: &BranchKey) -> Result<Listing, StoreError> {
        let branch = branch.clone();
        self.read(move |reader, asker| read::open(reader, asker, &branch)).await
    }

    async fn concluded_since(&self, branch: &BranchKey, since: Timestamp) -> Result<Listing, StoreError> {
        let branch = branch.clone();
        self.read(move |reader, asker| read::concluded(reader, asker, &branch, since)).await
    }

    async fn list(&self, branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Result<Listing, StoreError> {
        let branch = branch.clone();
        self.read(move |reader, asker| read::page(reader, asker, &branch, before, limit)).await
    }

    async fn due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
        let branch = branch.clone();
        self.read(move |reader, asker| queue::due(reader, asker, &branch, max)).await
    }

    async fn defer(&self, due: &Due, delay: Duration) -> Result<bool, StoreError> {
        let due = due.clone();
        self.write(move |tx, asker| queue::defer(tx, asker.now, &due, delay)).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let request = request.clone();
        self.hand_out(move |tx, asker| queue::claim(tx, asker, &request), |claimed| tickets(claimed)).await
    }

    async fn holds(&self, ticket: &Ticket) -> Result<bool, StoreError> {
        let ticket = *ticket;
        self.read(move |reader, asker| queue::holds(reader, asker.now, &ticket)).await
    }

    async fn extend(&self, ticket: &Ticket, lease: Lease) -> Result<bool, StoreError> {
        let ticket = *ticket;
        self.write(move |tx, asker| queue::extend(tx, asker.now, &ticket, lease)).await
    }

    async fn put_back(&self, ticket: &Ticket, delay: Duration) -> Result<bool, StoreError> {
        let ticket = *ticket;
        self.write(move |tx, asker| queue::put_back(tx, &ticket, asker.now + delay)).await
    }

    async fn next_wake(&self, branch: &BranchKey, kinds: &[CommandKind]) -> Result<Option<Duration>, StoreError> {
        let (branch, kinds) = (branch.clone(), kinds.to_vec());
        let next = self.read(move |reader, asker| {
            Ok(queue::next(reader, asker.formats, &branch, &kinds)?.map(|at| at.since(asker.now)))
        });
        next.await
    }

    async fn record(&self, branch: &BranchKey, events: &[Event]) -> Result<Option<EventId>, StoreError> {
        let Some(events) = StoredEvents::of(events)? else { return Ok(None) };
        let branch = branch.clone();
        self.write(move |tx, asker| events::record(tx, asker.now, &branch, &events).map(Some)).await
    }

    async fn events(&self, branch: &BranchKey, after: EventId, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let branch = branch.clone();
        self.read(move |reader, _| events::of_branch(reader, &branch, after, limit)).await
    }

    async fn events_of(
        &self,
        emergency: EmergencyId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(move |reader, _| events::of_emergency(reader, emergency, after, limit)).await
    }

    async fn health(&self, branch: &BranchKey) -> Result<Health, StoreError> {
        let branch = branch.clone();
        self.read(move |reader, asker| read::health(reader, asker, &branch)).await
    }
}

#[async_trait]
impl BranchControl for SqliteStore {
    async fn set_availability(&self, branch: &BranchKey, availability: Availability) -> Result<(), StoreError> {
        let branch = branch.clone();
        self.write(move |tx, _| write::set_availability(tx, branch.as_str(), availability)).await
    }

    async fn switch_branch(
        &self,
        branch: &BranchKey,
        availability: Availability,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let (branch, entry) = (branch.clone(), AuditColumns::of(entry)?);
        let switch = move |tx: &Connection, now: Timestamp| {
            write::set_availability(tx, branch.as_str(), availability)?;
            audit::record(tx, now, &entry).map(drop)
        };
        self.write(move |tx, asker| switch(tx, asker.now)).await
    }

    async fn availability(&self, branch: &BranchKey) -> Result<Availability, StoreError> {
        let branch = branch.clone();
        self.read(move |reader, _| read::availability(reader, branch.as_str())).await
    }
}

#[async_trait]
impl DeliveryStore for SqliteStore {
    async fn subscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
        let (branch, target) = (branch.clone(), target.clone());
        self.write(move |tx, _| deliveries::subscribe(tx, &branch, &target)).await
    }

    async fn unsubscribe(&self, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
        let (branch, target) = (branch.clone(), target.clone());
        self.write(move |tx, _| deliveries::unsubscribe(tx, &branch, &target)).await
    }

    async fn claim_deliveries(&self, request: &DeliveryRequest) -> Result<Vec<Delivery>, StoreError> {
        let request = request.clone();
        self.write(move |tx, asker| deliveries::claim(tx, asker.now, &request)).await
    }

    async fn delivered(&self, ticket: &DeliveryTicket, lease: Lease) -> Result<Option<Delivery>, StoreError> {
        let ticket = ticket.clone();
        self.write(move |tx, asker| deliveries::delivered(tx, asker.now, &ticket, lease)).await
    }

    async fn failed(
        &self,
        ticket: &DeliveryTicket,
        delay: Duration,
        give_up: Timestamp,
    ) -> Result<AfterFailure, StoreError> {
        let ticket = ticket.clone();
        self.write(move |tx, asker| deliveries::failed(tx, asker.now, &ticket, delay, give_up)).await
    }

    async fn next_delivery(&self, branch: &BranchKey, target: &TargetName) -> Result<Option<Duration>, StoreError> {
        let (branch, target) = (branch.clone(), target.clone());
        self.read(move |reader, asker| deliveries::next(reader, &branch, &target, asker.now)).await
    }
}

#[cfg(test)]
mod tests;
