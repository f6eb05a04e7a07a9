//! Stores that break the contract, each in one way.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;

use crate::{
    CallSid, MessageSid, Timestamp,
    emergency::{CommandKind, EmergencyId, Event, Line},
    store::{
        BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed, Due, EmergencyStore, EventId, Health, Lease,
        Listing, Loaded, MemoryStore, Opened, Opening, Receipt, StoreError, StoredEvent, Task, Ticket, Written,
        codec::Formats,
    },
};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    LosesEvents,
    LosesBindings,
    IgnoresVersion,
    ForgetsCommits,
    RenamesCommits,
    LastOutcomeCounts,
    RefusesLateOutcomes,
    ForgetsWithdrawals,
    WithdrawsClaimed,
    LimitBeforeKey,
    ForgetsKeys,
    IgnoresLimit,
    ClaimsBackwards,
    IgnoresKinds,
    SharesCommands,
    ListsEverything,
    OneAtATime,
    NeverGivesUp,
    LosesPutBacks,
    StumblesOverUnreadable,
    SkipsEventIds,
    RecordsOnlyFirst,
    KeepsDeadlines,
    SleepsForEver,
    HasAnotherClock,
    LeasesForEver,
    LosesExtensions,
    ReadsOtherTexts,
    ListsBackwards,
    ClaimsNothing,
    ClaimsInWords,
    ForgetsClaims,
    KeepsClaims,
    TakesNewerForCorrupt,
    OverwritesNewer,
    ClaimsFromNewer,
    WakesForNewer,
    ForsakesNewer,
    HurriesNewer,
    SubscribesAnew,
    EndsLanesEarly,
    DeliversOneAtATime,
    SharesLanes,
    ForgetsTries,
    TakesAnyTicket,
    ForgetsPauses,
    NeverSkips,
    ForgetsNobody,
}

/// A sound store, made unsound.
#[derive(Debug)]
pub(super) struct Broken {
    inner: Arc<MemoryStore>,
    fault: Fault,
    memory: Mutex<Memory>,
}

/// What some faults have to remember.
#[derive(Debug, Default)]
struct Memory {
    claimed: Vec<Claimed>,
    due: Vec<Due>,
    renamed: u128,
}

impl Broken {
    pub(super) fn new(inner: Arc<MemoryStore>, fault: Fault) -> Self {
        Self { inner, fault, memory: Mutex::default() }
    }

