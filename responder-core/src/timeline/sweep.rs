//! What every byte of a log is looked at for: where blocks begin, keywords in either case, and whether it is ASCII.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, Span, packed};
use memchr::memmem::Finder;

/// What makes a block one of failure, wherever it stands in it.
pub(super) const KEYWORDS: [&str; 6] = ["error", "failed", "critical", "warning", "unavailable", "unable"];

/// What a block begins with, as lower-casing leaves it: a line break becomes an asterisk.
const LOWERED_OPENING: &str = "*--- ";

/// The longest keyword begins so many bytes before its end.
const OVERLAP: usize = 10;

/// Bytes that are lower-cased at a time. They stay in the first cache; 8 KiB measured better than 16 KiB or more.
const WINDOW: usize = 8 << 10;

/// Bytes of each that are searched for: the fewer, the faster; with fewer than three, too much looks like one.
const BEGINNING: usize = 3;

/// A search needs so many bytes to be a fast one.
const PADDING: usize = 64;

/// Goes through a text once, from front to back.
///
/// The text is lower-cased, window by window, into a buffer that stays in the cache, and searched there for everything
/// at once.
#[derive(Debug)]
pub(super) struct Sweep<'a> {
    text: &'a [u8],
    limit: usize,
    needles: &'static Needles,
    /// The window, and the bytes after it that a keyword may end in; then zeros.
    lowered: Box<[u8]>,
    begin: usize,
    end: usize,
    /// Where the last window ended that was not all ASCII.
    foreign_end: usize,
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hit {
    /// What a block begins with.
    Opening,
    Keyword,
}

impl<'a> Sweep<'a> {
    /// From `begin` to `limit`, which nothing crosses that is looked for.
    pub(super) fn new(text: &'a [u8], begin: usize, limit: usize) -> Self {
        let length = limit.saturating_sub(begin);
        let lowered = vec![0; WINDOW.min(length) + OVERLAP + PADDING].into();
        Self { text, limit, needles: Needles::fit_for(length), lowered, begin, end: begin, foreign_end: begin }
    }

    /// What comes first of all that begins at `from` or later. Asked for places that do not decrease.
    #[inline]
    pub(super) fn next(&mut self, mut from: usize) -> Option<(usize, Hit)> {
        loop {
            while self.end <= from {
                if self.end >= self.limit {
                    return None;
                }
                self.load();
            }
            let found = self.needles.find(&self.lowered[from - self.begin..]);
            match found.map(|(at, hit)| (from + at, hit)).filter(|(at, _)| *at < self.end) {
                // An asterisk is no line break.
                Some((at, Hit::Opening)) if self.text[at] != b'\n' => from = at + 1,
                Some(found) => return Some(found),
                None => from = self.end,
            }
        }
    }

