//! Follows a log as it is written.

use std::{
    fmt,
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{archive::archives, writer::identity};
use crate::timeline::{Block, Blocks};

/// Gives the blocks of a log as they are written, each once and whole, also when it is put aside meanwhile: then what
/// is left of the old one comes first, and that of others that were put aside since.
///
/// It does not wait: [`poll`](Self::poll) it when there may be something new, or now and then, until nothing comes.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use responder_core::{Timestamp, timeline::file::{Archived, Follower, LogFile, LogSettings}};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("main.log");
/// let log = LogFile::new(&path, LogSettings::default());
/// let mut follower = Follower::from_end(&path)?;
/// log.append("A", Timestamp::now(), "{}")?;
/// log.archive(Archived::Rotated)?;
/// log.append("B", Timestamp::now(), "{}")?;
/// assert_eq!(follower.poll()?[0].block().title(), "A");
/// assert_eq!(follower.poll()?[0].block().title(), "B");
/// assert!(follower.poll()?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    source: Option<Source>,
    /// What had been put aside last when this began. What was after that belongs to what is followed.
    before: Option<PathBuf>,
}

/// A block that has been written, with a time and to its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Followed(Vec<u8>);

/// The file that is being read.
struct Source {
    file: File,
    /// What has been read and is no whole block yet.
    held: Vec<u8>,
}

impl Follower {
    /// What is written from now on to the log at `path`, which need not exist yet.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn from_end(path: impl Into<PathBuf>) -> io::Result<Self> {
        let mut follower = Self::from_start(path)?;
        follower.source = Source::open(&follower.path)?;
        if let Some(source) = &mut follower.source {
            source.file.seek(SeekFrom::End(0))?;
        }
        Ok(follower)
    }

    /// Everything in the log at `path`, and what is written from now on.
    ///
    /// # Errors
    /// When its folder can't be listed.
    pub fn from_start(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let before = archives(&path)?.pop();
        Ok(Self { path, source: None, before })
    }

    /// What has been written since, of one file at a time. Empty if there is nothing new.
    ///
    /// # Errors
    /// When it can't be read. Polling again goes on where it stopped.
    pub fn poll(&mut self) -> io::Result<Vec<Followed>> {
        let mut found = Vec::new();
        loop {
            let Some(source) = &mut self.source else {
                self.source = self.first()?;
                if self.source.is_none() {
                    return Ok(found);
                }
                continue;
            };
            source.read(&mut found)?;
            // Whoever reads more slowly than others write gets what there is all the same.
            if self.is_current()? || !self.go_on(&mut found)? || !found.is_empty() {
                return Ok(found);
            }
        }
    }

    /// The log, or what has been put aside in its place meanwhile.
    fn first(&self) -> io::Result<Option<Source>> {
        // In this order: what is put aside after the log was opened shows in the list.
        let log = Source::open(&self.path)?;
        let mut asides = archives(&self.path)?.into_iter();
        let aside = match &self.before {
            None => asides.next(),
            Some(before) => asides.skip_while(|aside| aside != before).nth(1),
        };
        aside.map_or(Ok(log), |aside| Source::open(&aside))
    }

    /// Whether the file that is read still bears the name.
    fn is_current(&self) -> io::Result<bool> {
        let Some(source) = &self.source else { return Ok(false) };
        match fs::metadata(&self.path) {
            Ok(now) => Ok(identity(&now) == identity(&source.file.metadata()?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// To the one that came after it, if there is one.
    fn go_on(&mut self, found: &mut Vec<Followed>) -> io::Result<bool> {
        let Some(source) = &mut self.source else { return Ok(false) };
        // In this order, as above.
        let log = Source::open(&self.path)?;
        let ours = identity(&source.file.metadata()?);
        let is_ours = |path: &PathBuf| fs::metadata(path).is_ok_and(|aside| identity(&aside) == ours);
        let aside = archives(&self.path)?.into_iter().skip_while(|path| !is_ours(path)).nth(1);
        let next = aside.map_or(Ok(log), |aside| Source::open(&aside))?;
        // What was written between the last look and the moment when it was put aside.
        source.read(found)?;
        let is_next = next.is_some();
        self.source = next.or(self.source.take());
        Ok(is_next)
    }
}

impl Source {
    /// None if there is no such file.
    fn open(path: &Path) -> io::Result<Option<Self>> {
        match File::open(path) {
            Ok(file) => Ok(Some(Self { file, held: Vec::new() })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self, found: &mut Vec<Followed>) -> io::Result<()> {
        if self.file.read_to_end(&mut self.held)? == 0 {
            return Ok(());
        }
        let mut done = 0;
        let mut blocks = Blocks::new(&self.held).peekable();
        while let Some(block) = blocks.next() {
            let is_last = blocks.peek().is_none();
            if is_last && !block.is_whole() {
                break;
            }
            done = block.end();
            if block.time().is_some() {
                found.push(Followed(self.held[block.start()..block.end()].to_vec()));
            }
        }
        self.held.drain(..done.min(self.held.len()));
        Ok(())
    }
}

impl Followed {
    /// The block. Its places count from its own beginning.
    ///
    /// # Panics
    /// Never: a block is found again in its own text.
    pub fn block(&self) -> Block<'_> {
        Blocks::new(&self.0).next().expect("BUG: a block that is none by itself")
    }

    /// Its text, to the byte.
    pub fn text(&self) -> &[u8] {
        &self.0
    }
}

/// Without what it says.
impl fmt::Debug for Followed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block().fmt(f)
    }
}

/// Without what has been read.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("held", &self.held.len()).finish_non_exhaustive()
    }
}
