//! Deadlines and commands.

use std::time::Duration;

use responder_core::{
    Timestamp,
    emergency::CommandKind,
    store::{
        BranchKey, ClaimRequest, Claimed, Due, LEFT_TO_NEWER, Lease, MOST_LOST_CLAIMS, StoreError, Ticket,
        codec::Formats,
    },
};
use rusqlite::{Connection, Row, ToSql, params};

use super::error::failed;
use crate::{
    rows::ClaimedRow,
    value::{Asker, named},
};

pub(super) fn due(reader: &Connection, asker: Asker, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
    let rows = || {
        let mut sql = reader.prepare_cached(DUE)?;
        let for_anybody = (asker.now - LEFT_TO_NEWER).as_micros();
        let of = params![branch.as_str(), asker.now.as_micros(), max, asker.formats.newest(), for_anybody];
        let rows = sql.query_map(of, |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<(String, i64)>>>()
    };
    let due = rows()
        .map_err(failed)?
        .into_iter()
        .map(|(id, deadline)| Ok(Due { id: named("emergency id", &id)?, deadline: Timestamp::from_micros(deadline) }));
    due.collect()
}

pub(super) fn defer(tx: &Connection, now: Timestamp, due: &Due, delay: Duration) -> Result<bool, StoreError> {
    changes(tx, DEFER, params![due.id.to_string(), due.deadline.as_micros(), (now + delay).as_micros()])
}

/// One statement for all would be shorter, and slower than several that are simple.
pub(super) fn claim(tx: &Connection, asker: Asker, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
    let lease_until = asker.now + request.lease.span();
    let take = |(emergency, number): (String, u32)| {
        let row = params![emergency, number, lease_until.as_micros(), MOST_LOST_CLAIMS, request.worker.as_str()];
        let row = tx.prepare_cached(TAKE).and_then(|mut sql| sql.query_row(row, claimed)).map_err(failed)?;
        row.claimed(named("emergency id", &emergency)?, number, lease_until)
    };
    waiting(tx, asker, request).map_err(failed)?.into_iter().map(take).collect()
}

/// The commands that can be claimed, in order.
fn waiting(tx: &Connection, asker: Asker, request: &ClaimRequest) -> rusqlite::Result<Vec<(String, u32)>> {
    let mut sql = tx.prepare_cached(WAITING)?;
    let (first, last) = priorities(&request.kinds);
    let known = asker.formats.newest();
    let mut rows = sql.query(params![request.branch.as_str(), asker.now.as_micros(), first, last, known])?;
    let max = usize::try_from(request.max).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    while found.len() < max
        && let Some(row) = rows.next()?
    {
        if is_among(&request.kinds, row.get_ref(2)?.as_str()?) {
            found.push((row.get(0)?, row.get(1)?));
        }
    }
    Ok(found)
}

pub(super) fn holds(reader: &Connection, now: Timestamp, ticket: &Ticket) -> Result<bool, StoreError> {
    let Ticket { command, claim } = ticket;
    let row = params![command.emergency.to_string(), command.number, claim, now.as_micros()];
    reader.prepare_cached(HOLDS).and_then(|mut sql| sql.exists(row)).map_err(failed)
}

pub(super) fn extend(tx: &Connection, now: Timestamp, ticket: &Ticket, lease: Lease) -> Result<bool, StoreError> {
    let Ticket { command, claim } = ticket;
    let until = (now + lease.span()).as_micros();
    changes(tx, EXTEND, params![command.emergency.to_string(), command.number, claim, now.as_micros(), until])
}

pub(super) fn put_back(tx: &Connection, ticket: &Ticket, due: Timestamp) -> Result<bool, StoreError> {
    let Ticket { command, claim } = ticket;
    changes(tx, PUT_BACK, params![command.emergency.to_string(), command.number, claim, due.as_micros()])
}

fn changes(tx: &Connection, sql: &str, row: &[&dyn ToSql]) -> Result<bool, StoreError> {
    tx.prepare_cached(sql).and_then(|mut sql| sql.execute(row)).map(|rows| rows == 1).map_err(failed)
}

/// When there is something to do.
pub(super) fn next(
    reader: &Connection,
    formats: Formats,
    branch: &BranchKey,
    wanted: &[CommandKind],
) -> Result<Option<Timestamp>, StoreError> {
    let next = || {
        let deadline = |sql: &str| {
            let time = |row: &Row<'_>| row.get::<_, Option<i64>>(0);
            let time = reader.prepare_cached(sql)?.query_row(params![branch.as_str(), formats.newest()], time);
            time.map(|time| time.map(Timestamp::from_micros))
        };
        let ours = deadline(NEXT_DEADLINE)?;
        let of_newer = deadline(NEXT_DEADLINE_OF_NEWER)?.map(|time| time + LEFT_TO_NEWER);
        let command = next_command(reader, formats, branch, wanted)?.map(Timestamp::from_micros);
        Ok(ours.into_iter().chain(of_newer).chain(command).min())
    };
    next().map_err(failed)
}

/// What anybody at all is to do next.
pub(super) fn oldest(reader: &Connection, branch: &BranchKey) -> Result<Option<Timestamp>, StoreError> {
    let oldest = reader.prepare_cached(OLDEST).and_then(|mut sql| sql.query_row([branch.as_str()], |row| row.get(0)));
    oldest.map(|time: Option<i64>| time.map(Timestamp::from_micros)).map_err(failed)
}

fn next_command(
    reader: &Connection,
    formats: Formats,
    branch: &BranchKey,
    wanted: &[CommandKind],
) -> rusqlite::Result<Option<i64>> {
    let mut earliest: Option<i64> = None;
    let mut of_newer = reader.prepare_cached(IS_OF_NEWER)?;
    let mut sql = reader.prepare_cached(NEXT_COMMANDS)?;
    let (first, last) = priorities(wanted);
    let mut rows = sql.query(params![branch.as_str(), first, last])?;
    while let Some(row) = rows.next()? {
        let at: i64 = row.get(0)?;
        // In this order the emergency is looked at for few commands.
        if earliest.is_none_or(|earliest| at < earliest)
            && is_among(wanted, row.get_ref(1)?.as_str()?)
            && !of_newer.exists(params![row.get_ref(2)?.as_str()?, formats.newest()])?
        {
            earliest = Some(at);
        }
    }
    Ok(earliest)
}

/// The first and the last priority that these kinds have. Whoever wants calls does not look through all texts.
fn priorities(kinds: &[CommandKind]) -> (u8, u8) {
    let all = || kinds.iter().map(|kind| kind.priority());
    (all().min().unwrap_or(1), all().max().unwrap_or(0))
}

fn is_among(kinds: &[CommandKind], kind: &str) -> bool {
    kinds.iter().any(|wanted| wanted.as_str() == kind)
}

fn claimed(row: &Row<'_>) -> rusqlite::Result<ClaimedRow> {
    Ok(ClaimedRow {
        kind: row.get(0)?,
        action: row.get(1)?,
        claims: row.get(2)?,
        lost: row.get(3)?,
        verdict: row.get(4)?,
    })
}

const DUE: &str = "
    SELECT id, next_deadline FROM emergencies
    WHERE branch = ?1 AND concluded_at IS NULL AND next_deadline <= ?2 AND (format <= ?4 OR next_deadline <= ?5)
    ORDER BY next_deadline, id LIMIT ?3";

const DEFER: &str = "UPDATE emergencies SET next_deadline = ?3 WHERE id = ?1 AND next_deadline = ?2";

const WAITING: &str = "
    SELECT emergency, number, kind FROM commands
    WHERE branch = ?1 AND outcome IS NULL AND visible_at <= ?2 AND priority BETWEEN ?3 AND ?4
        AND NOT EXISTS (SELECT 1 FROM emergencies WHERE id = emergency AND format > ?5)
    ORDER BY priority, due, emergency, number";

const TAKE: &str = "
    UPDATE commands
    SET lost = lost + is_claimed,
        verdict = CASE WHEN verdict IS NULL AND lost + is_claimed >= ?4 THEN 'abandoned' ELSE verdict END,
        claims = claims + 1, is_claimed = 1, visible_at = ?3, worker = ?5
    WHERE emergency = ?1 AND number = ?2
    RETURNING kind, action, claims, lost, verdict";

const HOLDS: &str = "
    SELECT 1 FROM commands
    WHERE emergency = ?1 AND number = ?2 AND claims = ?3 AND is_claimed = 1 AND visible_at > ?4";

const EXTEND: &str = "
    UPDATE commands SET visible_at = ?5
    WHERE emergency = ?1 AND number = ?2 AND claims = ?3 AND is_claimed = 1 AND visible_at > ?4";

const PUT_BACK: &str = "
    UPDATE commands SET is_claimed = 0, due = ?4, visible_at = ?4
    WHERE emergency = ?1 AND number = ?2 AND claims = ?3 AND is_claimed = 1";

const NEXT_DEADLINE: &str = "
    SELECT min(next_deadline) FROM emergencies
    WHERE branch = ?1 AND concluded_at IS NULL AND next_deadline IS NOT NULL AND format <= ?2";

const NEXT_DEADLINE_OF_NEWER: &str = "
    SELECT min(next_deadline) FROM emergencies
    WHERE branch = ?1 AND concluded_at IS NULL AND next_deadline IS NOT NULL AND format > ?2";

const OLDEST: &str = "
    SELECT min(at) FROM (
        SELECT min(next_deadline) AS at FROM emergencies WHERE branch = ?1 AND concluded_at IS NULL
        UNION ALL
        SELECT min(visible_at) FROM commands WHERE branch = ?1 AND outcome IS NULL)";

const NEXT_COMMANDS: &str = "
    SELECT visible_at, kind, emergency FROM commands
    WHERE branch = ?1 AND outcome IS NULL AND priority BETWEEN ?2 AND ?3";

const IS_OF_NEWER: &str = "SELECT 1 FROM emergencies WHERE id = ?1 AND format > ?2";
