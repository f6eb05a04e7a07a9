//! Settings that a branch can't work with.

use super::{Admin, Alert, AlertKind, BranchClient, SecretsError, Site};
use crate::{settings::Settings, store::StoreError};

/// What a branch says that it was told and can't use.
pub(super) struct Refusal {
    revision: String,
    reason: String,
}

impl Refusal {
    /// Asks the branch. One that does not answer, or knows nothing of this, refuses nothing.
    pub(super) async fn at(client: &BranchClient) -> Option<Self> {
        let told = client.get_shared("/api/settings_in_force").await.ok()?;
        let told = told.json().filter(|_| told.status.is_success())?;
        let refused = told.get("refused")?;
        let reason = refused.get("reason")?.as_str()?.chars().take(LONGEST_REASON).collect();
        Some(Self {
            revision: refused.get("revision").and_then(|it| it.as_u64()).unwrap_or_default().to_string(),
            reason,
        })
    }

    fn alert(self, site: &Site) -> Alert {
        let message = format!("The branch cannot use its new settings and keeps its previous ones: {}.", self.reason);
        invalid(site, &self.revision, message)
    }
}

impl Admin {
    /// Whether the settings of a branch let it work: by what is stored, else by what the branch says.
    pub(super) async fn unsettled(&self, site: &Site, refusal: Option<Refusal>) -> Result<Option<Alert>, StoreError> {
        let (revision, fault) = match self.settings_of(site).await {
            Ok(kept) => {
                (kept.revision.as_u64().to_string(), Settings::read(&kept.values).err().map(|fault| fault.to_string()))
            }
            Err(SecretsError::Store(error)) => return Err(error),
            Err(SecretsError::Seal(error)) => ("sealed".to_owned(), Some(error.to_string())),
        };
        let stored =
            fault.map(|fault| invalid(site, &revision, format!("The branch can't work with its settings: {fault}.")));
        Ok(stored.or_else(|| refusal.map(|refusal| refusal.alert(site))))
    }
}

/// Who has seen that one revision can't be used has not seen the next.
fn invalid(site: &Site, revision: &str, message: String) -> Alert {
    let id = format!("settings_invalid:{revision}");
    Alert { id, kind: AlertKind::SettingsInvalid, message, ..Alert::of(site) }
}

/// A sentence is enough, whatever a branch says.
const LONGEST_REASON: usize = 300;
