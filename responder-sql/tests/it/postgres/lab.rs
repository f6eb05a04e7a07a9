//! A lab around a schema of its own.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use responder_core::{
    Timestamp,
    store::{
        AdminStore, BranchControl, DeliveryStore, EmergencyStore,
        codec::Formats,
        testing::{Crash, Job, Lab, Spoil},
    },
};
use responder_sql::PostgresStore;

use super::server::Place;

#[derive(Debug)]
pub(super) struct PostgresLab {
    store: Arc<PostgresStore>,
    /// What crashed. Its connections stay open, as if its node had been stopped.
    wrecks: Vec<Arc<PostgresStore>>,
    /// The clock of this schema, which stands between two calls: many a check needs two things to happen at a time.
    now: Mutex<Timestamp>,
    place: Place,
}

impl PostgresLab {
    pub(super) async fn start() -> Self {
        let place = Place::new();
        let store = Arc::new(place.open().await);
        let now = Mutex::new(Timestamp::from_micros(1_800_000_000_000_001));
        let lab = Self { store, wrecks: Vec::new(), now, place };
        lab.advance(Duration::ZERO).await;
        lab
    }
}

#[async_trait]
impl Lab for PostgresLab {
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
        let now = {
            let mut now = self.now.lock().expect("a lock");
            *now = *now + span;
            now.as_micros()
        };
        let clock = format!(
            "CREATE OR REPLACE FUNCTION micros() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT {now}::bigint'"
        );
        self.place.execute(&clock).await;
    }

    /// Another node goes on. What a crash of the server leaves behind is looked at in `crash.rs`.
    async fn crash(&mut self) -> Crash {
        let reopened = Arc::new(self.place.open().await);
        self.wrecks.push(std::mem::replace(&mut self.store, reopened));
        Crash::Reopened
    }

    async fn spoil(&self, what: Spoil) {
        let changed = match what {
            Spoil::State(id) => {
                let sql = "UPDATE emergencies SET state = left(state, length(state) / 2) WHERE id = ";
                self.place.execute(&format!("{sql}'{id}'")).await
            }
            Spoil::Command(id) => {
                let of = format!("emergency = '{}' AND number = {}", id.emergency, id.number);
                self.place.execute(&format!("UPDATE commands SET action = substr(action, 2) WHERE {of}")).await
            }
            other => panic!("no way to spoil {other:?}"),
        };
        assert_eq!(changed, 1, "the damage");
    }

    async fn run_all(&self, jobs: Vec<Job>) {
        let running: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
        for job in running {
            job.await.expect("a job panicked");
        }
    }
}
