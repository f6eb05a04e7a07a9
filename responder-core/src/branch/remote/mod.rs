//! Settings from an admin server.
//!
//! A branch asks for them with its own token, keeps a sealed copy in its own store of those that it can work with, and
//! goes on with that while the admin server is away, or has some that can't be used. The admin server also says whether
//! the branch may take reports; that is written to the branch's own store, which obeys it from the next report on.

mod client;
mod reloader;
#[cfg(test)]
mod tests;

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

pub use client::{AdminClient, AdminClientError, FetchError, Fetched};
pub use reloader::Reloader;

use crate::{
    http::BoxError,
    settings::{SettingsKeys, Values, setting},
    store::{BranchControl, BranchKey, Revision, Saved, SettingsChange, SettingsStore, StoreError},
};

/// Settings that an admin server has, and a copy of them.
///
/// ```no_run
/// # async fn example(store: std::sync::Arc<responder_core::store::MemoryStore>) -> Result<(), Box<dyn std::error::Error>> {
/// use responder_core::{branch::remote::{AdminClient, RemoteSettings, Source}, settings::Settings};
///
/// let token: secrecy::SecretString = "the token of the branch".into();
/// let client = AdminClient::new("https://admin.example.com", "tuc".parse()?, &token)?;
/// let remote = RemoteSettings::new(client, &token, store.clone(), Some(store));
/// let loaded = remote.load(|values| Ok(Settings::read(values)?)).await?;
/// assert!(matches!(loaded.source, Source::Admin | Source::Copy));
/// println!("{} are called first", loaded.settings.branch.policy().recipients.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RemoteSettings {
    client: AdminClient,
    copy: Arc<dyn SettingsStore>,
    control: Option<Arc<dyn BranchControl>>,
    keys: SettingsKeys,
    /// The copy that this node has kept or seen last.
    kept: Mutex<Option<Revision>>,
}

/// Settings to begin with.
#[derive(Clone, Debug)]
pub struct LoadedSettings<T> {
    /// As texts.
    pub values: Values,
    /// What was read from them.
    pub settings: T,
    /// Where they have come from.
    pub source: Source,
}

/// Where settings have come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The admin server.
    Admin,
    /// The branch's own copy: the admin server is away, or its settings can't be used.
    Copy,
}

