//! A lab around a file in a directory of its own.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    driver::ManualClock,
    store::{
        AdminStore, BranchControl, DeliveryStore, EmergencyStore,
        codec::Formats,
        testing::{Crash, Job, Lab, Spoil},
    },
};
use responder_sql::SqliteStore;
use rusqlite::{Connection, params};

#[derive(Debug)]
pub(super) struct SqliteLab {
    clock: Arc<ManualClock>,
    store: Arc<SqliteStore>,
    folder: tempfile::TempDir,
    /// What crashed. Its connections stay open, as if it had been stopped in the middle of everything.
    wrecks: Vec<(Arc<SqliteStore>, tempfile::TempDir)>,
}

impl SqliteLab {
    pub(super) async fn start() -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_001)));
        let folder = tempfile::tempdir().expect("a folder for the database");
        let store = open(folder.path(), &clock).await;
        Self { clock, store, folder, wrecks: Vec::new() }
    }
}

async fn open(folder: &Path, clock: &Arc<ManualClock>) -> Arc<SqliteStore> {
    let store = SqliteStore::open(folder.join(FILE), clock.clone()).await;
    Arc::new(store.expect("a database in a fresh folder"))
}

const FILE: &str = "responder.db";

#[async_trait]
impl Lab for SqliteLab {
    fn store(&self) -> Arc<dyn EmergencyStore> {
        self.store.clone()
    }

    fn store_as_of(&self, formats: Formats) -> Arc<dyn EmergencyStore> {
        Arc::new(self.store.as_of(formats))
    }

    fn branches(&self) -> Arc<dyn BranchControl> {
        self.store.clone()
    }

    fn deliveries(&self) -> Arc<dyn DeliveryStore> {
        self.store.clone()
    }

    fn admin(&self) -> Arc<dyn AdminStore> {
        self.store.clone()
    }

    async fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// Opens a copy of what is on the disk at this moment: nothing has been closed, nothing has been tidied up.
    async fn crash(&mut self) -> Crash {
        let copy = tempfile::tempdir().expect("a folder for the copy");
        for name in [FILE.to_owned(), format!("{FILE}-wal")] {
            std::fs::copy(self.folder.path().join(&name), copy.path().join(&name)).expect("a copy of the file");
        }
        let reopened = open(copy.path(), &self.clock).await;
        let wreck = std::mem::replace(&mut self.store, reopened);
        self.wrecks.push((wreck, std::mem::replace(&mut self.folder, copy)));
        Crash::Reopened
    }

    async fn spoil(&self, what: Spoil) {
        let database = Connection::open(self.folder.path().join(FILE)).expect("a second connection");
        let changed = match what {
            Spoil::State(id) => database.execute(
                "UPDATE emergencies SET state = substr(state, 1, length(state) / 2) WHERE id = ?1",
                [id.to_string()],
            ),
            Spoil::Command(id) => database.execute(
                "UPDATE commands SET action = substr(action, 2) WHERE emergency = ?1 AND number = ?2",
                params![id.emergency.to_string(), id.number],
            ),
            other => panic!("no way to spoil {other:?}"),
        };
        assert_eq!(changed.expect("the damage"), 1);
    }

    async fn run_all(&self, jobs: Vec<Job>) {
        let running: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
        for job in running {
            job.await.expect("a job panicked");
        }
    }
}
