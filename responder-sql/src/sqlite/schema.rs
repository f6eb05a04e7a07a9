//! The tables, and how an older file is brought up to date.

use sqlx::{Row, SqlitePool};

/// One script for each version of the schema. Released ones never change; a new version is a script at the end.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// Why a file can't be used.
#[derive(Debug)]
pub(super) enum SchemaError {
    Newer(i64),
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for SchemaError {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

/// Runs every script that the file has not seen, in one transaction. Two programs that start at once wait for each
/// other.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<(), SchemaError> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let found: i64 = sqlx::query("PRAGMA user_version").fetch_one(&mut *tx).await?.try_get(0)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(SchemaError::Newer(found));
    }
    for script in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*script).execute(&mut *tx).await?;
    }
    if found < known {
        sqlx::raw_sql(SET_VERSION).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

/// A pragma takes no parameters, so this has to say the number of scripts itself.
const SET_VERSION: &str = "PRAGMA user_version = 1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_is_set_is_the_number_of_scripts() {
        assert_eq!(SET_VERSION, format!("PRAGMA user_version = {}", MIGRATIONS.len()));
    }
}
