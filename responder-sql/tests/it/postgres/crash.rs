//! A server that is killed in the middle of commits and recovers: all of a commit is there, or nothing, and what was
//! acknowledged is.

use std::{
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use responder_core::{
    emergency::EmergencyId,
    store::{Committed, EmergencyStore, EventId, StoreError},
};
use responder_sql::PostgresStore;
use sqlx::{Connection, PgConnection};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::case::{codes, open, with_event};

const WRITERS: u32 = 3;

const CRASHES: u32 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_loses_nothing_that_was_acknowledged() {
    let server = Server::start().await;
    let store = PostgresStore::builder(server.url.as_str()).open().await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for n in 1..=WRITERS {
        let (id, acknowledged) = (open(&store, n).await, Arc::new(AtomicU32::new(0)));
        let writer = write(store.clone(), id, acknowledged.clone(), is_over.clone());
        writers.push((id, acknowledged, tokio::spawn(writer)));
    }
    let all = || writers.iter().map(|(_, acknowledged, _)| acknowledged.load(Ordering::SeqCst)).sum::<u32>();
    let more = async || {
        let before = all();
        let work = async {
            while all() < before + 20 {
                tokio::task::yield_now().await
            }
        };
        timeout(Duration::from_secs(60), work).await.expect("nobody writes any more");
    };
    for _ in 0..CRASHES {
        // The moment is any within a commit.
        more().await;
        server.crash().await;
    }
    more().await;
    is_over.store(true, Ordering::SeqCst);
    for (id, acknowledged, writer) in writers {
        writer.await.unwrap();
        let expected: Vec<_> = (1..=acknowledged.load(Ordering::SeqCst)).collect();
        assert_eq!(codes(&store, id).await, expected, "the commits of {id}");
    }
    let events = store.events(&"north".parse().unwrap(), EventId::START, u32::MAX).await.unwrap();
    assert!(events.iter().map(|event| event.id.as_u64()).eq(1..=events.len() as u64), "event ids have gaps");
}

/// Commits one after the other, each until it is acknowledged.
async fn write(store: PostgresStore, id: EmergencyId, acknowledged: Arc<AtomicU32>, is_over: Arc<AtomicBool>) {
    while !is_over.load(Ordering::SeqCst) {
        let Ok(Some(loaded)) = store.load(id).await else { continue };
        let next = acknowledged.load(Ordering::SeqCst) + 1;
        let mut commit = with_event(&loaded, next);
        commit.id = responder_core::store::CommitId::from_random(u128::from(next));
        loop {
            match store.commit(&commit).await {
                Ok(Committed::Written(_)) => break,
                Err(StoreError::Unknown(_) | StoreError::Unavailable(_)) => {}
                other => panic!("commit {next}: {other:?}"),
            }
        }
        acknowledged.store(next, Ordering::SeqCst);
    }
}

/// A server of this test alone.
struct Server {
    url: String,
    /// Ends with its input.
    _script: Child,
}

impl Server {
    async fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/with-postgres");
        let mut script = Command::new(script)
            .args(["sh", "-c", "echo \"$DATABASE_URL\"; cat"])
            // Whoever named a server in DATABASE_URL did not ask for another one to be installed.
            .env("WITH_POSTGRES_INSTALL", "no")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server of our own");
        let mut lines = BufReader::new(script.stdout.take().expect("piped")).lines();
        let url = lines.next_line().await.unwrap();
        let url =
            url.expect("this test needs a server that it may kill: scripts/with-postgres, with postgresql installed");
        Self { url, _script: script }
    }

    /// Kills a process of it, upon which all others end at once, and the database recovers from its log.
    async fn crash(&self) {
        let mut connection = PgConnection::connect(&self.url).await.expect("a server");
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.unwrap();
        let status = Command::new("kill").args(["-9", &pid.to_string()]).status().await.unwrap();
        assert!(status.success(), "the server is not ours to kill");
        assert!(connection.ping().await.is_err(), "it lives");
    }
}
