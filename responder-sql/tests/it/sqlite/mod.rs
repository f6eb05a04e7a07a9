//! The store in a SQLite file.

mod dropped;
mod file;
mod lab;

responder_core::store_conformance!(lab::SqliteLab::start());
