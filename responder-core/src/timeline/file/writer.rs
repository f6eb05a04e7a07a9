//! Writes a log.

use std::{
    fmt,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    num::NonZeroU64,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Archived,
    archive::{folder, put_aside},
    seen::Seen,
};
use crate::{
    TimeZone, Timestamp,
    store::EventId,
    timeline::{BranchEvent, LastFailure, Record, print},
};

/// How a log is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// A log that would become longer is put aside first (never).
    pub rotate_bytes: Option<NonZeroU64>,
    /// When what was written is flushed to the disk (when the system does it).
    pub fsync: Fsync,
}

/// When what was written is flushed to the disk. A log that is put aside always is: what was lost of the one in use is
/// written again from the store, but only of that one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fsync {
    /// When the system does it.
    #[default]
    Never,
    /// After each block.
    EachBlock,
    /// With the first block after so long.
    Every(Duration),
}

/// A log that is written: block by block, each with one write at the end of the file, so that none is torn or mixed
/// with another, whoever else writes.
///
/// Any number of threads may share one, and several processes may have one each for the same file: one that finds the
/// file renamed by another goes on in the new one.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use responder_core::{Timestamp, timeline::{BranchEvent, UtcOffset, file::{Archived, LogFile, LogSettings, recent}}};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("main.log");
/// let log = LogFile::new(&path, LogSettings::default());
/// log.note(&BranchEvent::AppStartFailure { error: "no port".into() }, Timestamp::now())?;
/// assert_eq!(recent(&path, 20, UtcOffset::UTC)?.get(0).map(|entry| entry.title()).as_deref(), Some("APP_START_FAILURE"));
/// let aside = log.archive(Archived::Cleared)?.ok_or("there was a log")?;
/// assert!(aside.exists() && !path.exists());
/// # Ok(())
/// # }
/// ```
pub struct LogFile {
    path: PathBuf,
    settings: LogSettings,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    file: Option<File>,
    /// What is known of the blocks in the file.
    seen: Seen,
    position: Option<EventId>,
    zone: TimeZone,
    synced: Option<Instant>,
    text: String,
}

/// What becomes of a log that is not there, and of its folder.
#[derive(Clone, Copy)]
enum Missing {
    IsMade,
    IsLeft,
}

impl LogFile {
    /// The log at `path`, which is made with its folder when something is written.
    pub fn new(path: impl Into<PathBuf>, settings: LogSettings) -> Self {
        Self { path: path.into(), settings, open: Mutex::default() }
    }

