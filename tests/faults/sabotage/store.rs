//! A store that does not do what it says.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use responder::{
    CallSid, MessageSid, Timestamp,
    emergency::{CommandKind, EmergencyId, Event, Line},
    store::{
        BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed, Due, EmergencyStore, EventId, Health, Lease,
        Listing, Loaded, Opened, Opening, Receipt, StoreError, StoredEvent, Ticket, Written,
    },
};
use tokio::time::Instant;

use super::Sabotage;

#[derive(Debug)]
pub(super) struct BadStore {
    inner: Arc<dyn EmergencyStore>,
    sabotage: Sabotage,
    commits: Mutex<u64>,
    /// What was handed out, to be handed out again.
    again: Mutex<VecDeque<(Instant, Claimed)>>,
}

impl BadStore {
    pub(super) fn new(inner: Arc<dyn EmergencyStore>, sabotage: Sabotage) -> Self {
        Self { inner, sabotage, commits: Mutex::new(0), again: Mutex::default() }
    }

    fn is_forgotten(&self) -> bool {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        *commits += 1;
        self.sabotage == Sabotage::ForgetsCommits && commits.is_multiple_of(6)
    }

    fn handed_out_again(&self, request: &ClaimRequest) -> Option<Claimed> {
        let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ripe = |(at, claimed): &(Instant, Claimed)| {
            at.elapsed() > Duration::from_secs(2) && request.kinds.contains(&claimed.kind)
        };
        let place = again.iter().position(is_ripe)?;
        again.remove(place).map(|(_, claimed)| claimed)
    }

    fn remember(&self, claimed: &[Claimed]) {
        if self.sabotage == Sabotage::NoLeases {
            let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
            again.extend(claimed.iter().cloned().map(|claimed| (Instant::now(), claimed)));
        }
    }
}

/// Methods that are as they should be.
macro_rules! untouched {
    ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl EmergencyStore for BadStore {
            $(async fn $name(&self, $($arg: $type),*) -> Result<$answer, StoreError> {
                self.inner.$name($($arg),*).await
            })*

            async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
                if self.is_forgotten() {
                    let receipt = Receipt { version: commit.expected.next(), first_event: None };
                    return Ok(Committed::Written(Written { receipt, claimed: Vec::new() }));
                }
                let committed = self.inner.commit(commit).await?;
                if let Committed::Written(written) = &committed {
                    self.remember(&written.claimed);
                }
                Ok(committed)
            }

            async fn due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
                let due = self.inner.due(branch, max).await?;
                Ok(if self.sabotage == Sabotage::NoDeadlines { Vec::new() } else { due })
            }

            async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
                if let Some(claimed) = self.handed_out_again(request) {
                    return Ok(vec![claimed]);
                }
                let claimed = self.inner.claim(request).await?;
                self.remember(&claimed);
                Ok(claimed)
            }

            async fn holds(&self, ticket: &Ticket) -> Result<bool, StoreError> {
                Ok(self.sabotage == Sabotage::NoLeases || self.inner.holds(ticket).await?)
            }

            async fn next_wake(
                &self,
                branch: &BranchKey,
                kinds: &[CommandKind],
            ) -> Result<Option<Duration>, StoreError> {
                let wake = self.inner.next_wake(branch, kinds).await?;
                // What is due and never told would be looked for without a pause.
                Ok(wake.filter(|span| self.sabotage != Sabotage::NoDeadlines || !span.is_zero()))
            }
        }
    };
}

untouched! {
    now() -> Timestamp;
    open(opening: &Opening) -> Opened;
    load(id: EmergencyId) -> Option<Loaded>;
    was_committed(emergency: EmergencyId, commit: CommitId) -> Option<Receipt>;
    find_call(branch: &BranchKey, call: &CallSid) -> Option<(EmergencyId, Line)>;
    find_message(branch: &BranchKey, message: &MessageSid) -> Option<EmergencyId>;
    open_emergencies(branch: &BranchKey) -> Listing;
    concluded_since(branch: &BranchKey, since: Timestamp) -> Listing;
    list(branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Listing;
    defer(due: &Due, delay: Duration) -> bool;
    extend(ticket: &Ticket, lease: Lease) -> bool;
    put_back(ticket: &Ticket, delay: Duration) -> bool;
    record(branch: &BranchKey, events: &[Event]) -> Option<EventId>;
    events(branch: &BranchKey, after: EventId, limit: u32) -> Vec<StoredEvent>;
    events_of(emergency: EmergencyId, after: EventId, limit: u32) -> Vec<StoredEvent>;
    health(branch: &BranchKey) -> Health;
}
