//! The stored form of states, commands, events and outcomes: JSON, the same in every store.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use super::{Commit, StoreError};
use crate::emergency::{CommandId, CommandKind, Emergency};

/// The format of states that this build writes, stored beside each. Every released format stays readable; what changes
/// the stored form of states or commands gets a new one (ARCHITECTURE.md, "How to change a stored shape").
pub const STATE_FORMAT: u16 = 1;

/// Which states a build reads and writes. A store has those of its own build; other ones stand in for other builds in
/// tests of deploys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Formats {
    newest: u16,
}

impl Formats {
    /// Those of this build.
    pub const OWN: Self = Self { newest: STATE_FORMAT };

    /// Those of a build that writes one more, which looks the same as [`STATE_FORMAT`].
    #[must_use]
    pub const fn and_next(self) -> Self {
        Self { newest: self.newest + 1 }
    }

    /// What is written.
    pub const fn newest(self) -> u16 {
        self.newest
    }

    /// The state of a stored form that was written in `format`.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a format that is not among these; [`StoreError::Corrupt`] when the text can't be read.
    pub fn decode(self, format: u16, text: &str) -> Result<Emergency, StoreError> {
        match format {
            0 => Err(StoreError::Corrupt { what: "state", source: DecodeError::NoFormat.into() }),
            newer if newer > self.newest => Err(StoreError::Newer),
            // An older one whose text has to be rewritten before it is read gets an arm of its own.
            _ => decode("state", text),
        }
    }
}

impl Default for Formats {
    fn default() -> Self {
        Self::OWN
    }
}

/// Why a stored text can't be read. Says where, not what: the text is about people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No JSON, cut off, or of another shape.
    #[error("malformed at column {column}")]
    Malformed {
        /// The byte where reading stopped, counted from 1; 0 if unknown.
        column: usize,
    },
    /// In a format that never was.
    #[error("no build ever wrote this format")]
    NoFormat,
}

/// The stored form of a commit, made before anything is written, so that nothing can fail half-way.
#[derive(Clone, PartialEq, Eq)]
pub struct CommitTexts {
    /// The state, in [`STATE_FORMAT`].
    pub state: String,
    /// The events, in order.
    pub events: Vec<String>,
    /// The commands, and what is stored beside each.
    pub commands: Vec<(CommandId, CommandKind, String)>,
    /// The outcome that settles a command.
    pub outcome: Option<(CommandId, String)>,
}

impl CommitTexts {
    /// Of a commit.
    ///
    /// # Errors
    /// As for [`encode`].
    pub fn of(commit: &Commit) -> Result<Self, StoreError> {
        let commands = commit.commands.iter();
        let commands = commands.map(|command| Ok((command.id, command.action.kind(), encode("command", command)?)));
        let settles = commit.settles.as_ref();
        let outcome = settles.map(|settled| Ok((settled.command, encode("outcome", &settled.outcome)?)));
        Ok(Self {
            state: encode("state", &commit.state)?,
            events: commit.events.iter().map(|event| encode("event", event)).collect::<Result<_, _>>()?,
            commands: commands.collect::<Result<_, StoreError>>()?,
            outcome: outcome.transpose()?,
        })
    }
}

/// Without what it says.
impl fmt::Debug for CommitTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitTexts").finish_non_exhaustive()
    }
}

/// The stored form of a value.
///
/// # Errors
/// [`StoreError::Corrupt`] if the value has none; no type of this crate does that.
pub fn encode<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| malformed(what, &error))
}

/// The value of a stored form.
///
/// # Errors
/// [`StoreError::Corrupt`] naming `what`.
pub fn decode<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| malformed(what, &error))
}

/// The library's message quotes the offending value, so only the place is kept.
fn malformed(what: &'static str, error: &serde_json::Error) -> StoreError {
    StoreError::Corrupt { what, source: DecodeError::Malformed { column: error.column() }.into() }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::E164;

    #[test]
    fn errors_do_not_repeat_what_was_stored() {
        let error = decode::<Vec<E164>>("list", r#"["500 555 0001 Jane"]"#).unwrap_err();
        let whole = format!("{error} {error:?} {}", error.source().map(ToString::to_string).unwrap_or_default());
        assert!(!whole.contains("555") && !whole.contains("Jane"), "{whole}");
        assert!(whole.contains("column"), "{whole}");
    }

    #[test]
    fn a_format_is_of_a_newer_build_of_this_one_or_of_none() {
        assert!(matches!(Formats::OWN.decode(STATE_FORMAT + 1, "{}"), Err(StoreError::Newer)));
        assert!(matches!(Formats::OWN.and_next().decode(STATE_FORMAT + 1, "{}"), Err(StoreError::Corrupt { .. })));
        assert!(matches!(Formats::OWN.decode(0, "{}"), Err(StoreError::Corrupt { .. })));
    }
}
