//! Emergencies that nobody took on, however many came after them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Admin, Alert, AlertKind, BranchClient, Site,
    absence::{Fault, REMEMBERED},
};
use crate::{Timestamp, emergency::EmergencyId};

/// What was found at a branch. The newest emergencies are looked at each time; those before them once an hour, because
/// what is over changes no more.
#[derive(Clone, Default)]
pub(super) struct Unanswered {
    newest: Option<EmergencyId>,
    all_looked_at: Option<Timestamp>,
    found: BTreeMap<EmergencyId, Alert>,
}

impl Unanswered {
    /// Newest first.
    pub(super) fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.found.values().rev()
    }

    fn note(&mut self, site: &Site, emergencies: &[Value], now: Timestamp) {
        for emergency in emergencies {
            let Some(id) = id_of(emergency) else { continue };
            self.newest = self.newest.max(Some(id));
            match nobody_accepted(site, id, emergency) {
                Some(alert) => drop(self.found.insert(id, alert)),
                None => drop(self.found.remove(&id)),
            }
        }
        let is_recent = |alert: &Alert| {
            alert.since.as_ref().and_then(|at| at.parse().ok()).is_some_and(|at| now.since(at) < REMEMBERED)
        };
        self.found.retain(|_, alert| is_recent(alert));
    }

    /// Whether the newest emergencies are all that can have changed.
    fn follows(&self, newest: &[Value], now: Timestamp) -> bool {
        let is_fresh = self.all_looked_at.is_some_and(|at| now.since(at).as_secs() < ALL_AGAIN_SECS);
        let oldest = newest.iter().filter_map(id_of).min();
        is_fresh && (oldest <= self.newest || newest.len() < LOOKED_AT)
    }
}

impl Admin {
    /// Looks at the emergencies of a branch, going on from what was known.
    pub(super) async fn look_for_unanswered(
        &self,
        site: &Site,
        client: &BranchClient,
        mut known: Unanswered,
        now: Timestamp,
    ) -> Result<Unanswered, Fault> {
        let path = format!("/api/emergencies?limit={LOOKED_AT}");
        let newest = emergencies(client, &path).await?;
        let mut before = newest.iter().filter_map(id_of).min();
        let goes_back = newest.len() >= LOOKED_AT && !known.follows(&newest, now);
        known.note(site, &newest, now);
        let mut looked_at = newest.len();
        while let Some(id) = before.filter(|_| goes_back && looked_at < MOST_LOOKED_AT) {
            let path = format!("/api/emergencies?limit={AT_ONCE}&before={id}");
            let Ok(page) = emergencies(client, &path).await else { return Ok(known) };
            known.note(site, &page, now);
            looked_at += page.len();
            let is_old = |emergency: &Value| at(emergency, "created_at").is_some_and(|at| now.since(at) >= REMEMBERED);
            let oldest = page.iter().filter_map(id_of).min();
            // A branch that says the same for ever leads nowhere.
            before = oldest.filter(|oldest| Some(*oldest) < before && page.len() >= AT_ONCE);
            before = before.filter(|_| !page.iter().any(is_old));
        }
        if goes_back || known.all_looked_at.is_none() {
            known.all_looked_at = Some(now);
        }
        Ok(known)
    }
}

async fn emergencies(client: &BranchClient, path: &str) -> Result<Vec<Value>, Fault> {
    let told = client.get_shared(path).await;
    if let Some(fault) = Fault::of(&told) {
        return Err(fault);
    }
    let list = told.ok().and_then(|told| told.json()).map(|mut list| list["emergencies"].take());
    Ok(if let Some(Value::Array(list)) = list { list } else { Vec::new() })
}

fn id_of(emergency: &Value) -> Option<EmergencyId> {
    emergency["id"].as_str()?.parse().ok()
}

fn at(emergency: &Value, name: &str) -> Option<Timestamp> {
    emergency[name].as_str()?.parse().ok()
}

fn nobody_accepted(site: &Site, id: EmergencyId, emergency: &Value) -> Option<Alert> {
    let text = |name: &str| emergency.get(name).and_then(Value::as_str);
    // Before it is over, somebody may still accept by text: then there is no alert any more.
    let is_closing = text("closing_because") == Some("nobody_accepted");
    let message = match text("outcome").unwrap_or(if is_closing { "unanswered" } else { "" }) {
        "unanswered" => "Nobody accepted an emergency. Call the customer.",
        "voicemail" => "Nobody accepted an emergency; the customer left a message. Call them.",
        "failed" => "An emergency reached nobody: no phone could be made to ring. Call the customer.",
        _ => return None,
    };
    let since = at(emergency, "concluded_at").or_else(|| at(emergency, "created_at"))?;
    Some(Alert {
        id: format!("nobody_accepted:{id}"),
        kind: AlertKind::NobodyAccepted,
        message: message.to_owned(),
        since: Some(since.to_string()),
        emergency: Some(id.to_string()),
        ..Alert::of(site)
    })
}

/// The newest emergencies of a branch.
const LOOKED_AT: usize = 50;

/// Of those before them, the most that a branch tells at once.
const AT_ONCE: usize = 200;

/// What is beyond that would be too much for anybody to see.
const MOST_LOOKED_AT: usize = 5000;

const ALL_AGAIN_SECS: u64 = 3600;
