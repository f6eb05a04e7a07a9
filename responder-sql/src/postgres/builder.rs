//! How a store is opened.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use responder_core::store::codec::Formats;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use super::{
    PostgresStore, Store,
    connection::Connector,
    error::told,
    hint::{Hints, Listener},
    lane::Lane,
    schema::MIGRATIONS,
    statement::Statements,
    write::Writers,
};
use crate::error::OpenError;

/// Where a [`PostgresStore`] keeps its emergencies, and how it goes about it.
#[derive(Clone)]
pub struct PostgresBuilder {
    url: SecretString,
    schema: String,
    connections: usize,
    patience: Duration,
}

impl PostgresBuilder {
    pub(super) fn new(url: SecretString) -> Self {
        Self { url, schema: "responder".to_owned(), connections: 8, patience: Duration::from_secs(2) }
    }

    /// The schema of the database that holds the tables (`responder`): 1 to 48 of `a`-`z`, `0`-`9` and `_`, not
    /// beginning with a digit or `pg_`. Services that share a database each have their own.
    #[must_use]
    pub fn schema(self, schema: impl Into<String>) -> Self {
        Self { schema: schema.into(), ..self }
    }

    /// How many connections work side by side (8, at least 3): two of them write, the others do everything else. One
    /// more listens to other nodes, if there is a dispatcher.
    #[must_use]
    pub fn connections(self, connections: usize) -> Self {
        Self { connections: connections.max(3), ..self }
    }

    /// The longest that any call may take (2 s, at least 100 ms): then it ends with an error, whatever the server does.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience: patience.max(Duration::from_millis(100)), ..self }
    }

    /// Connects, within five times the [patience](Self::patience), and brings the tables up to date. Nodes of older
    /// versions may be at work meanwhile. Where the tables have to be changed, it may take up to three minutes: two
    /// until nobody else keeps us from it (another node that does the same, a backup), one for the change.
    ///
    /// # Errors
    /// [`OpenError::Newer`] when a newer version has changed the tables beyond what this one can work with;
    /// [`OpenError::Unusable`] when the address or the name of the schema is none, when the address has a parameter
    /// that is not known, when the server can't be reached, refuses us or only reads (as a standby does), and for
    /// databases of another encoding than UTF8.
    pub async fn open(self) -> Result<PostgresStore, OpenError> {
        check_schema(&self.schema)?;
        check_parameters(self.url.expose_secret())?;
        let options = PgConnectOptions::from_str(self.url.expose_secret());
        let options = options.map_err(|error| OpenError::Unusable(told(error)))?.application_name(&self.schema);
        let connector = Connector::new(options.clone(), self.schema.clone(), self.patience);
        connector.migrate(MIGRATIONS).await?;
        Ok(self.start(options.disable_statement_logging(), &Arc::new(connector)))
    }

    fn start(self, options: PgConnectOptions, connector: &Arc<Connector>) -> PostgresStore {
        let statements = Lane::start(connector, self.connections - 2, connector.patience_for_locks());
        let statements = Arc::new(Statements::new(statements, self.patience));
        let (channel, node) = (format!("{}_changed", self.schema), node());
        let hints = Hints::start(&statements, channel.clone(), node.clone());
        let writers = Writers::start(connector, &statements, hints);
        let listener = Listener::new(options, channel, node, self.patience);
        let shared = Arc::new(Store { writers, statements, listener, schema: self.schema });
        PostgresStore { shared, formats: Formats::OWN }
    }
}

/// A name in SQL, quoted, and part of the name of a channel.
fn check_schema(schema: &str) -> Result<(), OpenError> {
    let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let begins_well = !schema.starts_with("pg_") && !schema.starts_with(|c: char| c.is_ascii_digit());
    if (1..=48).contains(&schema.len()) && schema.bytes().all(is_allowed) && begins_well {
        return Ok(());
    }
    Err(OpenError::Unusable("a schema has 1 to 48 of a-z, 0-9 and _, and begins with neither a digit nor pg_".into()))
}

/// sqlx would log a parameter that it does not know, with its value. It may be the rest of a password with a `?` in it,
/// so it is not named.
fn check_parameters(url: &str) -> Result<(), OpenError> {
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    let parameters = parameters.split_once('#').map_or(parameters, |(parameters, _)| parameters);
    let is_known = |key: &str| PARAMETERS.contains(&key) || (key.starts_with("options[") && key.ends_with(']'));
    match form_urlencoded::parse(parameters.as_bytes()).position(|(key, _)| !is_known(&key)) {
        None => Ok(()),
        Some(no) => Err(OpenError::Unusable(format!("parameter {} of the address means nothing here", no + 1).into())),
    }
}

/// Those of sqlx.
const PARAMETERS: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// A name that no other node has.
fn node() -> String {
    let mut bits = [0; 8];
    getrandom::fill(&mut bits).expect("BUG: an operating system without a random source");
    format!("{:016x}", u64::from_ne_bytes(bits))
}

/// Without the address: it holds a password.
impl fmt::Debug for PostgresBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresBuilder")
            .field("schema", &self.schema)
            .field("connections", &self.connections)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
