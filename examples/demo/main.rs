//! Responder at work: a branch, and a simulated phone network in place of the real one.
//!
//! `cargo run --example demo` opens three branches and their dashboard, with emergencies that anybody may watch;
//! `cargo run --example demo -- --once` plays one emergency in no time, and judges it by what the network recorded.
//! To embed a branch in a service of your own, begin with `stage.rs`.

#![expect(clippy::duplicate_mod, reason = "each server has what it would have in a process of its own")]

#[expect(dead_code, reason = "what it is as a process of its own")]
#[path = "../admin/main.rs"]
mod admin_server;
mod args;
#[expect(dead_code, reason = "what it is as a process of its own")]
#[path = "../branch/main.rs"]
mod branch_server;
mod cast;
mod judge;
mod live;
mod network_time;
mod once;
#[path = "../common/operator.rs"]
#[expect(dead_code, reason = "what tests ask")]
mod operator;
mod play;
mod scenarios;
#[path = "../common/signals.rs"]
mod signals;
mod stage;
mod story;
mod timeline;
mod town;

use std::process::ExitCode;

use args::{Args, Request};
use stage::Trouble;
use tokio::runtime::Builder;

fn main() -> ExitCode {
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
    match run(&args) {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("the demo can't go on: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, Trouble> {
    if args.once {
        return Builder::new_multi_thread().enable_all().build()?.block_on(once::run(args));
    }
    // The past is played while time jumps, which it can on one thread alone.
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build()?;
    let played = runtime.block_on(live::run(args));
    // Whoever ends it does not wait for what is under way.
    runtime.shutdown_background();
    played
}
