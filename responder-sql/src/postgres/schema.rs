//! The tables, and how an older database is brought up to date while other nodes work on it.
//!
//! # Rules for a new version of the schema
//! A deploy replaces nodes one by one, so that old and new ones share the database for a while.
//! 1. Released scripts never change. A new version is a script at the end of [`MIGRATIONS`].
//! 2. A script only adds: tables and their indexes, columns with a constant default or without a value, functions under
//!    new names. Nodes of older versions go on with what they know, and their version stays the
//!    [`oldest_reader`](Migration).
//! 3. What nobody needs any more is removed two releases later, by a script whose `oldest_reader` is the first version
//!    that does without it. Older nodes refuse to start from then on.
//! 4. A script takes no longer than anybody bears to wait, for nobody writes to a table that it changes until all of it
//!    is done. So it never fills a column, and never makes an index on a table that may have rows: that is for a step
//!    of its own, outside of any transaction (`CREATE INDEX CONCURRENTLY`), which whoever first needs it has to add
//!    here.
//! 5. While a script waits for a table, everybody else who wants that table waits behind it. So it waits only briefly,
//!    and is tried again as a whole after a pause that lets them through.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Postgres, Row, Transaction};
use tokio::time::{Instant, sleep, timeout};

use super::error::{TooLate, told};
use crate::error::OpenError;

/// A version of the schema: what makes it out of the one before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Migration {
    pub(super) script: &'static str,
    /// The oldest version whose nodes can work with it.
    pub(super) oldest_reader: i64,
}

/// All versions, the first of which makes an empty database ready.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration { script: include_str!("migrations/1.sql"), oldest_reader: 1 },
    Migration { script: include_str!("migrations/2.sql"), oldest_reader: 1 },
    Migration { script: include_str!("migrations/3.sql"), oldest_reader: 1 },
    Migration { script: include_str!("migrations/4.sql"), oldest_reader: 1 },
    Migration { script: include_str!("migrations/5.sql"), oldest_reader: 1 },
];

/// The version that this build knows.
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// What a database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    version: i64,
    oldest_reader: i64,
}

impl Found {
    /// Whether nodes that know `known` can work with it.
    pub(super) const fn check(self, known: i64) -> Result<(), OpenError> {
        if known < self.oldest_reader { Err(OpenError::Newer { found: self.version }) } else { Ok(()) }
    }
}

/// What the database of a connection has. An error if it has no tables yet.
pub(super) async fn current(connection: &mut PgConnection) -> Result<Found, sqlx::Error> {
    let row = sqlx::query(CURRENT).fetch_one(connection).await?;
    Ok(Found { version: row.try_get(0)?, oldest_reader: row.try_get(1)? })
}

/// Runs every script that the database has not seen, in one transaction. Nodes that start at once wait for each other;
/// where there is nothing to do, no right to change tables is needed. A look at the database takes at most `limit`.
pub(super) async fn migrate(
    connection: &mut PgConnection,
    schema: &str,
    migrations: &[Migration],
    limit: Duration,
) -> Result<(), OpenError> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let encoding: String =
        within(limit, sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut *connection)).await?;
    if encoding != "UTF8" {
        return Err(OpenError::Unusable("the database has another encoding than UTF8".into()));
    }
    let (end, mut pause) = (Instant::now() + LONGEST_WAIT, SHORTEST_PAUSE);
    loop {
        if let Some(found) = within(limit, stored(connection, schema)).await?
            && found.version >= known
        {
            return found.check(known);
        }
        let obstacle = match within(limit, begin(connection, schema)).await? {
            None => "another node changes the tables".into(),
            Some(tx) => {
                match within(LONGEST_SCRIPT + limit, async { Ok(run_scripts(tx, schema, migrations).await) }).await? {
                    Ok(()) => continue,
                    Err(error) if is_busy(&error) => told(error),
                    Err(error) => return Err(OpenError::Unusable(told(error))),
                }
            }
        };
        if Instant::now() >= end {
            return Err(OpenError::Unusable(obstacle));
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// What a server answers in time.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, OpenError> {
    let done = timeout(limit, work).await.map_err(|_| OpenError::Unusable(TooLate.into()))?;
    done.map_err(|error| OpenError::Unusable(told(error)))
}

async fn stored(connection: &mut PgConnection, schema: &str) -> Result<Option<Found>, sqlx::Error> {
    let exists: bool = sqlx::query_scalar(HAS_TABLES).bind(schema).fetch_one(&mut *connection).await?;
    if exists { current(connection).await.map(Some) } else { Ok(None) }
}

/// A transaction in which we are the only node that changes tables; none if another one is at it.
async fn begin<'c>(
    connection: &'c mut PgConnection,
    schema: &str,
) -> Result<Option<Transaction<'c, Postgres>>, sqlx::Error> {
    let mut tx = connection.begin().await?;
    sqlx::query(SET_UP).bind(millis(LONGEST_SCRIPT)).bind(millis(FOR_A_TABLE)).execute(&mut *tx).await?;
    let is_ours: bool = sqlx::query_scalar(LOCK).bind(schema).fetch_one(&mut *tx).await?;
    if is_ours { Ok(Some(tx)) } else { tx.rollback().await.map(|()| None) }
}

