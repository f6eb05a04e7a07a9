//! What can go wrong, in the words of the contract.

use std::{error::Error, fmt::Display};

use responder_core::store::StoreError;
use rusqlite::ErrorCode;

use crate::error::{Malformed, corrupt};

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

/// The work panicked.
#[derive(Debug)]
pub(super) struct Panicked;

impl Display for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the store panicked in the middle of the work")
    }
}

impl Error for Panicked {}
