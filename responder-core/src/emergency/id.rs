//! Names of an emergency and of its parts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The name of one emergency: time of the report and 80 random bits, written as a ULID in lower case.
///
/// Sorting by id is sorting by time of report. The text form is 26 characters of Crockford's base 32, safe in URLs,
/// queue names and file names.
///
/// ```
/// use responder_core::{Timestamp, emergency::EmergencyId};
///
/// let id = EmergencyId::new(Timestamp::from_micros(1_800_000_000_000_000), 42);
/// assert_eq!(id.to_string().parse::<EmergencyId>()?, id);
/// assert_eq!(id.to_string().len(), 26);
/// assert_eq!(id.reported_at(), Timestamp::from_micros(1_800_000_000_000_000));
/// # Ok::<(), responder_core::emergency::IdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmergencyId(u128);

/// A text that names no emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an emergency id has 26 letters and digits")]
pub struct IdError;

/// The number of an attempt to reach somebody, counted from 0 within its emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptNo(pub u16);

/// The number of a customer's call, counted from 0 within its emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LegNo(pub u8);

/// The number of a document handed to a call. Every URL in a document carries the next one, so that a request that
/// comes twice is recognised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Step(pub u16);

/// Which call of an emergency something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A call that we place.
    Attempt(AttemptNo),
    /// A call that came in.
    Leg(LegNo),
    /// A second call that one attempt turned out to have.
    Stray(AttemptNo),
}

/// The name of a command: its emergency, and a number counted from 0 within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommandId {
    /// Whose command it is.
    pub emergency: EmergencyId,
    /// Its number there.
    pub number: u32,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl EmergencyId {
    /// From the time of the report and `random`, of which the lower 80 bits count. Times before 1970 count as 1970.
    pub fn new(reported: Timestamp, random: u128) -> Self {
        let millis = u128::try_from(reported.as_micros() / 1000).unwrap_or(0) & ((1 << 48) - 1);
        Self(millis << 80 | random & ((1 << 80) - 1))
    }

    /// The time of the report, to the millisecond.
    pub fn reported_at(self) -> Timestamp {
        let millis = i64::try_from(self.0 >> 80).unwrap_or(i64::MAX);
        Timestamp::from_micros(millis.saturating_mul(1000))
    }
}

impl Step {
    pub(crate) const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl fmt::Display for EmergencyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 26];
        for (place, symbol) in text.iter_mut().rev().enumerate() {
            *symbol = ALPHABET[(self.0 >> (5 * place) & 31) as usize];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for EmergencyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EmergencyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // 26 symbols hold 130 bits: the first may only be 0 to 7.
        if text.len() != 26 || text.as_bytes()[0] > b'7' {
            return Err(IdError);
        }
        text.bytes()
            .try_fold(0, |value: u128, symbol| {
                let digit = ALPHABET.iter().position(|known| *known == symbol).ok_or(IdError)?;
                Ok(value << 5 | digit as u128)
            })
            .map(Self)
    }
}

impl TryFrom<String> for EmergencyId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EmergencyId> for String {
    fn from(id: EmergencyId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.emergency, self.number)
    }
}

impl FromStr for CommandId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (emergency, number) = text.split_once('-').ok_or(IdError)?;
        Ok(Self { emergency: emergency.parse()?, number: number.parse().map_err(|_| IdError)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_survive_their_text() {
        let early = EmergencyId::new(Timestamp::from_micros(1_000_000), u128::MAX);
        let late = EmergencyId::new(Timestamp::from_micros(2_000_000), 0);
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        let command = CommandId { emergency: late, number: 7 };
        assert_eq!(command.to_string().parse(), Ok(command));
    }

    #[test]
    fn refuses_other_texts() {
        for bad in ["", "0", "8zzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000000u", "0000000000000000000000000é"]
        {
            assert_eq!(bad.parse::<EmergencyId>(), Err(IdError), "{bad}");
        }
    }
}
