//! One branch as a server of its own, configured by its environment.
//!
//! `cargo run --example branch -- --help` lists the variables. This is also how to embed a branch: put it together,
//! serve its endpoints, and let a dispatcher work for it.

mod config;
mod configure;
#[path = "../common/database.rs"]
mod database;
#[path = "../common/environment.rs"]
mod environment;
#[path = "../common/events.rs"]
#[expect(dead_code, reason = "what services need that have no table of variables")]
mod events;
mod outgoing;
#[cfg(feature = "failpoints")]
mod pace;
#[path = "../common/place.rs"]
mod place;
mod remote;
#[path = "../common/server.rs"]
mod server;
#[path = "../common/signals.rs"]
mod signals;
mod variables;

use std::{error::Error, net::SocketAddr, process::ExitCode, sync::Arc};

use config::Config;
use configure::Configure;
use database::Database;
use environment::{BadVariable, Environment};
pub(crate) use place::Place;
use responder::{
    Timestamp,
    branch::{Branch, Reload},
    driver::{Dispatcher, LogPump},
    http::{self, Access, Endpoints, branch::Steering},
    store::WorkerId,
    telephony::TwilioClient,
    timeline::{BranchEvent, file::LogFile},
};
use responder_dashboard::STATUS;
use tokio::sync::Notify;
use tracing_subscriber::EnvFilter;
use variables::VARIABLES;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => serve().await,
        ["configure"] => configure(false).await,
        ["configure", "--apply"] => configure(true).await,
        ["--help" | "-h"] => {
            println!("{USAGE}\n\n{}", environment::help(&VARIABLES));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("That is no command. See --help.");
            ExitCode::from(2)
        }
    }
}

const USAGE: &str = "\
One branch of an emergency service.

  branch                     runs it
  branch configure           shows what is entered at the provider for its numbers, and what should be
  branch configure --apply   enters what should be

`configure` ends with 0 if all is as it should be, or now is; 3 if something is not and was left; 1 if the provider
refuses or can't be reached; 2 if a variable is missing or wrong. Of the variables it needs PUBLIC_URL, the numbers,
and those of the account.

These variables say what is done:";

async fn serve() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let env = match variables(|name| std::env::var(name).ok()) {
        Ok(env) => env,
        Err(bad) => return unusable(&bad),
    };
    let log = match log(&env) {
        Ok(log) => log,
        Err(bad) => return unusable(&bad),
    };
    match run(env, Arc::clone(&log), Place::own_process(), tell).await.map_err(|error| error.downcast::<BadVariable>())
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ok(bad)) => unusable(&bad),
        Err(Err(error)) => {
            let error = told(&*error);
            eprintln!("The branch could not be started: {error}.");
            let failure = BranchEvent::AppStartFailure { error };
            if let Err(error) = log.note(&failure, Timestamp::now()) {
                eprintln!("Nor could that be written into its log: {error}.");
            }
            ExitCode::FAILURE
        }
    }
}

/// An error, and why.
fn told(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", told(cause)))
}

