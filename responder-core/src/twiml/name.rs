//! Names of elements and attributes.

use std::{borrow::Cow, fmt};

/// The name of an element or attribute, checked, so that no tree can hold one that would print as ill-formed XML.
///
/// A name is a letter of any script or `_`, then letters, digits, `-`, `_`, `.` and `:` (XML 1.0, production `Name`,
/// but without a colon at either end). A prefix (`xml:lang`) is taken as it is written: whoever uses one other than
/// `xml` also writes the `xmlns:` attribute that declares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Cow<'static, str>);

/// A text that is no name of an element or attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an XML name is a letter or underscore, then letters, digits, '-', '_', '.' and ':'")]
#[non_exhaustive]
pub struct NameError;

impl Name {
    /// Checks a name.
    ///
    /// # Errors
    /// [`NameError`] if a character is out of place.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, NameError> {
        let name = name.into();
        if is_ascii_name(name.as_bytes()) || is_name(&name) { Ok(Self(name)) } else { Err(NameError) }
    }

    /// An ASCII name that is known when the program is compiled: in a `const`, a wrong one is a compile error.
    ///
    /// # Panics
    /// If the name is wrong, or not ASCII, and this is called at run time. All other names go through [`Name::new`].
    pub const fn from_static(name: &'static str) -> Self {
        assert!(is_ascii_name(name.as_bytes()), "not an ASCII XML name");
        Self(Cow::Borrowed(name))
    }

    /// The name as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<&str> for Name {
    type Error = NameError;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        Self::new(name.to_owned())
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(name)
    }
}

impl From<std::convert::Infallible> for NameError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|c| c != ':' && starts_name(c))
        && characters.all(|c| {
            let inside =
                matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}');
            inside || starts_name(c)
        })
        && !name.ends_with(':')
}

/// Production `NameStartChar` of XML 1.0.
fn starts_name(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// A loop over bytes because iterators are not `const`.
pub(super) const fn is_ascii_name(name: &[u8]) -> bool {
    let mut at = 0;
    while at < name.len() {
        let inside = at > 0 && (name[at].is_ascii_digit() || matches!(name[at], b'-' | b'.' | b':'));
        if !(inside || name[at].is_ascii_alphabetic() || name[at] == b'_') {
            return false;
        }
        at += 1;
    }
    at > 0 && name[at - 1] != b':'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_every_name_that_twiml_has() {
        for name in [
            "Response",
            "say-as",
            "interpret-as",
            "xml:lang",
            "amazon:effect",
            "_",
            "h1",
            "a.b",
            "Élément",
            "naïve",
            "緊急",
            "a·b",
        ] {
            assert_eq!(Name::new(name).map(|n| n.to_string()), Ok(name.to_owned()));
        }
    }

    #[test]
    fn refuses_what_would_break_a_document() {
        for name in [
            "", " ", "1st", "-a", ":a", "a:", "a b", "a>", "a\"", "a=", "a/", "·a", "é ", "é×", "é:", "é<", "a\0", "<a",
        ] {
            assert_eq!(Name::new(name), Err(NameError), "{name:?}");
        }
    }
}