    /// Writes times from now on as the clock in this zone shows them, instead of in UTC. A branch takes that of its
    /// script.
    pub fn set_zone(&self, zone: TimeZone) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).zone = zone;
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one block.
    ///
    /// # Errors
    /// When it can't be written. A part of it may stand there if the disk was full; writing it again is right.
    pub fn append(&self, title: &str, at: Timestamp, payload: &str) -> io::Result<()> {
        self.with(|log, open| {
            let offset = open.zone.offset_at(at);
            log.write(open, |text, _, _| {
                print(text, title, at, offset, payload);
                LastFailure::NotSaid
            })
        })
    }

    /// Appends an event of the store.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_record(&self, record: &Record<'_>, at: Timestamp) -> io::Result<()> {
        self.with(|log, open| {
            let offset = open.zone.offset_at(at);
            log.write(open, |text, _, last_failure| {
                Record { last_failure, ..record.clone() }.print(text, at, offset);
                last_failure
            })?;
            open.position = record.position().or(open.position);
            Ok(())
        })
    }

    /// Appends what happened in the branch, and how far the log had been written before it.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn note(&self, event: &BranchEvent, at: Timestamp) -> io::Result<()> {
        let json = serde_json::to_string(event)?;
        self.with(|log, open| {
            let offset = open.zone.offset_at(at);
            let record = Record::of(&json)?;
            log.write(open, |text, after, last_failure| {
                Record { after, last_failure, ..record.clone() }.print(text, at, offset);
                last_failure
            })
        })
    }

    /// Up to which event of the store it has been written. Looks into the file.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn position(&self) -> io::Result<EventId> {
        self.with(|log, open| {
            let position = super::last_position(&log.path)?;
            open.position = Some(position);
            Ok(position)
        })
    }

    /// Its last bytes as text, at most `most` of them, from the beginning of a character on; empty if there is no log.
    /// What is no UTF-8 is replaced.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn end(&self, most: u64) -> io::Result<String> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
            file => file?,
        };
        let from = file.metadata()?.len().saturating_sub(most);
        file.seek(SeekFrom::Start(from))?;
        let mut text = Vec::new();
        file.take(most).read_to_end(&mut text)?;
        // Of a character that is cut, up to three bytes are left.
        let cut = if from == 0 { 0 } else { text.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count() };
        Ok(String::from_utf8_lossy(&text[cut..]).into_owned())
    }

    /// Puts the log aside, and tells where; none if there is no log, and then neither it nor its folder is made. What
    /// is being written meanwhile is in one of both.
    ///
    /// # Errors
    /// When it can't be flushed or renamed.
    pub fn archive(&self, why: Archived) -> io::Result<Option<PathBuf>> {
        self.with(|log, open| log.put_aside(open, why))
    }

    /// Flushes to the disk what was written.
    ///
    /// # Errors
    /// When it can't be flushed.
    pub fn sync(&self) -> io::Result<()> {
        self.with(|_, open| open.file.as_ref().map_or(Ok(()), File::sync_data))
    }

    /// One at a time, here and, from [`lock`](Self::lock) on, among all processes. A panic of another leaves a text
    /// that is half printed, which is thrown away.
    fn with<T>(&self, work: impl FnOnce(&Self, &mut Open) -> io::Result<T>) -> io::Result<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.text.clear();
        let done = work(self, &mut open);
        let unlocked = open.file.as_ref().map_or(Ok(()), File::unlock);
        done.and_then(|done| unlocked.map(|()| done))
    }

    /// Writes one block. What prints it is told how far the log has been written, and what there is to say of the last
    /// failure; it tells what it has said of that.
    fn write(
        &self,
        open: &mut Open,
        print: impl Fn(&mut String, Option<EventId>, LastFailure) -> LastFailure,
    ) -> io::Result<()> {
        let mut length = self.lock(open, Missing::IsMade)?;
        open.print(length, &print)?;
        let limit = self.settings.rotate_bytes.map_or(u64::MAX, NonZeroU64::get);
        if length > 0 && length.saturating_add(open.text.len() as u64) > limit {
            self.put_aside(open, Archived::Rotated)?;
            length = self.lock(open, Missing::IsMade)?;
            open.print(length, &print)?;
        }
        let Some(mut file) = open.file.take() else { return Err(ErrorKind::NotFound.into()) };
        write_once(&mut file, open.text.as_bytes())?;
        // One that can't be written is opened again, and looked at again.
        let file = open.file.insert(file);
        match self.settings.fsync {
            Fsync::Never => Ok(()),
            Fsync::EachBlock => file.sync_data(),
            Fsync::Every(span) if open.synced.is_none_or(|synced| synced.elapsed() >= span) => {
                open.synced = Some(Instant::now());
                file.sync_data()
            }
            Fsync::Every(_) => Ok(()),
        }
    }

    /// The file that bears the name now, which nobody else writes or puts aside until [`with`](Self::with) ends; tells
    /// how long it is. So nothing is ever written to one that has been put aside.
    fn lock(&self, open: &mut Open, missing: Missing) -> io::Result<u64> {
        loop {
            let file = match open.file.take() {
                Some(file) => file,
                None => {
                    open.seen = Seen::default();
                    self.open(missing)?
                }
            };
            file.lock()?;
            let ours = identity(&file.metadata()?);
            match fs::metadata(&self.path) {
                Ok(now) if identity(&now) == ours => {
                    open.file = Some(file);
                    return Ok(now.len());
                }
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }

    fn open(&self, missing: Missing) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.append(true);
        if let Missing::IsMade = missing {
            fs::create_dir_all(folder(&self.path))?;
            options.read(true).create(true);
        }
        options.open(&self.path)
    }

    fn put_aside(&self, open: &mut Open, why: Archived) -> io::Result<Option<PathBuf>> {
        match self.lock(open, Missing::IsLeft) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            locked => locked?,
        };
        // The lock ends with the file, after it has its new name.
        let Some(file) = open.file.take() else { return Ok(None) };
        file.sync_data()?;
        put_aside(&self.path, why).map(Some)
    }
}

impl Open {
    /// Prints a block that will begin at `at`, the end of the file.
    fn print(
        &mut self,
        at: u64,
        print: impl Fn(&mut String, Option<EventId>, LastFailure) -> LastFailure,
    ) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            self.seen.look(file, at)?;
        }
        self.text.clear();
        let said = print(&mut self.text, self.position, self.seen.due(at));
        self.seen.written(at, &self.text, said);
        Ok(())
    }
}

/// One write: what others append comes before or after it.
fn write_once(file: &mut File, text: &[u8]) -> io::Result<()> {
    loop {
        match file.write(text) {
            Ok(written) if written == text.len() => return Ok(()),
            Ok(_) => return Err(ErrorKind::WriteZero.into()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Which file it is, whatever its name.
#[cfg(unix)]
pub(super) fn identity(file: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (file.dev(), file.ino())
}

/// Which file it is, as far as can be told.
#[cfg(not(unix))]
pub(super) fn identity(file: &Metadata) -> Option<std::time::SystemTime> {
    file.created().ok()
}

impl fmt::Debug for LogFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogFile").field("path", &self.path).field("settings", &self.settings).finish_non_exhaustive()
    }
}
