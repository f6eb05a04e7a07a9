//! The store on a PostgreSQL server, whose address is in `DATABASE_URL`.

mod case;
mod crash;
mod dropped;
mod hints;
mod lab;
mod log;
mod outbox;
mod proxy;
mod schema;
mod server;
mod trouble;

responder_core::store_conformance!(lab::PostgresLab::start());
