//! People who log in.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{PasswordHash, Rights};
use crate::Timestamp;

/// The number of a user; never given to another one, also after they are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(u64);

/// How often a user was changed. Whoever wants to change one says which they saw, and overwrites nothing that came
/// after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserVersion(u64);

/// By what a user logs in: 1 to 64 of `a`-`z`, `0`-`9`, `.`, `_`, `-`, `@` and `+`. Capitals are read as small letters,
/// so that no two names look alike.
///
/// ```
/// use responder_core::access::UserName;
///
/// assert_eq!("Ada@Example.com".parse::<UserName>()?.as_str(), "ada@example.com");
/// assert!("ada lovelace".parse::<UserName>().is_err());
/// # Ok::<(), responder_core::access::UserError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(Arc<str>);

/// A text that is no user's name or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserError {
    /// A text that can't be a user name.
    #[error("a user name has 1 to 64 letters, digits and . _ - @ +")]
    Name,
    /// A text that can't be the number of a user.
    #[error("a user is named by a number")]
    Id,
    /// No version.
    #[error("the version of a user is a number")]
    Version,
}

/// Somebody who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The number.
    pub id: UserId,
    /// The name.
    pub name: UserName,
    /// What they may do.
    pub rights: Rights,
    /// By what their password is known.
    pub password: PasswordHash,
    /// How often they were changed.
    pub version: UserVersion,
    /// Since when there is this user, on the store's clock.
    pub created_at: Timestamp,
}

impl UserId {
    /// From a stored number.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl UserVersion {
    /// From a stored number.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// That after one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl UserName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserId {
    type Err = UserError;

    fn from_str(text: &str) -> Result<Self, UserError> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number).map(Self).ok_or(UserError::Id)
    }
}

impl FromStr for UserVersion {
    type Err = UserError;

    fn from_str(text: &str) -> Result<Self, UserError> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number).map(Self).ok_or(UserError::Version)
    }
}

impl FromStr for UserName {
    type Err = UserError;

    fn from_str(text: &str) -> Result<Self, UserError> {
        let text = text.trim();
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(is_allowed) {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(UserError::Name)
        }
    }
}

impl TryFrom<String> for UserName {
    type Error = UserError;

    fn try_from(text: String) -> Result<Self, UserError> {
        text.parse()
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Diagnostics name users by their numbers.
impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserName(…)")
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_that_are_none_are_refused() {
        for text in ["", " ", "a b", "zoë", "a\0", &"a".repeat(65), "<b>", "a/b"] {
            assert_eq!(text.parse::<UserName>(), Err(UserError::Name), "{text:?}");
        }
        for text in ["", "-1", "+1", "1.0", "x", "99999999999999999999"] {
            assert_eq!(text.parse::<UserId>(), Err(UserError::Id), "{text:?}");
        }
        assert_eq!("7".parse(), Ok(UserId(7)));
        assert_eq!(("7".parse(), "+7".parse::<UserVersion>()), (Ok(UserVersion(7)), Err(UserError::Version)));
        assert_eq!(" ADA ".parse::<UserName>().map(String::from), Ok("ada".to_owned()));
    }
}
