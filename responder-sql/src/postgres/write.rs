//! Opening and committing.
//!
//! What waits while a transaction is flushed shares the next one, and its flush.

use std::{
    fmt::Write as _,
    sync::{Arc, Weak},
    time::Duration,
};

use responder_core::{
    Timestamp,
    emergency::{EmergencyId, Outcome},
    store::{Claimed, Receipt, StoreError, Ticket, Written, codec},
};
use sqlx::postgres::PgRow;
use tokio::time::Instant;

use super::{
    connection::Connector,
    error::{Failure, Locked, Remedy},
    header::{self, Opening},
    hint::Hints,
    lane::{Call, Job, Lane, Link, Repeat},
    reply::{self, Reply, Sent},
    row::get,
    statement::Statements,
};
use crate::{
    error::{Malformed, corrupt},
    parcel::Parcel,
    stored::{StoredClaims, StoredCommit, StoredOpening},
    value::{event_id, named, version},
};

/// Those who write.
///
/// A branch is locked while something of it is written. The quick one does not wait for that lock, so that a branch
/// that somebody else keeps locked holds up no other; what it can't have at once is left to the patient one. That waits
/// briefly for one after the other, and again, until it is too late for whoever asked. For the locks that nobody should
/// keep (rows of an emergency, whole tables) both wait as briefly, and then leave aside only what needs them.
pub(super) struct Writers {
    quick: Lane<Op>,
    patient: Lane<Op>,
    statements: Weak<Statements>,
    hints: Hints,
    for_locks: Duration,
    patience: Duration,
}

/// An opening or a commit.
pub(super) struct Op {
    /// The type `op_1` as JSON, without `base`.
    header: String,
    /// State, card, events, outcome, and the commands.
    texts: Vec<String>,
    claims: Option<StoredClaims>,
    reply: Reply<Parcel<Result<Answer, StoreError>>>,
    writers: Weak<Writers>,
    /// The branch if that is known, or the emergency.
    place: String,
    /// What was locked when it was tried: a branch, or what is at `place`.
    waits_for: Option<String>,
    /// From then on a lock is not waited for.
    end: Instant,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    Written(Written),
    Existing(EmergencyId),
    KeyReused,
    Disabled,
    Busy,
    Conflict,
    NotFound,
    Settled(Outcome),
}

impl Writers {
    /// On two connections.
    pub(super) fn start(connector: &Arc<Connector>, statements: &Arc<Statements>, hints: Hints) -> Arc<Self> {
        Arc::new(Self {
            quick: Lane::start(connector, 1, connector.patience() / WAITS_AT_MOST),
            patient: Lane::start(connector, 1, connector.patience() / WAITS_AT_MOST),
            statements: Arc::downgrade(statements),
            hints,
            for_locks: connector.patience_for_locks(),
            patience: connector.patience(),
        })
    }

    pub(super) async fn open(self: &Arc<Self>, opening: StoredOpening) -> Result<Answer, StoreError> {
        let StoredOpening { branch, limit, key, card, commit } = opening;
        self.write(branch.clone(), Some(Opening::of(branch, limit, key)), card, commit).await
    }

    pub(super) async fn commit(self: &Arc<Self>, commit: StoredCommit) -> Result<Answer, StoreError> {
        self.write(commit.emergency.clone(), None, String::new(), commit).await
    }

    async fn write(
        self: &Arc<Self>,
        place: String,
        opening: Option<Opening>,
        card: String,
        commit: StoredCommit,
    ) -> Result<Answer, StoreError> {
        let (reply, waiting) = reply::pair();
        let header = header::encode(opening, &commit)?;
        let StoredCommit { state, events, outcome, commands, claims, .. } = commit;
        let (events, outcome) = (events.map_or_else(String::new, |events| events.texts), outcome.unwrap_or_default().1);
        let mut texts = vec![state, card, events, outcome];
        texts.extend(commands.into_iter().map(|command| command.action));
        let (writers, end) = (Arc::downgrade(self), Instant::now() + self.for_locks);
        let op = Op { header, texts, claims, reply, writers, place, waits_for: None, end };
        self.quick.post(op).map_err(Failure::of_write)?;
        waiting.answer(self.patience).await.map_err(Failure::of_write)?.take()
    }

    /// Tells other nodes that the branch has changed.
    pub(super) fn announce(&self, branch: &str) {
        self.hints.announce(branch);
    }

    pub(super) async fn close(&self) {
        self.quick.close().await;
        self.patient.close().await;
    }
}

impl Job for Op {
    /// A batch is as large as what gathers while the one before is flushed; the limit only bounds a message.
    const AT_ONCE: usize = 64;

    async fn run(mut ops: Vec<Self>, link: &mut Link) {
        ops.retain_mut(|op| op.reply.begin());
        while let Some(waits_for) = ops.first().map(|op| op.waits_for.clone()) {
            let (group, others) = ops.into_iter().partition(|op| op.waits_for == waits_for);
            write_together(group, link).await;
            ops = others;
        }
    }
}