async fn configure(apply: bool) -> ExitCode {
    let env = variables(|name| std::env::var(name).ok());
    let configure = match env.and_then(|env| Configure::read(&env, apply)) {
        Ok(configure) => configure,
        Err(bad) => return unusable(&bad),
    };
    match configure.run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("The numbers could not be compared or changed: {}.", told(&*error));
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn variables(get: impl Fn(&str) -> Option<String>) -> Result<Environment, BadVariable> {
    Environment::read(&VARIABLES, get)
}

/// The log that they name.
pub(crate) fn log(env: &Environment) -> Result<Arc<LogFile>, BadVariable> {
    config::log(env, &config::key(env)?).map(Arc::new)
}

/// For whoever has started it.
fn tell(branch: &Arc<Branch>, address: SocketAddr) {
    println!("branch {} on http://{address}", branch.key());
    println!("status page {} (user operator, OPERATOR_PASSWORD)", branch.links().public().at(STATUS));
}

fn unusable(BadVariable { name, why }: &BadVariable) -> ExitCode {
    eprintln!("{name} {why}. See --help.");
    ExitCode::from(2)
}

/// Runs a branch until its place says that it ends, or somebody wants it to start anew; `opened` is told when it takes
/// requests.
pub(crate) async fn run(
    env: Environment,
    log: Arc<LogFile>,
    mut place: Place,
    opened: impl FnOnce(&Arc<Branch>, SocketAddr),
) -> Result<(), Box<dyn Error>> {
    let (clock, sleeper) = time();
    let key = config::key(&env)?;
    let database = Database::read(&env, key.as_str())?;
    let (config, store, remote) = match remote::read(&env, &key)? {
        // What is wrong with a variable is told before anything is opened.
        None => (Config::read(&env)?, place.store(database, clock).await?, None),
        Some(way) => {
            let store = place.store(database, clock).await?;
            let remote = way.to(&store);
            let (values, _) = remote.load().await?;
            (Config::read(&remote::overlaid(&env, &values))?, store, Some((remote, values)))
        }
    };
    tokio::spawn(try_account(config.telephony.clone()));
    let branch = Branch::new(config.key, config.settings, store.clone(), config.telephony, config.script, config.links);
    let branch = match config.outgoing.mail {
        Some(mail) => branch.notifying(Arc::new(mail)),
        None => branch,
    };
    let branch = Arc::new(branch.controlled_by(store.clone()).logging_to(log));
    let webhooks = config.outgoing.events.webhooks(&branch, store).await?;
    let (restart, table) = (Arc::new(Notify::new()), Arc::default());
    let reloader = remote.map(|(remote, values)| remote::reloader(remote, values, env, &branch, &table));
    let endpoints = Endpoints::builder(branch.links().public().clone())
        .keys(config.keys)
        .trusted_proxies(config.proxies)
        .allowed_origins(config.origins)
        .endpoints(http::branch::rows(&branch, config.intake))
        .endpoints(http::branch::firehose_rows(&branch, config.outgoing.events.firehose()))
        // `responder::dashboard` for whoever has the feature `dashboard` on.
        .endpoints(responder_dashboard::rows(&branch, &Access::operator()))
        .endpoints(http::branch::steering(Steering {
            reload: reloader.clone().map(|reloader| reloader as Arc<dyn Reload>),
            restart: Some(notifying(&restart)),
        }))
        .build()?;
    let endpoints = table.get_or_init(|| endpoints).clone();

    let (listener, address) = place.listen(config.listen).await?;
    opened(&branch, address);
    let public_url = branch.links().public().to_string();
    branch.note(BranchEvent::AppStart { public_url, port: address.port(), messaging_loaded: true });
    if let Some(reloader) = &reloader {
        reloader.start(sleeper.clone());
    }
    let pumping = LogPump::new(Arc::clone(&branch)).map(|pump| pump.sleeping_by(Arc::clone(&sleeper)).start());
    let working = Dispatcher::new(Arc::clone(&branch), WorkerId::unique()).sleeping_by(Arc::clone(&sleeper)).start();
    let posting = webhooks.map(|webhooks| webhooks.sleeping_by(sleeper).start());
    let router: axum::Router = responder::axum::router(endpoints);
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
    let stop = async move {
        end(place.stop, restart).await;
        // The server waits for open connections, and these would stay open.
        branch.end_streams();
    };
    let served = server.with_graceful_shutdown(stop).await;
    // The last answers may still have brought work, so that the dispatcher ends after them.
    working.stop().await;
    if let Some(posting) = posting {
        posting.stop().await;
    }
    if let Some(pumping) = pumping {
        pumping.stop().await;
    }
    Ok(served?)
}

/// For whoever asks us to start anew: we end, and the supervisor starts us.
fn notifying(restart: &Arc<Notify>) -> Arc<dyn Fn() + Send + Sync> {
    let restart = Arc::clone(restart);
    Arc::new(move || restart.notify_one())
}

async fn end(asked: impl Future<Output = ()>, restart: Arc<Notify>) {
    tokio::select! {
        () = asked => {}
        () = restart.notified() => {}
    }
}

#[cfg(feature = "failpoints")]
use pace::time;

/// Real time.
#[cfg(not(feature = "failpoints"))]
fn time() -> (Arc<dyn responder::driver::Clock>, Arc<dyn responder::driver::Sleeper>) {
    (Arc::new(responder::driver::SystemClock), Arc::new(responder::driver::TokioSleeper))
}

/// Says at the start what would else be found out at the first emergency. A branch starts all the same: the provider
/// may only be away.
async fn try_account(telephony: Arc<TwilioClient>) {
    match telephony.check_account().await {
        Ok(_) => tracing::info!("the provider knows the account"),
        Err(error) => tracing::error!(code = error.code(), "the provider does not accept the account, or is away"),
    }
}
