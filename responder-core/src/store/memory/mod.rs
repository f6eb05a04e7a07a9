//! A store in memory.

mod admin;
mod data;
mod deliveries;
mod outbox;
mod queue;
mod read;
mod tries;
mod write;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use self::data::{Asker, Data};
use super::{
    Availability, BranchControl, BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed, Due, EmergencyStore,
    EventId, Health, Lease, Listing, Loaded, Opened, Opening, Receipt, StoreError, StoredEvent, Ticket,
    codec::{self, Formats},
};
use crate::{
    CallSid, MessageSid, Timestamp,
    access::AuditEntry,
    driver::Clock,
    emergency::{CommandKind, EmergencyId, Event, Line},
};

/// Keeps everything in memory, and nothing beyond the end of the process: for tests and demonstrations.
///
/// It stores the same texts as a database would, so that what can't be stored and read back fails here, too. Nothing
/// is ever removed.
#[derive(Debug)]
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    formats: Formats,
    data: Arc<Mutex<Data>>,
}

impl MemoryStore {
    /// An empty store whose times are those of `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, formats: Formats::OWN, data: Arc::default() }
    }

    /// The same emergencies, as a build with other formats reads and writes them: for tests of deploys.
    #[must_use]
    pub fn as_of(&self, formats: Formats) -> Self {
        Self { clock: self.clock.clone(), formats, data: self.data.clone() }
    }

    /// Everything is prepared before the first change, so what a panic leaves behind is whole.
    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asker(&self) -> Asker {
        Asker { now: self.clock.now(), formats: self.formats }
    }
}

#[async_trait]
impl EmergencyStore for MemoryStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.clock.now())
    }

    async fn open(&self, opening: &Opening) -> Result<Opened, StoreError> {
        self.data().open(self.asker(), opening)
    }

    async fn load(&self, id: EmergencyId) -> Result<Option<Loaded>, StoreError> {
        self.data().load(self.asker(), id)
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.data().commit(self.asker(), commit)
    }

    async fn was_committed(&self, emergency: EmergencyId, commit: CommitId) -> Result<Option<Receipt>, StoreError> {
        Ok(self.data().receipt(emergency, commit))
    }

    async fn find_call(&self, branch: &BranchKey, call: &CallSid) -> Result<Option<(EmergencyId, Line)>, StoreError> {
        Ok(self.data().find_call(branch, call))
    }

    async fn find_message(&self, branch: &BranchKey, message: &MessageSid) -> Result<Option<EmergencyId>, StoreError> {
        Ok(self.data().find_message(branch, message))
    }

    async fn open_emergencies(&self, branch: &BranchKey) -> Result<Listing, StoreError> {
        self.data().open_emergencies(self.asker(), branch)
    }

    async fn concluded_since(&self, branch: &BranchKey, since: Timestamp) -> Result<Listing, StoreError> {
        self.data().concluded_since(self.asker(), branch, since)
    }

    async fn list(&self, branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Result<Listing, StoreError> {
        self.data().list(self.asker(), branch, before, limit)
    }

    async fn due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
        Ok(self.data().due(self.asker(), branch, max))
    }

    async fn defer(&self, due: &Due, delay: Duration) -> Result<bool, StoreError> {
        Ok(self.data().defer(due, self.clock.now() + delay))
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        self.data().claim(self.asker(), request)
    }

    async fn holds(&self, ticket: &Ticket) -> Result<bool, StoreError> {
        Ok(self.data().holds(self.clock.now(), ticket))
    }

    async fn extend(&self, ticket: &Ticket, lease: Lease) -> Result<bool, StoreError> {
        Ok(self.data().extend(self.clock.now(), ticket, lease))
    }

    async fn put_back(&self, ticket: &Ticket, delay: Duration) -> Result<bool, StoreError> {
        Ok(self.data().put_back(ticket, self.clock.now() + delay))
    }

    async fn next_wake(&self, branch: &BranchKey, kinds: &[CommandKind]) -> Result<Option<Duration>, StoreError> {
        let asker = self.asker();
        Ok(self.data().next_wake(asker, branch, kinds).map(|at| at.since(asker.now)))
    }

    async fn record(&self, branch: &BranchKey, events: &[Event]) -> Result<Option<EventId>, StoreError> {
        let texts = events.iter().map(|event| codec::encode("event", event)).collect::<Result<_, _>>()?;
        Ok(self.data().add_events(self.clock.now(), branch, None, texts))
    }

    async fn events(&self, branch: &BranchKey, after: EventId, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        Ok(self.data().events(branch, after, limit))
    }

    async fn events_of(
        &self,
        emergency: EmergencyId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        Ok(self.data().events_of(emergency, after, limit))
    }

    async fn health(&self, branch: &BranchKey) -> Result<Health, StoreError> {
        self.data().health(self.asker(), branch)
    }
}

#[async_trait]
impl BranchControl for MemoryStore {
    async fn set_availability(&self, branch: &BranchKey, availability: Availability) -> Result<(), StoreError> {
        self.data().branch_mut(branch).availability = availability;
        Ok(())
    }

    async fn switch_branch(
        &self,
        branch: &BranchKey,
        availability: Availability,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let (mut data, now) = (self.data(), self.clock.now());
        data.branch_mut(branch).availability = availability;
        data.admin.record(now, audit);
        Ok(())
    }

    async fn availability(&self, branch: &BranchKey) -> Result<Availability, StoreError> {
        Ok(self.data().branches.get(branch).map(|branch| branch.availability).unwrap_or_default())
    }
}

/// Damage, so that the suite can see what becomes of it.
#[cfg(test)]
impl MemoryStore {
    pub(super) fn spoil_state(&self, id: EmergencyId) {
        if let Some(row) = self.data().emergencies.get_mut(&id) {
            row.state.truncate(row.state.len() / 2);
        }
    }

    pub(super) fn spoil_command(&self, id: crate::emergency::CommandId) {
        if let Some(row) = self.data().commands.get_mut(&id) {
            row.text.truncate(row.text.len() / 2);
        }
    }
}
