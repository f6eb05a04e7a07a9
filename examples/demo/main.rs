//! Responder at work: a branch, and a simulated phone network in place of the real one.
//!
//! `cargo run --example demo` opens a branch that anybody may try, with an emergency a minute;
//! `cargo run --example demo -- --once` plays one emergency in no time, and judges it by what the network recorded.
//! To embed a branch in a service of your own, begin with `stage.rs`.

mod args;
mod cast;
mod judge;
mod live;
mod network_time;
mod once;
mod play;
mod scenarios;
mod stage;
mod story;
mod timeline;

use std::process::ExitCode;

use args::Request;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match args::parse(std::env::args().skip(1)) {
        Ok(Request::Play(args)) => args,
        Ok(Request::Help) => {
            println!("{}", args::help());
            return ExitCode::SUCCESS;
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    let played = if args.once { once::run(&args).await } else { live::run(&args).await };
    match played {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("the demo can't go on: {trouble}");
            ExitCode::FAILURE
        }
    }
}
