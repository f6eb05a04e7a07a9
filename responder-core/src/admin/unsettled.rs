//! Settings that a branch can't work with, or does not have.

use serde_json::Value;

use super::{Admin, Alert, AlertKind, BranchClient, SecretsError, Site};
use crate::{
    Timestamp,
    http::branch::OWN_SETTINGS,
    settings::Settings,
    store::{Revision, StoreError},
};

/// What a branch says of the settings that count there.
pub(super) struct Said {
    in_force: u64,
    refused: Option<(u64, String)>,
}

/// Since when a branch has had older settings than those that are stored.
#[derive(Clone, Copy, Default)]
pub(super) struct Behind(Option<Timestamp>);

impl Said {
    /// Asks the branch. One that does not answer, knows nothing of this, or has its settings from elsewhere says
    /// nothing.
    pub(super) async fn by(client: &BranchClient) -> Option<Self> {
        let told = client.get_shared("/api/settings_in_force").await.ok()?;
        let told = told.json().filter(|_| told.status.is_success())?;
        (told["code"] != OWN_SETTINGS && told.get("revision").is_some()).then(|| Self::read(&told))
    }

    fn read(told: &Value) -> Self {
        let reason = |refused: &Value| Some(refused["reason"].as_str()?.chars().take(LONGEST_REASON).collect());
        let refused = &told["refused"];
        let refused = reason(refused).map(|reason| (refused["revision"].as_u64().unwrap_or_default(), reason));
        Self { in_force: told["revision"].as_u64().unwrap_or_default(), refused }
    }

    /// What is wrong at the branch, if those of `stored` are to count there.
    fn alert(self, site: &Site, stored: Revision, behind: &mut Behind, now: Timestamp) -> Option<Alert> {
        let is_behind = self.refused.is_none() && self.in_force < stored.as_u64();
        behind.0 = is_behind.then(|| behind.0.unwrap_or(now));
        if let Some((revision, reason)) = self.refused {
            let message = format!("The branch cannot use its new settings and keeps its previous ones: {reason}.");
            return Some(invalid(site, &revision.to_string(), message));
        }
        let since = behind.0.filter(|since| now.since(*since).as_secs() >= CAUGHT_UP_SECS)?;
        let message = "The branch still works with older settings: it cannot fetch the new ones from the admin server.";
        let id = format!("settings_behind:{stored}", stored = stored.as_u64());
        Some(Alert { id, since: Some(since.to_string()), ..invalid(site, "", message.to_owned()) })
    }
}

impl Admin {
    /// Whether the settings of a branch let it work: by what is stored, else by what the branch says.
    pub(super) async fn unsettled(
        &self,
        site: &Site,
        said: Option<Said>,
        behind: &mut Behind,
        now: Timestamp,
    ) -> Result<Option<Alert>, StoreError> {
        let (revision, fault) = match self.settings_of(site).await {
            Ok(kept) => (kept.revision, Settings::read(&kept.values).err().map(|fault| fault.to_string())),
            Err(SecretsError::Store(error)) => return Err(error),
            Err(SecretsError::Seal(error)) => return Ok(Some(stored(site, "sealed", &error))),
        };
        Ok(match (fault, said) {
            (Some(fault), _) => Some(stored(site, &revision.as_u64().to_string(), &fault)),
            (None, Some(said)) => said.alert(site, revision, behind, now),
            (None, None) => {
                *behind = Behind::default();
                None
            }
        })
    }
}

fn stored(site: &Site, revision: &str, fault: &dyn std::fmt::Display) -> Alert {
    invalid(site, revision, format!("The branch can't work with its settings: {fault}."))
}

/// Who has seen that one revision can't be used has not seen the next.
fn invalid(site: &Site, revision: &str, message: String) -> Alert {
    let id = format!("settings_invalid:{revision}");
    Alert { id, kind: AlertKind::SettingsInvalid, message, ..Alert::of(site) }
}

/// A sentence is enough, whatever a branch says.
const LONGEST_REASON: usize = 300;

/// A branch asks soon after its start, and is told of what is saved; then it has had time enough.
const CAUGHT_UP_SECS: u64 = 60;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::Values;

    #[test]
    fn a_branch_has_a_minute_to_take_what_is_stored() {
        let (name, defaults) = ("Tucson".to_owned(), Values::default());
        let site = Site { key: "tuc".parse().expect("a key"), name, client: None, public_url: None, defaults };
        let mut behind = Behind::default();
        let mut found = |told: Value, seconds: i64| {
            let (stored, now) = (Revision::from_u64(8), Timestamp::from_micros(seconds * 1_000_000));
            let alert = Said::read(&told).alert(&site, stored, &mut behind, now);
            alert.map(|alert| (alert.id, alert.since))
        };
        let older = json!({ "revision": 7, "refused": null });
        let newest = json!({ "revision": 8, "refused": null });
        assert_eq!(found(older.clone(), 0), None);
        assert_eq!(found(older.clone(), 59), None);
        let since = Some("1970-01-01T00:00:00Z".to_owned());
        assert_eq!(found(older.clone(), 60), Some(("settings_behind:8".to_owned(), since)));
        assert_eq!(found(newest, 61), None);
        assert_eq!(found(older, 62), None, "it is another time");
        let unknown = json!({ "revision": null, "refused": null });
        assert_eq!(found(unknown, 122).map(|(id, _)| id), Some("settings_behind:8".to_owned()));
        let refused = json!({ "revision": 7, "refused": { "revision": 8, "reason": "x".repeat(1000) } });
        assert_eq!(found(refused, 123), Some(("settings_invalid:8".to_owned(), None)));
    }
}
