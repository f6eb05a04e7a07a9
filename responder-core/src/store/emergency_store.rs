//! The contract.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;

use super::{
    BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed, Due, EventId, Health, Lease, Listing, Loaded,
    Opened, Opening, Receipt, StoreError, StoredEvent, Ticket,
};
use crate::{
    CallSid, MessageSid, Timestamp,
    emergency::{CommandKind, EmergencyId, Event, Line},
};

/// Keeps emergencies, so that none is lost whatever dies.
///
/// # Contract
/// The checks of the module `testing` (feature `testing`) bear these numbers.
///
/// 1. [`commit`](Self::commit) is one transaction: state, version, deadline, occupancy, events, commands, withdrawals,
///    settlement and bindings are all visible at once, or not at all.
/// 2. [`StoreError::Conflict`] writes nothing. Of several commits from the same version exactly one is written.
/// 3. Whether a commit took place can be looked up by its id. Repeating it is harmless: it is written once, and the
///    repeat gets the receipt of the first, and the claims of the first as far as they still last.
/// 4. The first outcome of a command counts, also one that comes after its lease has run out. A later one writes
///    nothing and gets the first to compare with ([`Committed::AlreadySettled`]).
/// 5. A command that is withdrawn before anybody claimed it is never carried out: it is handed out once more as
///    [`Task::Report`](super::Task::Report) of `Withdrawn`. One that somebody has claimed goes on and reports. One that
///    was put back counts as never claimed, unless an earlier claim of it was lost.
/// 6. [`open`](Self::open) decides in one transaction, in this order: same key (remembered for 7 days per branch, from
///    the opening that created something), branch disabled, limit. A refusal writes nothing.
/// 7. However many openings race, no more than the limit get in. Only emergencies that occupy the branch count.
/// 8. [`claim`](Self::claim) hands out by priority, then due time, then id; only the kinds that were asked for; only
///    the branch that was asked for; each command to one worker until its lease runs out. A commit or an opening that
///    [claims](Commit::with_claims) some of its own commands gets them with its answer, in that order, and they are
///    claimed from the moment that it is visible.
/// 9. No command waits for another one: the commands of one emergency may be claimed by different workers.
/// 10. What was claimed, with a commit or later, by a worker who then died is claimed again when its lease runs out.
///     After [`MOST_LOST_CLAIMS`](super::MOST_LOST_CLAIMS) claims that ended without a word (neither settled nor put
///     back) a command is handed out as a report of `Abandoned`. A command that can't be read is handed out as
///     [`Task::Unreadable`](super::Task::Unreadable). A state that can't be read is [`StoreError::Corrupt`], is listed
///     by [`health`](Self::health) with its card, and hides no other emergency. One whose format is newer than the
///     store's own ([`Formats`](super::codec::Formats)) is left to newer builds: it is [`StoreError::Newer`], is listed
///     apart and by health, its commands are not claimed, and its deadline counts
///     [`LEFT_TO_NEWER`](super::LEFT_TO_NEWER) later.
/// 11. Event ids count 1, 2, 3, … per branch without gaps, and an id once visible has all smaller ones visible: a
///     reader that goes on from the last id it saw misses nothing. Those of [`record`](Self::record) count among them.
/// 12. An emergency has one deadline, replaced by each commit. [`due`](Self::due) lists those that have passed,
///     earliest first; [`next_wake`](Self::next_wake) tells how long there is nothing to do.
/// 13. Stored times come from the store's clock, and so does [`Loaded::now`].
/// 14. A lease is at least twice the deadline it is for (see [`Lease`]), and [`holds`](Self::holds) tells by the
///     store's clock whether it still lasts. Call it just before the request goes out.
/// 15. Everything read back equals what was written, to the byte, also after a crash, which leaves all of a commit or
///     nothing.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EmergencyStore: Debug + Send + Sync + 'static {
    /// The store's time: what [`Emergency::open`](crate::emergency::Emergency::open) is called with.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn now(&self) -> Result<Timestamp, StoreError>;

    /// Stores a new emergency, if the branch lets it in. Repeating the very same opening gets the same answer.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another emergency has that id; [`StoreError::Unknown`]: open once more with the
    /// same opening; [`StoreError::Unavailable`].
    async fn open(&self, opening: &Opening) -> Result<Opened, StoreError>;

    /// Reads an emergency; none if there is no such.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when its state can't be read; [`StoreError::Newer`]; [`StoreError::Unavailable`].
    async fn load(&self, id: EmergencyId) -> Result<Option<Loaded>, StoreError>;

    /// Stores what an input changed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::NotFound`], [`StoreError::Unknown`], [`StoreError::Unavailable`].
    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError>;

    /// The receipt of a commit or opening, if it took place. Kept as long as the emergency.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn was_committed(&self, emergency: EmergencyId, commit: CommitId) -> Result<Option<Receipt>, StoreError>;

    /// Which emergency of the branch a call belongs to, and which of its calls it is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn find_call(&self, branch: &BranchKey, call: &CallSid) -> Result<Option<(EmergencyId, Line)>, StoreError>;

    /// Which emergency of the branch a text belongs to.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn find_message(&self, branch: &BranchKey, message: &MessageSid) -> Result<Option<EmergencyId>, StoreError>;

    /// Every emergency of the branch that is not concluded, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn open_emergencies(&self, branch: &BranchKey) -> Result<Listing, StoreError>;

    /// Every emergency of the branch that was concluded at `since` or later, newest conclusion first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn concluded_since(&self, branch: &BranchKey, since: Timestamp) -> Result<Listing, StoreError>;

    /// At most `limit` emergencies of the branch, newest first, beginning after `before` or with the newest.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn list(&self, branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Result<Listing, StoreError>;

    /// At most `max` emergencies of the branch whose deadline has passed, the most overdue first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError>;

    /// Looks at an emergency again after `delay` instead, because it can't be handled now, so that it does not stand
    /// before the others. No effect, and false, if its deadline is no longer the one in `due`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn defer(&self, due: &Due, delay: Duration) -> Result<bool, StoreError>;

    /// Takes commands to carry out. What is claimed ends with a commit that settles it, or with
    /// [`put_back`](Self::put_back), or its lease runs out and somebody else gets it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; [`StoreError::Unknown`]: what was claimed, if anything was, comes back when its
    /// lease runs out.
    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError>;

    /// Whether a claim still keeps its command from others.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn holds(&self, ticket: &Ticket) -> Result<bool, StoreError>;

    /// Restarts a lease: it lasts its full time from now. No effect, and false, if it has run out or the command is
    /// settled.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn extend(&self, ticket: &Ticket, lease: Lease) -> Result<bool, StoreError>;

    /// Gives a command back that was, for certain, not carried out; it is due again after `delay`. No effect, and
    /// false, if somebody else has claimed it meanwhile or it is settled.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn put_back(&self, ticket: &Ticket, delay: Duration) -> Result<bool, StoreError>;

    /// How long there is nothing to do for this branch and these kinds, as far as is known now: zero if something is
    /// due, none if nothing is waiting at all. Commits that are made meanwhile can make it shorter.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn next_wake(&self, branch: &BranchKey, kinds: &[CommandKind]) -> Result<Option<Duration>, StoreError>;

    /// Completes when other nodes have changed the branch more often than `seen`, as far as is known, and tells how
    /// often: there may be commands, deadlines or events that are new here. Begin with 0, and give back what was told.
    ///
    /// Only a hint, which comes late or never when a connection is lost; look without it, too, if less often. A store
    /// that only one process can use never completes.
    async fn changed(&self, branch: &BranchKey, seen: u64) -> u64 {
        let _ = (branch, seen);
        std::future::pending().await
    }

    /// Records what happened in a branch outside of any emergency. Gives the id of the first; none if there are none.
    ///
    /// # Errors
    /// [`StoreError::Unknown`]: recorded again, it may stand there twice. [`StoreError::Unavailable`].
    async fn record(&self, branch: &BranchKey, events: &[Event]) -> Result<Option<EventId>, StoreError>;

    /// At most `limit` events of the branch after `after`, in order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn events(&self, branch: &BranchKey, after: EventId, limit: u32) -> Result<Vec<StoredEvent>, StoreError>;

    /// At most `limit` events of one emergency after `after`, in order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn events_of(
        &self,
        emergency: EmergencyId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError>;

    /// The condition of the branch. Reads every open state of it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn health(&self, branch: &BranchKey) -> Result<Health, StoreError>;
}

#[cfg(all(test, feature = "mock"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mock_stands_in_for_a_store() {
        let mut store = MockEmergencyStore::new();
        store.expect_load().once().returning(|_| Err(StoreError::Conflict));
        let store: std::sync::Arc<dyn EmergencyStore> = std::sync::Arc::new(store);
        let loaded = store.load(EmergencyId::new(Timestamp::default(), 1)).await;
        assert!(matches!(loaded, Err(StoreError::Conflict)));
    }
}
