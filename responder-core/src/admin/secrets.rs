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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        driver::SystemClock,
        settings::SettingsKeys,
        store::{MemoryStore, SettingsStore, StoredValue},
    };

    #[tokio::test]
    async fn what_an_older_version_kept_openly_is_sealed_at_the_start() {
        let (name, url) = ("DEBUG_WEBHOOK_URL", "https://hooks.example.com/T0/abc");
        let clock = Arc::new(SystemClock);
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let key: crate::store::BranchKey = "tuc".parse().expect("a key");
        let values = [(name.to_owned(), Some(StoredValue::Plain(url.to_owned())))].into();
        let change = SettingsChange { branch: key.clone(), from: Revision::default(), values, audit: None };
        store.save_settings(&change).await.expect("a store");
        let site = Site { key, name: "Tucson".to_owned(), client: None, public_url: None, defaults: Values::default() };
        let keys = SettingsKeys::new(Some("5a".repeat(32).into()), None).expect("a key");
        let admin = Admin::new(store.clone(), clock, keys, vec![site.clone()]);
        for _ in 0..2 {
            admin.check_secrets().await.expect("secrets");
            let kept = store.settings(&site.key).await.expect("a store");
            assert!(matches!(kept.values[name], StoredValue::Sealed(_)));
            assert_eq!(kept.revision.as_u64(), 2, "once");
        }
        assert_eq!(admin.settings_of(&site).await.expect("settings").values.get(name), Some(url));
    }
}