/// Writes in one transaction, if need be one by one.
async fn write_together(ops: Vec<Op>, link: &mut Link) {
    let waits = ops.iter().any(|op| op.waits_for.is_some());
    match link.run(&call(&ops, waits), Repeat::Harmless).await {
        Ok(rows) => rows.iter().zip(ops).for_each(|(row, op)| op.answer(row)),
        Err(failure) if ops.len() > 1 && matches!(failure.remedy, Remedy::Divide | Remedy::Wait) => {
            for op in ops {
                match link.run(&call(std::slice::from_ref(&op), false), Repeat::Harmless).await {
                    Ok(rows) => rows.iter().take(1).zip([op]).for_each(|(row, op)| op.answer(row)),
                    Err(failure) => op.fail(failure),
                }
            }
        }
        Err(failure) => ops.into_iter().for_each(|op| op.fail(failure.shared())),
    }
}

fn call(ops: &[Op], waits: bool) -> Call {
    let (mut headers, mut texts) = (String::from("["), Vec::<&str>::new());
    for op in ops {
        let separator = if texts.is_empty() { "" } else { "," };
        // A header is an object that is never empty.
        let _ = write!(headers, "{separator}{{\"base\":{},{}", texts.len(), &op.header[1..]);
        texts.extend(op.texts.iter().map(String::as_str));
    }
    headers.push(']');
    Call::new(WRITE).with(headers).with(texts).with(waits)
}

impl Op {
    fn answer(self, row: &PgRow) {
        let writers = self.writers.upgrade();
        let branch = get::<Option<&str>>(row, 1).ok().flatten();
        if let (Ok("later"), Some(branch)) = (get(row, 0), branch) {
            return self.wait_for(branch.to_owned(), Failure::undone(Locked));
        }
        let answer = answer(row, self.claims.as_ref());
        let mut tickets = Vec::new();
        if let (Ok(Answer::Written(written)), Some(branch), Some(writers)) = (&answer, branch, &writers) {
            tickets.extend(written.claimed.iter().map(|claimed| claimed.ticket));
            writers.announce(branch);
        }
        let statements = writers.map_or_else(Weak::new, |writers| writers.statements.clone());
        if let Sent::TooLate(Ok(late)) = self.reply.send(Ok(Parcel::new(answer, tickets, statements))) {
            // They may have asked once more and got the same claims, so these are no longer ours to put back.
            drop(late.take());
        }
    }

    fn fail(self, failure: Failure) {
        match failure.remedy {
            Remedy::Wait => {
                let place = self.waits_for.clone().unwrap_or_else(|| self.place.clone());
                self.wait_for(place, failure);
            }
            _ => drop(self.reply.send(Err(failure))),
        }
    }

    /// Leaves it to the patient one while there is time.
    fn wait_for(mut self, place: String, why: Failure) {
        match self.writers.upgrade().filter(|_| Instant::now() < self.end) {
            Some(writers) => {
                self.waits_for = Some(place);
                let _ = writers.patient.post(self);
            }
            None => drop(self.reply.send(Err(why))),
        }
    }
}

fn answer(row: &PgRow, claims: Option<&StoredClaims>) -> Result<Answer, StoreError> {
    Ok(match get::<&str>(row, 0)? {
        "written" => {
            let lease_until = |claims: &StoredClaims| Ok(Timestamp::from_micros(get(row, 4)?) + claims.lease.span());
            let lease_until = claims.map(lease_until).transpose()?;
            Answer::Written(written(row, claims, |_| lease_until)?)
        }
        "repeated" => {
            let held: Option<Vec<i64>> = get(row, 6)?;
            let until: Option<Vec<i64>> = get(row, 7)?;
            let held: Vec<_> = held.into_iter().flatten().zip(until.into_iter().flatten()).collect();
            let lease_until = |ticket: &Ticket| {
                let held = held.iter().find(|(number, _)| *number == i64::from(ticket.command.number));
                held.map(|(_, until)| Timestamp::from_micros(*until))
            };
            Answer::Written(written(row, claims, lease_until)?)
        }
        "existing" => Answer::Existing(named("emergency id", get(row, 5)?)?),
        "key_reused" => Answer::KeyReused,
        "disabled" => Answer::Disabled,
        "busy" => Answer::Busy,
        "conflict" => Answer::Conflict,
        "not_found" => Answer::NotFound,
        "settled" => Answer::Settled(codec::decode("outcome", get(row, 5)?)?),
        _ => return Err(corrupt("answer", Malformed)),
    })
}

/// With those of its claims that last, and until when.
fn written(
    row: &PgRow,
    claims: Option<&StoredClaims>,
    lease_until: impl Fn(&Ticket) -> Option<Timestamp>,
) -> Result<Written, StoreError> {
    let first_event: Option<i64> = get(row, 3)?;
    let receipt = Receipt { version: version(get(row, 2)?)?, first_event: first_event.map(event_id).transpose()? };
    let claimed = claims.into_iter().flat_map(|claims| &claims.commands).filter_map(|command| {
        let until = lease_until(&Ticket { command: command.id, claim: 1 })?;
        Some(Claimed::first(command.clone(), until))
    });
    Ok(Written { receipt, claimed: claimed.collect() })
}

/// The part of the patience for which one attempt waits for a lock.
const WAITS_AT_MOST: u32 = 10;

const WRITE: &str = "
    SELECT result, branch, version, first_event, at, known, held, until FROM write_1($1::jsonb, $2, $3)";
