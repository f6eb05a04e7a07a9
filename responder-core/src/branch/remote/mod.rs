//! Settings from an admin server.
//!
//! A branch asks for them with its own token, keeps a sealed copy in its own store, and goes on with that while the
//! admin server is away. The admin server also says whether the branch may take reports; that is written to the
//! branch's own store, which obeys it from the next report on.

mod client;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
pub use client::{AdminClient, AdminClientError, FetchError, Fetched};
use futures_util::future::BoxFuture;
use tokio::task::AbortHandle;

use super::Reload;
use crate::{
    driver::Sleeper,
    http::BoxError,
    settings::{SettingsKeys, Values},
    store::{BranchControl, BranchKey, Saved, SettingsChange, SettingsStore},
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
/// let (values, source) = remote.load().await?;
/// let settings = Settings::read(&values)?;
/// assert!(matches!(source, Source::Admin | Source::Copy));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RemoteSettings {
    client: AdminClient,
    copy: Arc<dyn SettingsStore>,
    control: Option<Arc<dyn BranchControl>>,
    keys: SettingsKeys,
}

/// Where settings have come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The admin server.
    Admin,
    /// The branch's own copy: the admin server is away.
    Copy,
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
#[error("the admin server has no settings for this branch ({error}), and there is no copy of them yet")]
pub struct NoSettings {
    /// Why not.
    #[source]
    pub error: FetchError,
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
        Self { client, copy, control, keys: SettingsKeys::of_branch_token(token) }
    }

    /// The settings that the admin server has, else the copy.
    ///
    /// # Errors
    /// If there is neither.
    pub async fn load(&self) -> Result<(Values, Source), NoSettings> {
        match self.fetch().await {
            Ok(values) => {
                self.keep(&values).await;
                Ok((values, Source::Admin))
            }
            Err(error) => match self.copied().await {
                Some(values) => {
                    tracing::warn!(branch = %self.branch(), %error, "no settings from the admin server; a copy counts");
                    Ok((values, Source::Copy))
                }
                None => Err(NoSettings { error }),
            },
        }
    }

    fn branch(&self) -> &BranchKey {
        self.client.branch()
    }

    /// What the admin server has. Whether the branch is on counts at once, whatever becomes of the settings.
    async fn fetch(&self) -> Result<Values, FetchError> {
        let fetched = self.client.fetch().await?;
        if let (Some(control), Some(availability)) = (&self.control, fetched.availability)
            && let Err(error) = control.set_availability(self.branch(), availability).await
        {
            tracing::error!(branch = %self.branch(), %error, "the branch can't be switched");
            return Err(FetchError::Store);
        }
        Ok(fetched.values)
    }

    async fn copied(&self) -> Option<Values> {
        let kept = self.copy.settings(self.branch()).await;
        let kept = kept.inspect_err(|error| tracing::error!(%error, "the copy of the settings can't be read")).ok()?;
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
        if let Err(error) = self.try_to_keep(values).await {
            tracing::error!(branch = %self.branch(), %error, "no copy of the settings can be kept");
        }
    }

    async fn try_to_keep(&self, values: &Values) -> Result<(), BoxError> {
        loop {
            let kept = self.copy.settings(self.branch()).await?;
            let mut changes: std::collections::BTreeMap<_, _> =
                kept.values.keys().map(|name| (name.clone(), None)).collect();
            for (setting, value) in values.said() {
                let old = kept.values.get(setting.name);
                if old.is_some_and(|old| self.keys.open(self.branch(), setting.name, old).as_deref() == Ok(value)) {
                    changes.remove(setting.name);
                } else {
                    changes.insert(setting.name.to_owned(), Some(self.keys.keep(self.branch(), setting, value)?));
                }
            }
            if changes.is_empty() {
                return Ok(());
            }
            let branch = self.branch().clone();
            let change = SettingsChange { branch, from: kept.revision, values: changes, audit: None };
            // Another node of this branch may do the same.
            if let Saved::Done(_) = self.copy.save_settings(&change).await? {
                return Ok(());
            }
        }
    }
}

type Apply = Box<dyn Fn(Values, Values) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync>;

/// Has the settings of a running branch count anew, when it is told to and every five minutes.
pub struct Reloader {
    remote: RemoteSettings,
    apply: Apply,
    /// What counts. Held while it changes, so that an older answer never comes last.
    current: tokio::sync::Mutex<Values>,
    task: Mutex<Option<AbortHandle>>,
}

impl Reloader {
    /// `current` are the settings that count already. `apply` is given those that count and those that are to count
    /// instead; it has them count, all of them, or says why they can't and changes nothing.
    pub fn new<F>(
        remote: RemoteSettings,
        current: Values,
        apply: impl Fn(Values, Values) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let (current, task) = (tokio::sync::Mutex::new(current), Mutex::default());
        Self { remote, apply: Box::new(move |before, now| Box::pin(apply(before, now))), current, task }
    }

    /// Looks every five minutes, or sooner after it could not, for as long as it is not dropped.
    pub fn start(self: &Arc<Self>, sleeper: Arc<dyn Sleeper>) {
        let weak = Arc::downgrade(self);
        let task = tokio::spawn(async move {
            let mut pause = EVERY;
            loop {
                sleeper.sleep(pause).await;
                let Some(reloader) = weak.upgrade() else { return };
                pause = if reloader.reload().await.is_ok() { EVERY } else { AFTER_A_FAILURE };
            }
        });
        let old = self.task.lock().unwrap_or_else(PoisonError::into_inner).replace(task.abort_handle());
        old.inspect(AbortHandle::abort);
    }
}

#[async_trait]
impl Reload for Reloader {
    async fn reload(&self) -> Result<Vec<String>, BoxError> {
        let mut current = self.current.lock().await;
        let branch = self.remote.branch();
        let failed = |error: &dyn std::error::Error| {
            tracing::warn!(%branch, error = %error, "the settings of before still count");
        };
        let values = self.remote.fetch().await.inspect_err(|error| failed(error))?;
        if *current != values {
            (self.apply)(current.clone(), values.clone()).await.inspect_err(|error| failed(&**error))?;
            tracing::info!(%branch, "other settings count now");
            self.remote.keep(&values).await;
            *current = values;
        }
        Ok(current.iter().map(|(setting, _)| setting.name.to_owned()).collect())
    }
}

impl Drop for Reloader {
    fn drop(&mut self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        task.inspect(AbortHandle::abort);
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").field("remote", &self.remote).finish_non_exhaustive()
    }
}

const EVERY: Duration = Duration::from_secs(300);

const AFTER_A_FAILURE: Duration = Duration::from_secs(30);
