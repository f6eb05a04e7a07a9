//! The events, which are stored by commit and read one by one.

use responder_core::{
    Timestamp,
    emergency::EmergencyId,
    store::{BranchKey, EventId, StoreError, StoredEvent},
};
use rusqlite::{Connection, Row, ToSql, params};

use super::error::failed;
use crate::{
    rows::EventsRow,
    stored::StoredEvents,
    value::{event_column, event_id},
};

/// Gives events their numbers within the branch: the first, and the last.
pub(super) fn number(tx: &Connection, branch: &str, events: &StoredEvents) -> rusqlite::Result<(i64, i64)> {
    let row = params![branch, events.count];
    let last: i64 = tx.prepare_cached(COUNT)?.query_row(row, |row| row.get(0))?;
    Ok((last - events.count + 1, last))
}

/// Stores events of no emergency; the id of the first.
pub(super) fn record(
    tx: &Connection,
    now: Timestamp,
    branch: &BranchKey,
    events: &StoredEvents,
) -> Result<EventId, StoreError> {
    let add = || {
        let (first, last) = number(tx, branch.as_str(), events)?;
        let row = params![branch.as_str(), last, first, now.as_micros(), events.texts];
        tx.prepare_cached(RECORD)?.execute(row)?;
        Ok(first)
    };
    event_id(add().map_err(failed)?)
}

pub(super) fn of_branch(
    reader: &Connection,
    branch: &BranchKey,
    after: EventId,
    limit: u32,
) -> Result<Vec<StoredEvent>, StoreError> {
    read(reader, OF_BRANCH, params![branch.as_str(), event_column(after), limit], after, limit)
}

pub(super) fn of_emergency(
    reader: &Connection,
    emergency: EmergencyId,
    after: EventId,
    limit: u32,
) -> Result<Vec<StoredEvent>, StoreError> {
    read(reader, OF_EMERGENCY, params![emergency.to_string(), event_column(after), limit], after, limit)
}

fn read(
    reader: &Connection,
    sql: &str,
    of: &[&dyn ToSql],
    after: EventId,
    limit: u32,
) -> Result<Vec<StoredEvent>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut events = Vec::new();
    let mut sql = reader.prepare_cached(sql).map_err(failed)?;
    let mut rows = sql.query(of).map_err(failed)?;
    // Each row has one event at least, and mostly more: only as many are read as are needed.
    while events.len() < limit
        && let Some(row) = rows.next().map_err(failed)?
    {
        let row = commit(row).map_err(failed)?;
        events.extend(row.after(after)?.into_iter().take(limit - events.len()));
    }
    Ok(events)
}

fn commit(row: &Row<'_>) -> rusqlite::Result<EventsRow> {
    Ok(EventsRow { first: row.get(0)?, emergency: row.get(1)?, at: row.get(2)?, events: row.get(3)? })
}

const COUNT: &str = "
    INSERT INTO branches (branch, last_event) VALUES (?1, ?2)
    ON CONFLICT (branch) DO UPDATE SET last_event = last_event + excluded.last_event
    RETURNING last_event";

const RECORD: &str = "
    INSERT INTO branch_events (branch, last_event, first_event, at, events) VALUES (?1, ?2, ?3, ?4, ?5)";

// Both halves come in order from their index, so that SQLite merges them and reads no more than is wanted.
const OF_BRANCH: &str = "
    SELECT first_event, emergency, at, events, last_event FROM commits
    WHERE branch = ?1 AND last_event > ?2
    UNION ALL
    SELECT first_event, NULL, at, events, last_event FROM branch_events
    WHERE branch = ?1 AND last_event > ?2
    ORDER BY last_event LIMIT ?3";

const OF_EMERGENCY: &str = "
    SELECT first_event, emergency, at, events FROM commits
    WHERE emergency = ?1 AND last_event > ?2 ORDER BY version LIMIT ?3";
