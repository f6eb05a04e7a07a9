//! The server that the tests use, and what stands on it.

use std::sync::atomic::{AtomicU32, Ordering};

use responder_sql::{PostgresBuilder, PostgresStore};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// The address of the server.
///
/// # Panics
/// Without one: tests that look as if they had passed would be worse.
pub(crate) fn url() -> String {
    match std::env::var("DATABASE_URL") {
        Ok(url) if url.starts_with("postgres") => url,
        _ => panic!(
            "these tests need a PostgreSQL server: run them as `scripts/with-postgres cargo test …`, or set DATABASE_URL \
             to postgres://… of one that may be filled with rubbish"
        ),
    }
}

/// A connection that has nothing to do with any store.
pub(crate) async fn connect() -> PgConnection {
    PgConnection::connect(&url()).await.expect("a server at DATABASE_URL")
}

/// A schema of its own, that is removed in the end.
#[derive(Debug)]
pub(crate) struct Place(String);

impl Place {
    pub(crate) fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        Self(format!("test_{}_{number}", std::process::id()))
    }

    pub(crate) fn builder(&self) -> PostgresBuilder {
        PostgresStore::builder(url()).schema(&self.0).connections(4)
    }

    pub(crate) async fn open(&self) -> PostgresStore {
        self.builder().open().await.expect("a store in a fresh schema")
    }

    /// Runs some SQL in the schema, and tells how many rows it changed.
    pub(crate) async fn execute(&self, sql: &str) -> u64 {
        let mut connection = connect().await;
        connection.execute(AssertSqlSafe(format!("SET search_path = {}", self.0))).await.expect("the schema");
        let done = connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("what a test does by hand");
        connection.close().await.expect("an end");
        done.rows_affected()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.0);
        // From a thread, as a runtime can't be waited for from inside of one.
        let clean = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async { connect().await.execute(AssertSqlSafe(drop)).await })
        };
        if !std::thread::panicking() {
            let _ = std::thread::spawn(clean).join().expect("a clean end");
        }
    }
}