    /// Whether everything from `from` to `to` is ASCII. Asked after [`next`](Self::next) for places before `to`; a no
    /// can be wrong.
    #[inline]
    pub(super) fn is_ascii(&mut self, from: usize, to: usize) -> bool {
        while self.end < to {
            self.load();
        }
        self.foreign_end <= from
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

/// Finds what is looked for in lower-case text.
#[derive(Debug)]
enum Needles {
    /// One after the other: the keywords, and last what a block begins with.
    Each(Vec<Finder<'static>>),
    /// By vector instructions.
    Packed(packed::Searcher),
    /// On a machine that has none that are fit.
    Automaton(AhoCorasick),
}

/// To be ready for all at once takes as long as to search so many bytes for one after the other.
const SHORT: usize = 64 << 10;

impl Needles {
    /// What is fast for a text of this length.
    fn fit_for(length: usize) -> &'static Self {
        static EACH: OnceLock<Needles> = OnceLock::new();
        static ALL: OnceLock<Needles> = OnceLock::new();
        match ALL.get() {
            Some(all) => all,
            None if length <= SHORT => EACH.get_or_init(Self::each),
            None => ALL.get_or_init(Self::all),
        }
    }

    fn each() -> Self {
        Self::Each(KEYWORDS.iter().chain([&LOWERED_OPENING]).map(|needle| Finder::new(*needle)).collect())
    }

    fn all() -> Self {
        let all = KEYWORDS.iter().chain([&LOWERED_OPENING]);
        match packed::Searcher::new(all.clone().map(|needle| &needle[..BEGINNING])) {
            Some(searcher) => Self::Packed(searcher),
            None => Self::Automaton(AhoCorasick::new(all).expect("BUG: seven short words make no automaton")),
        }
    }

    #[inline]
    fn find(&self, text: &[u8]) -> Option<(usize, Hit)> {
        match self {
            Self::Each(finders) => find_each(finders, text),
            Self::Packed(searcher) => find_packed(searcher, text),
            Self::Automaton(automaton) => {
                let at = automaton.find(text)?.start();
                Some((at, hit(&text[at..])?))
            }
        }
    }
}

fn find_packed(searcher: &packed::Searcher, text: &[u8]) -> Option<(usize, Hit)> {
    let mut from = 0;
    loop {
        let at = searcher.find_in(text, Span::from(from..text.len()))?.start();
        if let Some(hit) = hit(&text[at..]) {
            return Some((at, hit));
        }
        from = at + 1;
    }
}

fn hit(text: &[u8]) -> Option<Hit> {
    let begins = |needle: &str| text.starts_with(needle.as_bytes());
    match begins(LOWERED_OPENING) {
        true => Some(Hit::Opening),
        false => KEYWORDS.iter().any(|keyword| begins(keyword)).then_some(Hit::Keyword),
    }
}

/// No keyword is looked for after the end of a block.
fn find_each(finders: &[Finder<'_>], text: &[u8]) -> Option<(usize, Hit)> {
    let (opening, keywords) = finders.split_last()?;
    let opening = opening.find(text);
    let text = &text[..opening.unwrap_or(text.len())];
    let keyword = keywords.iter().filter_map(|keyword| keyword.find(text)).min();
    keyword.map(|at| (at, Hit::Keyword)).or(opening.map(|at| (at, Hit::Opening)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(needles: &'static Needles, text: &[u8]) -> Vec<(usize, Hit)> {
        let mut sweep = Sweep { needles, ..Sweep::new(text, 0, text.len()) };
        let mut from = 0;
        std::iter::from_fn(|| {
            let found = sweep.next(from)?;
            from = found.0 + 1;
            Some(found)
        })
        .collect()
    }

    fn all_needles() -> [&'static Needles; 2] {
        static EACH: OnceLock<Needles> = OnceLock::new();
        [EACH.get_or_init(Needles::each), Needles::fit_for(usize::MAX)]
    }

    #[test]
    fn keywords_are_found_in_any_case_wherever_they_stand() {
        for keyword in KEYWORDS {
            for at in (0..40).chain(WINDOW - 20..WINDOW + 20).chain([3 * WINDOW]) {
                let upper = keyword.to_uppercase();
                for word in [keyword, upper.as_str()] {
                    let mut text = vec![b'x'; at];
                    text.extend(word.as_bytes());
                    text.extend(b"yy");
                    for needles in all_needles() {
                        assert_eq!(hits(needles, &text), [(at, Hit::Keyword)], "{word} at {at}");
                        assert_eq!(hits(needles, &text[..text.len() - 3]), [], "{word} at {at}, cut off");
                    }
                }
            }
        }
        for needles in all_needles() {
            assert_eq!(hits(needles, b"EVERYTHING ENABLED; erro, fai led"), []);
        }
    }

    #[test]
    fn openings_are_found_in_order_with_keywords() {
        let text = b"*--- error \n--- A ---\n*--- \n--- B Failed";
        for needles in all_needles() {
            let expected = [(5, Hit::Keyword), (11, Hit::Opening), (27, Hit::Opening), (34, Hit::Keyword)];
            assert_eq!(hits(needles, text), expected);
            for at in (0..10).chain(WINDOW - 10..WINDOW + 10) {
                let text = [vec![b'x'; at], b"\n--- ".to_vec()].concat();
                assert_eq!(hits(needles, &text), [(at, Hit::Opening)], "at {at}");
            }
        }
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
