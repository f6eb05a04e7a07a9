//! Other settings for a branch at work.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use tokio::task::AbortHandle;

use super::{FetchError, RemoteSettings};
use crate::{
    branch::{InForce, Refused, Reload, ReloadError, Reloaded, Standing},
    driver::Sleeper,
    http::BoxError,
    settings::Values,
    store::{Revision, StoreError},
};

type Apply = Box<dyn Fn(Values, Values) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync>;

/// Has the settings of a running branch count anew, when it is told to and every five minutes.
pub struct Reloader {
    remote: RemoteSettings,
    apply: Apply,
    /// What counts. Held while it changes, so that an older answer never comes last.
    current: tokio::sync::Mutex<Values>,
    standing: Mutex<Standing>,
    task: Mutex<Option<AbortHandle>>,
}

impl Reloader {
    /// `current` are the settings that count already. `apply` is given those that count and those that are to count
    /// instead; it has them count, all of them, or says why they can't and changes nothing. What fails with a
    /// [`StoreError`] is tried again.
    pub fn new<F>(
        remote: RemoteSettings,
        current: Values,
        apply: impl Fn(Values, Values) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let (current, standing, task) = (tokio::sync::Mutex::new(current), Mutex::default(), Mutex::default());
        Self { remote, apply: Box::new(move |before, now| Box::pin(apply(before, now))), current, standing, task }
    }

    /// Asks soon, because what the branch has started with may be a copy; then every five minutes, sooner after it
    /// could not, and within seconds of another node of the branch that was told of other settings. Ends when it is
    /// dropped.
    pub fn start(self: &Arc<Self>, sleeper: Arc<dyn Sleeper>) {
        let weak = Arc::downgrade(self);
        let task = tokio::spawn(async move {
            let mut left = Duration::ZERO;
            loop {
                sleeper.sleep(LOOK).await;
                let Some(reloader) = weak.upgrade() else { return };
                left = left.saturating_sub(LOOK);
                if left.is_zero() || reloader.remote.has_newer_copy().await {
                    left = if reloader.reload().await.settings.is_ok() { EVERY } else { AFTER_A_FAILURE };
                }
            }
        });
        let old = self.task.lock().unwrap_or_else(PoisonError::into_inner).replace(task.abort_handle());
        old.inspect(AbortHandle::abort);
    }
}

#[async_trait]
impl Reload for Reloader {
    async fn reload(&self) -> Reloaded {
        let mut current = self.current.lock().await;
        let fetched = match self.remote.fetch().await {
            Ok(fetched) => fetched,
            Err(error) => {
                let settings = Err(ReloadError::NotFetched(error.into()));
                return self.told(Reloaded { availability: None, settings });
            }
        };
        let turned = self.turn_to(&mut current, &fetched.values).await;
        self.note(fetched.revision, &turned);
        let settings = turned.map(|()| InForce {
            names: current.iter().map(|(setting, _)| setting.name.to_owned()).collect(),
            revision: fetched.revision,
        });
        self.told(Reloaded { availability: fetched.availability, settings })
    }

    fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Reloader {
    async fn turn_to(&self, current: &mut Values, values: &Values) -> Result<(), ReloadError> {
        if current != values {
            (self.apply)(current.clone(), values.clone()).await.map_err(refused)?;
            *current = values.clone();
            tracing::info!(branch = %self.remote.branch(), "other settings count now");
        }
        // Also what counts already: the store may have been away, or another node has kept an older answer meanwhile.
        self.remote.keep(values).await;
        Ok(())
    }

    fn note(&self, revision: Option<Revision>, turned: &Result<(), ReloadError>) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        match turned {
            Ok(()) => *standing = Standing { in_force: revision, refused: None },
            Err(ReloadError::Unusable(error)) => {
                standing.refused = Some(Refused { revision, reason: error.to_string() });
            }
            Err(ReloadError::NotFetched(_)) => {}
        }
    }

    fn told(&self, reloaded: Reloaded) -> Reloaded {
        if let Err(error) = &reloaded.settings {
            tracing::warn!(branch = %self.remote.branch(), %error, "the previous settings remain in effect");
        }
        reloaded
    }
}

/// Nothing is wrong with settings because a store is away.
fn refused(error: BoxError) -> ReloadError {
    match error.downcast::<StoreError>() {
        Ok(error) => {
            tracing::error!(%error, "other settings can't count now");
            ReloadError::NotFetched(FetchError::Store.into())
        }
        Err(error) => ReloadError::Unusable(error),
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

const LOOK: Duration = Duration::from_secs(5);

const EVERY: Duration = Duration::from_secs(300);

const AFTER_A_FAILURE: Duration = Duration::from_secs(30);
