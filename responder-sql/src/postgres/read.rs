//! Reading.

use responder_core::{
    CallSid, MessageSid, Timestamp,
    access::AuditEntry,
    emergency::{EmergencyId, Line},
    store::{
        Availability, BranchKey, CommitId, EventId, Listing, Loaded, Receipt, StoreError, StoredEvent, Unreadable,
        codec::{self, Formats},
    },
};
use sqlx::postgres::PgRow;

use super::{
    lane::Call,
    row::{get, time},
};
use crate::{
    people::AuditColumns,
    rows::{EventsRow, StateRow},
    stored::StoredEvents,
    value::{Asker, event_column, event_id, named, version},
};

pub(super) fn now() -> Call {
    Call::new(NOW)
}

pub(super) fn emergency(id: EmergencyId) -> Call {
    Call::new(LOAD).with(id.to_string())
}

pub(super) fn load(formats: Formats) -> impl Fn(&PgRow) -> Result<Loaded, StoreError> {
    move |row| state(row)?.load(Asker { now: time(row, 5)?, formats })
}

fn state(row: &PgRow) -> Result<StateRow, StoreError> {
    Ok(StateRow {
        id: get(row, 0)?,
        branch: get(row, 1)?,
        format: get(row, 2)?,
        state: get(row, 3)?,
        version: get(row, 4)?,
    })
}

pub(super) fn receipt(emergency: EmergencyId, commit: CommitId) -> Call {
    Call::new(RECEIPT).with(emergency.to_string()).with(commit.to_bytes().to_vec())
}

pub(super) fn read_receipt(row: &PgRow) -> Result<Receipt, StoreError> {
    let first_event: Option<i64> = get(row, 1)?;
    Ok(Receipt { version: version(get(row, 0)?)?, first_event: first_event.map(event_id).transpose()? })
}

pub(super) fn call(branch: &BranchKey, call: &CallSid) -> Call {
    Call::new(FIND_CALL).with(branch.as_str()).with(call.as_str())
}

pub(super) fn read_call(row: &PgRow) -> Result<(EmergencyId, Line), StoreError> {
    Ok((named("emergency id", get(row, 0)?)?, codec::decode("line", get(row, 1)?)?))
}

pub(super) fn message(branch: &BranchKey, message: &MessageSid) -> Call {
    Call::new(FIND_MESSAGE).with(branch.as_str()).with(message.as_str())
}

pub(super) fn read_message(row: &PgRow) -> Result<EmergencyId, StoreError> {
    named("emergency id", get(row, 0)?)
}

pub(super) fn open(branch: &BranchKey) -> Call {
    Call::new(OPEN).with(branch.as_str())
}

pub(super) fn concluded(branch: &BranchKey, since: Timestamp) -> Call {
    Call::new(CONCLUDED).with(branch.as_str()).with(since.as_micros())
}

