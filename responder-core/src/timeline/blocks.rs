//! Goes through a log.

use std::ops::Range;

use super::{
    Block, Status,
    delimiter::{Delimiter, Delimiters, OPENING},
    sweep::{Hit, Sweep},
};

/// Every block of a text, from front to back, also those that are no entries. Needs a few KiB, however long the text.
///
/// ```
/// use responder_core::timeline::Blocks;
///
/// let log = b"noise\n--- A ---\n2026-01-15 15:45:12 - {}\n\n--- B ---\nno time\n";
/// let times: Vec<_> = Blocks::new(log).map(|block| (block.raw_title(), block.time().is_some())).collect();
/// assert_eq!(times, [("A".into(), true), ("B".into(), false)]);
/// assert_eq!(Blocks::new(log).before(), b"noise");
/// ```
#[derive(Debug)]
pub struct Blocks<'a>(Cuts<'a>);

/// Where blocks begin and end, and what is seen of them in passing.
#[derive(Debug)]
pub(super) struct Cuts<'a> {
    text: &'a [u8],
    from: usize,
    limit: usize,
    next: Option<Delimiter>,
    sweep: Sweep<'a>,
}

/// One block, not yet looked into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub(super) delimiter: Delimiter,
    pub(super) end: usize,
    pub(super) status: Status,
    pub(super) is_ascii: bool,
}

/// Every block of a text, from back to front. Needs some hundred KiB, or as much as the longest block.
///
/// ```
/// use responder_core::timeline::BlocksBack;
///
/// let log = b"\n--- A ---\n2026-01-15 15:45:12 - {}\n\n--- B ---\n2026-01-15 15:45:13 - {}\n";
/// let titles: Vec<_> = BlocksBack::new(log).map(|block| block.raw_title()).collect();
/// assert_eq!(titles, ["B", "A"]);
/// ```
#[derive(Debug)]
pub struct BlocksBack<'a> {
    text: &'a [u8],
    limit: usize,
    /// Those of the last window, to be taken from the end.
    held: Vec<Block<'a>>,
}

/// Bytes that are read forwards at a time on the way back.
const WINDOW: usize = 64 << 10;

impl<'a> Blocks<'a> {
    /// Those of `text`.
    pub fn new(text: &'a [u8]) -> Self {
        Self(Cuts::within(text, 0..text.len()))
    }

    /// What stands before the first block, while no block has been taken.
    pub fn before(&self) -> &'a [u8] {
        self.0.before()
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        self.0.next().map(|cut| cut.block(self.0.text))
    }
}

impl<'a> Cuts<'a> {
    /// Those that begin in `range`, which must end where a block begins or the text ends.
    pub(super) fn within(text: &'a [u8], range: Range<usize>) -> Self {
        let next = Delimiters::new(text, range.clone()).next();
        let begin = next.map_or(range.end, |next| next.start);
        Self { text, from: range.start, limit: range.end, next, sweep: Sweep::new(text, begin, range.end) }
    }

    /// What stands before the first, while none has been taken.
    pub(super) fn before(&self) -> &'a [u8] {
        &self.text[self.from..self.next.map_or(self.limit, |next| next.start)]
    }
}

impl Cuts<'_> {
    /// The status of the block that `delimiter` begins, and the delimiter after it.
    #[inline]
    fn pass(&mut self, delimiter: Delimiter) -> (Status, Option<Delimiter>) {
        // The line break after a title can be the one that begins the next block.
        let (mut at, body) = (delimiter.line_end, delimiter.line_end + 1);
        loop {
            match self.sweep.next(at) {
                None => return (Status::Success, None),
                Some((start, Hit::Opening)) => match Delimiter::at(self.text, start) {
                    None => at = start + OPENING.len(),
                    next => return (Status::Success, next),
                },
                Some((start, Hit::Keyword)) if start >= body => {
                    // Another one changes nothing.
                    return (Status::Error, Delimiters::new(self.text, start..self.limit).next());
                }
                Some((start, Hit::Keyword)) => at = start + 1,
            }
        }
    }
}

impl Iterator for Cuts<'_> {
    type Item = Cut;

    #[inline]
    fn next(&mut self) -> Option<Cut> {
        let delimiter = self.next?;
        let (status, next) = self.pass(delimiter);
        self.next = next;
        let end = next.map_or(self.limit, |next| next.start);
        let is_ascii = self.sweep.is_ascii(delimiter.start, end);
        Some(Cut { delimiter, end, status, is_ascii })
    }
}

impl Cut {
    /// Looks into it.
    pub(super) fn block(self, text: &[u8]) -> Block<'_> {
        let block = Block::new(text, self.delimiter, self.end, self.status);
        if self.is_ascii { block } else { block.checked() }
    }
}

impl<'a> BlocksBack<'a> {
    /// Those of `text`.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, limit: text.len(), held: Vec::new() }
    }

    fn refill(&mut self) {
        let mut window = WINDOW;
        loop {
            let from = self.limit.saturating_sub(window);
            if let Some(first) = Delimiters::new(self.text, from..self.limit).next() {
                let cuts = Cuts::within(self.text, first.start..self.limit);
                self.held.extend(cuts.map(|cut| cut.block(self.text)));
                self.limit = first.start;
                return;
            }
            if from == 0 {
                self.limit = 0;
                return;
            }
            // A longer block than that.
            window *= 2;
        }
    }
}

impl<'a> Iterator for BlocksBack<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        if self.held.is_empty() && self.limit > 0 {
            self.refill();
        }
        self.held.pop()
    }
}
