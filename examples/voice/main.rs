//! Access tokens and call routing for an app, as a server that is configured by its environment.
//!
//! `cargo run --example voice -- --help` lists the variables.

mod config;
#[path = "../common/ending.rs"]
mod ending;
#[path = "../common/environment.rs"]
mod environment;
#[path = "../common/server.rs"]
mod server;
#[path = "../common/signals.rs"]
mod signals;
mod variables;

use std::{error::Error, future::ready, net::SocketAddr, process::ExitCode, sync::Arc};

use config::Config;
use environment::{BadVariable, Environment};
use http::{HeaderValue, Response, header};
use responder::http::{
    Access, Body, Call, Credential, Endpoint, Endpoints, HttpError, no_content,
    voice::{self, VoiceCounters},
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use variables::VARIABLES;

#[tokio::main]
async fn main() -> ExitCode {
    if let Some(argument) = std::env::args().nth(1) {
        return answer(&argument);
    }
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let read = Environment::read(VARIABLES, |name| std::env::var(name).ok());
    let config = match read.and_then(|env| Config::read(&env)) {
        Ok(config) => config,
        Err(BadVariable { name, why }) => {
            eprintln!("{name} {why}. See --help.");
            return ExitCode::from(2);
        }
    };
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The voice service could not be started: {error}.");
            ExitCode::FAILURE
        }
    }
}

fn answer(argument: &str) -> ExitCode {
    if argument == "--help" || argument == "-h" {
        let help = environment::help(VARIABLES);
        println!("Access tokens and call routing for an app. It is configured by these variables:\n\n{help}");
        return ExitCode::SUCCESS;
    }
    eprintln!("The only argument is --help; the service is configured by its environment.");
    ExitCode::from(2)
}

async fn run(config: Config) -> Result<(), Box<dyn Error>> {
    let counters = Arc::new(VoiceCounters::default());
    let service = config.voice.with_metrics(counters.clone());
    let service = match config.failures {
        Some(failures) => service.with_failures(Arc::new(failures)),
        None => service,
    };
    let rows = voice::rows(&Arc::new(service), &config.public, config.make_call);
    let endpoints = Endpoints::builder(config.public)
        .keys(config.keys)
        .trusted_proxies(config.proxies)
        .endpoints(rows)
        .endpoint(metrics(counters))
        .endpoint(Endpoint::get("/healthz", Access::Public, |_: Call| ready(Ok(no_content()))))
        .build()?;
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|error| format!("{}: {error}", config.listen))?;
    println!("voice service on http://{}", listener.local_addr()?);
    let router: axum::Router = responder::axum::router(endpoints);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serve = |stop| axum::serve(listener, service).with_graceful_shutdown(stop);
    ending::in_time(signals::asked_to_stop(), serve).await.transpose()?;
    Ok(())
}

/// What Prometheus asks for, with the operator's password.
fn metrics(counters: Arc<VoiceCounters>) -> Endpoint {
    let show = move |_: Call| {
        let mut response = Response::new(Body::from(counters.to_string()));
        let text = HeaderValue::from_static("text/plain; version=0.0.4");
        response.headers_mut().insert(header::CONTENT_TYPE, text);
        ready(Ok::<_, HttpError>(response))
    };
    Endpoint::get("/metrics", Access::AnyOf(vec![Credential::OperatorBasic]), show)
}
