//! What is read back.

use std::fmt;

use super::{BranchKey, StoreError, Version, codec::Formats};
use crate::{
    Timestamp,
    emergency::{Emergency, EmergencyId, Phase},
};

/// An emergency as it was stored, and the store's time when it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Whose it is. Compare it with the branch that a request speaks for.
    pub branch: BranchKey,
    /// The state.
    pub state: Emergency,
    /// How many commits it has seen.
    pub version: Version,
    /// The store's time: the `now` to handle the next input with.
    pub now: Timestamp,
}

/// Several emergencies. One that can't be read does not hide the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Those that can be read, in the order that was asked for.
    pub emergencies: Vec<Loaded>,
    /// Those that can't; see [`Health`](super::Health).
    pub unreadable: Vec<EmergencyId>,
    /// Those of a newer format, which are left to newer builds.
    pub newer: Vec<EmergencyId>,
}

/// What is stored of a state in plain columns, so that it can be searched. Derived in one place, from the state alone:
/// no caller and no store can get it wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// When [`Input::Timeout`](crate::emergency::Input::Timeout) is due; none once concluded.
    pub next_deadline: Option<Timestamp>,
    /// Whether it takes up one of the branch's active emergencies.
    pub occupies: bool,
    /// When it was reported.
    pub opened_at: Timestamp,
    /// When it was concluded, if it was.
    pub concluded_at: Option<Timestamp>,
}

impl Columns {
    /// Of a state.
    pub fn of(state: &Emergency) -> Self {
        let concluded_at = match state.phase() {
            Phase::Concluded { at, .. } => Some(at),
            Phase::Seeking | Phase::Accepted | Phase::Closing { .. } => None,
        };
        Self {
            next_deadline: state.poll_timeout(),
            occupies: state.occupies_branch(),
            opened_at: state.opened_at(),
            concluded_at,
        }
    }
}

impl Loaded {
    /// Puts together what a store that knows `formats` has read.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Corrupt`]: as for [`Formats::decode`].
    pub fn decode(
        formats: Formats,
        branch: BranchKey,
        format: u16,
        state: &str,
        version: Version,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self { branch, state: formats.decode(format, state)?, version, now })
    }
}

impl Listing {
    /// Nothing, if these are all: among those of a newer format that were reported after `since` could be what was
    /// sought and not found. One that is older was left behind by a version that is gone, and must not stand in the way
    /// for ever.
    ///
    /// # Errors
    /// [`StoreError::Newer`].
    pub fn or_newer(&self, since: Timestamp) -> Result<(), StoreError> {
        if self.newer.iter().all(|id| id.reported_at() < since) { Ok(()) } else { Err(StoreError::Newer) }
    }

    /// How many they are.
    pub const fn len(&self) -> usize {
        self.emergencies.len() + self.unreadable.len() + self.newer.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an emergency as it was read; other errors than those about its state are passed on.
    ///
    /// # Errors
    /// `loaded`'s own, unless it is [`StoreError::Corrupt`] or [`StoreError::Newer`].
    pub fn add(&mut self, id: EmergencyId, loaded: Result<Loaded, StoreError>) -> Result<(), StoreError> {
        match loaded {
            Ok(loaded) => self.emergencies.push(loaded),
            Err(StoreError::Corrupt { .. }) => self.unreadable.push(id),
            Err(StoreError::Newer) => self.newer.push(id),
            Err(other) => return Err(other),
        }
        Ok(())
    }
}

/// Without the state: it holds what people said.
impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("id", &self.state.id())
            .field("branch", &self.branch)
            .field("version", &self.version)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
