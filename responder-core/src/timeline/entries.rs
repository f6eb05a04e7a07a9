//! A log as a list.

use std::{cmp::Reverse, num::NonZeroUsize, ops::Range, thread};

use super::{
    Block, Diagnostic, Problem, Status, UtcOffset, block::is_cut_off, blocks::Cuts, delimiter::Delimiters, dial::Dial,
};

/// A log as a list of its entries: the newest first, and those of the same second in the order of the log. Borrows the
/// text or owns it, and needs 24 bytes for an entry beside it.
///
/// ```
/// use responder_core::timeline::{Timeline, UtcOffset};
///
/// let log = "\n--- A ---\n2026-01-15 15:45:12 - {}\n\n--- INCOMING_SMS ---\n2026-01-15 15:45:13 - {}\n\n--- C ---\n";
/// let timeline = Timeline::parse(log, UtcOffset::UTC);
/// let titles: Vec<_> = timeline.entries().map(|entry| entry.title()).collect();
/// assert_eq!(titles, ["SMS: Status Request", "A"]);
/// assert_eq!(timeline.diagnostics()[0].to_string(), "a block without a time at byte 83");
/// ```
#[derive(Clone)]
pub struct Timeline<T> {
    text: T,
    index: Index,
}

/// Where the entries are.
#[derive(Clone, Debug, Default)]
struct Index {
    entries: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
}

/// An entry, without what can be read again in no time.
#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    second: i64,
    /// `u32::MAX` if it is as long or longer: then its end is looked for again.
    length: u32,
    status: Status,
}

/// The least that is worth a thread of its own.
const PART: usize = 1 << 20;

/// Entries of so many bytes each are made room for.
const LIKELY_LENGTH: usize = 320;

impl<T: AsRef<[u8]>> Timeline<T> {
    /// Reads a whole log. Times that do not say their zone are taken to be `assumed`.
    pub fn parse(text: T, assumed: UtcOffset) -> Self {
        let bytes = text.as_ref();
        let index = Index::of(bytes, 0..bytes.len(), assumed).ordered();
        Self { text, index }
    }

    /// The same on several threads, while it pays. The result is the same.
    pub fn parse_on(text: T, assumed: UtcOffset, threads: NonZeroUsize) -> Self {
        let bytes = text.as_ref();
        let parts = parts(bytes, threads.get().min(bytes.len() / PART));
        let found: Vec<_> = thread::scope(|scope| {
            let read = |part: Range<usize>| scope.spawn(move || Index::of(bytes, part, assumed));
            let reading: Vec<_> = parts.into_iter().map(read).collect();
            reading.into_iter().map(|part| part.join().expect("BUG: the parser has panicked")).collect()
        });
        Self { text, index: Index::joined(found).ordered() }
    }

    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.index.entries.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.index.entries.is_empty()
    }

    /// The entry at a place, counted from the newest.
    pub fn get(&self, place: usize) -> Option<Block<'_>> {
        self.index.entries.get(place).map(|entry| entry.block(self.text.as_ref()))
    }

    /// The entries, newest first.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Block<'_>> + DoubleEndedIterator {
        let text = self.text.as_ref();
        self.index.entries.iter().map(move |entry| entry.block(text))
    }

    /// How many entries tell of a failure.
    pub fn failures(&self) -> usize {
        self.index.entries.iter().filter(|entry| entry.status == Status::Error).count()
    }

    /// What is wrong with the log, in its order.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.index.diagnostics
    }

    /// The text.
    pub fn text(&self) -> &[u8] {
        self.text.as_ref()
    }

    /// How many bytes the list needs, without the text.
    pub const fn memory(&self) -> usize {
        self.index.entries.capacity() * size_of::<Entry>() + self.index.diagnostics.capacity() * size_of::<Diagnostic>()
    }

    /// Reads a log from a byte on, before which is nothing that counts.
    pub(super) fn parse_from(text: T, from: usize, assumed: UtcOffset) -> Self {
        let bytes = text.as_ref();
        let index = Index::of(bytes, from..bytes.len(), assumed).ordered();
        Self { text, index }
    }

    /// Whether entries that are older than all of these can't be among the first `count`, nor between them.
    pub(super) fn is_settled(&self, count: usize) -> bool {
        let entries = &self.index.entries;
        match (count.checked_sub(1).map(|last| entries.get(last)), entries.last()) {
            (None, _) => true,
            (Some(Some(last)), Some(oldest)) => oldest.second < last.second,
            _ => false,
        }
    }

    /// Leaves only so many, the newest.
    pub(super) fn truncate(&mut self, entries: usize) {
        self.index.entries.truncate(entries);
    }
}

