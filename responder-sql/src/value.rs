//! How the values of the contract stand in columns.

use std::str::FromStr;

use responder_core::{
    Timestamp,
    store::{EventId, StoreError, Version, codec::Formats},
};

use crate::error::{Malformed, corrupt};

/// Who asks: the time, and which states they know.
#[derive(Clone, Copy)]
pub(crate) struct Asker {
    pub(crate) now: Timestamp,
    pub(crate) formats: Formats,
}

/// A name that was stored as text.
pub(crate) fn named<T: FromStr>(what: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| corrupt(what, Malformed))
}

/// An integer that is narrower here than in the column.
pub(crate) fn narrow<T: TryFrom<i64>>(what: &'static str, stored: i64) -> Result<T, StoreError> {
    T::try_from(stored).map_err(|_| corrupt(what, Malformed))
}

pub(crate) fn version(stored: i64) -> Result<Version, StoreError> {
    narrow("version", stored).map(Version::from_u64)
}

/// No emergency sees that many commits; a version out of range can't match any.
pub(crate) fn version_column(version: Version) -> i64 {
    i64::try_from(version.as_u64()).unwrap_or(i64::MAX)
}

pub(crate) fn event_id(stored: i64) -> Result<EventId, StoreError> {
    narrow("event id", stored).map(EventId::from_u64)
}

/// Ids come from clients, too: one beyond the end of the column means the end.
pub(crate) fn event_column(id: EventId) -> i64 {
    i64::try_from(id.as_u64()).unwrap_or(i64::MAX)
}

pub(crate) fn time_column(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_micros)
}
