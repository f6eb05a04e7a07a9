//! What can go wrong with a statement, and what that means for what it should have written.

use std::{error::Error, fmt::Display};

use responder_core::store::StoreError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

use crate::error::{Malformed, corrupt};

type Cause = Box<dyn Error + Send + Sync>;

/// Why there is no answer to a statement.
#[derive(Debug)]
pub(super) struct Failure {
    fate: Fate,
    /// What may be done about it.
    pub(super) remedy: Remedy,
    cause: Cause,
}

/// What became of the statement, which is a transaction of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Nothing of it is written.
    Undone,
    /// Nobody knows.
    Unknown,
    /// It met something that no repetition can mend.
    Damage,
}

/// What may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The same once more.
    Again,
    /// The same on a new connection.
    Reconnect,
    /// Parts of it by themselves: one was refused for what it is.
    Divide,
    /// The same later, and parts of it at once: somebody has locked what one needs.
    Wait,
    /// Nothing here; the connection is good.
    None,
    /// Nothing here, and the connection is given up.
    Leave,
}

impl Failure {
    /// Nothing was tried, or everything was undone.
    pub(super) fn undone(cause: impl Into<Cause>) -> Self {
        Self { fate: Fate::Undone, remedy: Remedy::Leave, cause: cause.into() }
    }

    /// It may have been carried out, and went on for too long.
    pub(super) fn unknown(cause: impl Into<Cause>) -> Self {
        Self { fate: Fate::Unknown, remedy: Remedy::Leave, cause: cause.into() }
    }

    /// Of a statement that was sent.
    pub(super) fn of(error: sqlx::Error) -> Self {
        let (fate, remedy) = match &error {
            sqlx::Error::Database(refusal) => judge(&**refusal),
            sqlx::Error::Encode(_) => (Fate::Undone, Remedy::None),
            _ => (Fate::Unknown, Remedy::Reconnect),
        };
        Self { fate, remedy, cause: told(error) }
    }

    /// Whether it is certain that nothing was written.
    pub(super) fn is_undone(&self) -> bool {
        self.fate == Fate::Undone
    }

    /// Of a statement that changes nothing.
    pub(super) fn of_read(self) -> StoreError {
        match self.fate {
            Fate::Undone | Fate::Unknown => StoreError::Unavailable(self.cause),
            Fate::Damage => corrupt("database", self.cause),
        }
    }

    /// Of one that may have changed something.
    pub(super) fn of_write(self) -> StoreError {
        match self.fate {
            Fate::Unknown => StoreError::Unknown(self.cause),
            Fate::Undone | Fate::Damage => self.of_read(),
        }
    }

    /// The same for another statement that shared the transaction.
    pub(super) fn shared(&self) -> Self {
        Self { fate: self.fate, remedy: self.remedy, cause: self.cause.to_string().into() }
    }
}

/// By the codes of PostgreSQL, appendix A of its manual.
fn judge(refusal: &dyn sqlx::error::DatabaseError) -> (Fate, Remedy) {
    let server = refusal.try_downcast_ref::<PgDatabaseError>();
    if server.is_none_or(|server| matches!(server.severity(), PgSeverity::Fatal | PgSeverity::Panic)) {
        // The session ends, perhaps between the commit and its acknowledgement.
        return (Fate::Unknown, Remedy::Reconnect);
    }
    match refusal.code().as_deref().unwrap_or_default() {
        // Could not be serialised, deadlock; two who wrote the same new row.
        "40001" | "40P01" | "23505" => (Fate::Undone, Remedy::Again),
        // A server that only reads, after a failover; plans and statements that a migration or a pooler took away.
        "25006" | "0A000" | "26000" => (Fate::Undone, Remedy::Reconnect),
        "55P03" => (Fate::Undone, Remedy::Wait),
        // Data, integrity, limits of a row.
        code if ["22", "23", "54"].iter().any(|class| code.starts_with(class)) => (Fate::Undone, Remedy::Divide),
        // Damaged data or index.
        "XX001" | "XX002" => (Fate::Damage, Remedy::None),
        _ => (Fate::Undone, Remedy::None),
    }
}

/// The error without what people said.
pub(super) fn told(error: sqlx::Error) -> Cause {
    match error {
        sqlx::Error::Database(refusal) => Refusal::of(&*refusal).into(),
        // Their messages may quote the value.
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => Malformed.into(),
        other => other.into(),
    }
}

/// What the server answered instead of rows.
#[derive(Debug)]
struct Refusal {
    code: String,
    /// None where it may quote a value.
    message: Option<String>,
}

impl Refusal {
    fn of(refusal: &dyn sqlx::error::DatabaseError) -> Self {
        let code = refusal.code().unwrap_or_default().into_owned();
        let is_about_values = ["21", "22", "23", "44", "P0"].iter().any(|class| code.starts_with(class));
        let message = (!is_about_values).then(|| refusal.message().to_owned());
        Self { code, message }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server refuses with code {}", self.code)?;
        self.message.as_ref().map_or(Ok(()), |message| write!(f, ": {message}"))
    }
}

impl Error for Refusal {}

/// Nothing came back in time.
#[derive(Debug)]
pub(super) struct TooLate;

impl Display for TooLate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the server did not answer in time")
    }
}

impl Error for TooLate {}

/// Somebody else keeps what has to be written.
#[derive(Debug)]
pub(super) struct Locked;

impl Display for Locked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("somebody else has locked the branch for too long")
    }
}

impl Error for Locked {}

/// The server follows another one, or was told to change nothing.
#[derive(Debug)]
pub(super) struct OnlyReads;

impl Display for OnlyReads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the server only reads, as a standby does")
    }
}

impl Error for OnlyReads {}
