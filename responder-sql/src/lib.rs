//! The storage traits of Responder on SQL databases.
//!
//! [`SqliteStore`] (feature `sqlite`, on by default) keeps everything in one file beside the program. What it promises
//! is the contract of [`EmergencyStore`](responder_core::store::EmergencyStore); it passes the same conformance suite
//! as every other store.
//!
//! ```no_run
//! use std::sync::Arc;
//! use responder_core::{driver::SystemClock, store::{BranchControl, EmergencyStore}};
//! use responder_sql::SqliteStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Arc::new(SqliteStore::open("responder.db", Arc::new(SystemClock)).await?);
//! let emergencies: Arc<dyn EmergencyStore> = store.clone();
//! let branches: Arc<dyn BranchControl> = store;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use sqlite::{OpenError, SqliteStore};
