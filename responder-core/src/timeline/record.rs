//! What the log of a branch says in its blocks.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};
use serde_json::value::RawValue;

use super::{UtcOffset, print};
use crate::{Timestamp, store::EventId};

/// The payload of a block of ours: one event as JSON.
///
/// Events that come from the store have an `id`. Others say which one was written last before them, `after`: whoever
/// goes on with the log finds in its last block where it stands, also after it has been put aside.
///
/// ```
/// use responder_core::{store::EventId, timeline::Record};
///
/// let record = Record::read(r#"{"event":"sms_sent","id":17,"data":{"to":"+15005550001"}}"#).ok_or("no record")?;
/// assert_eq!((record.event.as_ref(), record.position()), ("sms_sent", Some(EventId::from_u64(17))));
/// assert_eq!(record.data(), Some(r#"{"to":"+15005550001"}"#));
/// assert!(Record::read(r#"{"event":"sms_sent","id":17,"da"#).is_none(), "it was not written to its end");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Deserialize, Serialize)]
pub struct Record<'a> {
    /// Its name.
    #[serde(borrow)]
    pub event: Cow<'a, str>,
    /// Its number in the branch, if it comes from the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EventId>,
    /// The number of the last event from the store before it, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<EventId>,
    /// The emergency that it belongs to; none for events of the branch.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub emergency_id: Option<Cow<'a, str>>,
    /// Which block before it in its file was the last that needs a person.
    #[serde(default, skip_serializing_if = "LastFailure::is_not_said")]
    pub last_failure: LastFailure,
    /// When it happened, RFC 3339.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Cow<'a, str>>,
    #[serde(borrow, default, serialize_with = "or_empty")]
    pub(crate) data: Option<&'a RawValue>,
}

/// What a block says of the blocks before it in its file, so that whoever asks for the last failure need not read them.
/// In JSON a place, or `null` for none.
///
/// ```
/// use responder_core::timeline::{LastFailure, Record};
///
/// let said = |payload| Record::read(payload).map(|record| record.last_failure);
/// assert_eq!(said(r#"{"event":"sms_sent","last_failure":120}"#), Some(LastFailure::At(120)));
/// assert_eq!(said(r#"{"event":"sms_sent","last_failure":null}"#), Some(LastFailure::None));
/// assert_eq!(said(r#"{"event":"sms_sent"}"#), Some(LastFailure::NotSaid));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "Option<u64>", into = "Option<u64>")]
pub enum LastFailure {
    /// It says nothing of it.
    #[default]
    NotSaid,
    /// None of them [needs a person](super::needs_a_person).
    None,
    /// The last that does begins at this byte.
    At(u64),
}

/// `{"event": …, "data": …}`, as stores and [`BranchEvent`](super::BranchEvent)s have it.
#[derive(Deserialize)]
struct Bare<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

impl<'a> Record<'a> {
    /// Reads a payload. None for what does not begin with such JSON, whoever wrote it. What follows is not looked at:
    /// it can be the torn beginning of another block.
    pub fn read(payload: &'a str) -> Option<Self> {
        Self::deserialize(&mut serde_json::Deserializer::from_str(payload)).ok()
    }

    /// From an event as it is stored, `{"event": …, "data": …}`: its data stay as they are, to the byte.
    ///
    /// # Errors
    /// When it is no such JSON.
    pub fn of(event: &'a str) -> Result<Self, serde_json::Error> {
        let Bare { event, data } = serde_json::from_str(event)?;
        Ok(Self {
            event,
            id: None,
            after: None,
            last_failure: LastFailure::NotSaid,
            emergency_id: None,
            timestamp: None,
            data,
        })
    }

    /// Up to which event the log has been written with this block.
    pub fn position(&self) -> Option<EventId> {
        self.id.or(self.after)
    }

    /// What it carries, as JSON.
    pub fn data(&self) -> Option<&'a str> {
        self.data.map(RawValue::get)
    }

    /// Appends it to `to` as a block, under its name in capitals.
    pub fn print(&self, to: &mut String, at: Timestamp, offset: UtcOffset) {
        let timestamp = at.to_string();
        let whole = Record { timestamp: Some(Cow::Borrowed(&timestamp)), ..self.clone() };
        let json = serde_json::to_string(&whole).expect("BUG: texts and numbers that can't be JSON");
        print(to, &self.event.to_uppercase(), at, offset, &json);
    }
}

impl LastFailure {
    /// What it stands behind in a block.
    pub(super) const KEY: &'static [u8] = b"\"last_failure\":";

    const fn is_not_said(&self) -> bool {
        matches!(self, Self::NotSaid)
    }
}

impl From<Option<u64>> for LastFailure {
    fn from(place: Option<u64>) -> Self {
        place.map_or(Self::None, Self::At)
    }
}

impl From<LastFailure> for Option<u64> {
    fn from(last: LastFailure) -> Self {
        match last {
            LastFailure::At(place) => Some(place),
            LastFailure::None | LastFailure::NotSaid => None,
        }
    }
}

/// An event without data has an empty object, so that readers need no case for it.
fn or_empty<S: Serializer>(data: &Option<&RawValue>, to: S) -> Result<S::Ok, S::Error> {
    match data {
        Some(data) => data.serialize(to),
        None => to.serialize_map(Some(0))?.end(),
    }
}

/// Without what it carries.
impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut record = f.debug_struct("Record");
        record.field("event", &self.event).field("id", &self.id).field("after", &self.after).finish_non_exhaustive()
    }
}
