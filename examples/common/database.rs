//! Where emergencies are kept.

use std::{error::Error, path::PathBuf, sync::Arc};

use responder::{
    driver::Clock,
    sql::{PostgresBuilder, PostgresStore, SqliteStore},
    store::{AdminStore, DeliveryStore, EmergencyStore},
};

use super::{
    environment::{BadVariable, Environment},
    told,
};

/// A database that is not open yet.
pub(crate) enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server, which other nodes of this branch may use, too.
    Postgres(PostgresBuilder),
}

/// All sides of an open one.
pub(crate) trait Store: EmergencyStore + AdminStore + DeliveryStore {}

impl<T: EmergencyStore + AdminStore + DeliveryStore> Store for T {}

impl Database {
    /// As `DATABASE_URL` says, else a file of this name.
    pub(crate) fn read(env: &Environment, name: &str) -> Result<Self, BadVariable> {
        let Some(url) = env.text("DATABASE_URL") else { return Ok(Self::Sqlite(format!("data/{name}.db").into())) };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let schema = env.text("DATABASE_SCHEMA").unwrap_or("responder");
            let server = PostgresStore::builder(url).schema(schema);
            let connections =
                env.parsed("DATABASE_CONNECTIONS", |text| text.parse().map_err(|_| "it must be a whole number"))?;
            return Ok(Self::Postgres(connections.map_or(server.clone(), |count| server.connections(count))));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
        match path.map(|path| path.split('?').next().unwrap_or_default()) {
            Some(path) if !path.is_empty() && path != ":memory:" => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => {
                let why = "must be sqlite:// and the path of a file, or postgres://user:password@host/database";
                Err(BadVariable { name: "DATABASE_URL", why: why.to_owned() })
            }
        }
    }

    /// Opens it. Times are those of `clock`, or of the server.
    pub(crate) async fn open(self, clock: Arc<dyn Clock>) -> Result<Arc<dyn Store>, Box<dyn Error>> {
        match self {
            Self::Sqlite(path) => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
                }
                let store = SqliteStore::open(&path, clock).await;
                Ok(Arc::new(store.map_err(|error| format!("{}: {}", path.display(), told(&error)))?))
            }
            Self::Postgres(server) => Ok(Arc::new(server.open().await?)),
        }
    }
}
