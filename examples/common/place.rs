//! Where a server runs: in a process of its own, or beside others in one, which gives it what it has.

use std::{error::Error, net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use responder::driver::Clock;
use tokio::net::TcpListener;

use super::{
    database::{Database, Store},
    signals,
};

/// What differs.
pub(crate) struct Place {
    /// Where things are kept; else in the database that the environment names.
    pub(crate) store: Option<Arc<dyn Store>>,
    /// Where it listens; else at the address that the environment names.
    pub(crate) listener: Option<TcpListener>,
    /// When it ends.
    pub(crate) stop: BoxFuture<'static, ()>,
}

impl Place {
    /// A process of its own, which ends when it is asked to.
    pub(crate) fn own_process() -> Self {
        Self { store: None, listener: None, stop: Box::pin(signals::asked_to_stop()) }
    }

    /// The store, open. Times are those of `clock`, unless it was open already.
    pub(crate) async fn store(
        &mut self,
        database: Database,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<dyn Store>, Box<dyn Error>> {
        match self.store.take() {
            Some(store) => Ok(store),
            None => database.open(clock).await,
        }
    }

    /// The listener, and its address.
    pub(crate) async fn listen(&mut self, at: SocketAddr) -> Result<(TcpListener, SocketAddr), Box<dyn Error>> {
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => TcpListener::bind(at).await.map_err(|error| format!("{at}: {error}"))?,
        };
        let address = listener.local_addr()?;
        Ok((listener, address))
    }
}
