//! How values stand in rows and arguments.

use std::time::Duration;

use responder_core::{Timestamp, store::StoreError};
use sqlx::{Decode, Postgres, Row, Type, postgres::PgRow};

use crate::error::{Malformed, corrupt};

/// A column of a row.
pub(super) fn get<'r, T: Decode<'r, Postgres> + Type<Postgres>>(
    row: &'r PgRow,
    column: usize,
) -> Result<T, StoreError> {
    // The library's message could quote the value.
    row.try_get(column).map_err(|_| corrupt("row", Malformed))
}

pub(super) fn time(row: &PgRow, column: usize) -> Result<Timestamp, StoreError> {
    get(row, column).map(Timestamp::from_micros)
}

/// A span as the function `later` takes it.
pub(super) fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
