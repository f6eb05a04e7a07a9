//! Taking in a new emergency.

use std::{fmt, sync::Arc, time::Duration};

use super::{BranchKey, Commit, CommitId, OwnClaims, Written};
use crate::emergency::{EmergencyId, Transition};

/// How long the key of a report is remembered: 7 days from the report that it came with.
pub const KEY_LIFE: Duration = Duration::from_secs(7 * 86_400);

/// A new emergency, and under which conditions it is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opening {
    /// Whose it is.
    pub branch: BranchKey,
    /// How many emergencies may occupy the branch, this one included; with 0 none is let in.
    pub limit: u32,
    /// By what a repeat of the same report is known.
    pub idempotency: Option<Idempotency>,
    /// The first commit; its `expected` version is [`Version::NONE`](super::Version::NONE).
    pub commit: Commit,
}

/// The key that a reporter put on a report, and a hash of the report. Per branch.
#[derive(Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The key as it came, at most 255 bytes by the rules of the wire.
    pub key: Arc<str>,
    /// SHA-256 of the report.
    pub body_hash: [u8; 32],
}

/// What came of an opening.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Opened {
    /// It is stored, and under way.
    Created(Written),
    /// The same report came before and became this emergency.
    Existing(EmergencyId),
    /// Another report came with the same key.
    KeyReused,
    /// The branch is switched off.
    Disabled,
    /// As many emergencies as may be occupy the branch.
    Busy,
}

impl Opening {
    /// An opening without a key, from the transition of [`Emergency::open`](crate::emergency::Emergency::open).
    pub fn of(branch: BranchKey, limit: u32, opened: Transition, id: CommitId) -> Self {
        Self { branch, limit, idempotency: None, commit: Commit::first(id, opened) }
    }

    /// With a key.
    #[must_use]
    pub fn with_idempotency(self, idempotency: Idempotency) -> Self {
        Self { idempotency: Some(idempotency), ..self }
    }

    /// Claims some of its commands with it; see [`Commit::with_claims`].
    #[must_use]
    pub fn with_claims(self, claims: OwnClaims) -> Self {
        Self { commit: self.commit.with_claims(claims), ..self }
    }
}

impl fmt::Debug for Idempotency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idempotency").finish_non_exhaustive()
    }
}
