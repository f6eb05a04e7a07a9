//! Having a branch do what was stored for it.

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use http::HeaderMap;
use serde_json::{Value, json};

use super::{Admin, Site};
use crate::{
    http::branch::{OWN_SETTINGS, UNUSABLE},
    store::{Availability, BranchKey, Revision, StoreError},
};

/// Branches that could not be told something, and how often that was.
pub(super) type Untold = HashMap<BranchKey, u64>;

/// What has come of telling a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    /// It takes reports, or takes none, as is stored.
    pub(crate) is_switched: bool,
    /// The settings that are stored count there.
    pub(crate) is_settled: bool,
    /// Why something does not.
    obstacle: Option<Obstacle>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Obstacle {
    /// It does not answer, or could not ask back.
    Away,
    /// It can't use its settings, for this reason.
    Unusable(String),
    /// It does not ask us what to do.
    Own,
}

/// What a branch is to have.
struct Wanted {
    enabled: bool,
    revision: Revision,
}

impl Admin {
    /// Tells a branch to fetch its settings, and whether it may take reports. If it can't be told, it is told again in
    /// the background, so that nobody waits for the five minutes after which it asks by itself.
    pub(crate) async fn reload(self: &Arc<Self>, site: &Site) -> Reached {
        let reached = self.told(site).await;
        if reached.obstacle == Some(Obstacle::Away) && site.client.is_some() {
            tracing::warn!(branch = %site.key, "the branch could not be told to reload its settings; it is tried again");
            let times = *self.untold().entry(site.key.clone()).and_modify(|times| *times += 1).or_insert(1);
            if times == 1 {
                tokio::spawn(tell_again(Arc::downgrade(self), site.clone()));
            }
        }
        reached
    }

    async fn told(&self, site: &Site) -> Reached {
        let (Some(client), Ok(wanted)) = (&site.client, self.wanted(site).await) else { return Reached::away() };
        let told = client.post("/api/reload_settings", HeaderMap::new(), &json!({}), WITHIN).await;
        // A page that somebody else serves there is no answer.
        let told = told.ok().filter(|told| told.status.is_success()).and_then(|told| told.json());
        told.map_or_else(Reached::away, |told| Reached::by(&told, &wanted))
    }

    async fn wanted(&self, site: &Site) -> Result<Wanted, StoreError> {
        let enabled = self.store.availability(&site.key).await? == Availability::Enabled;
        Ok(Wanted { enabled, revision: self.store.settings(&site.key).await?.revision })
    }

    /// Noting is done in one step, so what a panic leaves behind is whole.
    fn untold(&self) -> MutexGuard<'_, Untold> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reached {
    const fn away() -> Self {
        Self { is_switched: false, is_settled: false, obstacle: Some(Obstacle::Away) }
    }

    /// By its answer. That it was asked to do something is no sign that it has.
    fn by(told: &Value, wanted: &Wanted) -> Self {
        let is_switched = told["enabled"] == wanted.enabled;
        let is_settled = told["status"] == "success" && told["revision"].as_u64() >= Some(wanted.revision.as_u64());
        let obstacle = match told["code"].as_str() {
            _ if is_switched && is_settled => None,
            Some(OWN_SETTINGS) => Some(Obstacle::Own),
            Some(UNUSABLE) => Some(Obstacle::Unusable(told["reason"].as_str().unwrap_or_default().to_owned())),
            _ if told["status"] == "success" && told["enabled"].is_null() => Some(Obstacle::Own),
            _ => Some(Obstacle::Away),
        };
        Self { is_switched, is_settled, obstacle }
    }

    /// Why something does not count at the branch, for whoever has stored it.
    pub(crate) fn why_not(&self) -> String {
        match &self.obstacle {
            None => String::new(),
            Some(Obstacle::Away) => "The branch could not be told. It is told as soon as it can be reached.".to_owned(),
            Some(Obstacle::Unusable(reason)) => {
                format!("The branch cannot use them and keeps its previous settings: {reason}.")
            }
            Some(Obstacle::Own) => {
                "This branch does not ask the admin server what to do, so it goes on as before.".to_owned()
            }
        }
    }
}

async fn tell_again(admin: Weak<Admin>, site: Site) {
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let Some(admin) = admin.upgrade() else { return };
        let before = admin.untold().get(&site.key).copied();
        if admin.told(&site).await.obstacle == Some(Obstacle::Away) {
            continue;
        }
        let mut untold = admin.untold();
        // What failed meanwhile may have been stored after the branch had looked.
        if untold.get(&site.key).copied() == before {
            untold.remove(&site.key);
            tracing::info!(branch = %site.key, "the branch has been told at last");
            return;
        }
    }
}

const WITHIN: Duration = Duration::from_secs(5);

const FIRST_PAUSE: Duration = Duration::from_secs(1);

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_branch_says_that_it_does_counts() {
        let wanted = Wanted { enabled: false, revision: Revision::from_u64(7) };
        let by = |told: Value| {
            let Reached { is_switched, is_settled, obstacle } = Reached::by(&told, &wanted);
            (is_switched, is_settled, obstacle)
        };
        let done = json!({ "status": "success", "enabled": false, "revision": 7 });
        assert_eq!(by(done), (true, true, None));
        let newer = json!({ "status": "success", "enabled": false, "revision": 8 });
        assert_eq!(by(newer), (true, true, None));
        let older = json!({ "status": "success", "enabled": true, "revision": 6 });
        assert_eq!(by(older), (false, false, Some(Obstacle::Away)));
        let own = json!({ "status": "success", "code": "own_settings", "keys": [] });
        assert_eq!(by(own), (false, false, Some(Obstacle::Own)));
        let not_switched = json!({ "status": "success", "enabled": null, "revision": 7 });
        assert_eq!(by(not_switched), (false, true, Some(Obstacle::Own)));
        let refused = json!({ "status": "error", "code": "unusable_settings", "reason": "no", "enabled": false });
        assert_eq!(by(refused), (true, false, Some(Obstacle::Unusable("no".to_owned()))));
        let not_fetched = json!({ "status": "error", "code": "not_reloaded", "enabled": null });
        assert_eq!(by(not_fetched), (false, false, Some(Obstacle::Away)));
        let another = json!({ "status": "success", "message": "Reloaded", "keys": ["a"] });
        assert_eq!(by(another), (false, false, Some(Obstacle::Own)), "a server that knows nothing of switches");
    }
}
