//! Connections that work side by side on what waits in one queue.
//!
//! Each connection belongs to a task. Whoever asks only waits for the answer: dropping that future stops nothing
//! half-way and leaves no connection in the middle of a transaction. Each piece of work is one statement, a transaction
//! of its own: one round trip, in which no lock waits for us, even if this process is stopped in the middle of it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt;
use sqlx::{
    Connection, Encode, PgConnection, Postgres, Type,
    postgres::{PgArguments, PgRow},
};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

use super::{
    connection::Connector,
    error::{Failure, Remedy, TooLate},
};
use crate::error::{Gone, Malformed};

/// A statement and its arguments.
pub(super) struct Call {
    sql: &'static str,
    /// None if one has no stored form.
    arguments: Option<PgArguments>,
}

/// What may be done after a connection broke in the middle of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// The same once more: it changes nothing, or is written once.
    Harmless,
    /// Nothing: it may have been carried out.
    Never,
}

/// Work for a connection.
pub(super) trait Job: Send + Sized + 'static {
    /// How many are carried out together.
    const AT_ONCE: usize;

    /// Carries out some, and answers each.
    fn run(jobs: Vec<Self>, link: &mut Link) -> impl Future<Output = ()> + Send;
}

/// A queue, and those who work on it. They end with the last handle of it.
pub(super) struct Lane<J> {
    jobs: Mutex<Option<mpsc::UnboundedSender<J>>>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

/// One connection, made when it is needed, and replaced when it breaks.
pub(super) struct Link {
    connector: Arc<Connector>,
    /// How long a statement waits for a lock.
    locks: Duration,
    connection: Option<PgConnection>,
}

type Queue<J> = Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<J>>>;

impl<J: Job> Lane<J> {
    /// On so many connections, whose statements wait for a lock for at most `locks`.
    pub(super) fn start(connector: &Arc<Connector>, connections: usize, locks: Duration) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let queue: Queue<J> = Arc::new(tokio::sync::Mutex::new(receiver));
        let link = || Link { connector: connector.clone(), locks, connection: None };
        let worker = |_| tokio::spawn(work(link(), queue.clone()));
        Self { jobs: Mutex::new(Some(sender)), workers: Mutex::new((0..connections).map(worker).collect()) }
    }

    /// Puts work into the queue.
    pub(super) fn post(&self, job: J) -> Result<(), Failure> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if sent { Ok(()) } else { Err(Failure::undone(Gone)) }
    }

    /// Ends all connections, after what is waiting.
    pub(super) async fn close(&self) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
        let workers = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        for worker in workers {
            let _ = worker.await;
        }
    }
}

async fn work<J: Job>(mut link: Link, queue: Queue<J>) {
    // The first to ask should not wait for it. If it fails, whoever asks is told.
    let _ = link.open().await;
    let mut jobs = Vec::new();
    while queue.lock().await.recv_many(&mut jobs, J::AT_ONCE).await > 0 {
        let run = std::panic::AssertUnwindSafe(J::run(std::mem::take(&mut jobs), &mut link)).catch_unwind();
        if run.await.is_err() {
            tracing::error!("the store panicked in the middle of a statement");
            link.connection = None;
        }
    }
    if let Some(connection) = link.connection {
        let _ = timeout(link.connector.patience(), connection.close()).await;
    }
}

impl Link {
    /// Carries out a statement; where that helps and does no harm, more than once.
    pub(super) async fn run(&mut self, call: &Call, repeat: Repeat) -> Result<Vec<PgRow>, Failure> {
        let mut tries = 0;
        loop {
            let was_open = self.connection.is_some();
            let failure = match self.attempt(call).await {
                Ok(rows) => return Ok(rows),
                Err(failure) => failure,
            };
            tries += 1;
            let is_worth_it = match failure.remedy {
                Remedy::Again => true,
                // Old connections break one after the other when the server was restarted.
                Remedy::Reconnect => was_open && (repeat == Repeat::Harmless || failure.is_undone()),
                Remedy::Wait | Remedy::Divide | Remedy::None | Remedy::Leave => false,
            };
            if !is_worth_it || tries == MOST_TRIES {
                return Err(failure);
            }
        }
    }

    async fn attempt(&mut self, call: &Call) -> Result<Vec<PgRow>, Failure> {
        let Some(arguments) = call.arguments.clone() else { return Err(Failure::undone(Malformed)) };
        let patience = self.connector.patience();
        let connection = self.open().await?;
        let rows = timeout(patience, sqlx::query_with(call.sql, arguments).fetch_all(connection)).await;
        let failure = match rows {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error)) => Failure::of(error),
            Err(_) => Failure::unknown(TooLate),
        };
        if matches!(failure.remedy, Remedy::Reconnect | Remedy::Leave) {
            self.connection = None;
        }
        Err(failure)
    }

    async fn open(&mut self) -> Result<&mut PgConnection, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connector.connect(self.locks).await?,
        };
        Ok(self.connection.insert(connection))
    }
}

impl Call {
    pub(super) fn new(sql: &'static str) -> Self {
        Self { sql, arguments: Some(PgArguments::default()) }
    }

    /// With one more argument.
    pub(super) fn with<'t, T: Encode<'t, Postgres> + Type<Postgres>>(self, argument: T) -> Self {
        use sqlx::Arguments;
        let add = |mut arguments: PgArguments| arguments.add(argument).ok().map(|()| arguments);
        Self { arguments: self.arguments.and_then(add), ..self }
    }
}

const MOST_TRIES: u32 = 3;
