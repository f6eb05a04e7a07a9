//! What can go wrong, in the words of the contract.

use std::{error::Error, fmt::Display};

use responder_core::store::StoreError;

/// Why a database could not be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The file was written by a newer version of this library, whose schema this one does not know.
    Newer {
        /// The version of the schema in the file.
        found: i64,
    },
    /// The file can't be opened, or is no database.
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

/// An error of a statement. Nothing is written then: the transaction it is part of is rolled back.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_) => {
            corrupt("row", Malformed)
        }
        other => StoreError::Unavailable(other.into()),
    }
}

/// An error of COMMIT, or of a statement that commits by itself: unless it is certain that nothing was written, it is
/// unknown.
pub(super) fn commit_failed(error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    let primary = code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
    let is_certain = match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        _ => primary.is_some_and(|code| NOTHING_WRITTEN.contains(&code)),
    };
    if is_certain { failed(error) } else { StoreError::Unknown(error.into()) }
}

/// Busy, locked, read-only, disk full, can't open, constraint: SQLite has rolled back, or not begun.
const NOTHING_WRITTEN: [u32; 6] = [5, 6, 8, 13, 14, 19];

pub(super) fn corrupt(what: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::Corrupt { what, source: source.into() }
}

/// A column holds what this library never writes there. The value is not repeated: it may be about people.
#[derive(Debug)]
pub(super) struct Malformed;

impl Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a column holds something else than was written")
    }
}

impl Error for Malformed {}
