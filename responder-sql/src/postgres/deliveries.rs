//! Deliveries.

use std::time::Duration;

use responder_core::{
    Timestamp,
    store::{AfterFailure, BranchKey, Delivery, DeliveryRequest, DeliveryTicket, Lease, StoreError, TargetName},
};
use sqlx::postgres::PgRow;

use super::{
    lane::Call,
    row::{get, micros, time},
};
use crate::{
    deliveries::{GapRow, LaneRow, claim_column, lane_column},
    error::{Malformed, corrupt},
    rows::EventsRow,
    value::narrow,
};

pub(super) fn subscribe(branch: &BranchKey, target: &TargetName) -> Call {
    Call::new(SUBSCRIBE).with(branch.as_str()).with(target.as_str())
}

pub(super) fn unsubscribe(branch: &BranchKey, target: &TargetName) -> Call {
    Call::new(UNSUBSCRIBE).with(branch.as_str()).with(target.as_str())
}

pub(super) fn claim(request: &DeliveryRequest) -> Call {
    Call::new(CLAIM)
        .with(request.branch.as_str())
        .with(request.target.as_str())
        .with(request.worker.as_str())
        .with(i64::from(request.max))
        .with(micros(request.lease.span()))
}

pub(super) fn delivered(ticket: &DeliveryTicket, lease: Lease) -> Call {
    of_ticket(DELIVERED, ticket).with(micros(lease.span()))
}

pub(super) fn failed(ticket: &DeliveryTicket, delay: Duration, give_up: Timestamp) -> Call {
    of_ticket(FAILED, ticket).with(micros(delay)).with(give_up.as_micros())
}

fn of_ticket(sql: &'static str, ticket: &DeliveryTicket) -> Call {
    Call::new(sql)
        .with(ticket.branch.as_str())
        .with(ticket.target.as_str())
        .with(lane_column(ticket.lane))
        .with(claim_column(ticket.claim))
}

pub(super) fn next(branch: &BranchKey, target: &TargetName) -> Call {
    Call::new(NEXT).with(branch.as_str()).with(target.as_str())
}

/// `of` says of which branch and target it is.
pub(super) fn read_delivery(of: DeliveryTicket) -> impl Fn(&PgRow) -> Result<Delivery, StoreError> {
    move |row| {
        let first: Option<i64> = get(row, 8)?;
        let events = first.map(|first| {
            Ok::<_, StoreError>(EventsRow { first, emergency: get(row, 9)?, at: get(row, 10)?, events: get(row, 11)? })
        });
        let lane = LaneRow {
            lane: get(row, 0)?,
            claim: get(row, 1)?,
            tries: get(row, 2)?,
            head: get(row, 3)?,
            gap: gap(row, 4)?,
            events: events.transpose()?,
        };
        lane.delivery(&of, time(row, 12)?)
    }
}

pub(super) fn read_failure(ticket: &DeliveryTicket) -> impl Fn(&PgRow) -> Result<AfterFailure, StoreError> {
    let lane = ticket.lane;
    move |row| match get::<&str>(row, 0)? {
        "not_ours" => Ok(AfterFailure::NotOurs),
        "later" => Ok(AfterFailure::Later { skipped: narrow("gap", get(row, 1)?)? }),
        "given_up" => {
            let gap = gap(row, 2)?.gap(lane)?;
            gap.map(AfterFailure::GivenUp).ok_or_else(|| corrupt("gap", Malformed))
        }
        _ => Err(corrupt("answer", Malformed)),
    }
}

fn gap(row: &PgRow, from: usize) -> Result<GapRow, StoreError> {
    Ok(GapRow {
        first: get(row, from)?,
        last: get(row, from + 1)?,
        count: get(row, from + 2)?,
        since: get(row, from + 3)?,
    })
}

pub(super) fn read_next(row: &PgRow) -> Result<Option<Duration>, StoreError> {
    let (now, at): (_, Option<i64>) = (time(row, 2)?, get(row, 1)?);
    Ok(if get(row, 0)? { Some(Duration::ZERO) } else { at.map(|at| Timestamp::from_micros(at).since(now)) })
}

const SUBSCRIBE: &str = "
    INSERT INTO delivery_targets (branch, target, last_event)
    SELECT $1, $2, coalesce((SELECT last_event FROM branches WHERE branch = $1), 0)
    ON CONFLICT DO NOTHING";

const UNSUBSCRIBE: &str = "
    WITH target AS (DELETE FROM delivery_targets WHERE branch = $1 AND target = $2)
    DELETE FROM delivery_lanes WHERE branch = $1 AND target = $2";

const CLAIM: &str = "
    SELECT lane, claim, tries, head, gap_first, gap_last, gap_count, gap_since, first_event, emergency, at, events, moment
    FROM claim_deliveries_1($1, $2, $3, $4, $5)";

const DELIVERED: &str = "
    SELECT lane, claim, tries, head, gap_first, gap_last, gap_count, gap_since, first_event, emergency, at, events, moment
    FROM delivered_1($1, $2, $3, $4, $5)";

const FAILED: &str = "
    SELECT result, skipped, gap_first, gap_last, gap_count, gap_since FROM delivery_failed_1($1, $2, $3, $4, $5, $6)";

const NEXT: &str = "
    SELECT t.last_event < coalesce((SELECT b.last_event FROM branches b WHERE b.branch = t.branch), 0),
        (SELECT l.visible_at FROM delivery_lanes l WHERE l.branch = t.branch AND l.target = t.target
            ORDER BY l.visible_at LIMIT 1), micros()
    FROM delivery_targets t WHERE t.branch = $1 AND t.target = $2";
