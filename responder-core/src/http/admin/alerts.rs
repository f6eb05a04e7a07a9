//! What somebody has to see, on every page until they have.

use std::{sync::Arc, time::Duration};

use ::http::StatusCode;
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Desk, entry, person, store_failed};
use crate::{
    access::{AuditAction, Permission, User},
    admin::{Alert, Site},
    http::{Call, HttpError, json as answer},
};

/// How long a page waits for a branch that may be away. Its script asks again, and waits.
const PATIENCE: Duration = Duration::from_millis(700);

#[derive(Deserialize)]
struct Seen {
    id: String,
}

/// All alerts of the branches that whoever asks may look at.
pub(super) async fn list(desk: Arc<Desk>, call: Call) -> Answer {
    let alerts = desk.alerts_for(&person(&call)?.session.user).await?;
    answer(StatusCode::OK, &json!({ "status": "success", "alerts": alerts }))
}

/// Somebody has seen an alert: nobody is shown it any more.
pub(super) async fn seen(desk: Arc<Desk>, call: Call) -> Answer {
    let Seen { id } = call.json()?;
    let site = desk.site(&call)?;
    let is_it = |alerts: &[Alert]| alerts.iter().any(|alert| alert.id == id);
    // Another node may have shown it.
    if !desk.admin.known_alerts(site).is_some_and(|known| is_it(&known))
        && !is_it(&desk.admin.alerts(site).await.map_err(store_failed)?)
    {
        let message = "This alert no longer exists.";
        return Err(HttpError::new(StatusCode::NOT_FOUND, "no_such_alert", message));
    }
    desk.record(&entry(&call, AuditAction::AlertSeen, site)?.about(id.clone())).await?;
    desk.admin.note_seen(site, &id);
    answer(StatusCode::OK, &json!({ "status": "success", "message": "The alert was marked as seen." }))
}

impl Desk {
    pub(super) async fn alerts_for(&self, user: &User) -> Result<Vec<Alert>, HttpError> {
        let found = join_all(self.sites_of(user).map(|site| self.admin.alerts(site))).await;
        let found: Result<Vec<_>, _> = found.into_iter().collect();
        Ok(found.map_err(store_failed)?.concat())
    }

    /// The same, as far as it can be found out while somebody waits for a page: of a branch that does not answer so
    /// soon, what was known before. None if the store does not answer: that must not take the page away.
    pub(super) async fn alerts_at_hand(&self, user: &User) -> Option<Vec<Alert>> {
        let found = join_all(self.sites_of(user).map(async |site| {
            match tokio::time::timeout(PATIENCE, self.admin.alerts(site)).await {
                Ok(found) => found.ok(),
                Err(_) => Some(self.admin.known_alerts(site).unwrap_or_default()),
            }
        }));
        let found: Option<Vec<_>> = found.await.into_iter().collect();
        found.map(|found| found.concat())
    }

    /// The branches that somebody may look at.
    pub(super) fn sites_of(&self, user: &User) -> impl Iterator<Item = &Site> {
        let may_look = |site: &&Site| user.rights.at(site.key.as_str()).contain(Permission::View);
        self.admin.sites().iter().filter(may_look)
    }
}
