//! Looking things up.

use std::time::Duration;

use responder_core::{
    CallSid, MessageSid, Timestamp,
    emergency::{EmergencyId, Line},
    store::{Availability, BranchKey, CommitId, Health, Listing, Loaded, Receipt, StoreError, Unreadable, codec},
};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::{error::failed, queue};
use crate::{
    rows::StateRow,
    value::{Asker, event_id, named, version},
};

pub(super) fn load(reader: &Connection, asker: Asker, id: EmergencyId) -> Result<Option<Loaded>, StoreError> {
    let row = one(reader, LOAD, [id.to_string()], state)?;
    row.map(|row| row.load(asker)).transpose()
}

pub(super) fn receipt(reader: &Connection, emergency: &str, commit: CommitId) -> Result<Option<Receipt>, StoreError> {
    let row = one(reader, RECEIPT, params![emergency, commit.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let receipt = row.map(|(made, first): (i64, Option<i64>)| {
        Ok(Receipt { version: version(made)?, first_event: first.map(event_id).transpose()? })
    });
    receipt.transpose()
}

pub(super) fn find_call(
    reader: &Connection,
    branch: &BranchKey,
    call: &CallSid,
) -> Result<Option<(EmergencyId, Line)>, StoreError> {
    let row = one(reader, FIND_CALL, [branch.as_str(), call.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found =
        row.map(|(id, line): (String, String)| Ok((named("emergency id", &id)?, codec::decode("line", &line)?)));
    found.transpose()
}

pub(super) fn find_message(
    reader: &Connection,
    branch: &BranchKey,
    message: &MessageSid,
) -> Result<Option<EmergencyId>, StoreError> {
    let id: Option<String> = one(reader, FIND_MESSAGE, [branch.as_str(), message.as_str()], |row| row.get(0))?;
    id.map(|id| named("emergency id", &id)).transpose()
}

pub(super) fn open(reader: &Connection, asker: Asker, branch: &BranchKey) -> Result<Listing, StoreError> {
    listing(reader, asker, OPEN, [branch.as_str()])
}

pub(super) fn concluded(
    reader: &Connection,
    asker: Asker,
    branch: &BranchKey,
    since: Timestamp,
) -> Result<Listing, StoreError> {
    listing(reader, asker, CONCLUDED, params![branch.as_str(), since.as_micros()])
}

pub(super) fn page(
    reader: &Connection,
    asker: Asker,
    branch: &BranchKey,
    before: Option<EmergencyId>,
    limit: u32,
) -> Result<Listing, StoreError> {
    // Ids are digits and small letters, so that this sorts after all of them.
    let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
    listing(reader, asker, PAGE, params![branch.as_str(), before, limit])
}

fn listing(reader: &Connection, asker: Asker, sql: &str, of: impl Params) -> Result<Listing, StoreError> {
    let rows = || {
        let mut sql = reader.prepare_cached(sql)?;
        sql.query_map(of, state)?.collect::<rusqlite::Result<Vec<_>>>()
    };
    let mut listing = Listing::default();
    for row in rows().map_err(failed)? {
        listing.add(named("emergency id", &row.id)?, row.load(asker))?;
    }
    Ok(listing)
}

pub(super) fn health(reader: &Connection, asker: Asker, branch: &BranchKey) -> Result<Health, StoreError> {
    let listing = open(reader, asker, branch)?;
    let open = listing.len();
    let mut unreadable = Vec::new();
    for id in listing.unreadable.into_iter().chain(listing.newer) {
        unreadable.extend(plain(reader, id)?);
    }
    let oldest = queue::oldest(reader, branch)?;
    Ok(Health {
        open: u32::try_from(open).unwrap_or(u32::MAX),
        unreadable,
        late_by: oldest.map_or(Duration::ZERO, |oldest| asker.now.since(oldest)),
    })
}

fn plain(reader: &Connection, id: EmergencyId) -> Result<Option<Unreadable>, StoreError> {
    type Columns = (i64, Option<i64>, String);
    let row = one(reader, PLAIN, [id.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(row.map(|(opened_at, next_deadline, card): Columns| Unreadable {
        id,
        opened_at: Timestamp::from_micros(opened_at),
        next_deadline: next_deadline.map(Timestamp::from_micros),
        card: codec::decode("card", &card).ok(),
    }))
}

pub(super) fn availability(reader: &Connection, branch: &str) -> Result<Availability, StoreError> {
    let text: Option<String> = one(reader, AVAILABILITY, [branch], |row| row.get(0))?;
    text.map_or_else(|| Ok(Availability::default()), |text| codec::decode("availability", &text))
}

/// The only row there can be.
fn one<T>(
    reader: &Connection,
    sql: &str,
    of: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    reader.prepare_cached(sql).and_then(|mut sql| sql.query_row(of, read).optional()).map_err(failed)
}

fn state(row: &Row<'_>) -> rusqlite::Result<StateRow> {
    Ok(StateRow { id: row.get(0)?, branch: row.get(1)?, format: row.get(2)?, state: row.get(3)?, version: row.get(4)? })
}

const LOAD: &str = "SELECT id, branch, format, state, version FROM emergencies WHERE id = ?1";

const RECEIPT: &str = "SELECT version, first_event FROM commits WHERE emergency = ?1 AND id = ?2";

const FIND_CALL: &str = "SELECT emergency, line FROM calls WHERE branch = ?1 AND call = ?2";

const FIND_MESSAGE: &str = "SELECT emergency FROM messages WHERE branch = ?1 AND message = ?2";

const OPEN: &str = "
    SELECT id, branch, format, state, version FROM emergencies
    WHERE branch = ?1 AND concluded_at IS NULL ORDER BY id";

const CONCLUDED: &str = "
    SELECT id, branch, format, state, version FROM emergencies
    WHERE branch = ?1 AND concluded_at IS NOT NULL AND concluded_at >= ?2 ORDER BY concluded_at DESC, id DESC";

const PAGE: &str = "
    SELECT id, branch, format, state, version FROM emergencies
    WHERE branch = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

const PLAIN: &str = "SELECT opened_at, next_deadline, card FROM emergencies WHERE id = ?1";

const AVAILABILITY: &str = "SELECT availability FROM branches WHERE branch = ?1";
