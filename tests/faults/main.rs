//! Emergencies in which things go wrong, by the thousand: each seed is a world with a phone network, one node or two on
//! one store, people, and faults that are aimed at cells of a table (what goes wrong × where the emergency stands). An
//! oracle judges each by the record of the network and the mail of the office alone.
//!
//! ```sh
//! cargo test --test faults                                                          # some hundred
//! RESPONDER_FAULT_RUNS=10000 cargo test --release --test faults -- --nocapture      # all, with the table
//! RESPONDER_FAULT_FROM=1000000 RESPONDER_FAULT_RUNS=10000 cargo test ...             # the same with other seeds
//! RESPONDER_FAULT_SEED=1234 cargo test --test faults -- --nocapture                 # one, with its story
//! ```
//!
//! A world has one thread and a clock that jumps when nobody has anything to do, so that a seed is the same run each
//! time; but for what the system's random source names emergencies, and the order in which Tokio looks at the branches
//! of a `select!`.

mod cast;
mod cells;
mod dice;
mod front;
mod life;
mod node;
mod oracle;
mod plan;
mod post;
mod sabotage;
mod scene;
mod store;
mod story;
mod table;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use node::{Tampering, Untouched};
use plan::Plan;
use table::Table;

/// What came of one seed.
struct Verdict {
    seed: u64,
    plan: Plan,
    wrong: Vec<String>,
    struck: Vec<cells::Cell>,
    story: String,
}

/// An emergency in which less goes wrong is judged, but not counted.
const LEAST_FAULTS: usize = 3;

/// Without being told otherwise: what takes less than a minute, unoptimised.
const RUNS: u64 = 240;

#[test]
fn emergencies_survive() {
    if let Some(seed) = number("RESPONDER_FAULT_SEED") {
        let verdict = verdict(seed, &untouched());
        println!("seed {seed}: {:?}\nstruck: {:?}\n{}", verdict.plan, verdict.struck, verdict.story);
        assert_eq!(verdict.wrong, Vec::<String>::new());
        return;
    }
    let started = Instant::now();
    let wanted = number("RESPONDER_FAULT_RUNS").unwrap_or(RUNS);
    let summary = run_many(wanted, &untouched());
    let took = started.elapsed();
    println!("{}", summary.table);
    println!(
        "{} emergencies with at least {LEAST_FAULTS} faults each ({} with fewer besides), {} faults, {:.1} s; least: {:?}",
        summary.counted,
        summary.spared,
        summary.table.total(),
        took.as_secs_f64(),
        summary.table.least(),
    );
    println!("{} wrong", summary.wrong.len());
    for verdict in summary.wrong.iter().take(SHOWN) {
        println!("seed {}: {}\n  {:?}", verdict.seed, verdict.wrong.join("\n  "), verdict.struck);
    }
    if let Some(first) = summary.wrong.first() {
        println!("\nthe story of seed {}:\n{:?}\n{}", first.seed, first.plan, first.story);
    }
    assert!(summary.wrong.is_empty(), "{} of {} emergencies went wrong", summary.wrong.len(), wanted);
}

const SHOWN: usize = 40;

struct Summary {
    counted: u64,
    spared: u64,
    table: Table,
    wrong: Vec<Verdict>,
}

/// Plays seeds until enough of them count.
fn run_many(wanted: u64, tampering: &Arc<dyn Tampering>) -> Summary {
    let next = AtomicU64::new(number("RESPONDER_FAULT_FROM").unwrap_or(0));
    let summary = Mutex::new(Summary { counted: 0, spared: 0, table: Table::default(), wrong: Vec::new() });
    let work = || {
        while summary.lock().expect("no panic").counted < wanted {
            let verdict = verdict(next.fetch_add(1, Ordering::SeqCst), tampering);
            let mut summary = summary.lock().expect("no panic");
            let counts = verdict.struck.len() >= LEAST_FAULTS;
            summary.table.count(&verdict.struck);
            *(if counts { &mut summary.counted } else { &mut summary.spared }) += 1;
            if !verdict.wrong.is_empty() {
                summary.wrong.push(verdict);
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let mut summary = summary.into_inner().expect("no panic");
    summary.wrong.sort_by_key(|verdict| verdict.seed);
    summary
}

fn verdict(seed: u64, tampering: &Arc<dyn Tampering>) -> Verdict {
    let plan = Plan::of(seed);
    let played = catch_unwind(AssertUnwindSafe(|| world::play(&plan, seed, tampering)));
    match played {
        Ok(Ok(record)) => {
            let wrong = oracle::judge(&plan, &record);
            let struck = table::struck(&plan, &record);
            let is_told = !wrong.is_empty() || number("RESPONDER_FAULT_SEED").is_some();
            let story = if is_told { story::story(&record) } else { String::new() };
            Verdict { seed, plan, wrong, struck, story }
        }
        Ok(Err(trouble)) => broken(seed, plan, trouble.to_string()),
        Err(_) => broken(seed, plan, "it panicked".to_owned()),
    }
}

fn broken(seed: u64, plan: Plan, wrong: String) -> Verdict {
    Verdict { seed, plan, wrong: vec![wrong], struck: Vec::new(), story: String::new() }
}

fn untouched() -> Arc<dyn Tampering> {
    Arc::new(Untouched)
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is no number: {value}")))
}