async fn run_scripts(
    mut tx: Transaction<'_, Postgres>,
    schema: &str,
    migrations: &[Migration],
) -> Result<(), sqlx::Error> {
    match run_in(&mut tx, schema, migrations).await {
        Ok(()) => tx.commit().await,
        // Here and now: the server ends a session that does nothing for a while in the middle of a transaction.
        Err(error) => tx.rollback().await.and(Err(error)),
    }
}

async fn run_in(tx: &mut PgConnection, schema: &str, migrations: &[Migration]) -> Result<(), sqlx::Error> {
    let has_schema: bool = sqlx::query_scalar(HAS_SCHEMA).bind(schema).fetch_one(&mut *tx).await?;
    if !has_schema {
        // The name was checked when it was given. Creating what exists would need a right that few have.
        tx.execute(AssertSqlSafe(format!("CREATE SCHEMA \"{schema}\""))).await?;
    }
    tx.execute(CREATE_VERSIONS).await?;
    let found: i64 = sqlx::query_scalar(VERSION).fetch_one(&mut *tx).await?;
    for (version, migration) in (1..).zip(migrations).filter(|(version, _)| *version > found) {
        tx.execute(sqlx::raw_sql(migration.script)).await?;
        sqlx::query(ADD_VERSION).bind(version).bind(migration.oldest_reader).execute(&mut *tx).await?;
    }
    Ok(())
}

fn millis(span: Duration) -> String {
    span.as_millis().to_string()
}

/// Somebody uses a table that is to be changed, or wrote the same meanwhile.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("55P03" | "40P01" | "40001" | "23505"))
}

/// How long other nodes, and those who use the tables, may keep us from changing them.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

const LONGEST_SCRIPT: Duration = Duration::from_secs(60);

/// How long one try waits for a table: commits that wait behind it bear that.
const FOR_A_TABLE: Duration = Duration::from_millis(200);

const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A script may take longer than any other statement, and waits for a table less long.
const SET_UP: &str = "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true)";

const HAS_TABLES: &str = "
    SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'schema_versions')";

const HAS_SCHEMA: &str = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";

/// One at a time for each schema of the database. Nobody waits for it inside of a transaction.
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(hashtextextended('responder schema ' || $1, 0))";

const CREATE_VERSIONS: &str = "
    CREATE TABLE IF NOT EXISTS schema_versions (
        version bigint PRIMARY KEY,
        oldest_reader bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
    )";

const VERSION: &str = "SELECT coalesce(max(version), 0) FROM schema_versions";

const CURRENT: &str = "SELECT max(version), max(oldest_reader) FROM schema_versions HAVING count(*) > 0";

const ADD_VERSION: &str = "INSERT INTO schema_versions (version, oldest_reader) VALUES ($1, $2)";
