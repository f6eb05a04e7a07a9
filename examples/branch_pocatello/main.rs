//! A plumber's site in Pocatello, with a branch of Responder beside it: warp, one process, one SQLite file, all at one
//! address. `bookings.rs` is the site as it was before; this file is all that it takes to add the branch.
//!
//! `cargo run --example branch_pocatello` needs no account and no set-up: it brings a simulated phone network along,
//! and says what to try. With `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN`, `TWILIO_PHONE_NUMBER`, `TECHNICIAN_PHONE`,
//! `OFFICE_PHONE` and `PUBLIC_URL` real phones ring.

mod bookings;
#[path = "../common/phones.rs"]
mod phones;
#[path = "../common/service.rs"]
mod service;
#[path = "../common/signals.rs"]
mod signals;

use std::{error::Error, net::Ipv4Addr, sync::Arc};

use phones::Phones;
use responder::{
    branch::{Branch, BranchSettings},
    driver::Dispatcher,
    emergency::{Contact, Policy},
    http::{self, Key, Keys, Signatures},
    script::{Links, Script},
    sql::SqliteStore,
    store::WorkerId,
};
use tokio::net::TcpListener;
use warp::Filter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    service::log_to_console();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, service::port()?)).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let links = Links::new(service::public_url(&here)?.parse()?);
    let phones = Phones::find(&links).await?;

    // The branch: how emergencies are handled, where they are kept, how they are spoken of.
    let policy = Policy { recipients: vec![Contact::unnamed(phones.office)], ..Policy::default() };
    let mut settings = BranchSettings::new(policy, phones.number)?;
    settings.max_active_emergencies = 3;
    let (file, _folder) = service::file("pocatello.db")?;
    let store = Arc::new(SqliteStore::open(&file, phones.clock).await?);
    let script = Script { company_name: "Gate City Plumbing".into(), ..Script::default() };
    let branch = Branch::new("pocatello".parse()?, settings, store.clone(), phones.telephony, script, links);
    let branch = Arc::new(branch);

    // Its endpoints, and who may call them: the provider, and whoever shows the token.
    let token = service::intake_token()?;
    let keys = Keys {
        signatures: Signatures::Checked(phones.tokens),
        intake_token: Some(Key::new(token.as_str().into())?),
        ..Keys::default()
    };
    let endpoints = http::branch::endpoints(&branch).keys(keys).build()?;

    // The site, and the branch beside it: paths that the branch does not know are left to the others. (`responder_warp` is
    // `responder::warp` for whoever has the feature `warp` on.)
    let site =
        responder_warp::filter(endpoints).or(bookings::routes()).with(warp::log::custom(|info| bookings::log(&info)));

    // Somebody has to do what the branch decides: call, text, keep the deadlines.
    let working = Dispatcher::new(Arc::clone(&branch), WorkerId::unique()).sleeping_by(phones.sleeper).start();
    println!("A plumber's site on {here}, with a branch of Responder beside it.\n");
    println!("  somebody can wait           curl {here}/bookings -d 'Tuesday, a dripping tap'");
    service::tell_how_to_report(&here, &token, &phones.technician.to_string(), "+15005550102");
    service::tell_how_to_go_on(&here, &token, "+15005550102", phones.simulated.as_deref());
    println!("\nCtrl-C ends it.");
    // The server waits for open connections, and streams of events would stay open.
    let stop = async move {
        signals::asked_to_stop().await;
        branch.end_streams();
    };
    warp::serve(site).incoming(listener).graceful(stop).run().await;
    working.stop().await;
    store.close().await;
    Ok(())
}
