//! Jobs that share a transaction.

use std::sync::Arc;

use rusqlite::Connection;

use super::{error::is_nothing_written, job::Job};

/// What became of a transaction.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is on the disk.
    Written,
    /// Nothing of it is.
    Undone(Arc<rusqlite::Error>),
    /// Nobody knows.
    Unknown(Arc<rusqlite::Error>),
}

/// Runs jobs in one transaction. One that fails is undone, and does not spoil the others.
pub(super) fn run(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Fate {
    match begin(connection).and_then(|()| run_each(connection, jobs)) {
        Ok(End::Commit) => commit(connection),
        Ok(End::Undone) => Fate::Written,
        Err(error) => {
            let _ = roll_back(connection);
            Fate::Undone(Arc::new(error))
        }
    }
}

/// Writes from its first statement on: a transaction that read first and wrote later could find itself behind another
/// program's, and fail.
fn begin(connection: &Connection) -> rusqlite::Result<()> {
    // Left over only if the end of the last transaction failed.
    roll_back(connection)?;
    execute(connection, "BEGIN IMMEDIATE")
}

/// What is left to do at the end.
enum End {
    Commit,
    /// Nothing: the only job failed.
    Undone,
}

fn run_each(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<End> {
    if let [alone] = jobs {
        // Needs no savepoint, which would cost a copy of each page.
        return if alone.run(connection) { Ok(End::Commit) } else { roll_back(connection).map(|()| End::Undone) };
    }
    for job in jobs {
        execute(connection, "SAVEPOINT job")?;
        if !job.run(connection) {
            // After some errors, a full disk for one, SQLite gives the whole transaction up; then this fails, too.
            execute(connection, "ROLLBACK TO job")?;
        }
        execute(connection, "RELEASE job")?;
    }
    Ok(End::Commit)
}

fn commit(connection: &Connection) -> Fate {
    match execute(connection, "COMMIT") {
        Ok(()) => Fate::Written,
        Err(error) => {
            let _ = roll_back(connection);
            let is_certain = is_nothing_written(&error);
            if is_certain { Fate::Undone(error.into()) } else { Fate::Unknown(error.into()) }
        }
    }
}

fn roll_back(connection: &Connection) -> rusqlite::Result<()> {
    if connection.is_autocommit() { Ok(()) } else { execute(connection, "ROLLBACK") }
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}
