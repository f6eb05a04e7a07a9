//! Tells other nodes that a branch has changed, and hears it from them.
//!
//! Only a hint: it is sent after the commit, without anybody waiting for it, and may be lost. Inside of a commit it
//! would make all commits of the database wait for each other's flush.

use std::{
    collections::{BTreeSet, HashMap},
    error::Error,
    pin::pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use futures_util::future::{Either, select};
use responder_core::store::BranchKey;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{
    error::{TooLate, told},
    lane::{Call, Repeat},
    statement::Statements,
};

/// What is to be told.
#[derive(Debug)]
pub(super) struct Hints(mpsc::UnboundedSender<String>);

impl Hints {
    /// Starts to tell on `channel`, in the name of `node`. Ends with the last handle.
    pub(super) fn start(statements: &Arc<Statements>, channel: String, node: String) -> Self {
        let (sender, branches) = mpsc::unbounded_channel();
        tokio::spawn(tell(branches, Arc::downgrade(statements), channel, node));
        Self(sender)
    }

    pub(super) fn announce(&self, branch: &str) {
        let _ = self.0.send(branch.to_owned());
    }
}

async fn tell(
    mut branches: mpsc::UnboundedReceiver<String>,
    statements: Weak<Statements>,
    channel: String,
    node: String,
) {
    let mut changed = Vec::new();
    while branches.recv_many(&mut changed, usize::MAX).await > 0 {
        let Some(statements) = statements.upgrade() else { return };
        let payloads: BTreeSet<_> = changed.drain(..).map(|branch| format!("{node} {branch}")).collect();
        let call = Call::new(TELL).with(channel.as_str()).with(payloads.into_iter().collect::<Vec<_>>());
        let _ = statements.rows(call, Repeat::Harmless).await;
        drop(statements);
        // A branch that changes all the time is told of all the time, but not with every change.
        sleep(BETWEEN_HINTS).await;
    }
}

/// What is heard. Connects when somebody first wants to hear.
pub(super) struct Listener {
    ear: Ear,
    task: Mutex<Option<JoinHandle<()>>>,
    is_closed: watch::Sender<bool>,
}

/// Where to listen. Not to be shown: the options hold a password.
#[derive(Clone)]
struct Ear {
    options: PgConnectOptions,
    channel: String,
    /// Ourselves, of whom we need not hear.
    node: String,
    patience: Duration,
    /// How often each branch has changed, as far as was heard.
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard(Mutex<HashMap<String, watch::Sender<u64>>>);

impl Listener {
    pub(super) fn new(options: PgConnectOptions, channel: String, node: String, patience: Duration) -> Self {
        let ear = Ear { options, channel, node, patience, heard: Arc::default() };
        Self { ear, task: Mutex::default(), is_closed: watch::Sender::new(false) }
    }

    /// Completes when the branch has changed more often than `seen`, and tells how often.
    pub(super) async fn changed(&self, branch: &BranchKey, seen: u64) -> u64 {
        let mut changes = self.ear.heard.subscribe(branch.as_str());
        self.listen();
        let heard = changes.wait_for(|changes| *changes > seen).await.map(|changes| *changes);
        match heard {
            Ok(changes) => changes,
            Err(_) => std::future::pending().await,
        }
    }

    fn listen(&self) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        task.get_or_insert_with(|| tokio::spawn(listen(self.ear.clone(), self.is_closed.subscribe())));
    }

    pub(super) async fn close(&self) {
        self.is_closed.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }
}

/// Listens on one connection after the other, until the listener is closed or gone.
async fn listen(ear: Ear, mut is_closed: watch::Receiver<bool>) {
    let mut closing = pin!(async move { drop(is_closed.wait_for(|is_closed| *is_closed).await) });
    let mut is_well = true;
    loop {
        let pool = ear.pool();
        let ended = match select(pin!(ear.listen_once(&pool, &mut is_well)), &mut closing).await {
            Either::Left((ended, _)) => Some(ended),
            Either::Right(_) => None,
        };
        // A line that is silent keeps its connection for as long as TCP does; that must not keep us from the next.
        let _ = timeout(ear.patience, pool.close()).await;
        match ended {
            None => return,
            Some(Err(error)) if std::mem::take(&mut is_well) => {
                tracing::warn!(%error, cause = error.source(), "what other nodes do is noticed later for now");
            }
            Some(_) => {}
        }
        if let Either::Right(_) = select(pin!(sleep(BETWEEN_CONNECTIONS)), &mut closing).await {
            return;
        }
    }
}

impl Ear {
    /// For one connection: the listener takes it from a pool, and gives it back as soon as the line allows.
    fn pool(&self) -> PgPool {
        let pool = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        pool.acquire_timeout(self.patience).connect_lazy_with(self.options.clone())
    }

    /// Until the connection breaks.
    async fn listen_once(&self, pool: &PgPool, is_well: &mut bool) -> Result<(), Box<dyn Error + Send + Sync>> {
        let connect = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.eager_reconnect(false);
            listener.listen(&self.channel).await.map(|()| listener)
        };
        let mut listener = timeout(self.patience, connect).await.map_err(|_| TooLate)?.map_err(told)?;
        *is_well = true;
        // Anything may have happened before.
        self.heard.note_all();
        let between_looks = (self.patience * 5).min(LONGEST_BETWEEN_LOOKS);
        loop {
            match timeout(between_looks, listener.try_recv()).await {
                Ok(Ok(Some(hint))) => self.heard.note(hint.payload(), &self.node),
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(error)) => return Err(told(error)),
                Err(_) => {
                    // So that a line that is dead is noticed.
                    let look = sqlx::query("SELECT 1").execute(&mut listener);
                    timeout(self.patience, look).await.map_err(|_| TooLate)?.map_err(told)?;
                }
            }
        }
    }
}

impl Heard {
    fn subscribe(&self, branch: &str) -> watch::Receiver<u64> {
        let mut branches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        branches.entry(branch.to_owned()).or_default().subscribe()
    }

    fn note(&self, payload: &str, ourselves: &str) {
        let Some((node, branch)) = payload.split_once(' ') else { return };
        let branches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if node != ourselves
            && let Some(changes) = branches.get(branch)
        {
            changes.send_modify(|changes| *changes += 1);
        }
    }

    fn note_all(&self) {
        for changes in self.0.lock().unwrap_or_else(PoisonError::into_inner).values() {
            changes.send_modify(|changes| *changes += 1);
        }
    }
}

/// Each hint makes every other node look for work.
const BETWEEN_HINTS: Duration = Duration::from_millis(10);

const BETWEEN_CONNECTIONS: Duration = Duration::from_secs(1);

const LONGEST_BETWEEN_LOOKS: Duration = Duration::from_secs(10);

const TELL: &str = "SELECT pg_notify($1, payload) FROM unnest($2) AS payload";
