//! One reader of the events of a branch.

use std::sync::Arc;

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::hub::Hub;
use super::{AFTER_FAILURE, BATCH, FollowError, MOST_FOLLOWERS, Noted, TO_BEGIN, complain};
use crate::{
    branch::Branch,
    emergency::EmergencyId,
    store::{EventId, StoreError},
};

/// Follows the events of a branch, from a number on, as fast as it is asked for them.
#[derive(Debug)]
pub(crate) struct Follower {
    branch: Arc<Branch>,
    tip: watch::Receiver<Option<EventId>>,
    ended: watch::Receiver<bool>,
    position: EventId,
    only: Option<EmergencyId>,
}

impl Follower {
    pub(super) async fn begin(
        branch: Arc<Branch>,
        after: Option<EventId>,
        only: Option<EmergencyId>,
    ) -> Result<Self, FollowError> {
        let feed = branch.feed();
        let (tip, ended) = (feed.tip.subscribe(), feed.ended.subscribe());
        if *ended.borrow() {
            return Err(FollowError::Ended);
        }
        {
            let mut state = feed.state();
            if state.followers >= MOST_FOLLOWERS {
                return Err(FollowError::TooMany);
            }
            state.followers += 1;
            if !state.is_running {
                state.is_running = true;
                Hub::start(&branch);
            }
        }
        // From here on it is counted, and taken back when it is dropped.
        let mut follower = Self { branch, tip, ended, position: EventId::START, only };
        follower.position = follower.place(after).await?;
        Ok(follower)
    }

    /// Where to begin.
    async fn place(&mut self, after: Option<EventId>) -> Result<EventId, FollowError> {
        let too_late = |_| FollowError::Store(StoreError::Unavailable("it takes too long".into()));
        let tip = timeout(TO_BEGIN, self.tip.wait_for(Option::is_some)).await.map_err(too_late)?;
        let tip = tip.ok().and_then(|tip| *tip).ok_or(FollowError::Ended)?;
        let Some(after) = after else { return Ok(tip) };
        if after <= tip {
            return Ok(after);
        }
        // Another node may have shown it before our hub has looked. A number that there is none of is from a time
        // before the numbers started over, and what has happened since then nobody can tell.
        let before = EventId::from_u64(after.as_u64() - 1);
        let page = self.branch.store().events(self.branch.key(), before, 1).await.map_err(FollowError::Store)?;
        Ok(if page.is_empty() { tip } else { after })
    }

    /// The number of the last event that was given, or of the one before the first.
    pub(crate) const fn position(&self) -> EventId {
        self.position
    }

    /// The next events, at least one; none when the streams are ended. May be dropped without losing anything.
    pub(crate) async fn next(&mut self) -> Option<Vec<Arc<Noted>>> {
        loop {
            let tip = self.beyond_position().await?;
            let (events, position) = match self.branch.feed().kept_after(self.position) {
                Some(kept) => self.chosen(kept, tip),
                None => match self.read(tip).await {
                    Ok(read) => read,
                    Err(error) => {
                        complain(self.branch.key(), &error);
                        sleep(AFTER_FAILURE).await;
                        continue;
                    }
                },
            };
            self.position = position;
            if !events.is_empty() {
                return Some(events);
            }
        }
    }

    /// Those that are wanted, and how far all go.
    fn chosen(&self, events: Vec<Arc<Noted>>, tip: EventId) -> (Vec<Arc<Noted>>, EventId) {
        let position = events.last().map_or(tip, |last| last.stored.id);
        let is_wanted = |noted: &Arc<Noted>| self.only.is_none_or(|only| noted.stored.emergency == Some(only));
        (events.into_iter().filter(is_wanted).collect(), position)
    }

    /// Waits for something after the position. Gives the tip.
    async fn beyond_position(&mut self) -> Option<EventId> {
        let position = self.position;
        tokio::select! {
            biased;
            _ = self.ended.wait_for(|ended| *ended) => None,
            tip = self.tip.wait_for(|tip| tip.is_some_and(|tip| tip > position)) => tip.ok().and_then(|tip| *tip),
        }
    }

    /// Reads what is no longer kept, and how far that goes.
    async fn read(&self, tip: EventId) -> Result<(Vec<Arc<Noted>>, EventId), StoreError> {
        let store = self.branch.store();
        let events = match self.only {
            Some(only) => store.events_of(only, self.position, BATCH).await?,
            None => store.events(self.branch.key(), self.position, BATCH).await?,
        };
        let is_full = events.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
        let last = events.last().map(|last| last.id);
        // All up to the tip were there when we asked: of those that are not among them, none is wanted.
        let position = if is_full { last } else { last.max(Some(tip)) };
        Ok((Noted::all(events), position.unwrap_or(tip)))
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.branch.feed().state().followers -= 1;
    }
}
