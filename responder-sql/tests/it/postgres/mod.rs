//! The store on a PostgreSQL server, whose address is in `DATABASE_URL`.

mod lab;
mod server;

responder_core::store_conformance!(lab::PostgresLab::start());
