//! What is wrong with a log. Nothing of it keeps the rest from being read.

use std::fmt;

/// Something in a log that is not as it should be, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Byte from the beginning of the text at which it is, or begins.
    pub at: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// Text before the first block.
    OutsideBlock,
    /// A block in which no line begins with a time. It is no entry.
    NoTime,
    /// A block whose first time is none, such as the 31st of February. It is no entry.
    ImpossibleTime,
    /// A block that does not end with a line break or a closing brace: it was never written to its end. It is an entry.
    CutOff,
    /// Bytes that are no UTF-8, shown as U+FFFD. Given once for a block.
    InvalidUtf8,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutsideBlock => "text before the first block",
            Self::NoTime => "a block without a time",
            Self::ImpossibleTime => "a block with an impossible time",
            Self::CutOff => "a block that was not written to its end",
            Self::InvalidUtf8 => "bytes that are not valid UTF-8",
        })
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.problem, self.at)
    }
}
