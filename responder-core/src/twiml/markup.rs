//! Names together with the markup around them.
//!
//! Names of the language are kept as they are printed: that halves the pieces of which a document is put together, and
//! small pieces are most of the work.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use super::Name;

/// An element's name and its tags.
#[derive(Debug)]
pub(super) struct KnownTag {
    pub(super) name: &'static str,
    /// `<name`
    pub(super) open: &'static str,
    /// `<name>`
    pub(super) start: &'static str,
    /// `</name>`
    pub(super) end: &'static str,
}

/// An attribute's name and what stands before its value.
#[derive(Debug)]
pub(super) struct KnownKey {
    pub(super) name: &'static str,
    /// ` name="`
    pub(super) open: &'static str,
}

/// The name of an element.
pub(super) type Tag = Named<KnownTag>;

/// The name of an attribute.
pub(super) type Key = Named<KnownKey>;

/// A name of the language, or any other. Which of the two it is makes no difference to whoever compares.
pub(super) enum Named<K: 'static> {
    Known(&'static K),
    Other(Name),
}

/// What has a name.
pub(super) trait HasName {
    fn name(&self) -> &'static str;
}

impl HasName for KnownTag {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl HasName for KnownKey {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl<K: HasName> Named<K> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.name(),
            Self::Other(name) => name.as_str(),
        }
    }
}

impl<K> Clone for Named<K> {
    fn clone(&self) -> Self {
        match self {
            Self::Known(known) => Self::Known(known),
            Self::Other(name) => Self::Other(name.clone()),
        }
    }
}

impl<K: HasName> PartialEq for Named<K> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<K: HasName> Eq for Named<K> {}

impl<K: HasName> Hash for Named<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<K: HasName> fmt::Debug for Named<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// The markup of a name of the language, which is checked when it is compiled.
macro_rules! known {
    (tag $name:literal) => {
        const {
            assert!($crate::twiml::name::is_ascii_name($name.as_bytes()), "no name");
            &$crate::twiml::markup::KnownTag {
                name: $name,
                open: concat!("<", $name),
                start: concat!("<", $name, ">"),
                end: concat!("</", $name, ">"),
            }
        }
    };
    (key $name:literal) => {
        const {
            assert!($crate::twiml::name::is_ascii_name($name.as_bytes()), "no name");
            &$crate::twiml::markup::KnownKey { name: $name, open: concat!(" ", $name, "=\"") }
        }
    };
}

pub(super) use known;
