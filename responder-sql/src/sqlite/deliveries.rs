//! Deliveries.

use std::time::Duration;

use responder_core::{
    Timestamp,
    store::{AfterFailure, BranchKey, Delivery, DeliveryRequest, DeliveryTicket, Lease, StoreError, TargetName},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::failed as broken;
use crate::{
    deliveries::{GapRow, LaneRow, claim_column, lane_column},
    rows::EventsRow,
};

pub(super) fn subscribe(tx: &Connection, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
    execute(tx, SUBSCRIBE, params![branch.as_str(), target.as_str()])
}

pub(super) fn unsubscribe(tx: &Connection, branch: &BranchKey, target: &TargetName) -> Result<(), StoreError> {
    execute(tx, FORGET_LANES, params![branch.as_str(), target.as_str()])?;
    execute(tx, FORGET_TARGET, params![branch.as_str(), target.as_str()])
}

fn execute(tx: &Connection, sql: &str, of: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
    tx.prepare_cached(sql).and_then(|mut sql| sql.execute(of)).map(drop).map_err(broken)
}

pub(super) fn claim(tx: &Connection, now: Timestamp, request: &DeliveryRequest) -> Result<Vec<Delivery>, StoreError> {
    let found = || {
        let of = params![request.branch.as_str(), request.target.as_str()];
        let last = tx.prepare_cached(LAST)?.query_row(of, |row| row.get(0)).optional()?;
        let Some(last) = last else { return Ok(Vec::new()) };
        divide(tx, now, request, last)?;
        let of = params![request.branch.as_str(), request.target.as_str(), now.as_micros(), request.max];
        tx.prepare_cached(WAITING)?.query_map(of, |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()
    };
    let of = DeliveryTicket { branch: request.branch.clone(), target: request.target.clone(), lane: None, claim: 0 };
    let take = |lane: String| take(tx, now, &of, &lane, request.lease, Some(request.worker.as_str()));
    found().map_err(broken)?.into_iter().map(take).collect()
}

/// Gives every lane with events after `last` its first.
fn divide(tx: &Connection, now: Timestamp, request: &DeliveryRequest, last: i64) -> rusqlite::Result<()> {
    let (branch, target) = (request.branch.as_str(), request.target.as_str());
    let mut events = tx.prepare_cached(EVENTS)?;
    let mut rows = events.query(params![branch, last, AT_ONCE])?;
    let mut add = tx.prepare_cached(ADD_LANE)?;
    let mut seen = last;
    while let Some(row) = rows.next()? {
        let (lane, first): (String, i64) = (row.get(0)?, row.get(1)?);
        add.execute(params![branch, target, lane, first.max(last + 1), now.as_micros()])?;
        seen = row.get(2)?;
    }
    if seen > last {
        tx.prepare_cached(SET_LAST)?.execute(params![branch, target, seen])?;
    }
    Ok(())
}

/// Claims a lane.
fn take(
    tx: &Connection,
    now: Timestamp,
    of: &DeliveryTicket,
    lane: &str,
    lease: Lease,
    worker: Option<&str>,
) -> Result<Delivery, StoreError> {
    let claimed = || {
        let (branch, target) = (of.branch.as_str(), of.target.as_str());
        let claim: i64 = tx.prepare_cached(COUNT_CLAIM)?.query_row(params![branch, target], |row| row.get(0))?;
        let until = (now + lease.span()).as_micros();
        let of = params![branch, target, lane, claim, until, worker];
        let mut row = tx.prepare_cached(TAKE)?.query_row(of, lane_row)?;
        if let (Some(head), 0) = (row.head, row.gap.count) {
            let sql = if lane.is_empty() { EVENT_OF_NONE } else { EVENT };
            let of = if lane.is_empty() { branch } else { lane };
            row.events = tx.prepare_cached(sql)?.query_row(params![of, head], events_row).optional()?;
        }
        Ok(row)
    };
    claimed().map_err(broken)?.delivery(of, now)
}

pub(super) fn delivered(
    tx: &Connection,
    now: Timestamp,
    ticket: &DeliveryTicket,
    lease: Lease,
) -> Result<Option<Delivery>, StoreError> {
    let lane = lane_column(ticket.lane);
    let go_on = || {
        let Some(row) = claimed(tx, ticket, &lane)? else { return Ok(false) };
        let head = match (row.head, row.gap.count) {
            (Some(head), 0) => first_from(tx, ticket, &lane, head + 1)?,
            (head, _) => head,
        };
        let of = params![ticket.branch.as_str(), ticket.target.as_str(), lane, head];
        match head {
            Some(_) => tx.prepare_cached(GO_ON)?.execute(of)?,
            None => tx.prepare_cached(END)?.execute(&of[..3])?,
        };
        Ok(head.is_some())
    };
    if !go_on().map_err(broken)? {
        return Ok(None);
    }
    take(tx, now, ticket, &lane, lease, None).map(Some)
}

pub(super) fn failed(
    tx: &Connection,
    now: Timestamp,
    ticket: &DeliveryTicket,
    delay: Duration,
    give_up: Timestamp,
) -> Result<AfterFailure, StoreError> {
    let lane = lane_column(ticket.lane);
    let Some(mut row) = claimed(tx, ticket, &lane).map_err(broken)? else { return Ok(AfterFailure::NotOurs) };
    let skipped = skip(tx, now, ticket, &lane, &mut row, give_up).map_err(broken)?;
    let (branch, target) = (ticket.branch.as_str(), ticket.target.as_str());
    match row.gap.gap(ticket.lane)? {
        Some(gap) if skipped == 0 && row.head.is_none() && gap.since <= give_up => {
            execute(tx, END, params![branch, target, lane])?;
            Ok(AfterFailure::GivenUp(gap))
        }
        _ => {
            let GapRow { first, last, count, since } = row.gap;
            let visible_at = (now + delay).as_micros();
            execute(tx, PUT_BACK, params![branch, target, lane, row.head, first, last, count, since, visible_at])?;
            Ok(AfterFailure::Later { skipped: u64::try_from(skipped).unwrap_or(0) })
        }
    }
}

/// Makes a gap of what is too old; how many events that are.
fn skip(
    tx: &Connection,
    now: Timestamp,
    ticket: &DeliveryTicket,
    lane: &str,
    row: &mut LaneRow,
    give_up: Timestamp,
) -> rusqlite::Result<i64> {
    let Some(head) = row.head else { return Ok(0) };
    let sql = if lane.is_empty() { SKIP_OF_NONE } else { SKIP };
    let of = if lane.is_empty() { ticket.branch.as_str() } else { lane };
    let target = ticket.target.as_str();
    let of = params![of, head, ticket.branch.as_str(), target, give_up.as_micros()];
    let (next, skipped, last): (Option<i64>, i64, Option<i64>) =
        tx.prepare_cached(sql)?.query_row(of, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if skipped > 0 {
        row.gap.first = row.gap.first.or(Some(head));
        row.gap.last = last;
        row.gap.count += skipped;
        row.gap.since = Some(now.as_micros());
        row.head = next;
    }
    Ok(skipped)
}

pub(super) fn next(
    reader: &Connection,
    branch: &BranchKey,
    target: &TargetName,
    now: Timestamp,
) -> Result<Option<Duration>, StoreError> {
    let of = params![branch.as_str(), target.as_str()];
    let next = || {
        let read = |row: &Row<'_>| Ok((row.get::<_, bool>(0)?, row.get::<_, Option<i64>>(1)?));
        reader.prepare_cached(NEXT)?.query_row(of, read).optional()
    };
    Ok(match next().map_err(broken)? {
        Some((true, _)) => Some(Duration::ZERO),
        Some((false, at)) => at.map(|at| Timestamp::from_micros(at).since(now)),
        None => None,
    })
}

/// The lane of a ticket, unless somebody else has it.
fn claimed(tx: &Connection, ticket: &DeliveryTicket, lane: &str) -> rusqlite::Result<Option<LaneRow>> {
    let (branch, target) = (ticket.branch.as_str(), ticket.target.as_str());
    let of = params![branch, target, lane, claim_column(ticket.claim)];
    tx.prepare_cached(CLAIMED)?.query_row(of, lane_row).optional()
}

/// The first event of the lane from `from` on, among those that were divided.
fn first_from(tx: &Connection, ticket: &DeliveryTicket, lane: &str, from: i64) -> rusqlite::Result<Option<i64>> {
    let sql = if lane.is_empty() { FIRST_OF_NONE } else { FIRST };
    let of = if lane.is_empty() { ticket.branch.as_str() } else { lane };
    let of = params![of, from, ticket.branch.as_str(), ticket.target.as_str()];
    tx.prepare_cached(sql)?.query_row(of, |row| row.get(0)).optional()
}

fn lane_row(row: &Row<'_>) -> rusqlite::Result<LaneRow> {
    let gap = GapRow { first: row.get(4)?, last: row.get(5)?, count: row.get(6)?, since: row.get(7)? };
    let (claim, tries) = (row.get(1)?, row.get(2)?);
    Ok(LaneRow { lane: row.get(0)?, claim, tries, head: row.get(3)?, gap, events: None })
}

fn events_row(row: &Row<'_>) -> rusqlite::Result<EventsRow> {
    Ok(EventsRow { first: row.get(0)?, emergency: row.get(1)?, at: row.get(2)?, events: row.get(3)? })
}

/// Rows of events that are divided at a time.
const AT_ONCE: u32 = 1000;

const SUBSCRIBE: &str = "
    INSERT INTO delivery_targets (branch, target, last_event)
    VALUES (?1, ?2, coalesce((SELECT last_event FROM branches WHERE branch = ?1), 0))
    ON CONFLICT DO NOTHING";

const FORGET_LANES: &str = "DELETE FROM delivery_lanes WHERE branch = ?1 AND target = ?2";

const FORGET_TARGET: &str = "DELETE FROM delivery_targets WHERE branch = ?1 AND target = ?2";

const LAST: &str = "SELECT last_event FROM delivery_targets WHERE branch = ?1 AND target = ?2";

const EVENTS: &str = "
    SELECT emergency, first_event, last_event FROM commits WHERE branch = ?1 AND last_event > ?2
    UNION ALL
    SELECT '', first_event, last_event FROM branch_events WHERE branch = ?1 AND last_event > ?2
    ORDER BY last_event LIMIT ?3";

const ADD_LANE: &str = "
    INSERT INTO delivery_lanes (branch, target, lane, head, visible_at) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (branch, target, lane) DO UPDATE SET head = coalesce(head, excluded.head)";

const SET_LAST: &str = "UPDATE delivery_targets SET last_event = ?3 WHERE branch = ?1 AND target = ?2";

const WAITING: &str = "
    SELECT lane FROM delivery_lanes WHERE branch = ?1 AND target = ?2 AND visible_at <= ?3
    ORDER BY visible_at, lane LIMIT ?4";

const COUNT_CLAIM: &str = "
    UPDATE delivery_targets SET claims = claims + 1 WHERE branch = ?1 AND target = ?2 RETURNING claims";

const TAKE: &str = "
    UPDATE delivery_lanes SET claim = ?4, tries = tries + 1, visible_at = ?5, worker = coalesce(?6, worker)
    WHERE branch = ?1 AND target = ?2 AND lane = ?3
    RETURNING lane, claim, tries, head, gap_first, gap_last, gap_count, gap_since";

const CLAIMED: &str = "
    SELECT lane, claim, tries, head, gap_first, gap_last, gap_count, gap_since FROM delivery_lanes
    WHERE branch = ?1 AND target = ?2 AND lane = ?3 AND claim = ?4";

const EVENT: &str = "
    SELECT first_event, emergency, at, events FROM commits
    WHERE emergency = ?1 AND last_event >= ?2 ORDER BY version LIMIT 1";

const EVENT_OF_NONE: &str = "
    SELECT first_event, NULL, at, events FROM branch_events
    WHERE branch = ?1 AND last_event >= ?2 ORDER BY last_event LIMIT 1";

const FIRST: &str = "
    SELECT max(first_event, ?2) FROM commits
    WHERE emergency = ?1 AND last_event >= ?2
        AND last_event <= (SELECT last_event FROM delivery_targets WHERE branch = ?3 AND target = ?4)
    ORDER BY version LIMIT 1";

const FIRST_OF_NONE: &str = "
    SELECT max(first_event, ?2) FROM branch_events
    WHERE branch = ?1 AND last_event >= ?2
        AND last_event <= (SELECT last_event FROM delivery_targets WHERE branch = ?3 AND target = ?4)
    ORDER BY last_event LIMIT 1";

const GO_ON: &str = "
    UPDATE delivery_lanes
    SET head = ?4, tries = 0, gap_first = NULL, gap_last = NULL, gap_count = 0, gap_since = NULL
    WHERE branch = ?1 AND target = ?2 AND lane = ?3";

const END: &str = "DELETE FROM delivery_lanes WHERE branch = ?1 AND target = ?2 AND lane = ?3";

const PUT_BACK: &str = "
    UPDATE delivery_lanes
    SET head = ?4, gap_first = ?5, gap_last = ?6, gap_count = ?7, gap_since = ?8, visible_at = ?9, claim = 0
    WHERE branch = ?1 AND target = ?2 AND lane = ?3";

/// The first event that is not too old, how many come before it, and the last of those.
const SKIP: &str = "
    WITH lane AS (
        SELECT max(first_event, ?2) AS first, last_event AS last, at FROM commits
        WHERE emergency = ?1 AND last_event >= ?2
            AND last_event <= (SELECT last_event FROM delivery_targets WHERE branch = ?3 AND target = ?4)),
    fresh AS (SELECT min(first) AS first FROM lane WHERE at > ?5)
    SELECT fresh.first, coalesce(sum(last - lane.first + 1), 0), max(last)
    FROM fresh LEFT JOIN lane ON fresh.first IS NULL OR lane.last < fresh.first";

const SKIP_OF_NONE: &str = "
    WITH lane AS (
        SELECT max(first_event, ?2) AS first, last_event AS last, at FROM branch_events
        WHERE branch = ?1 AND last_event >= ?2
            AND last_event <= (SELECT last_event FROM delivery_targets WHERE branch = ?3 AND target = ?4)),
    fresh AS (SELECT min(first) AS first FROM lane WHERE at > ?5)
    SELECT fresh.first, coalesce(sum(last - lane.first + 1), 0), max(last)
    FROM fresh LEFT JOIN lane ON fresh.first IS NULL OR lane.last < fresh.first";

const NEXT: &str = "
    SELECT t.last_event < coalesce((SELECT b.last_event FROM branches b WHERE b.branch = t.branch), 0),
        (SELECT min(visible_at) FROM delivery_lanes l WHERE l.branch = t.branch AND l.target = t.target)
    FROM delivery_targets t WHERE t.branch = ?1 AND t.target = ?2";
