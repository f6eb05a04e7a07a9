//! Threads for what does not write: a slow disk stops them, and not the runtime.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use responder_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    connection::{self, Role},
    error::Panicked,
};
use crate::error::{Gone, OpenError};

/// Some threads, each with a connection of its own.
#[derive(Debug)]
pub(super) struct Pool(Vec<Worker>);

/// One of them.
#[derive(Debug)]
struct Worker {
    jobs: mpsc::Sender<Job>,
    /// Jobs that wait or are under way.
    load: Arc<AtomicUsize>,
}

type Job = Box<dyn FnOnce(&Connection) -> Then + Send>;

/// What a thread does after a job.
enum Then {
    GoOn,
    End(oneshot::Sender<()>),
}

impl Pool {
    pub(super) fn start(path: &Path, role: Role, threads: usize) -> Result<Self, OpenError> {
        (0..threads).map(|_| Worker::start(path, role)).collect::<Result<_, _>>().map(Self)
    }

    /// Runs work on the thread that has least to do.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.post(move |connection| {
            // Whoever asked may have gone while the work waited.
            if !reply.is_closed() {
                let result = catch_unwind(AssertUnwindSafe(|| work(connection)));
                let _ = reply.send(result.unwrap_or_else(|_| Err(StoreError::Unavailable(Panicked.into()))));
            }
        });
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable(Gone.into())))
    }

    /// Runs work that nobody waits for.
    pub(super) fn post(&self, work: impl FnOnce(&Connection) + Send + 'static) {
        let Some(worker) = self.0.iter().min_by_key(|worker| worker.load.load(Ordering::Relaxed)) else { return };
        worker.load.fetch_add(1, Ordering::Relaxed);
        let job = move |connection: &Connection| {
            work(connection);
            Then::GoOn
        };
        // After the end there is no thread to take it; whoever waits learns that from the missing answer.
        let _ = worker.jobs.send(Box::new(job));
    }

    /// Ends all threads, after what is waiting.
    pub(super) async fn close(&self) {
        for worker in &self.0 {
            let (ended, end) = oneshot::channel();
            if worker.jobs.send(Box::new(|_| Then::End(ended))).is_ok() {
                let _ = end.await;
            }
        }
    }
}

impl Worker {
    fn start(path: &Path, role: Role) -> Result<Self, OpenError> {
        let connection = connection::open(path, role)?;
        let (sender, jobs) = mpsc::channel();
        let load = Arc::new(AtomicUsize::new(0));
        let work = {
            let load = load.clone();
            move || work(connection, &jobs, &load)
        };
        let name = format!("sqlite {role:?}").to_lowercase();
        thread::Builder::new().name(name).spawn(work).map_err(|error| OpenError::Unusable(error.into()))?;
        Ok(Self { jobs: sender, load })
    }
}

fn work(connection: Connection, jobs: &mpsc::Receiver<Job>, load: &AtomicUsize) {
    for job in jobs {
        match job(&connection) {
            Then::GoOn => load.fetch_sub(1, Ordering::Relaxed),
            Then::End(ended) => {
                drop(connection);
                let _ = ended.send(());
                return;
            }
        };
    }
}
