//! How much the admin server takes: 200 open dashboards, and three branches at which one emergency follows the other on
//! a phone network whose time runs faster; all of it on one machine, each server a process of its own.
//!
//! `cargo build --release --example admin --example branch && cargo bench --bench dashboards [seconds]` prints the
//! memory of the servers, and how long it takes from an event until a page hears of it, and until it shows it. A page
//! does what its script does: it listens, fetches the part that has changed soon after an event, and asks for alerts.

#[path = "../../tests/common/mod.rs"]
mod common;
mod figures;
mod pages;
mod traffic;

use std::{sync::Arc, time::Duration};

use common::town::Town;
use figures::{Process, Row};
use pages::Page;
use responder_sim::ClockMode;
use traffic::Traffic;

const BRANCHES: [&str; 3] = ["tuc", "poc", "rex"];

/// So many dashboards at a time.
const COUNTS: [usize; 4] = [0, 50, 200, 200];

const SPAN: Duration = Duration::from_secs(20);

/// Seconds of the phone network in one.
const PACE: u32 = 20;

fn main() {
    let span = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).map_or(SPAN, Duration::from_secs);
    // `cargo test` runs benches without this argument, to see that they work.
    let (span, counts) = match std::env::args().any(|argument| argument == "--bench") {
        true => (span, &COUNTS[..]),
        false => (Duration::from_secs(1), &[3][..]),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        println!("{}", Row::HEAD);
        for count in counts {
            println!("{}", measure(*count, span).await);
        }
    });
}

async fn measure(dashboards: usize, span: Duration) -> Row {
    let town = Town::with(&BRANCHES, ClockMode::Faster(PACE)).await;
    let admin = town.admin().await;
    let ada = town.log_in().await;
    for key in BRANCHES {
        ada.before(key).save(&town.settings(key)).await;
    }
    let mut branches = Vec::new();
    for key in BRANCHES {
        branches.push(town.branch(key).await);
    }
    let traffic = Arc::new(Traffic::start(&town).await);
    let mut pages = Vec::new();
    for no in 0..dashboards {
        pages.push(Page::open(&town, no).await);
    }
    let processes: Vec<Process> = branches.iter().map(Process::of).collect();
    let server = Process::of(&admin);
    let open = server.resident_kb();
    let (before, begin) = (server.cpu_seconds(), figures::now());
    let emergencies = traffic.play(&town, span).await;
    let (cpu, end) = (server.cpu_seconds() - before, figures::now());
    // What has just happened may still be on its way.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let events = traffic.events(begin, end);
    let mut row = Row {
        dashboards,
        emergencies,
        events: events.len(),
        open_kb: open,
        resident_kb: server.resident_kb(),
        peak_kb: server.peak_kb(),
        branch_kb: processes.iter().map(Process::resident_kb).max().unwrap_or_default(),
        cpu_share: cpu / (end - begin) as f64 * 1e6,
        heard: Vec::new(),
        shown: Vec::new(),
        missing: 0,
    };
    for page in pages {
        page.close(&events, &mut row);
    }
    row
}
