//! What every byte of a log is looked at for: keywords in either case, and whether it is ASCII.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, packed};
use memchr::memmem;

/// What makes a block one of failure, wherever it stands in it.
pub(super) const KEYWORDS: [&str; 6] = ["error", "failed", "critical", "warning", "unavailable", "unable"];

/// The longest keyword begins so many bytes before its end.
const OVERLAP: usize = 10;

/// Bytes that are lower-cased at a time. They stay in the first cache; 8 KiB measured better than 16 KiB or more.
const WINDOW: usize = 8 << 10;

/// A search needs so many bytes to be a fast one.
const PADDING: usize = 64;

/// Goes through a text once, from front to back.
///
/// The text is lower-cased, window by window, into a buffer that stays in the cache, and searched there for all keywords
/// at once. Where the next keyword is, is remembered: most blocks have none, and are then dealt with by a comparison.
#[derive(Debug)]
pub(super) struct Sweep<'a> {
    text: &'a [u8],
    limit: usize,
    keywords: &'static Keywords,
    /// The window, and the bytes after it that a keyword may end in; then zeros.
    lowered: Box<[u8]>,
    begin: usize,
    end: usize,
    /// There is no keyword between what was asked for last and here.
    at: usize,
    /// Whether one begins here.
    is_hit: bool,
    /// Where the last window ended that was not all ASCII.
    foreign_end: usize,
}

impl<'a> Sweep<'a> {
    /// From `begin` to `limit`, which no keyword crosses.
    pub(super) fn new(text: &'a [u8], begin: usize, limit: usize) -> Self {
        let lowered = vec![0; WINDOW.min(limit.saturating_sub(begin)) + OVERLAP + PADDING].into();
        let keywords = Keywords::fit_for(limit.saturating_sub(begin));
        Self { text, limit, keywords, lowered, begin, end: begin, at: begin, is_hit: false, foreign_end: begin }
    }

    /// Whether a keyword begins from `from` up to `to`. Asked for one part after the other, in order.
    #[inline]
    pub(super) fn has_keyword(&mut self, from: usize, to: usize) -> bool {
        if self.at < from {
            self.seek(from);
        }
        while !self.is_hit && self.at < to {
            self.seek(self.at);
        }
        self.is_hit && self.at < to
    }

    /// Whether everything from `from` to `to` is ASCII. Asked after [`has_keyword`](Self::has_keyword) for the same
    /// part; a no can be wrong.
    #[inline]
    pub(super) fn is_ascii(&mut self, from: usize, to: usize) -> bool {
        while self.end < to {
            self.load();
        }
        self.foreign_end <= from
    }

    /// Goes to the next keyword at `from` or after it, or to the end of the window.
    fn seek(&mut self, from: usize) {
        while self.end <= from && self.end < self.limit {
            self.load();
        }
        let begin = from.saturating_sub(self.begin).min(self.lowered.len());
        let found = self.keywords.find(&self.lowered[begin..]).map(|at| self.begin + begin + at);
        self.is_hit = found.is_some_and(|at| at < self.end);
        self.at = found.filter(|_| self.is_hit).unwrap_or(self.end.max(from));
        if self.end >= self.limit && !self.is_hit {
            // Nothing comes any more.
            self.at = usize::MAX;
        }
    }

    /// Lower-cases the next window.
    fn load(&mut self) {
        self.begin = self.end;
        self.end = (self.begin + WINDOW).min(self.limit);
        let text = &self.text[self.begin..(self.end + OVERLAP).min(self.limit)];
        let (lowered, rest) = self.lowered.split_at_mut(text.len());
        let all = lower(text, lowered);
        rest.fill(0);
        if !all.is_ascii() {
            self.foreign_end = self.end;
        }
    }
}

/// Copies with letters in lower case; other bytes may change, but none becomes a letter that was none. Gives all bytes,
/// or-ed together.
///
/// A plain loop, so that the compiler makes vector instructions of it.
#[inline(never)]
fn lower(from: &[u8], to: &mut [u8]) -> u8 {
    let mut all = 0;
    for (to, from) in to.iter_mut().zip(from) {
        *to = from | 0x20;
        all |= from;
    }
    all
}

/// Finds keywords in lower-case text.
#[derive(Debug)]
enum Keywords {
    /// One after the other.
    Each,
    /// By vector instructions.
    Packed(packed::Searcher),
    /// On a machine that has none that are fit.
    Automaton(AhoCorasick),
}

/// To be ready for all keywords at once takes as long as to search so many bytes for one after the other.
const SHORT: usize = 64 << 10;

impl Keywords {
    /// What is fast for a text of this length.
    fn fit_for(length: usize) -> &'static Self {
        static ALL: OnceLock<Keywords> = OnceLock::new();
        match ALL.get() {
            Some(all) => all,
            None if length <= SHORT => &Self::Each,
            None => ALL.get_or_init(|| match packed::Searcher::new(KEYWORDS) {
                Some(searcher) => Self::Packed(searcher),
                None => Self::Automaton(AhoCorasick::new(KEYWORDS).expect("BUG: six short words make no automaton")),
            }),
        }
    }

    fn find(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Each => KEYWORDS.iter().filter_map(|word| memmem::find(text, word.as_bytes())).min(),
            Self::Packed(searcher) => searcher.find(text).map(|found| found.start()),
            Self::Automaton(automaton) => automaton.find(text).map(|found| found.start()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_found_in_any_case_wherever_they_stand() {
        for keyword in KEYWORDS {
            for at in (0..40).chain(WINDOW - 20..WINDOW + 20).chain([3 * WINDOW]) {
                let upper = keyword.to_uppercase();
                for word in [keyword, upper.as_str()] {
                    let mut text = vec![b'x'; at];
                    text.extend(word.as_bytes());
                    text.extend(b"yy");
                    for keywords in [&Keywords::Each, Keywords::fit_for(usize::MAX)] {
                        let mut sweep = Sweep { keywords, ..Sweep::new(&text, 0, text.len()) };
                        assert!(!sweep.has_keyword(0, at), "{word} at {at}");
                        assert!(sweep.has_keyword(at, text.len()), "{word} at {at}");
                    }
                    assert!(Sweep::new(&text, 0, text.len()).has_keyword(0, text.len()), "{word} at {at}");
                    assert!(!Sweep::new(&text, 0, text.len()).has_keyword(at + 1, text.len()), "{word} at {at}");
                    let cut = text.len() - 3;
                    assert!(!Sweep::new(&text, 0, cut).has_keyword(0, cut), "{word} at {at}, cut off");
                }
            }
        }
        let mut sweep = Sweep::new(b"EVERYTHING ENABLED; erro, fai led", 0, 33);
        assert!(!sweep.has_keyword(0, 33));
    }

    #[test]
    fn what_is_not_ascii_is_noticed() {
        let mut text = vec![b'a'; 5 * WINDOW];
        text[3 * WINDOW + 50] = 0xc3;
        let mut sweep = Sweep::new(&text, 0, text.len());
        assert!(sweep.is_ascii(0, 3 * WINDOW));
        assert!(!sweep.is_ascii(3 * WINDOW, 3 * WINDOW + 60));
        assert!(sweep.is_ascii(4 * WINDOW, 5 * WINDOW));
    }
}
