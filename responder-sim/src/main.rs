//! The simulator as a program.

mod arguments;

use std::process::ExitCode;

use arguments::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::read(std::env::args().skip(1), |name| std::env::var(name).ok()) {
        Ok(Arguments::Help) => {
            print!("{}", arguments::HELP);
            ExitCode::SUCCESS
        }
        Ok(Arguments::Version) => {
            println!("responder-sim {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Ok(Arguments::Run(builder)) => run(*builder).await,
        Err(error) => {
            eprintln!("responder-sim: {error}\nTry --help.");
            ExitCode::from(2)
        }
    }
}

async fn run(builder: responder_sim::SimulatorBuilder) -> ExitCode {
    let simulator = match builder.start().await {
        Ok(simulator) => simulator,
        Err(error) => {
            eprintln!("responder-sim: can't start: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("phone network at {} for account {}", simulator.url(), simulator.account_sid());
    if !simulator.address().ip().is_loopback() {
        eprintln!("responder-sim: warning: the control API under /_sim asks for no password, and others can reach it");
    }
    stop_signal().await;
    simulator.stop().await;
    ExitCode::SUCCESS
}

/// Ctrl-C, or what a supervisor sends. Without a way to listen for either, the process is ended from outside.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
