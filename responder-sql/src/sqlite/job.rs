//! Work for the thread that writes.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Weak},
};

use responder_core::store::{StoreError, Ticket};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{error::Panicked, transaction::Fate, writer::Queue};
use crate::{error::Gone, parcel::Parcel};

/// A piece of work, whatever its answer.
pub(super) trait Job: Send {
    /// Whether somebody still waits for it.
    fn is_wanted(&self) -> bool;

    /// Does it, and keeps the answer. False means that it failed, and has to be undone.
    fn run(&mut self, tx: &Connection) -> bool;

    /// Gives the answer, after the transaction has ended.
    fn answer(self: Box<Self>, fate: &Fate, queue: &Weak<Queue>);
}

type Reply<T> = oneshot::Sender<Result<Parcel<T>, StoreError>>;

pub(super) struct Request<T, F> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    tickets: fn(&T) -> Vec<Ticket>,
    /// None if nobody ever waited.
    reply: Option<Reply<T>>,
}

impl<T, F> Request<T, F>
where
    F: FnOnce(&Connection) -> Result<T, StoreError>,
{
    pub(super) fn new(work: F, tickets: fn(&T) -> Vec<Ticket>, reply: Reply<T>) -> Self {
        Self { work: Some(work), result: None, tickets, reply: Some(reply) }
    }

    pub(super) fn unattended(work: F) -> Self {
        Self { work: Some(work), result: None, tickets: |_| Vec::new(), reply: None }
    }
}

impl<T, F> Job for Request<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn is_wanted(&self) -> bool {
        self.reply.as_ref().is_none_or(|reply| !reply.is_closed())
    }

    fn run(&mut self, tx: &Connection) -> bool {
        let Some(work) = self.work.take() else { return true };
        let result = catch_unwind(AssertUnwindSafe(|| work(tx)));
        let result = result.unwrap_or_else(|_| Err(StoreError::Unavailable(Panicked.into())));
        let is_done = result.is_ok();
        self.result = Some(result);
        is_done
    }

    fn answer(self: Box<Self>, fate: &Fate, queue: &Weak<Queue>) {
        let result = match (fate, self.result) {
            // An answer may rest on what others wrote in the same transaction, so it counts only if that was written.
            (Fate::Written, Some(result)) => result,
            (Fate::Written, None) => Err(StoreError::Unavailable(Gone.into())),
            (Fate::Undone(_), Some(Err(own))) => Err(own),
            (Fate::Undone(error), _) => Err(StoreError::Unavailable(Arc::clone(error).into())),
            (Fate::Unknown(error), _) => Err(StoreError::Unknown(Arc::clone(error).into())),
        };
        let pack = |content| {
            let tickets = (self.tickets)(&content);
            Parcel::new(content, tickets, queue.clone())
        };
        if let Some(reply) = self.reply {
            let _ = reply.send(result.map(pack));
        }
    }
}
