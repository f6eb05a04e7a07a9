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

    /// Looks at the log after a commit. It starts over only when all of it is in the file, which never happens beside a
    /// writer that does not rest: so the little that is left after a checkpoint is moved here, between two commits.
    pub(super) fn watch(&mut self, writer: &Connection) {
        let Ok(Log { pages, moved }) = log(writer) else { return };
        if pages < MANY_PAGES {
            self.next_at = MANY_PAGES;
        } else if pages - moved <= FEW_PAGES || pages >= TOO_MANY_PAGES {
            checkpoint(writer);
        } else if pages >= self.next_at {
            self.next_at = pages + MANY_PAGES;
            self.ask();
        }
    }
}

/// The log, in pages.
struct Log {
    pages: i64,
    /// How many of them are in the file.
    moved: i64,
}

fn log(connection: &Connection) -> rusqlite::Result<Log> {
    let mut sql = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?;
    sql.query_row([], |row| Ok(Log { pages: row.get(1)?, moved: row.get(2)? }))
}

/// As much as can be done without waiting for anybody. What can't stays in the log, so a failure loses nothing.
fn checkpoint(connection: &Connection) {
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::warn!(%error, "a checkpoint failed");
    }
}

/// As many as the log has room for from the start, but for what comes during a checkpoint.
const MANY_PAGES: i64 = 750;

const FEW_PAGES: i64 = 250;

/// 64 MiB.
const TOO_MANY_PAGES: i64 = 16_384;
