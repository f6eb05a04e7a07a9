//! Switching a branch on and off.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{BranchKey, StoreError};
use crate::access::AuditEntry;

/// Whether a branch takes in new emergencies. One that is active runs to its end either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// It takes emergencies in.
    #[default]
    Enabled,
    /// It does not.
    Disabled,
}

/// Control of branches.
///
/// # Contract
/// 1. A branch that was never set is [`Enabled`](Availability::Enabled).
/// 2. What was set last is what is read, and what [`open`](super::EmergencyStore::open) obeys from then on, on every
///    node.
/// 3. [`switch_branch`](Self::switch_branch) sets and records, or does neither.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait BranchControl: Debug + Send + Sync + 'static {
    /// Switches a branch on or off.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unknown`]: do it again.
    async fn set_availability(&self, branch: &BranchKey, availability: Availability) -> Result<(), StoreError>;

    /// Switches a branch on or off, and records that somebody did so.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; after [`StoreError::Unknown`] it may have been done and recorded.
    async fn switch_branch(
        &self,
        branch: &BranchKey,
        availability: Availability,
        audit: &AuditEntry,
    ) -> Result<(), StoreError>;

    /// Whether a branch is on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn availability(&self, branch: &BranchKey) -> Result<Availability, StoreError>;
}
