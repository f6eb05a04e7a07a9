//! Reach a technician, hold the customer, put the two on the line.
//!
//! This crate re-exports the parts of Responder that most services need. See `README.md` for a first run and
//! `ARCHITECTURE.md` for the house.

pub use responder_core as core;