pub(super) fn page(branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Call {
    // Ids are digits and small letters, so that this sorts after all of them.
    let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
    Call::new(PAGE).with(branch.as_str()).with(before).with(i64::from(limit))
}

pub(super) fn listing(formats: Formats, rows: &[PgRow]) -> Result<Listing, StoreError> {
    let mut listing = Listing::default();
    for row in rows {
        let (state, now) = (state(row)?, time(row, 5)?);
        listing.add(named("emergency id", &state.id)?, state.load(Asker { now, formats }))?;
    }
    Ok(listing)
}

/// An emergency whose state can't be read, from what stands beside it.
pub(super) fn unreadable(row: &PgRow) -> Result<Unreadable, StoreError> {
    let next_deadline: Option<i64> = get(row, 7)?;
    Ok(Unreadable {
        id: named("emergency id", get(row, 0)?)?,
        opened_at: time(row, 6)?,
        next_deadline: next_deadline.map(Timestamp::from_micros),
        card: codec::decode("card", get(row, 8)?).ok(),
    })
}

pub(super) fn availability(branch: &BranchKey) -> Call {
    Call::new(AVAILABILITY).with(branch.as_str())
}

pub(super) fn set_availability(branch: &BranchKey, availability: Availability) -> Result<Call, StoreError> {
    let text = codec::encode("availability", &availability)?;
    Ok(Call::new(SET_AVAILABILITY).with(branch.as_str()).with(text))
}

pub(super) fn switch_branch(
    branch: &BranchKey,
    availability: Availability,
    audit: &AuditEntry,
) -> Result<Call, StoreError> {
    let text = codec::encode("availability", &availability)?;
    let AuditColumns { branch: of, entry } = AuditColumns::of(audit)?;
    Ok(Call::new(SWITCH_BRANCH).with(branch.as_str()).with(text).with(of).with(entry))
}

/// Gives the id of the first.
pub(super) fn record(branch: &BranchKey, events: StoredEvents) -> Call {
    Call::new(RECORD).with(branch.as_str()).with(events.texts).with(events.count)
}

pub(super) fn events(branch: &BranchKey, after: EventId, limit: u32) -> Call {
    Call::new(EVENTS).with(branch.as_str()).with(event_column(after)).with(i64::from(limit))
}

pub(super) fn events_of(emergency: EmergencyId, after: EventId, limit: u32) -> Call {
    Call::new(EVENTS_OF).with(emergency.to_string()).with(event_column(after)).with(i64::from(limit))
}

/// Each row has one event at least, and mostly more.
pub(super) fn read_events(rows: &[PgRow], after: EventId, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut events = Vec::new();
    for row in rows {
        let row = EventsRow { first: get(row, 0)?, emergency: get(row, 1)?, at: get(row, 2)?, events: get(row, 3)? };
        events.extend(row.after(after)?);
    }
    events.truncate(limit);
    Ok(events)
}

const NOW: &str = "SELECT micros()";

const LOAD: &str = "SELECT id, branch, format, state, version, micros() FROM emergencies WHERE id = $1";

const RECEIPT: &str = "SELECT version, first_event FROM commits WHERE emergency = $1 AND id = $2";

const FIND_CALL: &str = "SELECT emergency, line FROM calls WHERE branch = $1 AND call = $2";

const FIND_MESSAGE: &str = "SELECT emergency FROM messages WHERE branch = $1 AND message = $2";

const RECORD: &str = "
    WITH numbered AS (
        INSERT INTO branches AS b (branch, last_event) VALUES ($1, $3)
        ON CONFLICT (branch) DO UPDATE SET last_event = b.last_event + excluded.last_event
        RETURNING last_event
    )
    INSERT INTO branch_events (branch, last_event, first_event, at, events)
    SELECT $1, last_event, last_event - $3 + 1, micros(), $2 FROM numbered
    RETURNING first_event";

/// The last three columns are those of the unreadable.
const OPEN: &str = "
    SELECT id, branch, format, state, version, micros(), opened_at, next_deadline, card FROM emergencies
    WHERE branch = $1 AND concluded_at IS NULL ORDER BY id";

const CONCLUDED: &str = "
    SELECT id, branch, format, state, version, micros() FROM emergencies
    WHERE branch = $1 AND concluded_at IS NOT NULL AND concluded_at >= $2 ORDER BY concluded_at DESC, id DESC";

const PAGE: &str = "
    SELECT id, branch, format, state, version, micros() FROM emergencies
    WHERE branch = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

const AVAILABILITY: &str = "SELECT availability FROM branches WHERE branch = $1";

const SET_AVAILABILITY: &str = "
    INSERT INTO branches (branch, availability) VALUES ($1, $2)
    ON CONFLICT (branch) DO UPDATE SET availability = excluded.availability";

const SWITCH_BRANCH: &str = "SELECT 1 FROM switch_branch_1($1, $2, $3, $4)";

const EVENTS: &str = "
    (SELECT first_event, emergency, at, events, last_event FROM commits
        WHERE branch = $1 AND last_event IS NOT NULL AND last_event > $2 ORDER BY last_event LIMIT $3)
    UNION ALL
    (SELECT first_event, NULL, at, events, last_event FROM branch_events
        WHERE branch = $1 AND last_event > $2 ORDER BY last_event LIMIT $3)
    ORDER BY last_event LIMIT $3";

const EVENTS_OF: &str = "
    SELECT first_event, emergency, at, events FROM commits
    WHERE emergency = $1 AND last_event > $2 ORDER BY version LIMIT $3";
