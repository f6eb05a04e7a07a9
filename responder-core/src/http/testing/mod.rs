//! Proofs for our tests and those of services that embed or extend us: that a table keeps strangers out, and that an
//! adapter carries everything as it is.

pub mod adapter;
mod intrusions;

pub use intrusions::{Finding, intrusions};
