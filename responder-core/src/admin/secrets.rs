//! The settings of a branch, opened.

use super::{Admin, Site};
use crate::{
    settings::{SealError, Values},
    store::{Revision, StoreError},
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
    /// Whether every secret that is kept can be opened: what has to be made sure of before anything is served.
    ///
    /// # Errors
    /// The first that can't; a store that does not answer.
    pub async fn check_secrets(&self) -> Result<(), SecretsError> {
        for site in &self.sites {
            self.keys.check(&site.key, &self.store.settings(&site.key).await?)?;
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
