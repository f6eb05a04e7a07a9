//! A property manager's service in Tucson, with a branch of Responder inside: one axum router, one process, one SQLite
//! file. `tenants.rs` is the service as it was before; this file is all that it takes to add the branch.
//!
//! `cargo run --example branch_tucson` needs no account and no set-up: it brings a simulated phone network along, and
//! says what to try. With `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN`, `TWILIO_PHONE_NUMBER`, `TECHNICIAN_PHONE`,
//! `OFFICE_PHONE` and `PUBLIC_URL` (the public address of `/emergencies`) real phones ring; with `DEBUG_WEBHOOK_URL`
//! and `DEBUG_WEBHOOK_SECRET` another service gets every event.

#[path = "../common/ending.rs"]
mod ending;
#[path = "../common/environment.rs"]
#[expect(dead_code, reason = "what services need that are told everything by their environment")]
mod environment;
#[path = "../common/events.rs"]
mod events;
#[path = "../common/phones.rs"]
mod phones;
#[path = "../common/service.rs"]
mod service;
#[path = "../common/signals.rs"]
mod signals;
mod tenants;

use std::{
    error::Error,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use events::Events;
use phones::Phones;
use responder::{
    branch::{Branch, BranchSettings},
    driver::{Dispatcher, LogPump},
    emergency::{Contact, Policy},
    http::{self, Key, Keys, Signatures},
    script::{Links, Script},
    sql::SqliteStore,
    store::WorkerId,
    timeline::file::{LogFile, LogSettings},
};
use tokio::net::TcpListener;

/// Where the branch lives in the service. Requests come in below it, and that is part of its public address.
const MOUNT: &str = "/emergencies";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    service::log_to_console();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, service::port()?)).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let links = Links::new(service::public_url(&format!("{here}{MOUNT}"))?.parse()?);
    let phones = Phones::find(&links).await?;

    // The branch: how emergencies are handled, where they are kept, how they are spoken of.
    let policy = Policy { recipients: vec![Contact::unnamed(phones.office)], ..Policy::default() };
    let mut settings = BranchSettings::new(policy, phones.number)?;
    settings.max_active_emergencies = 10;
    let (file, _folder) = service::file("tucson.db")?;
    let store = Arc::new(SqliteStore::open(&file, phones.clock).await?);
    let script = Script { company_name: "Saguaro Homes".into(), ..Script::default() };
    let branch = Branch::new("tucson".parse()?, settings, store.clone(), phones.telephony, script, links);
    let log = LogFile::new(file.with_extension("log"), LogSettings::default());
    let branch = Arc::new(branch.with_log(Arc::new(log)));

    // Its endpoints, and who may call them: the provider, and whoever shows the token.
    let token = service::intake_token()?;
    let keys = Keys {
        signatures: Signatures::Checked(phones.tokens),
        intake_token: Some(Key::new(token.as_str().into())?),
        ..Keys::default()
    };
    let events = Events::find()?;
    let firehose = http::branch::firehose_rows(&branch, &events.firehose());
    let endpoints = http::branch::endpoints(&branch).endpoints(firehose).keys(keys).build()?;

    // The service, with the branch in it. What wraps the service wraps the branch, too.
    let service = tenants::routes(Arc::clone(&branch), phones.technician)
        .nest(MOUNT, responder::axum::router(endpoints))
        .layer(axum::middleware::from_fn(tenants::log))
        .into_make_service_with_connect_info::<SocketAddr>();

    // Somebody has to do what the branch decides: call, text, keep the deadlines; and to tell who wants to know.
    let webhooks = events.webhooks(&branch, store.clone()).await?;
    let posting = webhooks.map(|webhooks| webhooks.with_sleeper(phones.sleeper.clone()).start());
    let pumping = LogPump::new(Arc::clone(&branch)).map(LogPump::start);
    let working = Dispatcher::new(Arc::clone(&branch), WorkerId::unique()).with_sleeper(phones.sleeper).start();
    println!("A property manager's service on {here}, with a branch of Responder below {MOUNT}.\n");
    println!("  a tenant has an emergency   curl {here}/tenants/2/emergency -d 'Water comes through the ceiling.'");
    let (below, technician) = (format!("{here}{MOUNT}"), phones.technician.to_string());
    service::tell_how_to_report(&below, &token, &technician, "+15005550102");
    service::tell_how_to_go_on(&below, &token, "+15005550102", phones.simulated.as_deref());
    println!("\nCtrl-C ends it.");
    // The server waits for open connections, and streams of events would stay open.
    let stop = async move {
        signals::asked_to_stop().await;
        branch.end_streams();
    };
    let serve = |stop| axum::serve(listener, service).with_graceful_shutdown(stop);
    ending::in_time(stop, serve).await.transpose()?;
    working.stop().await;
    if let Some(posting) = posting {
        posting.stop().await;
    }
    if let Some(pumping) = pumping {
        pumping.stop().await;
    }
    store.close().await;
    Ok(())
}
