//! Statements that stand alone: reads, claims, and changes of one row.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use responder_core::store::Ticket;
use sqlx::postgres::PgRow;

use super::{
    error::Failure,
    lane::{Call, Job, Lane, Link, Repeat},
    queue,
    reply::{self, Reply},
};
use crate::parcel::{Parcel, PutBack};

/// One of them.
pub(super) struct Statement {
    call: Call,
    repeat: Repeat,
    /// The claims in an answer.
    tickets: fn(&[PgRow]) -> Vec<Ticket>,
    /// None if nobody ever waited.
    reply: Option<Reply<Parcel<Vec<PgRow>>>>,
    lane: Weak<Statements>,
}

/// Those who carry them out.
pub(super) struct Statements {
    lane: Lane<Statement>,
    patience: Duration,
}

impl Statements {
    pub(super) const fn new(lane: Lane<Statement>, patience: Duration) -> Self {
        Self { lane, patience }
    }

    /// The rows that a statement gives.
    pub(super) async fn rows(self: &Arc<Self>, call: Call, repeat: Repeat) -> Result<Vec<PgRow>, Failure> {
        self.claims(call, repeat, |_| Vec::new()).await
    }

    /// The same for rows that hold claims: if they reach nobody, the claims are put back.
    pub(super) async fn claims(
        self: &Arc<Self>,
        call: Call,
        repeat: Repeat,
        tickets: fn(&[PgRow]) -> Vec<Ticket>,
    ) -> Result<Vec<PgRow>, Failure> {
        let (reply, waiting) = reply::pair();
        self.lane.post(Statement { call, repeat, tickets, reply: Some(reply), lane: Arc::downgrade(self) })?;
        waiting.answer(self.patience).await.map(Parcel::take)
    }

    /// Carries out a statement that nobody waits for.
    fn post(&self, call: Call) {
        let job = Statement { call, repeat: Repeat::Never, tickets: |_| Vec::new(), reply: None, lane: Weak::new() };
        let _ = self.lane.post(job);
    }

    pub(super) async fn close(&self) {
        self.lane.close().await;
    }
}

impl PutBack for Statements {
    fn put_back(&self, tickets: Vec<Ticket>) {
        for ticket in tickets {
            self.post(queue::put_back(&ticket, Duration::ZERO));
        }
    }
}

impl Job for Statement {
    const AT_ONCE: usize = 1;

    async fn run(jobs: Vec<Self>, link: &mut Link) {
        for mut job in jobs {
            if job.reply.as_mut().is_none_or(Reply::begin) {
                let rows = link.run(&job.call, job.repeat).await;
                job.answer(rows);
            }
        }
    }
}

impl Statement {
    fn answer(self, rows: Result<Vec<PgRow>, Failure>) {
        let Some(reply) = self.reply else { return };
        // What a claim gave can't be asked for once more: whoever came too late for it never gets it.
        drop(reply.send(rows.map(|rows| {
            let tickets = (self.tickets)(&rows);
            Parcel::new(rows, tickets, self.lane)
        })));
    }
}
