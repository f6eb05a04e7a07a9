//! Deliveries, in their stored form.

use responder_core::{
    Timestamp,
    emergency::EmergencyId,
    store::{Delivery, DeliveryTicket, EventId, Gap, Message, StoreError, StoredEvent, UNREADABLE},
};

use crate::{
    error::{Malformed, corrupt},
    rows::EventsRow,
    value::{event_id, named, narrow},
};

/// A lane, just claimed.
pub(crate) struct LaneRow {
    /// The emergency; empty for what happened outside of any.
    pub(crate) lane: String,
    pub(crate) claim: i64,
    pub(crate) tries: i64,
    pub(crate) gap: GapRow,
    pub(crate) head: Option<i64>,
    /// Those among which the head is, unless a gap is to be told of.
    pub(crate) events: Option<EventsRow>,
}

/// Events that were given up.
pub(crate) struct GapRow {
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<i64>,
    pub(crate) count: i64,
    pub(crate) since: Option<i64>,
}

impl LaneRow {
    /// `of` says of which branch and target it is.
    pub(crate) fn delivery(self, of: &DeliveryTicket, now: Timestamp) -> Result<Delivery, StoreError> {
        let lane = lane(&self.lane)?;
        let ticket = DeliveryTicket { lane, claim: narrow("claim", self.claim)?, ..of.clone() };
        let message = match self.gap.gap(lane)? {
            Some(gap) => Message::Gap(gap),
            None => Message::Event(event(lane, self.head, self.events)?),
        };
        Ok(Delivery { ticket, message, tries: narrow("tries", self.tries)?, now })
    }
}

impl GapRow {
    pub(crate) fn gap(&self, emergency: Option<EmergencyId>) -> Result<Option<Gap>, StoreError> {
        let (Some(first), Some(last), Some(since)) = (self.first, self.last, self.since) else { return Ok(None) };
        Ok(Some(Gap {
            emergency,
            first: event_id(first)?,
            last: event_id(last)?,
            count: narrow("gap", self.count)?,
            since: Timestamp::from_micros(since),
        }))
    }
}

/// One that can't be read is called so: those behind it must not wait for ever.
fn event(lane: Option<EmergencyId>, head: Option<i64>, row: Option<EventsRow>) -> Result<StoredEvent, StoreError> {
    let (Some(head), Some(row)) = (head, row) else { return Err(corrupt("delivery", Malformed)) };
    let (id, at) = (event_id(head)?, Timestamp::from_micros(row.at));
    let unreadable = || StoredEvent { id, emergency: lane, at, json: UNREADABLE.to_owned() };
    let events = row.after(EventId::from_u64(id.as_u64().saturating_sub(1)));
    let event = events.ok().and_then(|events| events.into_iter().next()).filter(|event| event.id == id);
    Ok(event.unwrap_or_else(unreadable))
}

fn lane(text: &str) -> Result<Option<EmergencyId>, StoreError> {
    if text.is_empty() { Ok(None) } else { named("emergency id", text).map(Some) }
}

pub(crate) fn lane_column(lane: Option<EmergencyId>) -> String {
    lane.map(|id| id.to_string()).unwrap_or_default()
}

/// No target sees that many claims; a number out of range can't match any.
pub(crate) fn claim_column(claim: u64) -> i64 {
    i64::try_from(claim).unwrap_or(i64::MAX)
}
