//! The one who looks into the store for all followers.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::sleep};

use super::{AFTER_FAILURE, BATCH, Feed, Noted, complain, last_event};
use crate::{
    branch::Branch,
    store::{BranchKey, EmergencyStore, EventId, StoreError},
};

/// The longest time between two looks: hints may be lost.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The shortest: many commits in a row are looked at together.
const GATHER: Duration = Duration::from_millis(20);

/// Looks as long as anybody follows. Holds no branch, which would hold it in turn.
pub(super) struct Hub {
    feed: Arc<Feed>,
    store: Arc<dyn EmergencyStore>,
    branch: BranchKey,
    work: watch::Receiver<()>,
    /// It has said that it runs no longer.
    is_over: bool,
}

impl Hub {
    /// Starts one, if none runs. The state is locked by the caller, who follows from now on.
    pub(super) fn start(branch: &Branch) {
        let hub = Self {
            feed: Arc::clone(branch.feed()),
            store: Arc::clone(branch.store()),
            branch: branch.key().clone(),
            work: branch.work(),
            is_over: false,
        };
        tokio::spawn(hub.run());
    }

    async fn run(mut self) {
        let Some(mut tip) = self.begin().await else { return };
        let mut heard = 0;
        while self.is_followed() {
            // What is announced from here on ends the next wait at once.
            self.work.mark_unchanged();
            match self.look(&mut tip).await {
                Ok(true) => continue,
                Ok(false) => sleep(GATHER).await,
                Err(error) => {
                    complain(&self.branch, &error);
                    sleep(AFTER_FAILURE).await;
                    continue;
                }
            }
            tokio::select! {
                Ok(()) = self.work.changed() => {}
                changes = self.store.changed(&self.branch, heard) => heard = changes,
                () = sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Finds the last event.
    async fn begin(&mut self) -> Option<EventId> {
        while self.is_followed() {
            let known = self.feed.state().known;
            match last_event(&*self.store, &self.branch, known).await {
                Ok(tip) => {
                    self.feed.state().known = tip;
                    self.feed.tip.send_replace(Some(tip));
                    return Some(tip);
                }
                Err(error) => {
                    complain(&self.branch, &error);
                    sleep(AFTER_FAILURE).await;
                }
            }
        }
        None
    }

    /// Reads what is new. Whether there may be more of it.
    async fn look(&self, tip: &mut EventId) -> Result<bool, StoreError> {
        let events = self.store.events(&self.branch, *tip, BATCH).await?;
        let Some(last) = events.last() else { return Ok(false) };
        *tip = last.id;
        let is_full = events.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
        self.feed.state().keep(Noted::all(events));
        self.feed.tip.send_replace(Some(*tip));
        Ok(is_full)
    }

    /// Whether to go on; if not, the next follower starts another.
    fn is_followed(&mut self) -> bool {
        let mut state = self.feed.state();
        if state.followers == 0 {
            state.forget();
            self.feed.tip.send_replace(None);
            self.is_over = true;
        }
        !self.is_over
    }
}

/// A runtime that ends drops its tasks.
impl Drop for Hub {
    fn drop(&mut self) {
        if !self.is_over {
            let mut state = self.feed.state();
            state.forget();
            self.feed.tip.send_replace(None);
        }
    }
}
