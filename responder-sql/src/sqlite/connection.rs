//! Connections to the file.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use super::schema::{self, SchemaError};
use crate::error::OpenError;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Write,
    Read,
    Checkpoint,
}

/// The connection that writes, after the tables have been brought up to date.
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    create_privately(path).map_err(|error| OpenError::Unusable(error.into()))?;
    let mut connection = open(path, Role::Write)?;
    schema::migrate(&mut connection).map_err(|error| match error {
        SchemaError::Newer(found) => OpenError::Newer { found },
        SchemaError::Sql(error) => OpenError::Unusable(error.into()),
    })?;
    if let Err(error) = lengthen_log(path, &connection) {
        // It only makes the first commits slower, so it must not keep anybody from making them.
        tracing::warn!(%error, "the write-ahead log can't be lengthened");
    }
    Ok(connection)
}

pub(super) fn open(path: &Path, role: Role) -> Result<Connection, OpenError> {
    let configured = || {
        // Not SQLite's default flags: they would read a path that begins with `file:` as a URI.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(SETTINGS)?;
        connection.pragma_update(None, "query_only", role == Role::Read)?;
        Ok(connection)
    };
    configured().map_err(|error: rusqlite::Error| OpenError::Unusable(error.into()))
}

/// The file is about people in trouble, so it is created for its owner alone; SQLite gives the files beside it the
/// same rights.
fn create_privately(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Lets the write-ahead log grow now and not under the first reports: to flush a file that grows takes two to three
/// times as long as to flush one that is overwritten.
///
/// What is rolled back has been in the log, as it does not fit into so small a cache, and is never read. The write at
/// the end, which changes nothing, flushes it.
fn lengthen_log(path: &Path, connection: &Connection) -> rusqlite::Result<()> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(log).is_ok_and(|log| log.len() >= LOG_SIZE) {
        return Ok(());
    }
    let cache: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
    connection.pragma_update(None, "cache_size", 10)?;
    let padded = pad(connection);
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    connection.pragma_update(None, "cache_size", cache)?;
    padded?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "user_version", version)
}

fn pad(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE; CREATE TABLE padding (bytes BLOB)")?;
    // More than the size, since the end of it may fit into the cache.
    let bytes = LOG_SIZE.cast_signed() + (256 << 10);
    connection.execute("INSERT INTO padding VALUES (zeroblob(?1))", [bytes]).map(drop)
}

/// `synchronous = FULL`: a commit is flushed before it is acknowledged. Checkpoints have a thread of their own.
const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8192;";

/// How long to wait for another program that writes. Whoever answers a call has to answer within 5 s.
const PATIENCE: Duration = Duration::from_secs(4);

/// More than there are statements, so that each is prepared once.
const STATEMENTS: usize = 128;

/// Of the write-ahead log, in bytes.
const LOG_SIZE: u64 = 4 << 20;
