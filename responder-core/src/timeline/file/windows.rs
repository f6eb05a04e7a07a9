//! Files in pieces, from back to front.

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    ops::Range,
    path::Path,
};

use memchr::memmem;

use crate::timeline::{
    Block, Status,
    delimiter::{Delimiters, OPENING},
};

/// A file in pieces, from back to front. They are read into one buffer that stays in the cache.
pub(super) struct Windows<F> {
    file: F,
    /// What begins before this does not count.
    from: u64,
    length: u64,
    /// Where the blocks begin that have been seen.
    limit: u64,
    buffer: Vec<u8>,
}

/// One piece. Blocks begin at `from`, and after that up to `limit`.
pub(super) struct Window<'a> {
    /// Where it begins in the file.
    pub(super) base: u64,
    pub(super) text: &'a [u8],
    from: usize,
    limit: usize,
}

impl Windows<File> {
    /// None if there is no such file.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let length = file.metadata()?.len();
        Ok(Some(Self::of(file, 0..length)))
    }
}

impl<F: Read + Seek> Windows<F> {
    /// What begins in this part of a file that is open.
    pub(super) const fn of(file: F, part: Range<u64>) -> Self {
        Self { file, from: part.start, length: part.end, limit: part.end, buffer: Vec::new() }
    }

    pub(super) fn next_back(&mut self) -> io::Result<Option<Window<'_>>> {
        let mut size = if self.limit == self.length { FIRST_WINDOW } else { WINDOW };
        while self.limit > self.from {
            let base = self.limit.saturating_sub(size).max(self.from);
            // The line break that ends a title can be the one that begins what has been seen.
            read_into(&mut self.buffer, &mut self.file, base..(self.limit + 1).min(self.length))?;
            let limit = usize::try_from(self.limit - base).unwrap_or(usize::MAX);
            let first = Delimiters::new(&self.buffer, 0..limit).next().map(|first| first.start);
            if let Some(from) = first {
                self.limit = base + from as u64;
                return Ok(Some(Window { base, text: &self.buffer, from, limit }));
            }
            if base == self.from {
                self.limit = self.from;
            }
            // A longer block than that.
            size *= 2;
        }
        Ok(None)
    }

    /// The block that begins at this place, if one does: all of it, or its beginning if it is very long.
    pub(super) fn block_at(&mut self, at: u64) -> io::Result<Option<Block<'_>>> {
        if at >= self.length {
            return Ok(None);
        }
        read_into(&mut self.buffer, &mut self.file, at..at.saturating_add(WINDOW).min(self.length))?;
        let limit = self.buffer.len();
        Ok(Window { base: at, text: &self.buffer, from: 0, limit }.block(0))
    }
}

impl<'a> Window<'a> {
    /// Those that begin at `from` or later and whose titles, and what comes after them, `may` be wanted, in the order
    /// of the file.
    pub(super) fn blocks(&self, from: usize, may: impl Fn(&[u8]) -> bool) -> Vec<Block<'a>> {
        let from = from.max(self.from);
        let openings = memmem::find_iter(&self.text[from..self.limit], OPENING).map(|at| from + at);
        let wanted = openings.filter(|at| may(&self.text[at + OPENING.len()..]));
        wanted.filter_map(|at| self.block(at)).collect()
    }

    /// The last block in which `needle` stands, of those that begin before `limit`.
    pub(super) fn last_with(&self, needle: &[u8], limit: usize) -> Option<Block<'a>> {
        let mut limit = limit.min(self.limit);
        loop {
            let text = &self.text[self.from..limit];
            // Forwards it is found, or missed, many times as fast.
            let place = memmem::find(text, needle).and_then(|_| memmem::rfind(text, needle))?;
            limit = self.opening_before(self.from + place)?;
            if let Some(block) = self.block(limit) {
                return Some(block);
            }
        }
    }

    fn opening_before(&self, at: usize) -> Option<usize> {
        memmem::rfind(&self.text[self.from..at], OPENING).map(|place| self.from + place)
    }

    pub(super) fn first_block(&self) -> Option<Block<'a>> {
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

pub(super) fn read_into(buffer: &mut Vec<u8>, file: &mut (impl Read + Seek), part: Range<u64>) -> io::Result<()> {
    let length = usize::try_from(part.end - part.start).map_err(|_| io::Error::from(ErrorKind::FileTooLarge))?;
    file.seek(SeekFrom::Start(part.start))?;
    buffer.resize(length, 0);
    file.read_exact(buffer)
}

/// Enough for a first answer.
const FIRST_WINDOW: u64 = 8 << 10;
const WINDOW: u64 = 32 << 10;
