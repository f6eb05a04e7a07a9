//! What the nodes share.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use responder::{
    driver::SystemClock,
    store::{EmergencyStore, EventId, StoredEvent},
};
use responder_sql::{PostgresStore, SqliteStore};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::{lab::PACE, line::Line};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file, of nodes on one machine.
    Sqlite,
    /// A server, whose address is in `DATABASE_URL`.
    Postgres,
}

/// One branch of its own in it.
#[derive(Debug)]
pub(crate) enum House {
    File(tempfile::TempDir),
    /// The first node has its own line to it.
    Schema(String, Line),
}

impl Database {
    pub(crate) async fn house(self) -> House {
        match self {
            Self::Sqlite => House::File(tempfile::tempdir().expect("a folder")),
            Self::Postgres => House::Schema(schema().await, Line::to(address()).await),
        }
    }
}

/// The address of the server.
///
/// # Panics
/// Without one: tests that look as if they had passed would be worse.
pub(crate) fn server() -> String {
    match std::env::var("DATABASE_URL") {
        Ok(url) if url.starts_with("postgres") => url,
        _ => panic!(
            "this test needs a PostgreSQL server: run it as `scripts/with-postgres cargo test …`, or set DATABASE_URL to \
             postgres://… of one that may be filled with rubbish"
        ),
    }
}

/// Where it listens.
fn address() -> (String, u16) {
    let url: url::Url = server().parse().expect("an address");
    (url.host_str().expect("a host").to_owned(), url.port().unwrap_or(5432))
}

/// A fresh one, whose clock is as fast as the nodes.
async fn schema() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let schema = format!("test_{}_nodes_{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed));
    let store = PostgresStore::builder(server()).schema(&schema).connections(3).open().await;
    store.expect("a store in a fresh schema").close().await;
    // The same as that of `examples/branch/pace.rs`.
    let clock = format!(
        "CREATE OR REPLACE FUNCTION {schema}.micros() RETURNS bigint LANGUAGE sql VOLATILE AS
         'SELECT 1790000000000000 + ((extract(epoch FROM clock_timestamp()) - 1790000000) * 1000000)::bigint * {PACE}'"
    );
    connection().await.execute(AssertSqlSafe(clock)).await.expect("a fast clock");
    schema
}

async fn connection() -> PgConnection {
    PgConnection::connect(&server()).await.expect("a server at DATABASE_URL")
}

/// The server's address by way of a line.
fn through(line: &Line) -> String {
    let mut url: url::Url = server().parse().expect("an address");
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(line.port)).expect("a port");
    url.into()
}

impl House {
    /// The line that can be cut.
    pub(crate) const fn line(&self) -> Option<&Line> {
        match self {
            Self::File(_) => None,
            Self::Schema(_, line) => Some(line),
        }
    }

    /// Every event of the branch, in order, without the help of a node.
    pub(crate) async fn events(&self) -> Vec<StoredEvent> {
        let store = self.store().await;
        let (branch, mut events) = ("main".parse().expect("a branch"), Vec::<StoredEvent>::new());
        loop {
            let after = events.last().map_or(EventId::START, |event| event.id);
            let page = store.events(&branch, after, 500).await.expect("events");
            if page.is_empty() {
                return events;
            }
            events.extend(page);
        }
    }

    async fn store(&self) -> Arc<dyn EmergencyStore> {
        match self {
            Self::File(folder) => {
                let store = SqliteStore::open(folder.path().join("branch.db"), Arc::new(SystemClock)).await;
                Arc::new(store.expect("a file"))
            }
            Self::Schema(schema, _) => {
                let store = PostgresStore::builder(server()).schema(schema).connections(2).open().await;
                Arc::new(store.expect("a schema"))
            }
        }
    }

    /// How a node finds it.
    pub(crate) fn environment(&self, node: usize) -> Vec<(&'static str, String)> {
        match self {
            Self::File(folder) => {
                let file: PathBuf = folder.path().join("branch.db");
                vec![("DATABASE_URL", format!("sqlite://{}", file.display()))]
            }
            Self::Schema(schema, line) => vec![
                ("DATABASE_URL", if node == 0 { through(line) } else { server() }),
                ("DATABASE_SCHEMA", schema.clone()),
                // Many nodes share the server.
                ("DATABASE_CONNECTIONS", "4".to_owned()),
            ],
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let Self::Schema(schema, _) = self else { return };
        let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
        // From a thread, as a runtime can't be waited for from inside of one.
        let clean = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime
                .expect("a runtime")
                .block_on(async { connection().await.execute(AssertSqlSafe(drop)).await.map(|_| ()) })
        };
        let _ = std::thread::spawn(clean).join();
    }
}
