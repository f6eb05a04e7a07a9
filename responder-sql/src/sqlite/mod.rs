//! The store in a SQLite file.

mod batch;
mod error;
mod queue;
mod read;
mod schema;
mod value;
mod write;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use responder_core::{
    CallSid, MessageSid, Timestamp,
    driver::Clock,
    emergency::{CommandKind, EmergencyId, Line},
    store::{
        Availability, BranchControl, BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed, Due,
        EmergencyStore, EventId, Health, Lease, Listing, Loaded, Opened, Opening, Receipt, StoreError, StoredEvent,
        Ticket,
    },
};
use sqlx::{
    Sqlite, SqlitePool, Transaction,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use self::schema::SchemaError;

pub use self::error::OpenError;

/// Keeps emergencies in one SQLite file.
///
/// Every commit is on the disk before it is acknowledged (write-ahead log, `synchronous=FULL`). One connection writes,
/// several read beside it. Several programs on one machine may share the file; it must not lie on a network share.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    clock: Arc<dyn Clock>,
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens a file, or creates it (readable by its owner alone), and brings its tables up to date.
    ///
    /// Stored times are those of `clock`; all programs that share the file should agree on it.
    ///
    /// # Errors
    /// [`OpenError::Newer`] for a file of a later version; [`OpenError::Unusable`] when it can't be opened.
    pub async fn open(path: impl AsRef<Path>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        create_privately(path).map_err(|error| OpenError::Unusable(error.into()))?;
        let unusable = |error: sqlx::Error| OpenError::Unusable(error.into());
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        let writer = pool(1).connect_with(options.clone()).await.map_err(unusable)?;
        schema::migrate(&writer).await.map_err(|error| match error {
            SchemaError::Newer(found) => OpenError::Newer { found },
            SchemaError::Sql(error) => unusable(error),
        })?;
        let readers = pool(READERS).connect_with(options.pragma("query_only", "1")).await.map_err(unusable)?;
        Ok(Self { clock, writer, readers })
    }

    /// Closes all connections, after what is under way. The file is whole without it, too.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction that may write from its first statement on. One that read first and wrote later could find
    /// itself behind another writer, and fail.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(error::failed)
    }
}

fn pool(connections: u32) -> PoolOptions<Sqlite> {
    PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

/// The file is about people in trouble, so it is created for its owner alone; SQLite gives the files beside it the
/// same rights.
fn create_privately(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// How long to wait for another writer. Whoever answers a call has to answer within 5 s.
const PATIENCE: Duration = Duration::from_secs(4);

const READERS: u32 = 4;

#[async_trait]
impl EmergencyStore for SqliteStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.clock.now())
    }

    async fn open(&self, opening: &Opening) -> Result<Opened, StoreError> {
        self.write_opening(opening).await
    }

    async fn load(&self, id: EmergencyId) -> Result<Option<Loaded>, StoreError> {
        self.read_emergency(id).await
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.write_commit(commit).await
    }

    async fn was_committed(&self, emergency: EmergencyId, commit: CommitId) -> Result<Option<Receipt>, StoreError> {
        self.read_receipt(emergency, commit).await
    }

    async fn find_call(&self, branch: &BranchKey, call: &CallSid) -> Result<Option<(EmergencyId, Line)>, StoreError> {
        self.read_call(branch, call).await
    }

    async fn find_message(&self, branch: &BranchKey, message: &MessageSid) -> Result<Option<EmergencyId>, StoreError> {
        self.read_message(branch, message).await
    }

    async fn open_emergencies(&self, branch: &BranchKey) -> Result<Listing, StoreError> {
        self.read_open(branch).await
    }

    async fn concluded_since(&self, branch: &BranchKey, since: Timestamp) -> Result<Listing, StoreError> {
        self.read_concluded(branch, since).await
    }

    async fn list(&self, branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Result<Listing, StoreError> {
        self.read_page(branch, before, limit).await
    }

    async fn due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
        self.read_due(branch, max).await
    }

    async fn defer(&self, due: &Due, delay: Duration) -> Result<bool, StoreError> {
        self.write_deadline(due, delay).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        self.take_commands(request).await
    }

    async fn holds(&self, ticket: &Ticket) -> Result<bool, StoreError> {
        self.read_lease(ticket).await
    }

    async fn extend(&self, ticket: &Ticket, lease: Lease) -> Result<bool, StoreError> {
        self.write_lease(ticket, lease).await
    }

    async fn put_back(&self, ticket: &Ticket, delay: Duration) -> Result<bool, StoreError> {
        self.return_command(ticket, delay).await
    }

    async fn next_wake(&self, branch: &BranchKey, kinds: &[CommandKind]) -> Result<Option<Duration>, StoreError> {
        let next = self.read_next(branch, kinds).await?;
        let now = self.clock.now();
        Ok(next.map(|at| at.since(now)))
    }

    async fn events(&self, branch: &BranchKey, after: EventId, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        self.read_events(branch, after, limit).await
    }

    async fn events_of(
        &self,
        emergency: EmergencyId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read_events_of(emergency, after, limit).await
    }

    async fn health(&self, branch: &BranchKey) -> Result<Health, StoreError> {
        self.read_health(branch).await
    }
}

#[async_trait]
impl BranchControl for SqliteStore {
    async fn set_availability(&self, branch: &BranchKey, availability: Availability) -> Result<(), StoreError> {
        self.write_availability(branch, availability).await
    }

    async fn availability(&self, branch: &BranchKey) -> Result<Availability, StoreError> {
        self.read_availability(branch).await
    }
}

#[cfg(test)]
mod tests {
    use responder_core::driver::SystemClock;

    use super::*;

    /// Commits are to survive a power failure, so both settings are part of the promise.
    #[tokio::test]
    async fn commits_are_flushed_and_logged_ahead() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("responder.db"), Arc::new(SystemClock)).await.unwrap();
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&store.writer).await.unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.writer).await.unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"), "2 is FULL");
        let refused = sqlx::query("DELETE FROM emergencies").execute(&store.readers).await;
        assert!(refused.is_err(), "a reader can write");
    }
}
