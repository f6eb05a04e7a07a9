//! What the nodes share.

use std::{env, error::Error, path::PathBuf, process::Stdio, sync::Arc};

use responder::{
    sql::{PostgresStore, SqliteStore},
    store::{DeliveryStore, EmergencyStore},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{phones::Phones, service};

/// A server, or where there is none, a file.
pub(crate) enum Database {
    /// At `DATABASE_URL`.
    Theirs(String),
    /// Started for us; it goes away with us.
    Ours { url: String, _server: Child },
    /// Of nodes on one machine.
    File { path: PathBuf, _folder: Option<tempfile::TempDir> },
}

/// The sides of an open one.
pub(crate) type Stores = (Arc<dyn EmergencyStore>, Arc<dyn DeliveryStore>);

impl Database {
    pub(crate) async fn find() -> Result<Self, Box<dyn Error>> {
        if let Ok(url) = env::var("DATABASE_URL") {
            return Ok(Self::Theirs(url));
        }
        if let Some((url, server)) = start().await {
            return Ok(Self::Ours { url, _server: server });
        }
        let (path, folder) = service::file("rexburg.db")?;
        Ok(Self::File { path, _folder: folder })
    }

    /// A node's own access to it.
    pub(crate) async fn open(&self, phones: &Phones) -> Result<Stores, Box<dyn Error>> {
        Ok(match self {
            Self::Theirs(url) | Self::Ours { url, .. } => {
                let store = Arc::new(PostgresStore::open(url.as_str()).await?);
                (store.clone(), store)
            }
            Self::File { path, .. } => {
                let store = Arc::new(SqliteStore::open(path, phones.clock.clone()).await?);
                (store.clone(), store)
            }
        })
    }

    /// In a sentence.
    pub(crate) const fn told(&self) -> &'static str {
        match self {
            Self::Theirs(_) => "They share the PostgreSQL server at DATABASE_URL.",
            Self::Ours { .. } => "They share a PostgreSQL server that was started for them, and goes away with them.",
            Self::File { .. } => {
                "There is no PostgreSQL here, so they share a SQLite file: that does for nodes on one machine."
            }
        }
    }
}

/// A server that lives as long as the other end of its input: also when we are killed, it goes away.
async fn start() -> Option<(String, Child)> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with-postgres");
    let mut server = Command::new(script);
    server.args(["sh", "-c", "echo \"$DATABASE_URL\"; exec cat >/dev/null"]);
    server.env("WITH_POSTGRES_INSTALL", "no").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // Ctrl-C is for us, who still need it then.
    #[cfg(unix)]
    server.process_group(0);
    let mut server = server.spawn().ok()?;
    let mut said = BufReader::new(server.stdout.take()?).lines();
    let url = said.next_line().await.ok()??;
    Some((url, server))
}
