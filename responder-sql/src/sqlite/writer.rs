//! The thread that writes.
//!
//! Each piece of work is one hop to the thread and one back, whatever it does there. What waits while a transaction is
//! flushed shares the next one, and its flush.

use std::{
    path::Path,
    sync::{Arc, Weak, mpsc},
    thread,
    time::Duration,
};

use responder_core::store::{StoreError, Ticket};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    checkpoint::Checkpoints,
    connection::{self, Role},
    job::{Job, Request},
    pool::Pool,
    transaction,
};
use crate::{
    error::{Gone, OpenError},
    parcel::{self, Parcel},
};

/// Puts claims back that reached nobody.
pub(super) type PutBack = Arc<dyn Fn(&Connection, &Ticket) -> Result<bool, StoreError> + Send + Sync>;

/// The way to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Arc<Queue>,
    checkpoints: Arc<Pool>,
}

/// What is sent to the thread.
enum Message {
    Write(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// The thread's end holds it weakly, so that the thread ends with the last store.
pub(super) struct Queue {
    messages: mpsc::Sender<Message>,
    put_back: PutBack,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl parcel::PutBack for Queue {
    fn put_back(&self, tickets: Vec<Ticket>) {
        let put_back = self.put_back.clone();
        let work = move |tx: &Connection| tickets.iter().try_for_each(|ticket| put_back(tx, ticket).map(drop));
        let _ = self.messages.send(Message::Write(Box::new(Request::unattended(work))));
    }
}

impl Writer {
    /// Opens the file for writing, and starts the thread.
    pub(super) fn start(path: &Path, put_back: PutBack) -> Result<Self, OpenError> {
        let connection = connection::open_writer(path)?;
        let checkpoints = Arc::new(Pool::start(path, Role::Checkpoint, 1)?);
        let (messages, received) = mpsc::channel();
        let queue = Arc::new(Queue { messages, put_back });
        let thread = WriterThread {
            connection,
            received,
            queue: Arc::downgrade(&queue),
            checkpoints: Checkpoints::by(checkpoints.clone()),
            is_idle: true,
        };
        let builder = thread::Builder::new().name("sqlite write".to_owned());
        builder.spawn(|| thread.work()).map_err(|error| OpenError::Unusable(error.into()))?;
        Ok(Self { queue, checkpoints })
    }

    /// Runs work in a transaction, and answers when that is on the disk. An error of the work undoes it.
    ///
    /// Dropping the future never leaves half of it: either it is not begun, or it is carried out. `tickets` are the
    /// claims in an answer; if that reaches nobody, they are put back.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        tickets: fn(&T) -> Vec<Ticket>,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Request::new(work, tickets, reply);
        if self.queue.messages.send(Message::Write(Box::new(job))).is_err() {
            return Err(StoreError::Unavailable(Gone.into()));
        }
        // No answer at all: the thread died in the middle of it.
        answer.await.unwrap_or_else(|_| Err(StoreError::Unknown(Gone.into()))).map(Parcel::take)
    }

    /// Ends the thread, after what is waiting.
    pub(super) async fn close(&self) {
        let (ended, end) = oneshot::channel();
        if self.queue.messages.send(Message::Close(ended)).is_ok() {
            let _ = end.await;
        }
        self.checkpoints.close().await;
    }
}

struct WriterThread {
    connection: Connection,
    received: mpsc::Receiver<Message>,
    queue: Weak<Queue>,
    checkpoints: Checkpoints,
    /// Nothing was written since the last checkpoint was asked for.
    is_idle: bool,
}

impl WriterThread {
    fn work(mut self) {
        while let Some(message) = self.next() {
            let mut jobs = Vec::new();
            let mut closing = None;
            let mut next = Some(message);
            while let Some(message) = next {
                match message {
                    Message::Write(job) => jobs.push(job),
                    Message::Close(ended) => closing = Some(ended),
                }
                next =
                    (closing.is_none() && jobs.len() < MOST_TOGETHER).then(|| self.received.try_recv().ok()).flatten();
            }
            self.write(jobs);
            if let Some(ended) = closing {
                drop(self);
                let _ = ended.send(());
                return;
            }
        }
    }

    /// The next message; none when all stores are gone. Uses a pause for a checkpoint.
    fn next(&mut self) -> Option<Message> {
        if !self.is_idle {
            match self.received.recv_timeout(PAUSE) {
                Ok(message) => return Some(message),
                Err(mpsc::RecvTimeoutError::Disconnected) => return None,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    self.is_idle = true;
                    self.checkpoints.ask();
                }
            }
        }
        self.received.recv().ok()
    }

    fn write(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        jobs.retain(|job| job.is_wanted());
        if jobs.is_empty() {
            return;
        }
        let fate = transaction::run(&self.connection, &mut jobs);
        for job in jobs {
            job.answer(&fate, &self.queue);
        }
        self.is_idle = false;
        self.checkpoints.watch(&self.connection);
    }
}

/// Jobs that share a transaction at most: the first of them waits for all.
const MOST_TOGETHER: usize = 32;

/// After a pause like this the next report is not expected at once.
const PAUSE: Duration = Duration::from_millis(500);
