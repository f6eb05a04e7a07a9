//! The storage traits of Responder on SQL databases.
//!
//! [`SqliteStore`] (feature `sqlite`, on by default) keeps everything in one file beside the program. [`PostgresStore`]
//! (feature `postgres`) keeps it on a server that any number of nodes share. What they promise is the contract of
//! [`EmergencyStore`](responder_core::store::EmergencyStore); they pass the same conformance suite as every other
//! store.
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
//!
//! Several nodes open the same database, each with a dispatcher of its own name:
//!
//! ```no_run
//! # #[cfg(feature = "postgres")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use responder_sql::PostgresStore;
//!
//! let url = std::env::var("DATABASE_URL")?; // postgres://user:password@host/database?sslmode=verify-full
//! let store = PostgresStore::builder(url).schema("tucson").connections(16).open().await?;
//! # Ok(())
//! # }
//! ```

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod deliveries;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod parcel;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod people;
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
