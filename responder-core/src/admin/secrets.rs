//! The settings of a branch, opened.

use super::{Admin, Site};
use crate::{
    settings::{SealError, Values},
    store::{Revision, SettingsChange, StoreError},
};

/// The settings of a branch.
#[derive(Clone, Debug)]
pub struct Kept {
    /// As of when.
    pub revision: Revision,
    /// What is stored.
    pub stored: Values,
    /// What counts: that, over the defaults.
    pub values: Values,
}

/// Why settings can't be read or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// The key.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store.
    #[error("the store does not answer")]
    Store(#[from] StoreError),
}

impl Admin {
    /// Whether every secret that is kept can be opened: what has to be made sure of before anything is served. What an
    /// older version did not keep as a secret is sealed now.
    ///
    /// # Errors
    /// The first that can't; a store that does not answer.
    pub async fn check_secrets(&self) -> Result<(), SecretsError> {
        for site in &self.sites {
            let kept = self.store.settings(&site.key).await?;
            self.keys.check(&site.key, &kept)?;
            let values = self.keys.seal_older(&site.key, &kept);
            if !values.is_empty() {
                let branch = site.key.clone();
                let change = SettingsChange { branch, from: kept.revision, values, audit: None };
                // If somebody else has changed them meanwhile, another start will do.
                self.store.save_settings(&change).await?;
            }
        }
        Ok(())
    }

    /// The settings of a branch.
    ///
    /// # Errors
    /// See [`SecretsError`].
    pub async fn settings_of(&self, site: &Site) -> Result<Kept, SecretsError> {
        let kept = self.store.settings(&site.key).await?;
        let mut stored = Values::default();
        for (name, value) in &kept.values {
            stored.set(name, Some(self.keys.open(&site.key, name, value)?));
        }
        let values = stored.clone().over(&site.defaults);
        Ok(Kept { revision: kept.revision, stored, values })
    }

    pub(crate) const fn keys(&self) -> &crate::settings::SettingsKeys {
        &self.keys
    }
}
