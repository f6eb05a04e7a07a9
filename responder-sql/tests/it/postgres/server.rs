//! The server that the tests use, and what stands on it.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

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

/// Host and port of the server.
pub(crate) fn address() -> String {
    let url = url();
    let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default().to_owned()
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

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    pub(crate) fn builder(&self) -> PostgresBuilder {
        self.builder_at(url())
    }

    /// For another way to the same server. Patient, as the machine may be busy.
    pub(crate) fn builder_at(&self, url: String) -> PostgresBuilder {
        PostgresStore::builder(url).schema(&self.0).connections(4).patience(Duration::from_secs(30))
    }

    /// Locks something, until the connection is dropped.
    pub(crate) async fn lock(&self, sql: &str) -> PgConnection {
        let mut console = connect().await;
        let lock = format!("BEGIN; SET LOCAL search_path = {}; {sql}", self.0);
        console.execute(sqlx::raw_sql(AssertSqlSafe(lock))).await.expect("a lock");
        console
    }

    /// Until some statement of a store here waits for a lock.
    pub(crate) async fn until_one_waits(&self) {
        let name = self.name();
        self.until(&format!(
            "EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '{name}' AND wait_event_type = 'Lock')"
        ))
        .await;
    }

    /// Until a condition holds in the schema.
    pub(crate) async fn until(&self, condition: &str) {
        let mut console = connect().await;
        console.execute(AssertSqlSafe(format!("SET search_path = {}", self.0))).await.expect("the schema");
        let look = async {
            while !sqlx::query_scalar::<_, bool>(AssertSqlSafe(format!("SELECT {condition}")))
                .fetch_one(&mut console)
                .await
                .unwrap()
            {}
        };
        tokio::time::timeout(Duration::from_secs(60), look).await.unwrap_or_else(|_| panic!("never: {condition}"));
    }

    /// Cuts all connections of stores that work here.
    pub(crate) async fn cut(&self) {
        let cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1";
        let done: Vec<bool> = sqlx::query_scalar(cut).bind(self.name()).fetch_all(&mut connect().await).await.unwrap();
        assert!(!done.is_empty() && done.iter().all(|done| *done), "{done:?}");
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
