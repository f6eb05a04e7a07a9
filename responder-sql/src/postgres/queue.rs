//! Deadlines and commands.

use std::time::Duration;

use responder_core::{
    Timestamp,
    emergency::{CommandId, CommandKind, EmergencyId},
    store::{
        BranchKey, ClaimRequest, Claimed, Due, LEFT_TO_NEWER, Lease, MOST_LOST_CLAIMS, StoreError, Ticket,
        codec::Formats,
    },
};
use sqlx::postgres::PgRow;

use super::{
    lane::Call,
    row::{get, micros, time},
};
use crate::{
    rows::ClaimedRow,
    value::{named, narrow},
};

pub(super) fn due(formats: Formats, branch: &BranchKey, max: u32) -> Call {
    let known = i64::from(formats.newest());
    Call::new(DUE).with(branch.as_str()).with(i64::from(max)).with(known).with(micros(LEFT_TO_NEWER))
}

pub(super) fn read_due(row: &PgRow) -> Result<Due, StoreError> {
    Ok(Due { id: named("emergency id", get(row, 0)?)?, deadline: time(row, 1)? })
}

pub(super) fn defer(due: &Due, delay: Duration) -> Call {
    Call::new(DEFER).with(due.id.to_string()).with(due.deadline.as_micros()).with(micros(delay))
}

pub(super) fn claim(formats: Formats, request: &ClaimRequest) -> Call {
    let kinds: Vec<_> = request.kinds.iter().map(|kind| kind.as_str()).collect();
    Call::new(CLAIM)
        .with(request.branch.as_str())
        .with(kinds)
        .with(i64::from(request.max))
        .with(micros(request.lease.span()))
        .with(i64::from(MOST_LOST_CLAIMS))
        .with(request.worker.as_str())
        .with(i64::from(formats.newest()))
}

/// In the order of claims, which an update does not keep.
pub(super) fn read_claimed(rows: &[PgRow]) -> Result<Vec<Claimed>, StoreError> {
    let place = |row| Ok((get::<i64>(row, 8)?, get::<i64>(row, 9)?));
    let read = |row| Ok((place(row)?, claimed(row)?));
    let mut claimed = rows.iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    claimed.sort_by_key(|(place, claimed)| (*place, claimed.id()));
    Ok(claimed.into_iter().map(|(_, claimed)| claimed).collect())
}

/// What was claimed, also if something in it can't be read.
pub(super) fn tickets(rows: &[PgRow]) -> Vec<Ticket> {
    rows.iter().filter_map(|row| claimed(row).ok()).map(|claimed| claimed.ticket).collect()
}

fn claimed(row: &PgRow) -> Result<Claimed, StoreError> {
    let emergency: EmergencyId = named("emergency id", get(row, 0)?)?;
    let claimed = ClaimedRow {
        kind: get(row, 2)?,
        action: get(row, 3)?,
        claims: get(row, 4)?,
        lost: get(row, 5)?,
        verdict: get(row, 6)?,
    };
    claimed.claimed(emergency, narrow("command number", get(row, 1)?)?, time(row, 7)?)
}

pub(super) fn holds(ticket: &Ticket) -> Call {
    of_ticket(HOLDS, ticket)
}

pub(super) fn extend(ticket: &Ticket, lease: Lease) -> Call {
    of_ticket(EXTEND, ticket).with(micros(lease.span()))
}

pub(super) fn put_back(ticket: &Ticket, delay: Duration) -> Call {
    of_ticket(PUT_BACK, ticket).with(micros(delay))
}

fn of_ticket(sql: &'static str, ticket: &Ticket) -> Call {
    let CommandId { emergency, number } = ticket.command;
    Call::new(sql).with(emergency.to_string()).with(i64::from(number)).with(i64::from(ticket.claim))
}

/// When there is something to do, and the time now.
pub(super) fn next(formats: Formats, branch: &BranchKey, wanted: &[CommandKind]) -> Call {
    let kinds: Vec<_> = wanted.iter().map(|kind| kind.as_str()).collect();
    let priorities = || wanted.iter().map(|kind| i64::from(kind.priority()));
    Call::new(NEXT)
        .with(branch.as_str())
        .with(kinds)
        .with(priorities().min().unwrap_or(1))
        .with(priorities().max().unwrap_or(0))
        .with(i64::from(formats.newest()))
        .with(micros(LEFT_TO_NEWER))
}

