//! Connections to the server.

use std::{fmt, time::Duration};

use sqlx::{ConnectOptions, Connection, PgConnection, Row, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{
    error::{Failure, OnlyReads, TooLate, told},
    schema,
};
use crate::error::OpenError;

/// How to get a connection.
pub(super) struct Connector {
    options: PgConnectOptions,
    /// The schema with our tables.
    schema: String,
    /// The longest that a connection or statement may take.
    patience: Duration,
}

impl Connector {
    pub(super) fn new(options: PgConnectOptions, schema: String, patience: Duration) -> Self {
        // Its log holds every statement, and warns of slow ones: those are ours to judge.
        Self { options: options.disable_statement_logging(), schema, patience }
    }

    pub(super) const fn patience(&self) -> Duration {
        self.patience
    }

    /// A connection for statements, to a server that can be written to, and whose schema this build knows. A statement
    /// waits for a lock for at most `locks`.
    pub(super) async fn connect(&self, locks: Duration) -> Result<PgConnection, Failure> {
        let work = async {
            let mut connection = self.plain().await.map_err(|error| Failure::undone(told(error)))?;
            let only_reads = self.set_up(&mut connection, locks).await.map_err(|error| Failure::undone(told(error)))?;
            if only_reads {
                return Err(Failure::undone(OnlyReads));
            }
            let found = schema::current(&mut connection).await.map_err(|error| Failure::undone(told(error)))?;
            found.check(schema::KNOWN).map_err(Failure::undone)?;
            Ok(connection)
        };
        timeout(self.patience, work).await.unwrap_or_else(|_| Err(Failure::undone(TooLate)))
    }

    /// How long a statement waits for a lock: not until its own end, so that the reason is told.
    pub(super) fn patience_for_locks(&self) -> Duration {
        self.patience * 3 / 4
    }

    /// A connection before the tables are there.
    pub(super) async fn plain(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.options).await
    }

    /// Settings for the session. Tells whether the server only reads.
    async fn set_up(&self, connection: &mut PgConnection, locks: Duration) -> Result<bool, sqlx::Error> {
        let millis = |span: Duration| span.as_millis().max(1).to_string();
        let row = sqlx::query(SET_UP)
            .bind(format!("\"{}\", pg_temp", self.schema))
            .bind(millis(self.patience))
            .bind(millis(locks))
            .fetch_one(connection)
            .await?;
        row.try_get(0)
    }

    /// Brings the tables up to date.
    pub(super) async fn migrate(&self, migrations: &[schema::Migration]) -> Result<(), OpenError> {
        let connect = async {
            let mut connection = self.plain().await?;
            self.set_up(&mut connection, self.patience_for_locks()).await.map(|only_reads| (connection, only_reads))
        };
        // Nobody waits on the phone yet, and a node that gives up is a node less.
        let limit = self.patience * 5;
        let (mut connection, only_reads) = schema::within(limit, connect).await?;
        let migrated = match only_reads {
            true => Err(OpenError::Unusable(OnlyReads.into())),
            false => schema::migrate(&mut connection, &self.schema, migrations, limit).await,
        };
        let _ = timeout(self.patience, connection.close()).await;
        migrated
    }
}

/// Without the address: it holds a password.
impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("schema", &self.schema)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// A commit is flushed before it is acknowledged, whatever the server's own setting; one that asks for more, such as an
/// acknowledgement of standbys, keeps it. Every statement has an index made for it, so tables are never read through.
/// The server notices within half a minute that our machine has vanished.
const SET_UP: &str = "
    SELECT current_setting('transaction_read_only')::boolean,
        set_config('search_path', $1, false),
        set_config('statement_timeout', $2, false),
        set_config('lock_timeout', $3, false),
        set_config('idle_in_transaction_session_timeout', $2, false),
        CASE WHEN current_setting('synchronous_commit') = 'off'
            THEN set_config('synchronous_commit', 'on', false) END,
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('enable_seqscan', 'off', false),
        set_config('jit', 'off', false),
        set_config('tcp_keepalives_idle', '10', false),
        set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '4', false)";
