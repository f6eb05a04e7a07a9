//! Events, posted to whoever the settings name at the time.

use std::sync::Arc;

use responder::{
    branch::Branch,
    driver::{BackgroundTask, Sleeper},
    http::branch::Firehose,
    store::StoreError,
};
use tokio::sync::Mutex;

use super::{database::Store, events::Events};

/// The task that posts them, if somebody gets them, and the log that is posted on request.
pub(crate) struct Posting {
    branch: Arc<Branch>,
    store: Arc<dyn Store>,
    sleeper: Arc<dyn Sleeper>,
    firehose: Arc<Firehose>,
    working: Mutex<Option<BackgroundTask>>,
}

impl Posting {
    /// To where `events` says.
    pub(crate) async fn start(
        events: &Events,
        branch: &Arc<Branch>,
        store: Arc<dyn Store>,
        sleeper: Arc<dyn Sleeper>,
    ) -> Result<Arc<Self>, StoreError> {
        let (branch, firehose) = (Arc::clone(branch), events.firehose());
        let posting = Self { branch, store, sleeper, firehose, working: Mutex::default() };
        posting.turn_to(events).await?;
        Ok(Arc::new(posting))
    }

    /// To where `events` says from now on. Whoever is new gets what happens after this has returned.
    pub(crate) async fn turn_to(&self, events: &Events) -> Result<(), StoreError> {
        let mut working = self.working.lock().await;
        let webhooks = events.webhooks(&self.branch, self.store.clone()).await?;
        events.aim(&self.firehose);
        if let Some(old) = working.take() {
            // A service that does not answer would hold up whoever waits for the settings to count.
            tokio::spawn(old.stop());
        }
        *working = webhooks.map(|webhooks| webhooks.with_sleeper(Arc::clone(&self.sleeper)).start());
        Ok(())
    }

    pub(crate) const fn firehose(&self) -> &Arc<Firehose> {
        &self.firehose
    }

    /// Posts no more. What is left comes after the next start.
    pub(crate) async fn stop(&self) {
        if let Some(working) = self.working.lock().await.take() {
            working.stop().await;
        }
    }
}
