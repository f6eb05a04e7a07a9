//! Reads logs from their end, and no more of them than is needed.

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

use memchr::memmem;

use super::archive::archives;
use crate::{
    Timestamp,
    store::EventId,
    timeline::{
        Block, Record, Status, Timeline, UtcOffset,
        delimiter::{Delimiters, OPENING},
        failure::may_need_a_person,
        needs_a_person,
    },
};

/// Something that failed and needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// What, as its title is shown.
    pub title: String,
}

/// The `count` newest entries of the log at `path`, as [`Timeline::parse`] would order them, if times do not decrease in
/// it. Reads about as much as they need.
///
/// # Errors
/// When there is no such file, or it can't be read.
pub fn recent(path: &Path, count: usize, assumed: UtcOffset) -> io::Result<Timeline<Vec<u8>>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut size = count.saturating_mul(LIKELY_LENGTH).saturating_add(MARGIN) as u64;
    loop {
        let from = length.saturating_sub(size);
        let text = read(&mut file, from, length)?;
        // What begins before this is not known to its beginning.
        let first = if from == 0 { Some(0) } else { Delimiters::new(&text, 0..text.len()).next().map(|it| it.start) };
        if let Some(first) = first {
            let mut timeline = Timeline::parse_from(text, first, assumed);
            if from == 0 || timeline.is_settled(count) {
                timeline.truncate(count);
                return Ok(timeline);
            }
        }
        size = size.saturating_mul(2);
    }
}

/// The newest entry at `since` or later that [needs a person](needs_a_person), if times do not decrease in the log.
/// None in a log that does not exist.
///
/// # Errors
/// When it can't be read.
pub fn failure_since(path: &Path, since: Timestamp, assumed: UtcOffset) -> io::Result<Option<Failure>> {
    let Some(mut windows) = Windows::open(path)? else { return Ok(None) };
    while let Some(window) = windows.next_back()? {
        for block in window.blocks(may_need_a_person).iter().rev() {
            if let Some(at) = block.instant(assumed).filter(|at| *at >= since)
                && needs_a_person(block)
            {
                return Ok(Some(Failure { at, title: block.title().into_owned() }));
            }
        }
        let oldest = window.first_block().and_then(|block| block.instant(assumed));
        if oldest.is_some_and(|oldest| oldest < since) {
            return Ok(None);
        }
    }
    Ok(None)
}

/// Up to which event of the store the log at `path` has been written; if that can't be told from it, those that were put
/// aside. [`EventId::START`] if there is nothing at all.
///
/// # Errors
/// When they can't be read.
pub fn last_position(path: &Path) -> io::Result<EventId> {
    if let Some(position) = position_in(path)? {
        return Ok(position);
    }
    let mut position = EventId::START;
    for archive in archives(path)? {
        position = position.max(position_in(&archive)?.unwrap_or_default());
    }
    Ok(position)
}

fn position_in(path: &Path) -> io::Result<Option<EventId>> {
    let Some(mut windows) = Windows::open(path)? else { return Ok(None) };
    while let Some(window) = windows.next_back()? {
        for block in window.blocks(|_| true).iter().rev() {
            if let Some(position) = Record::read(&block.payload()).and_then(|record| record.position()) {
                return Ok(Some(position));
            }
        }
    }
    Ok(None)
}

/// A file in pieces, from back to front. They are read into one buffer that stays in the cache.
struct Windows {
    file: File,
    length: u64,
    /// Where the blocks begin that have been seen.
    limit: u64,
    buffer: Vec<u8>,
}

/// One piece. Blocks begin at `from`, and after that up to `limit`.
struct Window<'a> {
    text: &'a [u8],
    from: usize,
    limit: usize,
}

impl Windows {
    /// None if there is no such file.
    fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let length = file.metadata()?.len();
        Ok(Some(Self { file, length, limit: length, buffer: Vec::new() }))
    }

    fn next_back(&mut self) -> io::Result<Option<Window<'_>>> {
        let mut size = if self.limit == self.length { FIRST_WINDOW } else { WINDOW };
        while self.limit > 0 {
            let from = self.limit.saturating_sub(size);
            // The line break that ends a title can be the one that begins what has been seen.
            read_into(&mut self.buffer, &mut self.file, from, (self.limit + 1).min(self.length))?;
            let limit = usize::try_from(self.limit - from).unwrap_or(usize::MAX);
            let first = Delimiters::new(&self.buffer, 0..limit).next().map(|first| first.start);
            if let Some(first) = first {
                self.limit = from + first as u64;
                return Ok(Some(Window { text: &self.buffer, from: first, limit }));
            }
            if from == 0 {
                self.limit = 0;
            }
            // A longer block than that.
            size *= 2;
        }
        Ok(None)
    }
}

impl<'a> Window<'a> {
    /// Those whose titles, and what comes after them, `may` be wanted, in the order of the file.
    fn blocks(&self, may: impl Fn(&[u8]) -> bool) -> Vec<Block<'a>> {
        let openings = memmem::find_iter(&self.text[self.from..self.limit], OPENING).map(|at| self.from + at);
        let wanted = openings.filter(|at| may(&self.text[at + OPENING.len()..]));
        wanted.filter_map(|at| self.block(at)).collect()
    }

    fn first_block(&self) -> Option<Block<'a>> {
        Delimiters::new(self.text, self.from..self.limit).find_map(|delimiter| {
            let block = self.block(delimiter.start)?;
            block.time().is_some().then_some(block)
        })
    }

    /// The one that begins there, if one does.
    fn block(&self, at: usize) -> Option<Block<'a>> {
        let delimiter = Delimiters::new(self.text, at..at + 1).next()?;
        let next = Delimiters::new(self.text, delimiter.line_end..self.limit).next();
        Some(Block::new(self.text, delimiter, next.map_or(self.limit, |next| next.start), Status::Success))
    }
}

fn read(file: &mut File, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    read_into(&mut text, file, from, to)?;
    Ok(text)
}

fn read_into(buffer: &mut Vec<u8>, file: &mut File, from: u64, to: u64) -> io::Result<()> {
    let length = usize::try_from(to - from).map_err(|_| io::Error::from(ErrorKind::FileTooLarge))?;
    file.seek(SeekFrom::Start(from))?;
    buffer.resize(length, 0);
    file.read_exact(buffer)
}

/// So many bytes for each entry that is wanted.
const LIKELY_LENGTH: usize = 512;
/// And for those of the same second.
const MARGIN: usize = 4 << 10;

/// Enough for a first answer.
const FIRST_WINDOW: u64 = 8 << 10;
const WINDOW: u64 = 32 << 10;
