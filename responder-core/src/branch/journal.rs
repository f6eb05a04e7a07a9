//! The log of a branch, and what waits to be written into it.

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;

use super::Branch;
use crate::{
    Timestamp,
    timeline::{BranchEvent, file::LogFile},
};

/// The file, and notes for it. Whoever has something to note does not wait for a disk.
pub(crate) struct Journal {
    file: Arc<LogFile>,
    note: mpsc::Sender<Note>,
    notes: Mutex<Option<mpsc::Receiver<Note>>>,
}

/// What happened, and when.
pub(crate) type Note = (BranchEvent, Timestamp);

/// Notes that may wait. Further ones are dropped: by then the disk has been away for long.
const MOST_NOTES: usize = 256;

impl Journal {
    pub(super) fn new(file: Arc<LogFile>) -> Self {
        let (note, notes) = mpsc::channel(MOST_NOTES);
        Self { file, note, notes: Mutex::new(Some(notes)) }
    }
}

impl Branch {
    /// Lets its log be shown and put aside, and lets a [`LogPump`](crate::driver::LogPump) write it, by the clock of
    /// its script.
    #[must_use]
    pub fn with_log(self, log: Arc<LogFile>) -> Self {
        log.set_zone(self.script().time_zone.clone());
        Self { journal: Some(Journal::new(log)), ..self }
    }

    /// Its log, if it has one.
    pub fn log(&self) -> Option<&Arc<LogFile>> {
        self.journal.as_ref().map(|journal| &journal.file)
    }

    /// Has something written into the log that happened just now, outside of any emergency. Never waits; without a log,
    /// or while it can't be written for long, it is dropped.
    pub fn note(&self, event: BranchEvent) {
        let Some(journal) = &self.journal else { return };
        if journal.note.try_send((event, Timestamp::now())).is_err() {
            tracing::warn!(branch = %self.key, "an event of the branch does not come into its log");
        }
    }

    /// What waits to be written: for one who writes it.
    pub(crate) fn take_notes(&self) -> Option<mpsc::Receiver<Note>> {
        self.journal.as_ref()?.notes.lock().ok()?.take()
    }
}
