//! A lab around the store in memory.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    broken::{Broken, Fault},
    broken_admin::{AdminFault, BrokenAdmin},
    deliveries::BrokenDeliveries,
};
use crate::{
    Timestamp,
    driver::ManualClock,
    store::{
        AdminStore, BranchControl, DeliveryStore, EmergencyStore, MemoryStore,
        codec::Formats,
        testing::{Crash, Job, Lab, Spoil},
    },
};

#[derive(Debug)]
pub(super) struct MemoryLab {
    clock: Arc<ManualClock>,
    memory: Arc<MemoryStore>,
    store: Arc<dyn EmergencyStore>,
    admin: Arc<dyn AdminStore>,
    fault: Option<Fault>,
}

impl MemoryLab {
    pub(super) async fn sound() -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_001)));
        let memory = Arc::new(MemoryStore::new(clock.clone()));
        Self { clock, store: memory.clone(), admin: memory.clone(), memory, fault: None }
    }

    pub(super) async fn with(fault: Fault) -> Self {
        let sound = Self::sound().await;
        Self { store: Arc::new(Broken::new(sound.memory.clone(), fault)), fault: Some(fault), ..sound }
    }

    pub(super) async fn with_admin(fault: AdminFault) -> Self {
        let sound = Self::sound().await;
        Self { admin: Arc::new(BrokenAdmin::new(sound.memory.clone(), fault)), ..sound }
    }
}

#[async_trait]
impl Lab for MemoryLab {
    fn store(&self) -> Arc<dyn EmergencyStore> {
        self.store.clone()
    }

    fn store_as_of(&self, formats: Formats) -> Arc<dyn EmergencyStore> {
        let other = Arc::new(self.memory.as_of(formats));
        match self.fault {
            Some(fault) => Arc::new(Broken::new(other, fault)),
            None => other,
        }
    }

    fn branches(&self) -> Arc<dyn BranchControl> {
        self.memory.clone()
    }

    fn deliveries(&self) -> Arc<dyn DeliveryStore> {
        match self.fault {
            Some(fault) => Arc::new(BrokenDeliveries { inner: self.memory.clone(), fault }),
            None => self.memory.clone(),
        }
    }

    fn admin(&self) -> Arc<dyn AdminStore> {
        self.admin.clone()
    }

    async fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    async fn crash(&mut self) -> Crash {
        Crash::Unsupported("memory ends with the process")
    }

    async fn spoil(&self, what: Spoil) {
        match what {
            Spoil::State(id) => self.memory.spoil_state(id),
            Spoil::Command(id) => self.memory.spoil_command(id),
        }
    }

    async fn run_all(&self, jobs: Vec<Job>) {
        let running: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
        for job in running {
            job.await.expect("a job panicked");
        }
    }
}
