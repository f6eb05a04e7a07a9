//! The tables, and how an older file is brought up to date.

use rusqlite::{Connection, TransactionBehavior};

/// One script for each version of the schema. Released ones never change; a new version is a script at the end.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
    include_str!("schema_5.sql"),
];

/// Why a file can't be used.
#[derive(Debug)]
pub(super) enum SchemaError {
    Newer(i64),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for SchemaError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// Runs every script that the file has not seen, in one transaction. Two programs that start at once wait for each
/// other.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), SchemaError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(SchemaError::Newer(found));
    }
    for script in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(script)?;
    }
    if found < known {
        tx.pragma_update(None, "user_version", known)?;
    }
    Ok(tx.commit()?)
}
