//! The admin server at work: branches from outside, their settings, the people who look after them.
//!
//! An [`Admin`] knows its branches by [`Site`]s and keeps everything else in a store. What it answers to whom is the
//! table in [`http::admin`](crate::http::admin).

mod absence;
mod alerts;
mod branch_client;
mod hashing;
mod heard;
mod login;
mod notice;
mod questions;
mod recording_pages;
mod recordings;
mod reload;
mod secrets;
mod unanswered;
mod unsettled;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

pub use alerts::{Alert, AlertKind};
pub use branch_client::{BranchAddressError, BranchClient, BranchError, BranchResponse};
pub use login::{Login, LoginError};
pub use notice::{Done, Notice, Notices};
pub use questions::Known;
pub use recording_pages::{PageStart, PageStartError};
pub use recordings::{RecordingPage, RecordingView, RecordingsError};
pub(crate) use reload::Reached;
pub use secrets::{Kept, SecretsError};
use tokio::sync::watch;

use crate::{
    access::{Actor, AuditAction, AuditEntry, PasswordError, PasswordHash, Rights, UserName},
    driver::Clock,
    settings::{SettingsKeys, Values},
    store::{Adding, AdminStore, BranchKey, NewUser, StoreError, UserOutcome},
    telephony::TwilioBuilder,
};

/// One branch, as an admin server knows it.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its key.
    pub key: BranchKey,
    /// Its name, for people.
    pub name: String,
    /// The way to its server; none for a branch that has none yet, which shows as offline.
    pub client: Option<BranchClient>,
    /// Where the world reaches it, to be shown.
    pub public_url: Option<String>,
    /// The settings that count as long as none are stored.
    pub defaults: Values,
}

/// The admin server. Beside what serves its endpoints, have a task [keep watch](Self::keep_watch).
///
/// ```
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use responder_core::{
///     admin::{Admin, BranchClient, Site}, driver::SystemClock, http, settings::{SettingsKeys, Values}, store::MemoryStore,
/// };
///
/// let clock = Arc::new(SystemClock);
/// let site = Site {
///     key: "tuc".parse()?,
///     name: "Tucson".to_owned(),
///     client: Some(BranchClient::new("http://127.0.0.1:5001", &"the token of the branch".into())?),
///     public_url: None,
///     defaults: Values::default(),
/// };
/// let keys = SettingsKeys::new(Some("00".repeat(32).into()), None)?;
/// let admin = Admin::new(Arc::new(MemoryStore::new(clock.clone())), clock, keys, vec![site]);
/// admin.check_secrets().await?;
/// admin.first_user("ada".parse()?, "a good password").await?;
/// let endpoints = http::admin::endpoints(&Arc::new(admin), "https://admin.example.com".parse()?).build()?;
/// # Ok(())
/// # }
/// ```
pub struct Admin {
    store: Arc<dyn AdminStore>,
    clock: Arc<dyn Clock>,
    keys: SettingsKeys,
    sites: Vec<Site>,
    hashing: hashing::Hashing,
    /// What is to be said of the provider.
    provider: Provider,
    calls: Mutex<recordings::KnownCalls>,
    accounts: Mutex<recordings::KnownAccounts>,
    heard: Mutex<heard::Heard>,
    watch: Mutex<alerts::Watch>,
    untold: Mutex<reload::Untold>,
    ended: watch::Sender<bool>,
}

impl Admin {
    /// Of these branches, with secrets sealed by `keys`.
    pub fn new(store: Arc<dyn AdminStore>, clock: Arc<dyn Clock>, keys: SettingsKeys, sites: Vec<Site>) -> Self {
        Self {
            store,
            clock,
            keys,
            sites,
            hashing: hashing::Hashing::default(),
            provider: Box::new(|client| client),
            calls: Mutex::default(),
            accounts: Mutex::default(),
            heard: Mutex::default(),
            watch: Mutex::default(),
            untold: Mutex::default(),
            ended: watch::Sender::new(false),
        }
    }

    /// Asks another provider than Twilio for recordings, or at another address: a simulator's. `change` completes a
    /// client that has the account of a branch.
    #[must_use]
    pub fn provider(self, change: impl Fn(TwilioBuilder) -> TwilioBuilder + Send + Sync + 'static) -> Self {
        Self { provider: Box::new(change), ..self }
    }

    /// Where it keeps things.
    pub fn store(&self) -> &Arc<dyn AdminStore> {
        &self.store
    }

    pub(crate) fn now(&self) -> crate::Timestamp {
        self.clock.now()
    }

    /// Its branches, in their order.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// One of them.
    pub fn site(&self, branch: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.key.as_str() == branch)
    }

    /// Adds the first user, an admin. False if there are users already: then nothing is done, and the password is not
    /// theirs.
    ///
    /// # Errors
    /// A password that can't be taken; a store that does not answer.
    pub async fn first_user(&self, name: UserName, password: &str) -> Result<bool, FirstUserError> {
        if !self.store.users().await?.is_empty() {
            return Ok(false);
        }
        let user = NewUser { name, rights: Rights::Admin, password: self.hash(password).await? };
        let after = serde_json::json!({ "admin": true });
        let entry = AuditEntry::new(Actor::server(), AuditAction::UserAdded);
        let entry = entry.about(user.name.as_str()).changing(None, Some(after));
        Ok(matches!(self.store.add_user(&user, Adding::First, &entry).await?, UserOutcome::Done(_)))
    }

    /// Ends every stream of events, and lets no new one begin: whoever looks on comes back to another node, or to this
    /// one when it is up again.
    ///
    /// Call it when the server is asked to stop: one that stops gracefully waits for its open connections, and these
    /// stay open for as long as somebody looks on.
    pub fn end_streams(&self) {
        self.ended.send_replace(true);
    }

    /// Whether they are ended.
    pub(crate) fn streams_ended(&self) -> watch::Receiver<bool> {
        self.ended.subscribe()
    }

    /// The hash of a new password, off the runtime's threads.
    pub(crate) async fn hash(&self, password: &str) -> Result<PasswordHash, PasswordError> {
        let password = password.to_owned();
        self.hashing.run(move || PasswordHash::of(&password)).await.unwrap_or(Err(PasswordError::Failed))
    }

    async fn fits(&self, hash: PasswordHash, password: &str) -> bool {
        let password = password.to_owned();
        self.hashing.run(move || hash.fits(&password)).await.unwrap_or(false)
    }
}

type Provider = Box<dyn Fn(TwilioBuilder) -> TwilioBuilder + Send + Sync>;

/// Why there is no first user.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FirstUserError {
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store.
    #[error("the store does not answer")]
    Store(#[from] StoreError),
}

/// Without what it keeps.
impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let branches: Vec<_> = self.sites.iter().map(|site| &site.key).collect();
        f.debug_struct("Admin").field("branches", &branches).finish_non_exhaustive()
    }
}
