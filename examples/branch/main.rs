//! One branch as a server of its own, configured by its environment.
//!
//! `cargo run --example branch -- --help` lists the variables. This is also how to embed a branch: put it together,
//! serve its endpoints, and let a dispatcher work for it.

mod config;
mod configure;
#[path = "../common/database.rs"]
mod database;
#[path = "../common/ending.rs"]
mod ending;
#[path = "../common/environment.rs"]
mod environment;
#[path = "../common/events.rs"]
#[expect(dead_code, reason = "what services need that have no table of variables")]
mod events;
#[cfg(feature = "failpoints")]
mod pace;
#[path = "../common/place.rs"]
mod place;
mod posting;
mod remote;
mod run;
#[path = "../common/server.rs"]
mod server;
#[path = "../common/signals.rs"]
mod signals;
mod variables;

use std::{error::Error, net::SocketAddr, process::ExitCode, sync::Arc};

use configure::Configure;
use environment::{BadVariable, Environment};
pub(crate) use place::Place;
use responder::{
    Timestamp,
    branch::Branch,
    timeline::{BranchEvent, file::LogFile},
};
use responder_dashboard::STATUS;
pub(crate) use run::run;
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
            eprintln!("Unknown command. See --help.");
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
