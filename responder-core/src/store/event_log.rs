//! Events as they are stored.

use std::fmt;

use super::{EventId, StoreError, codec};
use crate::{
    Timestamp,
    emergency::{EmergencyId, Event},
};

/// One event of the timeline.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its number within the branch.
    pub id: EventId,
    /// Whose; none for what happened outside of any, such as a call while there is no emergency.
    pub emergency: Option<EmergencyId>,
    /// When it was committed, on the store's clock.
    pub at: Timestamp,
    /// `{"event": "<name>", "data": {…}}`, to the byte as it was written: also an event of a newer build can be passed
    /// on.
    pub json: String,
}

impl StoredEvent {
    /// The event, read.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for an event that this build does not know.
    pub fn event(&self) -> Result<Event, StoreError> {
        codec::decode("event", &self.json)
    }
}

/// Without what it says.
impl fmt::Debug for StoredEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredEvent")
            .field("id", &self.id)
            .field("emergency", &self.emergency)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
