//! A property manager's service in Tucson, with a branch of Responder inside: one axum router, one process, one SQLite
//! file. `tenants.rs` is the service as it was before; this file is all that it takes to add the branch.
//!
//! `cargo run --example branch_tucson` needs no account and no set-up: it brings a simulated phone network along, and
//! says what to try. With `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN`, `TWILIO_PHONE_NUMBER`, `TECHNICIAN_PHONE`,
//! `OFFICE_PHONE` and `PUBLIC_URL` (the public address of `/emergencies`) real phones ring.

#[path = "../common/phones.rs"]
mod phones;
#[path = "../common/signals.rs"]
mod signals;
mod tenants;

use std::{env, error::Error, net::SocketAddr, path::PathBuf, sync::Arc};

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

/// Where the branch lives in the service. Requests come in below it, and that is part of its public address.
const MOUNT: &str = "/emergencies";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_env_filter(filter()).with_writer(std::io::stderr).init();
    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse())?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let links = Links::new(public_url(&here)?.parse()?);
    let phones = Phones::find(&links).await?;

    // The branch: how emergencies are handled, where they are kept, how they are spoken of.
    let policy = Policy { recipients: vec![Contact::unnamed(phones.office)], ..Policy::default() };
    let mut settings = BranchSettings::new(policy, phones.number)?;
    settings.max_active_emergencies = 10;
    let (file, _folder) = database()?;
    let store = Arc::new(SqliteStore::open(&file, phones.clock).await?);
    let script = Script { company_name: "Saguaro Homes".into(), ..Script::default() };
    let branch = Branch::new("tucson".parse()?, settings, store.clone(), phones.telephony, script, links);
    let branch = Arc::new(branch);

    // Its endpoints, and who may call them: the provider, and whoever shows the token.
    let token = env::var("INTAKE_TOKEN").map_or_else(|_| random_token(), Ok)?;
    let keys = Keys {
        signatures: Signatures::Checked(phones.tokens),
        intake_token: Some(Key::new(token.as_str().into())?),
        ..Keys::default()
    };
    let endpoints = http::branch::endpoints(&branch).keys(keys).build()?;

    // The service, with the branch in it. What wraps the service wraps the branch, too.
    let service = tenants::routes(Arc::clone(&branch), phones.technician)
        .nest(MOUNT, responder::axum::router(endpoints))
        .layer(axum::middleware::from_fn(tenants::log))
        .into_make_service_with_connect_info::<SocketAddr>();

    // Somebody has to do what the branch decides: call, text, keep the deadlines.
    let working = Dispatcher::new(branch, WorkerId::unique()).sleeping_by(phones.sleeper).start();
    introduce(&here, &token, phones.simulated.as_deref());
    axum::serve(listener, service).with_graceful_shutdown(signals::asked_to_stop()).await?;
    working.stop().await;
    store.close().await;
    Ok(())
}

/// The address of the branch for the provider; that of this machine does for a simulated one.
fn public_url(here: &str) -> Result<String, &'static str> {
    match (env::var("PUBLIC_URL"), env::var("TWILIO_ACCOUNT_SID")) {
        (Ok(public), _) => Ok(public),
        (Err(_), Ok(_)) => Err("PUBLIC_URL is missing: where Twilio reaches /emergencies"),
        (Err(_), Err(_)) => Ok(format!("{here}{MOUNT}")),
    }
}

/// `tucson.db` in `DATA_DIR`; else in a folder that goes away with the process.
fn database() -> Result<(PathBuf, Option<tempfile::TempDir>), Box<dyn Error>> {
    if let Ok(folder) = env::var("DATA_DIR") {
        std::fs::create_dir_all(&folder)?;
        return Ok((PathBuf::from(folder).join("tucson.db"), None));
    }
    let folder = tempfile::tempdir()?;
    Ok((folder.path().join("tucson.db"), Some(folder)))
}

fn random_token() -> Result<String, getrandom::Error> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bits)))
}

fn filter() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into())
}

fn introduce(here: &str, token: &str, network: Option<&str>) {
    println!("A property manager's service on {here}, with a branch of Responder below {MOUNT}.\n");
    println!("  a tenant has an emergency   curl {here}/tenants/2/emergency -d 'Water comes through the ceiling.'");
    if let Some(network) = network {
        println!("  the tenant calls (no real phone rings; the network is {network})");
        println!("                              curl {network}/_sim/dial -H 'Content-Type: application/json' \\");
        println!("                                -d '{{\"from\": \"+15005550102\", \"to\": \"+15005550006\"}}'");
    }
    println!("  what happens                curl {here}{MOUNT}/api/emergencies -H 'Authorization: Bearer {token}'");
    println!("  the branch, for everybody   curl {here}{MOUNT}/api/status");
    println!("\nCtrl-C ends it.");
}
