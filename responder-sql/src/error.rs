//! What can go wrong with any database, in the words of the contract.

use std::{error::Error, fmt::Display};

use responder_core::store::StoreError;

/// Why a database could not be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The database was brought up to date by a newer version of this library, in a way that this one can't work with.
    Newer {
        /// The version of the schema in the database.
        found: i64,
    },
    /// The database can't be reached or opened, or is none.
    Unusable(Box<dyn Error + Send + Sync>),
}

impl Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Newer { found } => write!(f, "the database has schema {found}, newer than this program knows"),
            Self::Unusable(_) => f.write_str("the database can't be opened"),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Newer { .. } => None,
            Self::Unusable(source) => Some(&**source),
        }
    }
}

pub(crate) fn corrupt(what: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::Corrupt { what, source: source.into() }
}

/// A column holds what this library never writes there. The value is not repeated: it may be about people.
#[derive(Debug)]
pub(crate) struct Malformed;

impl Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a column holds something else than was written")
    }
}

impl Error for Malformed {}

/// Whoever should do the work is gone: the store was closed, or the work ended it.
#[derive(Debug)]
pub(crate) struct Gone;

impl Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the store is closed")
    }
}

impl Error for Gone {}
