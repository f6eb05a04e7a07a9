//! What can go wrong, in the words of the contract.

use std::{error::Error, fmt::Display};

use responder_core::store::StoreError;
use rusqlite::ErrorCode;

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
pub(super) fn failed(error: rusqlite::Error) -> StoreError {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
    match error {
        // Their messages quote the value, which may be about people.
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | Utf8Error(..) => {
            corrupt("row", Malformed)
        }
        other if is_damage(&other) => corrupt("file", other),
        other => StoreError::Unavailable(other.into()),
    }
}

/// Whether the file itself is damaged, which no repetition can mend.
fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Whether it is certain that a COMMIT that failed has written nothing.
pub(super) fn is_nothing_written(error: &rusqlite::Error) -> bool {
    use ErrorCode::{CannotOpen, ConstraintViolation, DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly};
    matches!(
        error.sqlite_error_code(),
        Some(CannotOpen | ConstraintViolation | DatabaseBusy | DatabaseLocked | DiskFull | ReadOnly)
    )
}

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

/// The thread that should do the work is gone: the store was closed, or the work ended it.
#[derive(Debug)]
pub(super) struct Gone;

impl Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the store is closed")
    }
}

impl Error for Gone {}

/// The work panicked.
#[derive(Debug)]
pub(super) struct Panicked;

impl Display for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the store panicked in the middle of the work")
    }
}

impl Error for Panicked {}