/// What anybody at all is to do next, and the time now.
pub(super) fn oldest(branch: &BranchKey) -> Call {
    Call::new(OLDEST).with(branch.as_str())
}

pub(super) fn read_next(row: &PgRow) -> Result<(Option<Timestamp>, Timestamp), StoreError> {
    let next: Option<i64> = get(row, 0)?;
    Ok((next.map(Timestamp::from_micros), time(row, 1)?))
}

const DUE: &str = "
    SELECT id, next_deadline FROM emergencies
    WHERE branch = $1 AND concluded_at IS NULL AND next_deadline <= (SELECT micros())
        AND (format <= $3 OR next_deadline <= (SELECT micros()) - $4)
    ORDER BY next_deadline, id LIMIT $2";

const DEFER: &str = "
    UPDATE emergencies SET next_deadline = later(micros(), $3) WHERE id = $1 AND next_deadline = $2 RETURNING true";

/// Takes none that somebody else is about to take, and waits for nobody.
const CLAIM: &str = "
    WITH clock AS MATERIALIZED (SELECT micros() AS now),
    wanted AS MATERIALIZED (
        SELECT emergency, number FROM commands
        WHERE branch = $1 AND outcome IS NULL AND kind = ANY ($2) AND visible_at <= (SELECT now FROM clock)
            AND (SELECT format FROM emergencies WHERE id = emergency) <= $7
        ORDER BY priority, due, emergency, number
        LIMIT $3
        FOR UPDATE SKIP LOCKED
    )
    UPDATE commands c
    SET lost = c.lost + c.is_claimed::integer,
        verdict = CASE
            WHEN c.verdict IS NULL AND c.lost + c.is_claimed::integer >= $5 THEN 'abandoned' ELSE c.verdict END,
        claims = c.claims + 1,
        is_claimed = true,
        visible_at = later((SELECT now FROM clock), $4),
        worker = $6
    FROM wanted w
    WHERE c.emergency = w.emergency AND c.number = w.number
    RETURNING c.emergency, c.number, c.kind, c.action, c.claims, c.lost, c.verdict, c.visible_at, c.priority, c.due";

const HOLDS: &str = "
    SELECT true FROM commands
    WHERE emergency = $1 AND number = $2 AND claims = $3 AND is_claimed AND visible_at > micros()";

const EXTEND: &str = "
    UPDATE commands SET visible_at = later(micros(), $4)
    WHERE emergency = $1 AND number = $2 AND claims = $3 AND is_claimed AND visible_at > micros()
    RETURNING true";

const PUT_BACK: &str = "
    WITH clock AS MATERIALIZED (SELECT later(micros(), $4) AS due)
    UPDATE commands SET is_claimed = false, due = clock.due, visible_at = clock.due FROM clock
    WHERE emergency = $1 AND number = $2 AND claims = $3 AND is_claimed
    RETURNING true";

/// Whose command is the next one is looked up for the first, and for more only while those are left to newer builds.
const NEXT: &str = "
    SELECT least(
        (SELECT next_deadline FROM emergencies
            WHERE branch = $1 AND concluded_at IS NULL AND next_deadline IS NOT NULL AND format <= $5
            ORDER BY next_deadline LIMIT 1),
        (SELECT next_deadline + $6 FROM emergencies
            WHERE branch = $1 AND concluded_at IS NULL AND next_deadline IS NOT NULL AND format > $5
            ORDER BY next_deadline LIMIT 1),
        (SELECT visible_at FROM (
            SELECT visible_at, emergency FROM commands
            WHERE branch = $1 AND outcome IS NULL AND priority BETWEEN $3 AND $4 AND kind = ANY ($2)
            ORDER BY visible_at OFFSET 0
        ) waiting WHERE (SELECT format FROM emergencies WHERE id = emergency) <= $5 LIMIT 1)
    ), micros()";

const OLDEST: &str = "
    SELECT least(
        (SELECT min(next_deadline) FROM emergencies WHERE branch = $1 AND concluded_at IS NULL),
        (SELECT min(visible_at) FROM commands WHERE branch = $1 AND outcome IS NULL)
    ), micros()";
