//! Where the settings of branches are kept.

use std::{collections::BTreeMap, fmt::Debug};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{BranchKey, StoreError};
use crate::{access::AuditEntry, settings::Sealed};

/// How often the settings of a branch were saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(u64);

/// One value, as it is kept. `Debug` shows neither form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredValue {
    /// As it is.
    Plain(String),
    /// Only for who has the key.
    Sealed(Sealed),
}

/// What is kept of a branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredSettings {
    /// As of when.
    pub revision: Revision,
    /// By their names.
    pub values: BTreeMap<String, StoredValue>,
}

/// What is to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsChange {
    /// Of which branch.
    pub branch: BranchKey,
    /// The revision that it was made from.
    pub from: Revision,
    /// New values by their names; none removes one.
    pub values: BTreeMap<String, Option<StoredValue>>,
    /// What is recorded of it; nothing is where a branch keeps a copy of what it was given.
    pub audit: Option<AuditEntry>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is saved.
    Done(Revision),
    /// The settings are another revision than it was made from, namely this. Nothing was written.
    Changed(Revision),
}

/// The settings of branches, by name and text. What a name means and what a text may be is for
/// [`settings`](crate::settings).
///
/// # Contract
/// 1. A branch that was never saved has no settings and revision 0.
/// 2. A change is saved whole, with what is recorded of it, or not at all; the revision is one higher then.
/// 3. A change that was made from another revision than the present one writes nothing, also in a race.
/// 4. Branches do not mix.
/// 5. What is read is what was written, to the byte, also after a crash.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SettingsStore: Debug + Send + Sync + 'static {
    /// The settings of a branch.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn settings(&self, branch: &BranchKey) -> Result<StoredSettings, StoreError>;

    /// Saves a change.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; after [`StoreError::Unknown`] the settings tell whether it was saved.
    async fn save_settings(&self, change: &SettingsChange) -> Result<Saved, StoreError>;
}

impl Revision {
    /// From a stored number.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// That after one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Debug for StoredValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain(…)",
            Self::Sealed(_) => "Sealed(…)",
        })
    }
}
