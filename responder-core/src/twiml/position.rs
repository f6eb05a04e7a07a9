//! Places in a document.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

/// A place in a document that was parsed.
///
/// ```
/// use responder_core::twiml::Element;
///
/// let response = Element::parse("<Response>\n  <Say>Help</Say>\n</Response>")?;
/// let say = response.elements().next().and_then(Element::position).expect("it was parsed");
/// assert_eq!((say.line, say.column, say.to_string()), (2, 3, "line 2, column 3".to_owned()));
/// # Ok::<(), responder_core::twiml::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Where a part of a tree stood, if it was parsed. All are equal: a tree is the same wherever it stood.
#[derive(Clone, Copy, Default)]
pub(super) struct At {
    /// 0 if it was not parsed.
    line: u32,
    column: u32,
}

impl At {
    pub(super) fn position(self) -> Option<Position> {
        (self.line > 0).then_some(Position { line: self.line, column: self.column })
    }
}

impl From<Position> for At {
    fn from(position: Position) -> Self {
        Self { line: position.line, column: position.column }
    }
}

impl PartialEq for At {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for At {}

impl Hash for At {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.position().fmt(f)
    }
}

/// Finds lines and columns of places that are asked for from the front to the back, in one pass over the document.
pub(super) struct Locator<'a> {
    source: &'a str,
    offset: usize,
    line: u32,
    column: u32,
}

impl<'a> Locator<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, offset: 0, line: 1, column: 1 }
    }

    /// The place of a byte; one before the last that was asked for gets that one's place.
    pub(super) fn locate(&mut self, offset: usize) -> Position {
        let between = self.source.get(self.offset..offset).unwrap_or_default();
        let characters = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        match between.rfind('\n') {
            None => self.column = self.column.saturating_add(characters(between)),
            Some(last) => {
                let lines = between.bytes().filter(|byte| *byte == b'\n').count();
                self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
                self.column = characters(&between[last + 1..]).saturating_add(1);
            }
        }
        self.offset = self.offset.max(offset);
        Position { line: self.line, column: self.column }
    }
}
