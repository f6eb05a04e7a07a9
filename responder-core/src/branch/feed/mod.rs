//! Every event of a branch, for any number of followers, with one look at the store for all of them.
//!
//! While somebody follows, one task (`hub`) looks into the store: when this process has committed, when another node
//! hints at something new, and every second in any case, because both are only hints. What it finds is kept for a
//! moment, and followers take it from there at their own pace. One who is behind what is kept reads the store, a
//! bounded batch at a time; nothing is ever collected for them.

mod follower;
mod hub;
#[cfg(all(test, feature = "mock"))]
mod tests;

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::watch;

pub(crate) use follower::Follower;

use super::Branch;
use crate::{
    emergency::EmergencyId,
    store::{BranchKey, EmergencyStore, EventId, StoreError, StoredEvent},
};

/// What followers of one branch share.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    state: Mutex<State>,
    /// The last event that the hub has seen; none while it has not looked yet.
    tip: watch::Sender<Option<EventId>>,
    ended: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    followers: usize,
    is_running: bool,
    /// The newest events without a gap, up to the tip.
    kept: VecDeque<Arc<Noted>>,
    bytes: usize,
    /// The highest number that was ever seen, to begin the search for the last one with.
    known: EventId,
}

/// An event as followers get it.
pub(crate) struct Noted {
    pub(crate) stored: StoredEvent,
    /// What is written of it on the wire, made once for all.
    pub(crate) frame: OnceLock<Bytes>,
}

/// Why nobody can follow.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowError {
    /// So many do already.
    #[error("too many follow the events of this branch")]
    TooMany,
    /// This process is about to end.
    #[error("the streams of this branch have been ended")]
    Ended,
    #[error("the store does not tell its last event")]
    Store(#[source] StoreError),
}

/// What is kept at most.
const KEPT: usize = 512;
const KEPT_BYTES: usize = 512 * 1024;

/// Events that are read at a time.
const BATCH: u32 = 64;

/// Followers of one branch in one process.
const MOST_FOLLOWERS: usize = 1000;

/// How long somebody who begins to follow waits until the store has told where.
const TO_BEGIN: Duration = Duration::from_secs(5);

/// After a failure of the store.
const AFTER_FAILURE: Duration = Duration::from_millis(500);

impl Branch {
    /// Begins to follow the events of this branch: those after `after`, or those from now on.
    pub(crate) async fn follow(
        self: &Arc<Self>,
        after: Option<EventId>,
        only: Option<EmergencyId>,
    ) -> Result<Follower, FollowError> {
        Follower::begin(Arc::clone(self), after, only).await
    }

    /// Ends every stream of events of this branch in this process, and lets no new one begin. Their readers come back
    /// to another node, or to this one when it is up again, and go on where they were.
    ///
    /// Call it when the server is asked to stop: one that stops gracefully waits for its open connections, and these
    /// do not end by themselves for an hour.
    pub fn end_streams(&self) {
        self.feed.ended.send_replace(true);
    }

    /// How many follow the events of this branch in this process.
    pub(crate) fn followers(&self) -> u32 {
        u32::try_from(self.feed.state().followers).unwrap_or(u32::MAX)
    }

    pub(super) const fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }
}

impl Feed {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those after `position`, if all of them are kept.
    fn kept_after(&self, position: EventId) -> Option<Vec<Arc<Noted>>> {
        let state = self.state();
        let oldest = state.kept.front()?.stored.id;
        let behind = position.plus(1).as_u64().checked_sub(oldest.as_u64())?;
        let from = usize::try_from(behind).ok()?;
        let batch = usize::try_from(BATCH).unwrap_or(usize::MAX);
        Some(state.kept.iter().skip(from).take(batch).cloned().collect())
    }
}

impl State {
    fn keep(&mut self, events: Vec<Arc<Noted>>) {
        for noted in events {
            self.known = self.known.max(noted.stored.id);
            self.bytes += noted.stored.json.len();
            self.kept.push_back(noted);
        }
        while self.kept.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(oldest) = self.kept.pop_front() else { return };
            self.bytes -= oldest.stored.json.len();
        }
    }

    /// What the hub does last.
    fn forget(&mut self) {
        self.is_running = false;
        self.kept = VecDeque::new();
        self.bytes = 0;
    }
}

impl Noted {
    fn all(events: Vec<StoredEvent>) -> Vec<Arc<Self>> {
        events.into_iter().map(|stored| Arc::new(Self { stored, frame: OnceLock::new() })).collect()
    }
}

/// Without what it says.
impl fmt::Debug for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Noted").field(&self.stored).finish()
    }
}

/// The last event of a branch. The store has no question for that, but its numbers have no gaps: from `known` on, in
/// steps that double and then halve.
async fn last_event(store: &dyn EmergencyStore, branch: &BranchKey, known: EventId) -> Result<EventId, StoreError> {
    let is_after = async |id: u64| store.events(branch, EventId::from_u64(id), 1).await.map(|page| !page.is_empty());
    // Another database may have been put in place of the one whose number we know.
    let mut low = match known.as_u64() {
        0 => 0,
        known if is_after(known - 1).await? => known,
        _ => 0,
    };
    let mut step = 1;
    while is_after(low.saturating_add(step)).await? {
        (low, step) = (low.saturating_add(step), step.saturating_mul(2));
    }
    // Something may be after `low`, nothing is after `high`.
    let mut high = low.saturating_add(step);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_after(middle).await? { low = middle + 1 } else { high = middle }
    }
    Ok(EventId::from_u64(high))
}

fn complain(branch: &BranchKey, error: &StoreError) {
    tracing::warn!(%branch, %error, cause = error.source(), "events can't be read");
}
