//! Branches as pages show them: asked all at once, and shown as they were known last when they do not answer.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::Value;

use super::{BranchGlance, Desk, Relayed, branch_failed, no_server, person};
use crate::{
    admin::{BranchError, BranchResponse, Site},
    emergency::EmergencyId,
    http::{Call, HttpError},
};

/// The newest emergencies of a branch that a page looks at; those that are open come with them, however old they are.
pub(super) const GLANCED_AT: u32 = 20;

/// Open emergencies that are shown with their timelines; more are shown without.
const MOST_CLOSELY: usize = 20;

/// The most that a branch tells at once.
pub(super) const MOST_AT_ONCE: u32 = 200;

impl Desk {
    /// Every branch that whoever asks may look at, with its newest emergencies.
    pub(super) async fn glances(&self, call: &Call, most: u32) -> Result<Vec<BranchGlance>, HttpError> {
        let user = &person(call)?.session.user;
        join_all(self.sites_of(user).map(|site| self.glance(call, site, most))).await.into_iter().collect()
    }

    async fn glance(&self, call: &Call, site: &Site, most: u32) -> Result<BranchGlance, HttpError> {
        let may = person(call)?.session.user.rights.at(site.key.as_str());
        let path = format!("/api/emergencies?limit={most}&with_open");
        let (branch, (list, age)) = join(self.known_state_of(site), self.relayed(site, &path)).await;
        let emergencies = list.map(|mut list| match list.get_mut("emergencies").map(Value::take) {
            Some(Value::Array(all)) => all,
            _ => Vec::new(),
        });
        Ok(BranchGlance { branch: branch?.aged(age), may, emergencies })
    }

    /// The branch that the path names; its open emergencies with their timelines.
    pub(super) async fn glance_closely(&self, call: &Call) -> Result<BranchGlance, HttpError> {
        let site = self.site(call)?;
        let mut glance = self.glance(call, site, GLANCED_AT).await?;
        if let Ok(emergencies) = &mut glance.emergencies {
            let open = emergencies.iter_mut().filter(|emergency| emergency["phase"] != "concluded");
            join_all(open.take(MOST_CLOSELY).map(async |emergency| {
                let Some(id) = emergency["id"].as_str().and_then(|id| id.parse::<EmergencyId>().ok()) else { return };
                // Without its timeline it is still worth being shown.
                if let Ok(whole) = self.relayed(site, &format!("/api/emergencies/{id}")).await.0 {
                    *emergency = whole;
                }
            }))
            .await;
        }
        Ok(glance)
    }

    /// What a branch says, or why it says nothing, and how old that is if it does not answer at the moment.
    pub(super) async fn relayed(&self, site: &Site, path: &str) -> (Relayed<Value>, Option<Duration>) {
        let Some(client) = &site.client else { return (Err(no_server().message().to_owned()), None) };
        let known = client.get_known(path).await;
        (said(known.told), known.age)
    }
}

/// What a branch says, or why it says nothing, in words.
pub(super) fn said(told: Result<BranchResponse, BranchError>) -> Relayed<Value> {
    let told = told.map_err(|error| branch_failed(error).message().to_owned())?;
    let body = told.json().unwrap_or_default();
    if told.status.is_success() {
        return Ok(body);
    }
    let said = body.get("message").and_then(Value::as_str);
    Err(said.map_or_else(|| format!("The branch answers with status {}.", told.status.as_u16()), str::to_owned))
}
