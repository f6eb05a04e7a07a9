//! Two nodes of one branch on one database, as a company in Rexburg runs them: each takes every report and every
//! callback, and when one dies, the other goes on with its emergencies.
//!
//! `cargo run --example branch_rexburg` needs no account and no set-up: it brings a simulated phone network along, and
//! a PostgreSQL server if its programs are installed, and says what to try. With `DATABASE_URL` it uses that server;
//! with `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN`, `TWILIO_PHONE_NUMBER`, `TECHNICIAN_PHONE`, `OFFICE_PHONE` and
//! `PUBLIC_URL` real phones ring; with `DEBUG_WEBHOOK_URL` and `DEBUG_WEBHOOK_SECRET` another service gets every event.
//!
//! Here both nodes are in one process, so that one command shows all; in earnest `node.rs` is a process on each
//! machine, and a load balancer stands where `front.rs` does.

mod database;
#[path = "../common/ending.rs"]
mod ending;
#[path = "../common/environment.rs"]
#[expect(dead_code, reason = "what services need that are told everything by their environment")]
mod environment;
#[path = "../common/events.rs"]
mod events;
mod front;
mod node;
#[path = "../common/phones.rs"]
mod phones;
#[path = "../common/service.rs"]
mod service;
#[path = "../common/signals.rs"]
mod signals;

use std::{error::Error, net::Ipv4Addr};

use database::Database;
use events::Events;
use futures_util::future::join_all;
use node::Node;
use phones::Phones;
use responder::script::Links;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    service::log_to_console();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, service::port()?)).await?;
    let here = format!("http://{}", listener.local_addr()?);
    // Both hand out the address of the front: the next request may come to the other.
    let links = Links::new(service::public_url(&here)?.parse()?);
    let phones = Phones::find(&links).await?;
    let database = Database::find().await?;

    let (token, events) = (service::intake_token()?, Events::find()?);
    let mut nodes = Vec::new();
    let mut folders = Vec::new();
    for number in 1..=2 {
        // The log is a node's own, as on a machine of its own.
        let (log, folder) = service::file(&format!("rexburg-{number}.log"))?;
        folders.push(folder);
        nodes.push(Node::start(&phones, &links, database.open(&phones).await?, &token, &events, log).await?);
    }
    let addresses: Vec<_> = nodes.iter().map(Node::address).collect();

    println!("Two nodes of a branch of Responder: {} and {}, behind {here}.", addresses[0], addresses[1]);
    println!("{}\n", database.told());
    service::tell_how_to_report(&here, &token, &phones.technician.to_string(), "+15005550102");
    service::tell_how_to_go_on(&here, &token, "+15005550102", phones.simulated.as_deref());
    println!("\nCtrl-C ends it.");
    let front = front::before(addresses)?;
    let branches: Vec<_> = nodes.iter().map(Node::branch).collect();
    let stop = async move {
        signals::asked_to_stop().await;
        // The front waits for open connections, and streams of events would stay open.
        branches.iter().for_each(|branch| branch.end_streams());
    };
    ending::in_time(stop, |stop| axum::serve(listener, front).with_graceful_shutdown(stop)).await.transpose()?;
    join_all(nodes.into_iter().map(Node::stop)).await;
    Ok(())
}
