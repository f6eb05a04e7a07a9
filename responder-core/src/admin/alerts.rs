//! What somebody has to see.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::PoisonError,
};

use serde::Serialize;
use serde_json::Value;

use super::{Admin, SecretsError, Site};
use crate::{
    Timestamp,
    access::AuditAction,
    settings::Settings,
    store::{AuditQuery, BranchKey, StoreError},
};

/// Something that is shown until somebody says that they have seen it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Its name: what is seen is this one, and not the next of its kind.
    pub id: String,
    /// The branch that it is about.
    pub branch: BranchKey,
    /// Its name, for people.
    pub branch_name: String,
    /// What it is about.
    pub kind: AlertKind,
    /// In a sentence.
    pub message: String,
    /// Since when, RFC 3339, if that is known.
    pub since: Option<String>,
    /// The emergency that it is about.
    pub emergency: Option<String>,
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Nobody took an emergency on.
    NobodyAccepted,
    /// The server of a branch does not answer.
    BranchOffline,
    /// The settings of a branch do not let it work.
    SettingsInvalid,
}

/// What was found when a branch was looked at last.
#[derive(Default)]
pub(super) struct Watch {
    offline_since: HashMap<BranchKey, Timestamp>,
    found: HashMap<BranchKey, (Timestamp, Vec<Alert>)>,
}

impl Admin {
    /// What somebody has to see of a branch. What was found within the last two seconds is not looked for again.
    ///
    /// That a branch is away is known from the first time at which somebody looks; what nobody has seen is forgotten
    /// after 30 days. That an alert was seen stands in the audit, of which the last thousand entries of a branch count.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn alerts(&self, site: &Site) -> Result<Vec<Alert>, StoreError> {
        let now = self.clock.now();
        let fresh = |found: &&(Timestamp, Vec<Alert>)| now.since(found.0).as_secs() < FRESH_SECS;
        let kept = self.watch().found.get(&site.key).filter(fresh).map(|(_, alerts)| alerts.clone());
        let alerts = match kept {
            Some(alerts) => alerts,
            None => self.look_at(site, now).await?,
        };
        self.unseen(site, alerts).await
    }

    /// The same as it was found last, however long ago: nobody is asked.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn known_alerts(&self, site: &Site) -> Result<Vec<Alert>, StoreError> {
        let kept = self.watch().found.get(&site.key).map(|(_, alerts)| alerts.clone());
        self.unseen(site, kept.unwrap_or_default()).await
    }

    async fn look_at(&self, site: &Site, now: Timestamp) -> Result<Vec<Alert>, StoreError> {
        let mut alerts = Vec::new();
        let told = match &site.client {
            Some(client) => Some(client.get_shared(&format!("/api/emergencies?limit={LOOKED_AT}")).await),
            None => None,
        };
        let told = told.map(|told| told.ok().filter(|told| told.status.is_success()).and_then(|told| told.json()));
        match told {
            Some(Some(list)) => {
                self.watch().offline_since.remove(&site.key);
                let list = list.get("emergencies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                alerts.extend(list.iter().filter_map(|emergency| nobody_accepted(site, emergency, now)));
            }
            Some(None) => {
                let since = *self.watch().offline_since.entry(site.key.clone()).or_insert(now);
                alerts.push(offline(site, since));
            }
            // It has no server yet: nothing that could be away.
            None => {}
        }
        alerts.extend(self.unsettled(site).await?);
        self.watch().found.insert(site.key.clone(), (now, alerts.clone()));
        Ok(alerts)
    }

    /// Whether the settings of a branch let it work.
    async fn unsettled(&self, site: &Site) -> Result<Option<Alert>, StoreError> {
        let (revision, fault) = match self.settings_of(site).await {
            Ok(kept) => {
                (kept.revision.as_u64().to_string(), Settings::read(&kept.values).err().map(|fault| fault.to_string()))
            }
            Err(SecretsError::Store(error)) => return Err(error),
            Err(SecretsError::Seal(error)) => ("sealed".to_owned(), Some(error.to_string())),
        };
        Ok(fault.map(|fault| Alert {
            id: format!("settings_invalid:{revision}"),
            kind: AlertKind::SettingsInvalid,
            message: format!("The branch can't work with its settings: {fault}."),
            ..of(site)
        }))
    }

    /// Those that nobody has seen.
    async fn unseen(&self, site: &Site, mut alerts: Vec<Alert>) -> Result<Vec<Alert>, StoreError> {
        if alerts.is_empty() {
            return Ok(alerts);
        }
        let query = AuditQuery { branch: Some(site.key.clone()), before: None, limit: SEEN_AMONG };
        let entries = self.store.audit(&query).await?.into_iter().map(|recorded| recorded.entry);
        let seen = entries.filter(|entry| entry.action == AuditAction::AlertSeen).filter_map(|entry| entry.subject);
        let seen: HashSet<String> = seen.collect();
        alerts.retain(|alert| !seen.contains(&alert.id));
        Ok(alerts)
    }

    /// Noting is done in one step, so what a panic leaves behind is whole.
    fn watch(&self) -> std::sync::MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of(site: &Site) -> Alert {
    Alert {
        id: String::new(),
        branch: site.key.clone(),
        branch_name: site.name.clone(),
        kind: AlertKind::BranchOffline,
        message: String::new(),
        since: None,
        emergency: None,
    }
}

fn offline(site: &Site, since: Timestamp) -> Alert {
    Alert {
        id: format!("branch_offline:{}", since.as_micros()),
        message: "The server of this branch does not answer: reports may not get through.".to_owned(),
        since: Some(since.to_string()),
        ..of(site)
    }
}

fn nobody_accepted(site: &Site, emergency: &Value, now: Timestamp) -> Option<Alert> {
    let text = |name: &str| emergency.get(name).and_then(Value::as_str);
    // Before it is over, somebody may still accept by text: then there is no alert any more.
    let is_closing = text("closing_because") == Some("nobody_accepted");
    let message = match text("outcome").unwrap_or(if is_closing { "unanswered" } else { "" }) {
        "unanswered" => "Nobody accepted an emergency. Call the customer.",
        "voicemail" => "Nobody accepted an emergency; the customer left a message. Call them.",
        "failed" => "An emergency reached nobody: no phone could be made to ring. Call the customer.",
        _ => return None,
    };
    let id = text("id")?;
    let at: Timestamp = text("concluded_at").or_else(|| text("created_at"))?.parse().ok()?;
    (now.since(at) < REMEMBERED).then(|| Alert {
        id: format!("nobody_accepted:{id}"),
        kind: AlertKind::NobodyAccepted,
        message: message.to_owned(),
        since: Some(at.to_string()),
        emergency: Some(id.to_owned()),
        ..of(site)
    })
}

/// Without what is said to people.
impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alert").field("id", &self.id).field("branch", &self.branch).finish_non_exhaustive()
    }
}

const FRESH_SECS: u64 = 2;

/// The newest emergencies of a branch.
const LOOKED_AT: u32 = 50;

const SEEN_AMONG: u32 = 1000;

const REMEMBERED: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 3600);
