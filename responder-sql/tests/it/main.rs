//! The stores of this crate against the contract.

#[cfg(feature = "sqlite")]
mod sqlite;
