//! The stores of this crate against the contract.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod polls;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
