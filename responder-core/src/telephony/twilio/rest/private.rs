//! What is about people.

use std::fmt;

use serde::Deserialize;

use crate::E164;

/// A text that may say who somebody is: a number, a client's name, what somebody wrote. `Debug` does not show it,
/// `Display` does.
///
/// ```
/// use responder_core::telephony::rest::Private;
///
/// let caller = Private::from("+15005550001");
/// assert_eq!(format!("{caller:?}"), "Private(12 characters)");
/// assert!(caller.number().is_some() && Private::from("client:alice").number().is_none());
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Private(String);

impl Private {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as a number, if it is one.
    pub fn number(&self) -> Option<E164> {
        self.0.parse().ok()
    }
}

impl From<&str> for Private {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Private {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<E164> for Private {
    fn from(number: E164) -> Self {
        Self(number.to_string())
    }
}

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Private({} characters)", self.0.chars().count())
    }
}
