//! Emergencies in which things go wrong, by the thousand: each seed is a world with a phone network, one node or two on
//! one store, people, and faults that are aimed at cells of a table (what goes wrong × where the emergency stands). An
//! oracle judges each by rules that have names (`oracle/rule.rs`).
//!
//! What it judges by is what the outside world has seen: the record of the phone network (calls, what was heard and
//! pressed, texts, queues, requests in both directions with their answers, and the faults that struck them), the mails,
//! and the answer to the report; besides, what the world itself did: the plan of the people, which calls their phones
//! hung up, and when nodes died or stood still. Of the inside two things are looked at, and nothing is judged by them:
//! commits say where an emergency stands, for faults to strike in their moment and to know when a run has ended (that
//! it is at rest in time *is* a rule: one that never ends, ends too late); and the timeline is told to whoever reads
//! the story of a seed.
//!
//! ```sh
//! cargo test --test faults                                                          # some hundred
//! RESPONDER_FAULT_RUNS=10000 cargo test --release --test faults -- --nocapture      # all, with the table
//! RESPONDER_FAULT_FROM=1000000 RESPONDER_FAULT_RUNS=10000 cargo test ...             # the same with other seeds
//! RESPONDER_FAULT_SEED=1234 cargo test --test faults -- --nocapture emergencies     # one, with its story
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
mod summary;
mod table;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use node::{Tampering, Untouched};
use oracle::Finding;
use plan::Plan;
use summary::Summary;
use world::Record;

/// What came of one seed.
struct Verdict {
    seed: u64,
    plan: Plan,
    wrong: Vec<Finding>,
    /// Why there is nothing to judge.
    broken: Option<String>,
    /// How each emergency was reported to have ended, and whether there was a talk.
    outcomes: Vec<(String, bool)>,
    struck: Vec<cells::Cell>,
    story: String,
}

impl Verdict {
    fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.broken.is_none()
    }
}

#[test]
fn emergencies_survive() {
    if let Some(seed) = number("RESPONDER_FAULT_SEED") {
        let verdict = verdict(seed, &untouched());
        println!("seed {seed}: {:?}\nstruck: {:?}\n{}", verdict.plan, verdict.struck, verdict.story);
        assert_eq!(verdict.broken, None);
        assert_eq!(verdict.wrong, Vec::new());
        return;
    }
    let wanted = number("RESPONDER_FAULT_RUNS").unwrap_or(summary::RUNS);
    let summary = run_many(wanted, &untouched());
    summary.print();
    summary.check();
}

/// Plays seeds until enough of them count.
fn run_many(wanted: u64, tampering: &Arc<dyn Tampering>) -> Summary {
    let next = AtomicU64::new(number("RESPONDER_FAULT_FROM").unwrap_or(0));
    let summary = Mutex::new(Summary::new());
    let work = || {
        while summary.lock().expect("no panic").counted() < wanted {
            let verdict = verdict(next.fetch_add(1, Ordering::SeqCst), tampering);
            summary.lock().expect("no panic").add(verdict);
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    summary.into_inner().expect("no panic")
}

fn verdict(seed: u64, tampering: &Arc<dyn Tampering>) -> Verdict {
    let plan = Plan::of(seed);
    let played = catch_unwind(AssertUnwindSafe(|| world::play(&plan, seed, tampering)));
    let broken = match played {
        Ok(Ok(record)) => return judged(seed, plan, &record),
        Ok(Err(trouble)) => trouble.to_string(),
        Err(_) => "it panicked".to_owned(),
    };
    let (wrong, outcomes, struck) = (Vec::new(), Vec::new(), Vec::new());
    Verdict { seed, plan, wrong, broken: Some(broken), outcomes, struck, story: String::new() }
}

fn judged(seed: u64, plan: Plan, record: &Record) -> Verdict {
    let wrong = oracle::judge(&plan, record);
    let is_told = !wrong.is_empty() || number("RESPONDER_FAULT_SEED").is_some();
    Verdict {
        seed,
        wrong,
        broken: None,
        outcomes: oracle::outcomes(record),
        struck: table::struck(&plan, record),
        story: if is_told { story::story(record) } else { String::new() },
        plan,
    }
}

fn untouched() -> Arc<dyn Tampering> {
    Arc::new(Untouched)
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is no number: {value}")))
}