/// Why there are no settings to begin with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The admin server has none, and there is no copy yet.
    #[error("the admin server has no settings for this branch, and there is no copy of earlier ones")]
    None(#[source] FetchError),
    /// Those that there are can't be used.
    #[error("the settings of this branch can't be used")]
    Unusable(#[source] BoxError),
}

impl RemoteSettings {
    /// Of the branch that `client` asks for; the copy is sealed with a key that is made from `token`. `control` is told
    /// whether the branch is on.
    pub fn new(
        client: AdminClient,
        token: &secrecy::SecretString,
        copy: Arc<dyn SettingsStore>,
        control: Option<Arc<dyn BranchControl>>,
    ) -> Self {
        Self { client, copy, control, keys: SettingsKeys::of_branch_token(token), kept: Mutex::default() }
    }

    /// The settings that the admin server has, if `read` can use them, else the copy.
    ///
    /// # Errors
    /// If neither is there, or `read` refuses both: why it refuses those of the admin server, if they came.
    pub async fn load<T>(
        &self,
        read: impl Fn(&Values) -> Result<T, BoxError> + Sync,
    ) -> Result<LoadedSettings<T>, LoadError> {
        let failed = match self.fetch().await {
            Ok(Fetched { values, .. }) => match read(&values) {
                Ok(settings) => {
                    self.keep(&values).await;
                    return Ok(LoadedSettings { values, settings, source: Source::Admin });
                }
                Err(error) => LoadError::Unusable(error),
            },
            Err(error) => LoadError::None(error),
        };
        let Some(values) = self.copied().await else { return Err(failed) };
        match read(&values) {
            Ok(settings) => {
                let cause = failed.source().map(ToString::to_string);
                tracing::warn!(branch = %self.branch(), error = %failed, cause, "a copy of earlier settings counts");
                Ok(LoadedSettings { values, settings, source: Source::Copy })
            }
            Err(error) => Err(if matches!(failed, LoadError::None(_)) { LoadError::Unusable(error) } else { failed }),
        }
    }

    fn branch(&self) -> &BranchKey {
        self.client.branch()
    }

    /// What the admin server has. Whether the branch is on counts at once, whatever becomes of the settings. After each
    /// switch it is asked again: another node may have been told something newer while our answer was under way.
    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let mut fetched = self.client.fetch().await?;
        for _ in 0..MOST_SWITCHES {
            if !self.switch(&mut fetched).await? {
                break;
            }
            // What can't be confirmed is asked again soon: it may be the older answer.
            fetched = self.client.fetch().await?;
        }
        if fetched.values.is_empty() { Err(FetchError::Nothing) } else { Ok(fetched) }
    }

    /// Does what was said, and whether that is a change. What nobody obeys is forgotten.
    async fn switch(&self, fetched: &mut Fetched) -> Result<bool, FetchError> {
        let Some(control) = &self.control else {
            fetched.availability = None;
            return Ok(false);
        };
        let Some(wanted) = fetched.availability else { return Ok(false) };
        let switched = async {
            let is_new = control.availability(self.branch()).await? != wanted;
            if is_new {
                control.set_availability(self.branch(), wanted).await?;
            }
            Ok::<_, StoreError>(is_new)
        };
        switched.await.map_err(|error| {
            tracing::error!(branch = %self.branch(), %error, "the branch can't be switched");
            FetchError::Store
        })
    }

    async fn copied(&self) -> Option<Values> {
        let kept = self.copy.settings(self.branch()).await;
        let kept = kept.inspect_err(|error| tracing::error!(%error, "the copy of the settings can't be read")).ok()?;
        self.note_copy(kept.revision);
        let mut values = Values::default();
        for (name, value) in &kept.values {
            match self.keys.open(self.branch(), name, value) {
                Ok(value) => values.set(name, Some(value)),
                Err(error) => {
                    tracing::error!(%error, "the copy of the settings is of another token");
                    return None;
                }
            }
        }
        (!kept.values.is_empty()).then_some(values)
    }

    /// Without it the branch works as well, until it is started while the admin server is away.
    async fn keep(&self, values: &Values) {
        match self.try_to_keep(values).await {
            Ok(revision) => drop(self.note_copy(revision)),
            Err(error) => tracing::error!(branch = %self.branch(), %error, "no copy of the settings can be kept"),
        }
    }

    /// Whether another node of this branch has kept other settings: those that ours does not know yet.
    async fn has_newer_copy(&self) -> bool {
        // A store that does not answer says so elsewhere, and loudly.
        let Ok(kept) = self.copy.settings(self.branch()).await else { return false };
        self.note_copy(kept.revision).is_some_and(|before| before != kept.revision)
    }

    fn note_copy(&self, revision: Revision) -> Option<Revision> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).replace(revision)
    }

    async fn try_to_keep(&self, values: &Values) -> Result<Revision, BoxError> {
        loop {
            let kept = self.copy.settings(self.branch()).await?;
            // What only a newer version knows is a newer node's.
            let known = kept.values.keys().filter(|name| setting(name).is_some());
            let mut changes: std::collections::BTreeMap<_, _> = known.map(|name| (name.clone(), None)).collect();
            for (setting, value) in values.said() {
                let old = kept.values.get(setting.name);
                if old.is_some_and(|old| self.keys.open(self.branch(), setting.name, old).as_deref() == Ok(value)) {
                    changes.remove(setting.name);
                } else {
                    changes.insert(setting.name.to_owned(), Some(self.keys.keep(self.branch(), setting, value)?));
                }
            }
            if changes.is_empty() {
                return Ok(kept.revision);
            }
            let branch = self.branch().clone();
            let change = SettingsChange { branch, from: kept.revision, values: changes, audit: None };
            // Another node of this branch may do the same.
            if let Saved::Done(revision) = self.copy.save_settings(&change).await? {
                return Ok(revision);
            }
        }
    }
}

/// Two nodes that contradict each other would go on for ever otherwise.
const MOST_SWITCHES: u32 = 4;
