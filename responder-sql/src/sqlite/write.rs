//! Opening and committing.

use responder_core::{
    Timestamp,
    emergency::{Command, Outcome},
    store::{Availability, Claimed, Committed, KEY_LIFE, Opened, Receipt, StoreError, Written, codec},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{error::failed, events, read};
use crate::{
    stored::{StoredBind, StoredCommit, StoredOpening},
    value::{event_id, named, time_column, version},
};

/// Stores a new emergency, if it is let in.
pub(super) fn open(tx: &Connection, now: Timestamp, opening: &StoredOpening) -> Result<Opened, StoreError> {
    let commit = &opening.commit;
    if exists(tx, &commit.emergency).map_err(failed)? {
        return repeated(tx, now, commit)?.map(Opened::Created).ok_or(StoreError::Conflict);
    }
    if let Some(refusal) = refusal(tx, now, opening)? {
        return Ok(refusal);
    }
    remember_key(tx, now, opening).map_err(failed)?;
    add_emergency(tx, opening).map_err(failed)?;
    Ok(Opened::Created(add_rest(tx, now, &opening.branch, commit)?))
}

/// Why an opening is not carried out, in the order of the contract: key, disabled, limit.
fn refusal(tx: &Connection, now: Timestamp, opening: &StoredOpening) -> Result<Option<Opened>, StoreError> {
    if let Some((key, hash)) = &opening.key
        && let Some((known, emergency)) = known_key(tx, now, &opening.branch, key).map_err(failed)?
    {
        let existing = named("emergency id", &emergency)?;
        return Ok(Some(if known == hash { Opened::Existing(existing) } else { Opened::KeyReused }));
    }
    if read::availability(tx, &opening.branch)? == Availability::Disabled {
        return Ok(Some(Opened::Disabled));
    }
    let occupied: Option<i64> = tx
        .prepare_cached(OCCUPIED)
        .and_then(|mut sql| sql.query_row([&opening.branch], |row| row.get(0)).optional())
        .map_err(failed)?;
    Ok((occupied.unwrap_or(0) >= i64::from(opening.limit)).then_some(Opened::Busy))
}

fn exists(tx: &Connection, emergency: &str) -> rusqlite::Result<bool> {
    tx.prepare_cached(EXISTS)?.exists([emergency])
}

/// The hash of the report that came with a key, and what became of it.
fn known_key(tx: &Connection, now: Timestamp, branch: &str, key: &str) -> rusqlite::Result<Option<(Vec<u8>, String)>> {
    let since = (now - KEY_LIFE).as_micros();
    let mut sql = tx.prepare_cached(KNOWN_KEY)?;
    sql.query_row(params![branch, key, since], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn remember_key(tx: &Connection, now: Timestamp, opening: &StoredOpening) -> rusqlite::Result<()> {
    let Some((key, hash)) = &opening.key else { return Ok(()) };
    tx.prepare_cached(FORGET_KEYS)?.execute(params![opening.branch, (now - KEY_LIFE).as_micros()])?;
    let row = params![opening.branch, key, hash, opening.commit.emergency, now.as_micros()];
    tx.prepare_cached(REMEMBER_KEY)?.execute(row).map(drop)
}

fn add_emergency(tx: &Connection, opening: &StoredOpening) -> rusqlite::Result<()> {
    let StoredOpening { branch, card, commit, .. } = opening;
    let columns = &commit.columns;
    let row = params![
        commit.emergency,
        branch,
        commit.version,
        commit.format,
        time_column(columns.next_deadline),
        columns.occupies,
        columns.opened_at.as_micros(),
        time_column(columns.concluded_at),
        commit.state,
        card,
    ];
    tx.prepare_cached(ADD_EMERGENCY)?.execute(row).map(drop)
}

/// Stores what an input changed, or nothing if the emergency no longer has the version that it was computed from, or
/// the command that it settles is not there or not open.
pub(super) fn commit(tx: &Connection, now: Timestamp, commit: &StoredCommit) -> Result<Committed, StoreError> {
    match replace_state(tx, commit).map_err(failed)? {
        Some(branch) => Ok(Committed::Written(add_rest(tx, now, &branch, commit)?)),
        None => explain(tx, now, commit),
    }
}

/// The branch of the emergency whose state was replaced.
fn replace_state(tx: &Connection, commit: &StoredCommit) -> rusqlite::Result<Option<String>> {
    let columns = &commit.columns;
    let row = params![
        commit.emergency,
        commit.version,
        commit.format,
        commit.state,
        time_column(columns.next_deadline),
        columns.occupies,
        time_column(columns.concluded_at),
        commit.outcome.as_ref().map(|(number, _)| number),
    ];
    tx.prepare_cached(REPLACE_STATE)?.query_row(row, |row| row.get(0)).optional()
}

/// Why a commit was not written.
fn explain(tx: &Connection, now: Timestamp, commit: &StoredCommit) -> Result<Committed, StoreError> {
    if let Some(written) = repeated(tx, now, commit)? {
        return Ok(Committed::Written(written));
    }
    if !exists(tx, &commit.emergency).map_err(failed)? {
        return Err(StoreError::NotFound);
    }
    let Some((number, _)) = &commit.outcome else { return Err(StoreError::Conflict) };
    let first = first_outcome(tx, &commit.emergency, *number)?;
    first.map(|first| Committed::AlreadySettled { first }).ok_or(StoreError::Conflict)
}

/// The answer to a commit that took place before.
fn repeated(tx: &Connection, now: Timestamp, commit: &StoredCommit) -> Result<Option<Written>, StoreError> {
    let Some(receipt) = read::receipt(tx, &commit.emergency, commit.id)? else { return Ok(None) };
    let mut claimed = Vec::new();
    for command in commit.claims.iter().flat_map(|claims| &claims.commands) {
        let row = params![commit.emergency, command.id.number, now.as_micros()];
        let lease = tx.prepare_cached(FIRST_LEASE).and_then(|mut sql| sql.query_row(row, |row| row.get(0)).optional());
        let lease_until = lease.map_err(failed)?.map(Timestamp::from_micros);
        claimed.extend(lease_until.map(|until| Claimed::first(command.clone(), until)));
    }
    Ok(Some(Written { receipt, claimed }))
}

/// The outcome of a command; none while it is not settled.
fn first_outcome(tx: &Connection, emergency: &str, number: u32) -> Result<Option<Outcome>, StoreError> {
    let text: Option<Option<String>> = tx
        .prepare_cached(OUTCOME)
        .and_then(|mut sql| sql.query_row(params![emergency, number], |row| row.get(0)).optional())
        .map_err(failed)?;
    text.ok_or(StoreError::NotFound)?.map(|text| codec::decode("outcome", &text)).transpose()
}

/// Everything of a commit but the state.
fn add_rest(tx: &Connection, now: Timestamp, branch: &str, commit: &StoredCommit) -> Result<Written, StoreError> {
    let first_event = add_receipt(tx, now, branch, commit).map_err(failed)?;
    settle(tx, commit).map_err(failed)?;
    add_commands(tx, now, branch, commit).map_err(failed)?;
    withdraw(tx, now, commit).map_err(failed)?;
    bind(tx, branch, commit).map_err(failed)?;
    let receipt = Receipt { version: version(commit.version)?, first_event: first_event.map(event_id).transpose()? };
    let claimed = commit.claims.iter().flat_map(|claims| {
        let first = move |command: &Command| Claimed::first(command.clone(), now + claims.lease.span());
        claims.commands.iter().map(first)
    });
    Ok(Written { receipt, claimed: claimed.collect() })
}

/// With the events; the id of the first.
fn add_receipt(tx: &Connection, now: Timestamp, branch: &str, commit: &StoredCommit) -> rusqlite::Result<Option<i64>> {
    let (first, last) = commit.events.as_ref().map(|events| events::number(tx, branch, events)).transpose()?.unzip();
    let texts = commit.events.as_ref().map(|events| &events.texts);
    let row =
        params![commit.emergency, commit.version, commit.id.to_bytes(), branch, now.as_micros(), first, last, texts];
    tx.prepare_cached(ADD_RECEIPT)?.execute(row)?;
    Ok(first)
}

fn settle(tx: &Connection, commit: &StoredCommit) -> rusqlite::Result<()> {
    let Some((number, outcome)) = &commit.outcome else { return Ok(()) };
    tx.prepare_cached(SETTLE)?.execute(params![commit.emergency, number, outcome]).map(drop)
}

fn add_commands(tx: &Connection, now: Timestamp, branch: &str, commit: &StoredCommit) -> rusqlite::Result<()> {
    let mut sql = tx.prepare_cached(ADD_COMMAND)?;
    for command in &commit.commands {
        let claims = commit.claims.as_ref().filter(|claims| claims.has(command.number));
        sql.execute(params![
            commit.emergency,
            command.number,
            branch,
            command.kind.as_str(),
            command.kind.priority(),
            now.as_micros(),
            command.action,
            claims.is_some(),
            claims.map_or(now, |claims| now + claims.lease.span()).as_micros(),
            claims.map(|claims| &claims.worker),
        ])?;
    }
    Ok(())
}

fn withdraw(tx: &Connection, now: Timestamp, commit: &StoredCommit) -> rusqlite::Result<()> {
    let mut sql = tx.prepare_cached(WITHDRAW)?;
    for number in &commit.withdraw {
        sql.execute(params![commit.emergency, number, now.as_micros()])?;
    }
    Ok(())
}

fn bind(tx: &Connection, branch: &str, commit: &StoredCommit) -> rusqlite::Result<()> {
    for bind in &commit.binds {
        match bind {
            StoredBind::Call { call, line } => {
                tx.prepare_cached(BIND_CALL)?.execute(params![branch, call, commit.emergency, line])?
            }
            StoredBind::Message(message) => {
                tx.prepare_cached(BIND_MESSAGE)?.execute(params![branch, message, commit.emergency])?
            }
        };
    }
    Ok(())
}

pub(super) fn set_availability(tx: &Connection, branch: &str, availability: Availability) -> Result<(), StoreError> {
    let text = codec::encode("availability", &availability)?;
    tx.prepare_cached(SET_AVAILABILITY).and_then(|mut sql| sql.execute([branch, &text])).map(drop).map_err(failed)
}

const EXISTS: &str = "SELECT 1 FROM emergencies WHERE id = ?1";

const OCCUPIED: &str = "SELECT occupied FROM branches WHERE branch = ?1";

const KNOWN_KEY: &str = "SELECT body_hash, emergency FROM report_keys WHERE branch = ?1 AND key = ?2 AND at > ?3";

const FORGET_KEYS: &str = "DELETE FROM report_keys WHERE branch = ?1 AND at <= ?2";

const REMEMBER_KEY: &str = "
    INSERT INTO report_keys (branch, key, body_hash, emergency, at) VALUES (?1, ?2, ?3, ?4, ?5)";

const ADD_EMERGENCY: &str = "
    INSERT INTO emergencies
        (id, branch, version, format, next_deadline, occupies, opened_at, concluded_at, state, card)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const REPLACE_STATE: &str = "
    UPDATE emergencies
    SET version = ?2, format = ?3, state = ?4, next_deadline = ?5, occupies = ?6, concluded_at = ?7
    WHERE id = ?1 AND version = ?2 - 1 AND (?8 IS NULL OR EXISTS (
        SELECT 1 FROM commands WHERE emergency = ?1 AND number = ?8 AND outcome IS NULL))
    RETURNING branch";

const OUTCOME: &str = "SELECT outcome FROM commands WHERE emergency = ?1 AND number = ?2";

const ADD_RECEIPT: &str = "
    INSERT INTO commits (emergency, version, id, branch, at, first_event, last_event, events)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const SETTLE: &str = "UPDATE commands SET outcome = ?3, is_claimed = 0 WHERE emergency = ?1 AND number = ?2";

const ADD_COMMAND: &str = "
    INSERT INTO commands
        (emergency, number, branch, kind, priority, due, action, claims, is_claimed, visible_at, worker)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10)";

const FIRST_LEASE: &str = "
    SELECT visible_at FROM commands
    WHERE emergency = ?1 AND number = ?2 AND is_claimed = 1 AND claims = 1 AND visible_at > ?3";

const WITHDRAW: &str = "
    UPDATE commands SET verdict = 'withdrawn', due = ?3, visible_at = ?3
    WHERE emergency = ?1 AND number = ?2 AND is_claimed = 0 AND lost = 0 AND outcome IS NULL AND verdict IS NULL";

const BIND_CALL: &str = "
    INSERT INTO calls (branch, call, emergency, line) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

const BIND_MESSAGE: &str = "
    INSERT INTO messages (branch, message, emergency) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

const SET_AVAILABILITY: &str = "
    INSERT INTO branches (branch, availability) VALUES (?1, ?2)
    ON CONFLICT (branch) DO UPDATE SET availability = excluded.availability";
