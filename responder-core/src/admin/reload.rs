//! Having a branch do what was stored for it.

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard, PoisonError},
    time::Duration,
};

use http::HeaderMap;
use serde_json::{Value, json};

use super::{Admin, Site};
use crate::store::BranchKey;

/// Branches that could not be told something, and how often that was.
pub(super) type Untold = HashMap<BranchKey, u64>;

impl Admin {
    /// Tells a branch to fetch its settings, and whether it may take reports. Whether it has; if not, it is told again
    /// in the background until it has, so that nobody waits for the five minutes after which it asks by itself.
    pub(crate) async fn reload(self: &Arc<Self>, site: &Site) -> bool {
        if told(site).await {
            return true;
        }
        tracing::warn!(branch = %site.key, "the branch could not be told to reload its settings; it is tried again");
        if site.client.is_some() {
            let times = *self.untold().entry(site.key.clone()).and_modify(|times| *times += 1).or_insert(1);
            if times == 1 {
                tokio::spawn(tell_again(Arc::downgrade(self), site.clone()));
            }
        }
        false
    }

    /// Noting is done in one step, so what a panic leaves behind is whole.
    fn untold(&self) -> MutexGuard<'_, Untold> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn tell_again(admin: std::sync::Weak<Admin>, site: Site) {
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let Some(admin) = admin.upgrade() else { return };
        let before = admin.untold().get(&site.key).copied();
        if !told(&site).await {
            continue;
        }
        let mut untold = admin.untold();
        // What failed meanwhile may have been stored after the branch had looked.
        if untold.get(&site.key).copied() == before {
            untold.remove(&site.key);
            tracing::info!(branch = %site.key, "the branch has reloaded its settings at last");
            return;
        }
    }
}

async fn told(site: &Site) -> bool {
    let Some(client) = &site.client else { return false };
    let told = client.post("/api/reload_settings", HeaderMap::new(), &json!({}), WITHIN).await;
    // That it could not fetch them is no failure of the request, and a page that somebody else serves there is no answer.
    let has = |told: &Value| told["status"] == "success";
    told.is_ok_and(|told| told.status.is_success() && told.json().as_ref().is_some_and(has))
}

const WITHIN: Duration = Duration::from_secs(5);

const FIRST_PAUSE: Duration = Duration::from_secs(1);

const LONGEST_PAUSE: Duration = Duration::from_secs(30);
