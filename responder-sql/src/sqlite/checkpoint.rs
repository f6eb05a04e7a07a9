//! Moves what is in the write-ahead log into the file, beside the thread that writes: done in a commit, as SQLite does
//! by itself, one report in forty would wait for it.

use std::sync::Arc;

use rusqlite::Connection;

use super::pool::Pool;

/// The thread that does it, and what the writer knows of the log.
#[derive(Debug)]
pub(super) struct Checkpoints {
    thread: Arc<Pool>,
    /// At how many pages in the log the next checkpoint is asked for.
    next_at: i64,
}

impl Checkpoints {
    /// By the thread of `thread`.
    pub(super) const fn by(thread: Arc<Pool>) -> Self {
        Self { thread, next_at: MANY_PAGES }
    }

    /// Asks for a checkpoint.
    pub(super) fn ask(&self) {
        self.thread.post(checkpoint);
    }

    /// Looks at the length of the log after a commit. With commits so many that no checkpoint ever catches up, writing
    /// stops for one.
    pub(super) fn watch(&mut self, writer: &Connection) {
        let Ok(pages) = pages(writer) else { return };
        if pages < MANY_PAGES {
            self.next_at = MANY_PAGES;
        } else if pages >= TOO_MANY_PAGES {
            checkpoint(writer);
        } else if pages >= self.next_at {
            self.next_at = pages + MANY_PAGES;
            self.ask();
        }
    }
}

/// Pages in the log.
fn pages(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?.query_row([], |row| row.get(1))
}

/// As much as can be done without waiting for anybody. What can't stays in the log, so a failure loses nothing.
fn checkpoint(connection: &Connection) {
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::warn!(%error, "a checkpoint failed");
    }
}

/// 8 MiB.
const MANY_PAGES: i64 = 2048;

/// 128 MiB.
const TOO_MANY_PAGES: i64 = 32_768;
