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
    order: Order,
    diagnostics: Vec<Diagnostic>,
}

/// How entries lie in their list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// As in the log, where no time is before another that stands further up. The usual case: to turn a long list round
    /// takes as long as a fifth of reading the log, so that each entry is looked up from the end instead.
    #[default]
    Ascending,
    /// As in the log, where times go back and forth.
    Mixed,
    /// As they are shown.
    Shown,
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
        let index = Index::of(bytes, 0..bytes.len(), assumed).sorted();
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
        Self { text, index: Index::joined(found).sorted() }
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
        self.index.shown_at(place).map(|entry| entry.block(self.text.as_ref()))
    }

    /// The entries, newest first.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Block<'_>> + DoubleEndedIterator {
        let shown = |place| self.index.shown_at(place).expect("BUG: a list that is shorter than it is");
        (0..self.len()).map(move |place| shown(place).block(self.text.as_ref()))
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
        let index = Index::of(bytes, from..bytes.len(), assumed).turned();
        Self { text, index }
    }

    /// Whether entries that are older than all of these can't be among the first `count`, nor between them.
    pub(super) fn is_settled(&self, count: usize) -> bool {
        let second = |place| self.index.shown_at(place).map(|entry| entry.second);
        match (count.checked_sub(1).map(second), self.len().checked_sub(1).and_then(second)) {
            (None, _) => true,
            (Some(Some(last)), Some(oldest)) => oldest < last,
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
        let mut index = Self { entries: Vec::with_capacity(part.len() / LIKELY_LENGTH), ..Self::default() };
        let mut newest = i64::MIN;
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
                if second < newest {
                    index.order = Order::Mixed;
                }
                newest = second;
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
            let goes_back = match (whole.entries.last(), part.entries.first()) {
                (Some(last), Some(first)) => first.second < last.second,
                _ => false,
            };
            if goes_back || part.order == Order::Mixed {
                whole.order = Order::Mixed;
            }
            whole.entries.extend(part.entries);
            whole.diagnostics.extend(part.diagnostics);
        }
        whole
    }

    /// Ready to be shown: newest first; within a second as they stand in the log.
    fn sorted(mut self) -> Self {
        if self.order == Order::Mixed {
            self.entries.sort_by_key(|entry| Reverse(entry.second));
            self.order = Order::Shown;
        }
        self
    }

    /// The same, in the order in which they are shown.
    fn turned(mut self) -> Self {
        if self.order == Order::Ascending {
            self.entries.reverse();
            for second in self.entries.chunk_by_mut(|one, other| one.second == other.second) {
                second.reverse();
            }
            self.order = Order::Shown;
        }
        self.sorted()
    }

    /// The entry that is shown there, the newest at 0.
    fn shown_at(&self, place: usize) -> Option<&Entry> {
        if self.order == Order::Shown {
            return self.entries.get(place);
        }
        let mirrored = self.entries.len().checked_sub(place)?.checked_sub(1)?;
        let second = self.of_second_at(mirrored);
        self.entries.get(second.start + (second.end - 1 - mirrored))
    }

    /// All entries of the second of this one, of a list in ascending order. Most often they are few: looked for in
    /// steps that grow.
    fn of_second_at(&self, at: usize) -> Range<usize> {
        let (entries, second) = (&self.entries, self.entries[at].second);
        let (mut back, mut on) = (1, 1);
        while back <= at && entries[at - back].second == second {
            back *= 2;
        }
        while at + on < entries.len() && entries[at + on].second == second {
            on *= 2;
        }
        let (low, high) = (at.saturating_sub(back), (at + on).min(entries.len()));
        let start = low + entries[low..at].partition_point(|entry| entry.second < second);
        let end = at + entries[at..high].partition_point(|entry| entry.second == second);
        start..end
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
