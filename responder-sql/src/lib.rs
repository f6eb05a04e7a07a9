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

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod parcel;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod rows;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod stored;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod value;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use error::OpenError;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresBuilder, PostgresStore};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
