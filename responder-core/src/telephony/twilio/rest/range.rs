//! Parts of a file (RFC 9110, section 14).

use std::{fmt, str::FromStr};

/// One part of a file, as a client asks for it. Several at a time are not supported.
///
/// ```
/// use responder_core::telephony::rest::ByteRange;
///
/// assert_eq!("bytes=100-".parse(), Ok(ByteRange::From(100)));
/// assert_eq!(ByteRange::Last(500).to_string(), "bytes=-500");
/// assert!("bytes=0-1,5-9".parse::<ByteRange>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From this byte, counted from 0, to the end.
    From(u64),
    /// From the first of these bytes to the second, both included.
    Between(u64, u64),
    /// So many at the end.
    Last(u64),
}

/// A text that is not one part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one range of bytes")]
#[non_exhaustive]
pub struct ByteRangeError;

/// Which part of a file came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentRange {
    /// Its first byte, counted from 0.
    pub first: u64,
    /// Its last byte.
    pub last: u64,
    /// How long the whole file is, if that is known.
    pub total: Option<u64>,
}

impl FromStr for ByteRange {
    type Err = ByteRangeError;

    /// Reads the value of a `Range` header.
    fn from_str(text: &str) -> Result<Self, ByteRangeError> {
        let (first, last) =
            text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')).ok_or(ByteRangeError)?;
        match (digits(first), digits(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self::Between(first, last)),
            (Some(first), None) if last.is_empty() => Ok(Self::From(first)),
            (None, Some(count)) if first.is_empty() => Ok(Self::Last(count)),
            _ => Err(ByteRangeError),
        }
    }
}

impl fmt::Display for ByteRange {
    /// Writes the value of a `Range` header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(first) => write!(f, "bytes={first}-"),
            Self::Between(first, last) => write!(f, "bytes={first}-{last}"),
            Self::Last(count) => write!(f, "bytes=-{count}"),
        }
    }
}

impl ContentRange {
    /// Reads the value of a `Content-Range` header.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (part, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = part.split_once('-')?;
        let (first, last) = (digits(first)?, digits(last)?);
        let total = if total == "*" { None } else { Some(digits(total)?) };
        let fits = first <= last && total.is_none_or(|total| last < total);
        fits.then_some(Self { first, last, total })
    }
}

impl fmt::Display for ContentRange {
    /// Writes the value of a `Content-Range` header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes {}-{}/", self.first, self.last)?;
        match self.total {
            Some(total) => write!(f, "{total}"),
            None => f.write_str("*"),
        }
    }
}

/// A number without a sign, which the parser would let pass.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_written() {
        for text in ["bytes=0-", "bytes=0-0", "bytes=5-18446744073709551615", "bytes=-1"] {
            assert_eq!(text.parse::<ByteRange>().map(|range| range.to_string()).as_deref(), Ok(text));
        }
        for text in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=2-1",
            "bytes=+1-2",
            "bytes=1-2,4-5",
            "lines=1-2",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(text.parse::<ByteRange>(), Err(ByteRangeError), "{text}");
        }
    }

    #[test]
    fn what_came_must_make_sense() {
        let part = ContentRange { first: 2, last: 5, total: Some(6) };
        assert_eq!(ContentRange::read("bytes 2-5/6"), Some(part));
        assert_eq!(part.to_string(), "bytes 2-5/6");
        assert_eq!(ContentRange::read("bytes 2-5/*").map(|part| part.to_string()).as_deref(), Some("bytes 2-5/*"));
        for text in ["bytes 5-2/6", "bytes 2-6/6", "bytes */6", "2-5/6", "bytes 2-5", "bytes -2-5/6"] {
            assert_eq!(ContentRange::read(text), None, "{text}");
        }
    }
}
