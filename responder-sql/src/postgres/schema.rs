//! The tables, and how an older database is brought up to date while other nodes work on it.
//!
//! # Rules for a new version of the schema
//! A deploy replaces nodes one by one, so that old and new ones share the database for a while.
//! 1. Released scripts never change. A new version is a script at the end of [`MIGRATIONS`].
//! 2. A script only adds: tables, columns with a default or without a value, indexes, functions under new names. Nodes
//!    of older versions go on with what they know, and their version stays the [`oldest_reader`](Migration).
//! 3. What nobody needs any more is removed two releases later, by a script whose `oldest_reader` is the first version
//!    that does without it. Older nodes refuse to start from then on.
//! 4. A script waits for locks at most as long as any statement may take, and is tried again as a whole.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::error::told;
use crate::error::OpenError;

/// A version of the schema: what makes it out of the one before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Migration {
    pub(super) script: &'static str,
    /// The oldest version whose nodes can work with it.
    pub(super) oldest_reader: i64,
}

/// All versions, the first of which makes an empty database ready.
pub(super) const MIGRATIONS: &[Migration] = &[Migration { script: include_str!("migrations/1.sql"), oldest_reader: 1 }];

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
/// where there is nothing to do, no right to change tables is needed.
pub(super) async fn migrate(
    connection: &mut PgConnection,
    schema: &str,
    migrations: &[Migration],
) -> Result<(), OpenError> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let unusable = |error: sqlx::Error| OpenError::Unusable(told(error));
    let encoding: String =
        sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut *connection).await.map_err(unusable)?;
    if encoding != "UTF8" {
        return Err(OpenError::Unusable("the database has another encoding than UTF8".into()));
    }
    let mut tries = 1;
    loop {
        if let Some(found) = stored(connection, schema).await.map_err(unusable)?
            && found.version >= known
        {
            return found.check(known);
        }
        match run_scripts(connection, schema, migrations).await {
            Err(error) if is_busy(&error) && tries < MOST_TRIES => tries += 1,
            result => return result.map_err(unusable),
        }
    }
}

async fn stored(connection: &mut PgConnection, schema: &str) -> Result<Option<Found>, sqlx::Error> {
    let exists: bool = sqlx::query_scalar(HAS_TABLES).bind(schema).fetch_one(&mut *connection).await?;
    if exists { current(connection).await.map(Some) } else { Ok(None) }
}

async fn run_scripts(connection: &mut PgConnection, schema: &str, migrations: &[Migration]) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin().await?;
    // A script may take longer than any other statement.
    tx.execute("SET LOCAL statement_timeout = 0").await?;
    sqlx::query(LOCK).bind(schema).execute(&mut *tx).await?;
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
    tx.commit().await
}

/// Another node migrates, or holds a table that is to be changed.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("55P03" | "40P01" | "40001" | "23505"))
}

const MOST_TRIES: u32 = 10;

const HAS_TABLES: &str = "
    SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'schema_versions')";

const HAS_SCHEMA: &str = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";

/// One at a time for each schema of the database.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('responder schema ' || $1, 0))";

const CREATE_VERSIONS: &str = "
    CREATE TABLE IF NOT EXISTS schema_versions (
        version bigint PRIMARY KEY,
        oldest_reader bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
    )";

const VERSION: &str = "SELECT coalesce(max(version), 0) FROM schema_versions";

const CURRENT: &str = "SELECT max(version), max(oldest_reader) FROM schema_versions HAVING count(*) > 0";

const ADD_VERSION: &str = "INSERT INTO schema_versions (version, oldest_reader) VALUES ($1, $2)";