/// As the standard library says, but faster for what is ASCII.
fn is_utf8(text: &[u8]) -> bool {
    text.is_ascii() || std::str::from_utf8(text).is_ok()
}

/// Cuts a text where blocks begin, into about equal parts.
fn parts(text: &[u8], count: usize) -> Vec<Range<usize>> {
    let count = count.max(1);
    let mut cuts = vec![0];
    for part in 1..count {
        let about = text.len() / count * part;
        let cut = Delimiters::new(text, about..text.len()).next().map_or(text.len(), |found| found.start);
        cuts.push(cut.max(cuts[part - 1]));
    }
    cuts.push(text.len());
    cuts.windows(2).map(|cut| cut[0]..cut[1]).collect()
}

impl Index {
    /// The entries of a part, in the order of the text.
    fn of(text: &[u8], part: Range<usize>, assumed: UtcOffset) -> Self {
        let mut index = Self { entries: Vec::with_capacity(part.len() / LIKELY_LENGTH), diagnostics: Vec::new() };
        let cuts = Cuts::within(text, part.clone());
        if !cuts.before().trim_ascii().is_empty() {
            index.diagnostics.push(Diagnostic { at: part.start, problem: Problem::OutsideBlock });
        }
        let mut dial = Dial::new(assumed);
        for cut in cuts {
            let start = cut.delimiter.start;
            let body = text.get(cut.delimiter.line_end + 1..cut.end).unwrap_or_default();
            // Where one byte of a window is not ASCII, all of its blocks are looked at.
            let is_text = cut.is_ascii || is_utf8(&text[start..cut.end]);
            let second = match dial.second(body) {
                Some(second) if is_text && !is_cut_off(body) => Some(second),
                _ => {
                    let block = cut.block(text);
                    index.diagnostics.extend(block.problems());
                    block.time().map(|time| dial.remember(body, time))
                }
            };
            if let Some(second) = second {
                let length = u32::try_from(cut.end - start).unwrap_or(u32::MAX);
                index.entries.push(Entry { start, second, length, status: cut.status });
            }
        }
        index
    }

    fn joined(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let mut whole = parts.next().unwrap_or_default();
        for part in parts {
            whole.entries.extend(part.entries);
            whole.diagnostics.extend(part.diagnostics);
        }
        whole
    }

    /// Newest first; within a second as they stand in the log.
    fn ordered(mut self) -> Self {
        if self.entries.is_sorted_by_key(|entry| entry.second) {
            // The usual case: turned round as a whole, then each second back.
            self.entries.reverse();
            for second in self.entries.chunk_by_mut(|one, other| one.second == other.second) {
                second.reverse();
            }
        } else {
            self.entries.sort_by_key(|entry| Reverse(entry.second));
        }
        self
    }
}

impl Entry {
    fn block(self, text: &[u8]) -> Block<'_> {
        let end = match usize::try_from(self.length) {
            Ok(length) if self.length < u32::MAX => self.start + length,
            _ => Delimiters::new(text, self.start + 1..text.len()).next().map_or(text.len(), |next| next.start),
        };
        Block::again(text, self.start..end, self.status)
    }
}

/// Without what it says.
impl<T> std::fmt::Debug for Timeline<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut timeline = f.debug_struct("Timeline");
        timeline.field("entries", &self.index.entries.len()).field("diagnostics", &self.index.diagnostics);
        timeline.finish_non_exhaustive()
    }
}
