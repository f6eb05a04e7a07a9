//! The store as one node sees it: it may be away, its answers may be lost, and the node may die on the way to it.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use responder::{
    CallSid, MessageSid, Timestamp,
    emergency::{CommandKind, EmergencyId, Event, Line},
    store::{
        BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed, Due, EmergencyStore, EventId, Health, Lease,
        Listing, Loaded, Opened, Opening, Receipt, StoreError, StoredEvent, Ticket,
    },
};
use tokio::time::sleep;

use crate::{
    dice::Dice,
    life::Life,
    scene::{Absence, Lost, Scene},
};

#[derive(Debug)]
pub(crate) struct NodeStore {
    pub(crate) inner: Arc<dyn EmergencyStore>,
    pub(crate) scene: Arc<Scene>,
    pub(crate) life: Arc<Life>,
    pub(crate) dice: Mutex<Dice>,
}

impl NodeStore {
    /// The way there: some milliseconds, unless it is blocked.
    async fn reach(&self) -> Result<(), StoreError> {
        self.scene.cross(&self.life).await;
        let latency = self.dice.lock().unwrap_or_else(PoisonError::into_inner).millis(0..=3);
        if !latency.is_zero() {
            sleep(latency).await;
        }
        match self.scene.absence() {
            None => Ok(()),
            Some(Absence::Refuses) => Err(StoreError::Unavailable("refused".into())),
            Some(Absence::Hangs(span)) => {
                sleep(span).await;
                Err(StoreError::Unavailable("no answer in time".into()))
            }
        }
    }

    /// The way back.
    async fn return_with<T>(&self, answer: T) -> T {
        self.scene.cross(&self.life).await;
        answer
    }
}

/// Methods that go there and back.
macro_rules! there_and_back {
    ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl EmergencyStore for NodeStore {
            $(async fn $name(&self, $($arg: $type),*) -> Result<$answer, StoreError> {
                self.reach().await?;
                let answer = self.inner.$name($($arg),*).await;
                self.return_with(answer).await
            })*

            /// Only reads a clock.
            async fn now(&self) -> Result<Timestamp, StoreError> {
                self.life.lives().await;
                match self.scene.absence() {
                    None => self.inner.now().await,
                    Some(_) => Err(StoreError::Unavailable("refused".into())),
                }
            }

            async fn open(&self, opening: &Opening) -> Result<Opened, StoreError> {
                self.reach().await?;
                let answer = self.inner.open(opening).await;
                if let Ok(Opened::Created(_)) = answer {
                    self.scene.committed(&opening.commit.state);
                }
                self.return_with(answer).await
            }

            async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
                self.reach().await?;
                let lost = self.scene.loses_answer();
                if lost == Some(Lost::NotWritten) {
                    return Err(StoreError::Unknown("connection lost before COMMIT".into()));
                }
                let answer = self.inner.commit(commit).await;
                if let Ok(Committed::Written(_)) = answer {
                    self.scene.committed(&commit.state);
                }
                if lost == Some(Lost::Written) {
                    return Err(StoreError::Unknown("connection lost after COMMIT".into()));
                }
                self.return_with(answer).await
            }
        }
    };
}

there_and_back! {
    load(id: EmergencyId) -> Option<Loaded>;
    was_committed(emergency: EmergencyId, commit: CommitId) -> Option<Receipt>;
    find_call(branch: &BranchKey, call: &CallSid) -> Option<(EmergencyId, Line)>;
    find_message(branch: &BranchKey, message: &MessageSid) -> Option<EmergencyId>;
    open_emergencies(branch: &BranchKey) -> Listing;
    concluded_since(branch: &BranchKey, since: Timestamp) -> Listing;
    list(branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Listing;
    due(branch: &BranchKey, max: u32) -> Vec<Due>;
    defer(due: &Due, delay: Duration) -> bool;
    claim(request: &ClaimRequest) -> Vec<Claimed>;
    holds(ticket: &Ticket) -> bool;
    extend(ticket: &Ticket, lease: Lease) -> bool;
    put_back(ticket: &Ticket, delay: Duration) -> bool;
    next_wake(branch: &BranchKey, kinds: &[CommandKind]) -> Option<Duration>;
    record(branch: &BranchKey, events: &[Event]) -> Option<EventId>;
    events(branch: &BranchKey, after: EventId, limit: u32) -> Vec<StoredEvent>;
    events_of(emergency: EmergencyId, after: EventId, limit: u32) -> Vec<StoredEvent>;
    health(branch: &BranchKey) -> Health;
}
