//! Names and numbers that stores deal in.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The key of a branch: 1 to 32 characters of `a`-`z`, `0`-`9`, `_` and `-`, safe in paths, file names and metrics.
///
/// ```
/// use responder_core::store::BranchKey;
///
/// assert!("north_2".parse::<BranchKey>().is_ok());
/// assert!("North".parse::<BranchKey>().is_err(), "capitals are refused, not folded");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchKey(Arc<str>);

/// The name of one running dispatcher: 1 to 64 visible ASCII characters. For diagnostics; leases are told apart by
/// their [`Ticket`](super::Ticket).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WorkerId(Arc<str>);

/// A text that is no such name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// No branch key.
    #[error("a branch key has 1 to 32 characters of a-z, 0-9, _ and -")]
    Branch,
    /// No worker name.
    #[error("a worker name has 1 to 64 visible ASCII characters")]
    Worker,
    /// No name of a target.
    #[error("the name of a target has 1 to 32 characters of a-z, 0-9, _ and -")]
    Target,
}

/// The name of one attempt to write, drawn at random before the first try. It settles whether a write whose answer
/// was lost took place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommitId(u128);

/// How many commits an emergency has seen. A commit names the one that it was computed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

/// The number of an event within its branch: 1, 2, 3, … without gaps, in the order of the commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(u64);

impl BranchKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl WorkerId {
    /// A name that no other dispatcher has: the number of this process, and 64 random bits.
    #[cfg(feature = "runtime")]
    #[must_use]
    pub fn unique() -> Self {
        let mut bits = [0; 8];
        getrandom::fill(&mut bits).expect("BUG: an operating system without a random source");
        Self(format!("{}-{:016x}", std::process::id(), u64::from_ne_bytes(bits)).into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CommitId {
    /// From 128 random bits.
    pub const fn from_random(bits: u128) -> Self {
        Self(bits)
    }

    /// Its 16 bytes, for storage.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl Version {
    /// Of an emergency that is not stored yet.
    pub const NONE: Self = Self(0);

    /// From its stored form.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number that stores keep.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The version after one more commit.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl EventId {
    /// Before the first event of a branch.
    pub const START: Self = Self(0);

    /// From its stored form, or from a `Last-Event-ID`.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number that stores keep.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The id of the event `count` later.
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }
}

impl FromStr for BranchKey {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(is_allowed);
        if fits { Ok(Self(text.into())) } else { Err(NameError::Branch) }
    }
}

impl TryFrom<String> for BranchKey {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BranchKey> for String {
    fn from(key: BranchKey) -> Self {
        key.0.as_ref().to_owned()
    }
}

impl FromStr for WorkerId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.into())) } else { Err(NameError::Worker) }
    }
}

impl fmt::Display for BranchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BranchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branch_keys_are_safe_in_paths() {
        let too_long = "x".repeat(33);
        for bad in ["", "A", "a b", "../a", "a.b", "ü", &too_long] {
            assert_eq!(bad.parse::<BranchKey>(), Err(NameError::Branch), "{bad:?}");
        }
        assert_eq!("a-1_b".parse::<BranchKey>().map(String::from).as_deref(), Ok("a-1_b"));
    }

    #[test]
    fn worker_names_are_printable() {
        for bad in ["", "a b", "a\n", "ü"] {
            assert_eq!(bad.parse::<WorkerId>(), Err(NameError::Worker), "{bad:?}");
        }
    }
}
