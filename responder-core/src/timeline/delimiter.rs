//! Where blocks begin.

use std::ops::Range;

use memchr::{memchr, memmem};

/// The line that begins a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delimiter {
    /// The line break before it: where the block begins.
    pub(super) start: usize,
    /// The line break after it: the body begins behind it.
    pub(super) line_end: usize,
}

/// Every delimiter that begins in a part of a text, in order.
#[derive(Clone, Debug)]
pub(super) struct Delimiters<'a> {
    text: &'a [u8],
    from: usize,
    limit: usize,
    finder: memmem::Finder<'static>,
}

/// What a delimiter begins and ends with.
pub(super) const OPENING: &[u8] = b"\n--- ";
pub(super) const CLOSING: &[u8] = b" ---";

impl Delimiter {
    /// The one whose opening stands at `start`, if it has its end.
    #[inline]
    pub(super) fn at(text: &[u8], start: usize) -> Option<Self> {
        let title = start + OPENING.len();
        let line_end = title + memchr(b'\n', text.get(title..)?)?;
        text[title..line_end].ends_with(CLOSING).then_some(Self { start, line_end })
    }

    /// The title, as it is written.
    pub(super) const fn title(self) -> Range<usize> {
        self.start + OPENING.len()..self.line_end - CLOSING.len()
    }
}

impl<'a> Delimiters<'a> {
    /// Those that begin in `range`; their titles may go on after it.
    pub(super) fn new(text: &'a [u8], range: Range<usize>) -> Self {
        let limit = range.end.min(text.len());
        Self { text, from: range.start.min(limit), limit, finder: memmem::Finder::new(OPENING) }
    }
}

impl Iterator for Delimiters<'_> {
    type Item = Delimiter;

    #[inline]
    fn next(&mut self) -> Option<Delimiter> {
        // One that begins before the limit may end after it.
        let end = (self.limit + OPENING.len() - 1).min(self.text.len());
        loop {
            let start = self.from + self.finder.find(self.text.get(self.from..end)?)?;
            // The line break after a title can be the one that begins the next block.
            let found = Delimiter::at(self.text, start);
            self.from = found.map_or(start + OPENING.len(), |found| found.line_end);
            if found.is_some() {
                return found;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str) -> Vec<(usize, &str)> {
        let all = Delimiters::new(text.as_bytes(), 0..text.len());
        all.map(|found| (found.start, &text[found.title()])).collect()
    }

    #[test]
    fn a_line_of_its_own_begins_a_block() {
        assert_eq!(titles("\n--- A ---\nx\n\n--- B C ---\n"), [(0, "A"), (13, "B C")]);
        assert_eq!(titles("\n--- a --- b ---\n"), [(0, "a --- b")]);
        assert_eq!(titles("\n---  ---\n"), [(0, "")]);
        assert_eq!(titles("\n--- A ---\n--- B ---\n--- C ---\n"), [(0, "A"), (10, "B"), (20, "C")]);
    }

    #[test]
    fn what_only_looks_like_one_does_not() {
        for text in [
            "--- A ---\n",
            "\n--- A ---",
            "\n--- ---\n",
            "\n---A---\n",
            "\n--- A --- \n",
            "\n -- A ---\n",
            "x--- A ---\n",
        ] {
            assert_eq!(titles(text), [], "{text:?}");
        }
        assert_eq!(titles("\n--- A\n--- B ---\n"), [(6, "B")]);
    }

    #[test]
    fn a_part_has_those_that_begin_in_it() {
        let text = "\n--- A ---\n--- B ---\n";
        let starts = |range| Delimiters::new(text.as_bytes(), range).map(|found| found.start).collect::<Vec<_>>();
        assert_eq!(starts(0..1), [0]);
        assert_eq!(starts(0..10), [0]);
        assert_eq!(starts(0..11), [0, 10]);
        assert_eq!(starts(1..usize::MAX), [10]);
    }
}