    /// Blind to formats.
    fn as_newer(&self) -> MemoryStore {
        self.inner.as_of(Formats::OWN.and_next())
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    fn rename(&self, commit: &mut Commit) {
        let mut memory = self.memory();
        memory.renamed += 1;
        commit.id = CommitId::from_random(memory.renamed << 64);
    }

    async fn is_repeat(&self, commit: &Commit) -> Result<bool, StoreError> {
        Ok(self.inner.was_committed(commit.emergency(), commit.id).await?.is_some())
    }

    async fn spoil_claims(&self, commit: &Commit, is_repeat: bool, written: &mut Written) -> Result<(), StoreError> {
        match self.fault {
            Fault::ForgetsClaims if is_repeat => written.claimed.clear(),
            Fault::ClaimsInWords if commit.claims.is_some() => {
                for claimed in &written.claimed {
                    self.inner.put_back(&claimed.ticket, Duration::ZERO).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn tickets_of(&self, emergency: EmergencyId) -> Vec<Ticket> {
        let memory = self.memory();
        let of = memory.claimed.iter().map(|claimed| claimed.ticket);
        of.filter(|ticket| ticket.command.emergency == emergency).collect()
    }
}

#[async_trait]
impl EmergencyStore for Broken {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.inner.now().await
    }

    async fn open(&self, opening: &Opening) -> Result<Opened, StoreError> {
        let mut opening = opening.clone();
        match self.fault {
            Fault::ForgetsKeys => opening.idempotency = None,
            Fault::IgnoresLimit => opening.limit = u32::MAX,
            Fault::RenamesCommits => self.rename(&mut opening.commit),
            Fault::ClaimsNothing => opening.commit.claims = None,
            Fault::LimitBeforeKey => {
                let active = self.inner.open_emergencies(&opening.branch).await?.emergencies.len();
                if active >= opening.limit as usize {
                    return Ok(Opened::Busy);
                }
            }
            _ => {}
        }
        let is_repeat = self.is_repeat(&opening.commit).await?;
        let mut opened = self.inner.open(&opening).await?;
        if let Opened::Created(written) = &mut opened {
            self.spoil_claims(&opening.commit, is_repeat, written).await?;
        }
        Ok(opened)
    }

    async fn load(&self, id: EmergencyId) -> Result<Option<Loaded>, StoreError> {
        let loaded = self.inner.load(id).await;
        if let (Err(StoreError::Newer), Fault::TakesNewerForCorrupt) = (&loaded, self.fault) {
            return Err(StoreError::Corrupt { what: "state", source: "of a newer build".into() });
        }
        let mut loaded = loaded?;
        if let Some(loaded) = loaded.as_mut().filter(|_| self.fault == Fault::HasAnotherClock) {
            loaded.now = loaded.now + Duration::from_secs(3600);
        }
        Ok(loaded)
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let mut commit = commit.clone();
        match self.fault {
            Fault::LosesEvents => drop(commit.events.pop()),
            Fault::LosesBindings => commit.binds.clear(),
            Fault::ForgetsWithdrawals => commit.withdraw.clear(),
            Fault::RenamesCommits => self.rename(&mut commit),
            Fault::ClaimsNothing => commit.claims = None,
            Fault::IgnoresVersion | Fault::OverwritesNewer => {
                if let Some(current) = self.as_newer().load(commit.emergency()).await? {
                    commit.expected = current.version;
                }
            }
            Fault::WithdrawsClaimed if !commit.withdraw.is_empty() => {
                for ticket in self.tickets_of(commit.emergency()) {
                    self.inner.put_back(&ticket, Duration::ZERO).await?;
                }
            }
            Fault::RefusesLateOutcomes if commit.settles.is_some() => {
                for ticket in self.tickets_of(commit.emergency()) {
                    let is_it = commit.settles.as_ref().is_some_and(|settled| settled.command == ticket.command);
                    if is_it && !self.inner.holds(&ticket).await? {
                        return Err(StoreError::NotFound);
                    }
                }
            }
            _ => {}
        }
        let is_repeat = self.is_repeat(&commit).await?;
        let mut committed = self.inner.commit(&commit).await?;
        if let Committed::Written(written) = &mut committed {
            self.spoil_claims(&commit, is_repeat, written).await?;
        }
        if self.fault == Fault::LastOutcomeCounts && committed.receipt().is_none() {
            return self.inner.commit(&Commit { settles: None, ..commit }).await;
        }
        Ok(committed)
    }

    async fn was_committed(&self, emergency: EmergencyId, commit: CommitId) -> Result<Option<Receipt>, StoreError> {
        let receipt = self.inner.was_committed(emergency, commit).await?;
        Ok(receipt.filter(|_| self.fault != Fault::ForgetsCommits))
    }

    async fn find_call(&self, branch: &BranchKey, call: &CallSid) -> Result<Option<(EmergencyId, Line)>, StoreError> {
        self.inner.find_call(branch, call).await
    }

    async fn find_message(&self, branch: &BranchKey, message: &MessageSid) -> Result<Option<EmergencyId>, StoreError> {
        self.inner.find_message(branch, message).await
    }

    async fn open_emergencies(&self, branch: &BranchKey) -> Result<Listing, StoreError> {
        let listing = self.inner.open_emergencies(branch).await?;
        match listing.unreadable.first() {
            Some(id) if self.fault == Fault::StumblesOverUnreadable => self.inner.load(*id).await.map(|_| listing),
            _ => Ok(listing),
        }
    }

    async fn concluded_since(&self, branch: &BranchKey, since: Timestamp) -> Result<Listing, StoreError> {
        self.inner.concluded_since(branch, since).await
    }

    async fn list(&self, branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Result<Listing, StoreError> {
        let mut listing = self.inner.list(branch, before, limit).await?;
        match self.fault {
            Fault::ListsBackwards => listing.emergencies.reverse(),
            Fault::ListsEverything => {
                let other = self.inner.list(&"north".parse().unwrap(), before, limit).await?;
                listing.emergencies.extend(other.emergencies);
            }
            _ => {}
        }
        Ok(listing)
    }

    async fn due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
        let mut due = match self.fault {
            Fault::HurriesNewer => self.as_newer().due(branch, max).await?,
            _ => self.inner.due(branch, max).await?,
        };
        if self.fault == Fault::ForsakesNewer {
            let newer = self.inner.open_emergencies(branch).await?.newer;
            due.retain(|due| !newer.contains(&due.id));
        }
        if self.fault != Fault::KeepsDeadlines {
            return Ok(due);
        }
        let mut memory = self.memory();
        memory.due.extend(due);
        Ok(memory.due.clone())
    }

    async fn defer(&self, due: &Due, delay: Duration) -> Result<bool, StoreError> {
        self.inner.defer(due, delay).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let mut request = request.clone();
        match self.fault {
            Fault::IgnoresKinds => request.kinds = CommandKind::ALL.to_vec(),
            Fault::OneAtATime => {
                let earlier: Vec<_> = self.memory().claimed.iter().map(|claimed| claimed.ticket).collect();
                for ticket in earlier {
                    if self.inner.holds(&ticket).await? {
                        return Ok(Vec::new());
                    }
                }
            }
            _ => {}
        }
        let mut claimed = match self.fault {
            Fault::ClaimsFromNewer => self.as_newer().claim(&request).await?,
            _ => self.inner.claim(&request).await?,
        };
        let mut memory = self.memory();
        match self.fault {
            Fault::ClaimsBackwards => claimed.reverse(),
            Fault::KeepsClaims => claimed.retain(|claimed| !claimed.may_have_run),
            Fault::SharesCommands if claimed.is_empty() => return Ok(std::mem::take(&mut memory.claimed)),
            Fault::NeverGivesUp => {
                for one in &mut claimed {
                    if let Task::Report(command, _) = &one.task {
                        one.task = Task::Run(command.clone());
                    }
                }
            }
            _ => {}
        }
        memory.claimed.clone_from(&claimed);
        Ok(claimed)
    }

    async fn holds(&self, ticket: &Ticket) -> Result<bool, StoreError> {
        Ok(self.fault == Fault::LeasesForEver || self.inner.holds(ticket).await?)
    }

    async fn extend(&self, ticket: &Ticket, lease: Lease) -> Result<bool, StoreError> {
        match self.fault {
            Fault::LosesExtensions => self.inner.holds(ticket).await,
            _ => self.inner.extend(ticket, lease).await,
        }
    }

    async fn put_back(&self, ticket: &Ticket, delay: Duration) -> Result<bool, StoreError> {
        match self.fault {
            Fault::LosesPutBacks => self.inner.holds(ticket).await,
            _ => self.inner.put_back(ticket, delay).await,
        }
    }

    async fn next_wake(&self, branch: &BranchKey, kinds: &[CommandKind]) -> Result<Option<Duration>, StoreError> {
        let wake = match self.fault {
            Fault::WakesForNewer => self.as_newer().next_wake(branch, kinds).await?,
            _ => self.inner.next_wake(branch, kinds).await?,
        };
        Ok(wake.filter(|_| self.fault != Fault::SleepsForEver))
    }

    async fn record(&self, branch: &BranchKey, events: &[Event]) -> Result<Option<EventId>, StoreError> {
        match self.fault {
            Fault::RecordsOnlyFirst => self.inner.record(branch, &events[..events.len().min(1)]).await,
            _ => self.inner.record(branch, events).await,
        }
    }

    async fn events(&self, branch: &BranchKey, after: EventId, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = self.inner.events(branch, after, limit).await?;
        match self.fault {
            Fault::SkipsEventIds => events.retain(|event| event.id.as_u64() % 3 != 0),
            Fault::ReadsOtherTexts => {
                events.iter_mut().for_each(|event| event.json = event.json.replace("\\u0000", ""))
            }
            _ => {}
        }
        Ok(events)
    }

    async fn events_of(
        &self,
        emergency: EmergencyId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner.events_of(emergency, after, limit).await
    }

    async fn health(&self, branch: &BranchKey) -> Result<Health, StoreError> {
        self.inner.health(branch).await
    }
}
