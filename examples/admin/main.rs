//! The admin server, configured by its environment.
//!
//! `cargo run --example admin -- --help` lists the variables.

mod config;
#[path = "../common/database.rs"]
mod database;
#[path = "../common/ending.rs"]
mod ending;
#[path = "../common/environment.rs"]
mod environment;
#[path = "../common/place.rs"]
mod place;
#[path = "../common/server.rs"]
#[expect(dead_code, reason = "the provider asks nothing of this server")]
mod server;
#[path = "../common/signals.rs"]
mod signals;
mod variables;

use std::{error::Error, net::SocketAddr, process::ExitCode, sync::Arc};

pub(crate) use config::Config;
use environment::BadVariable;
pub(crate) use place::Place;
use responder::{
    driver::{BackgroundTask, NoticePump, SystemClock},
    http::{
        self, Endpoints, Keys,
        admin::{Admin, Notices},
    },
    store::{AuditOutbox, StoreError, WorkerId},
};
use responder_dashboard::AdminPages;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => serve().await,
        ["--help" | "-h"] => {
            println!("{USAGE}\n\n{}", environment::help(variables::SERVER));
            println!("{}", variables::OF_BRANCHES);
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("Unknown command. See --help.");
            ExitCode::from(2)
        }
    }
}

const USAGE: &str = "\
The admin server of an emergency service: branches, their settings, and the people who look after them.

These variables say what is done:";

async fn serve() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let ran = match Config::read(|name| std::env::var(name).ok()) {
        Ok(config) => run(config, Place::own_process(), tell).await,
        Err(bad) => Err(bad.into()),
    };
    match ran.map_err(|error| error.downcast::<BadVariable>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ok(bad)) => {
            eprintln!("{} {}. See --help.", bad.name, bad.why);
            ExitCode::from(2)
        }
        Err(Err(error)) => {
            eprintln!("The admin server could not be started: {}.", told(&*error));
            ExitCode::FAILURE
        }
    }
}

/// An error, and why.
fn told(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", told(cause)))
}

/// For whoever has started it.
fn tell(address: SocketAddr) {
    println!("admin on http://{address}");
}

/// Runs an admin server until its place says that it ends; `opened` is told when it takes requests.
pub(crate) async fn run(
    config: Config,
    mut place: Place,
    opened: impl FnOnce(SocketAddr),
) -> Result<(), Box<dyn Error>> {
    let clock = Arc::new(SystemClock);
    let store = place.store(config.database, clock.clone()).await?;
    let telling = telling(config.notices, store.clone()).await?;
    let mut admin = Admin::new(store, clock, config.keys, config.sites);
    if let Some(url) = config.provider_url {
        admin = admin.provider(move |client| client.base_url(url.as_str()));
    }
    let admin = Arc::new(admin);
    admin.check_secrets().await?;
    let (name, password) = (config.first_name, config.first_password);
    if admin.first_user(name.clone(), password.text()).await? && password.is_made_up() {
        println!("the first user is {name}, the password {} (shown this once)", password.text());
    }

    let watched = Arc::clone(&admin);
    tokio::spawn(async move { watched.keep_watch().await });

    let (listener, address) = place.listen(config.listen).await?;
    let public = match config.public {
        Some(public) => public,
        None => format!("http://{address}").parse()?,
    };
    let keys =
        Keys { branch_tokens: config.branch_tokens, sessions: Some(http::admin::sessions(&admin)), ..Keys::default() };
    let table = Endpoints::builder(public.clone())
        .keys(keys)
        .trusted_proxies(config.proxies)
        // `responder::dashboard` for whoever has the feature `dashboard` on.
        .endpoints(http::admin::rows(&admin, &public, Arc::new(AdminPages)))
        .endpoints(responder_dashboard::admin_assets())
        .build()?;
    opened(address);
    let router: axum::Router = responder::axum::router(table);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = async move {
        place.stop.await;
        // The server waits for open connections, and these would stay open.
        admin.end_streams();
    };
    let served = ending::in_time(stop, |stop| axum::serve(listener, service).with_graceful_shutdown(stop)).await;
    if let Some(telling) = telling {
        telling.stop().await;
    }
    served.transpose()?;
    Ok(())
}

/// Tells somebody by text what is done with branches, if there is somebody to be told.
async fn telling(notices: Option<Notices>, store: Arc<dyn AuditOutbox>) -> Result<Option<BackgroundTask>, StoreError> {
    let Some(notices) = notices else {
        NoticePump::forget(&*store).await?;
        return Ok(None);
    };
    let pump = NoticePump::new(store, notices, WorkerId::unique());
    pump.follow().await?;
    Ok(Some(pump.start()))
}
