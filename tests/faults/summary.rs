//! What came of many seeds.

use std::{collections::BTreeMap, time::Instant};

use crate::{Verdict, table::Table};

/// Without being told otherwise: what takes less than a minute, unoptimised.
pub(crate) const RUNS: u64 = 240;

/// An emergency in which less goes wrong is judged, but not counted.
const LEAST_FAULTS: usize = 3;

/// From so many emergencies on, each cell of the table must be filled so often.
const FULL: [(u64, u32); 2] = [(2_000, 1), (10_000, 30)];

/// So many of a hundred must contain a talk: customers who never call and technicians who never answer are planned,
/// too.
const LEAST_TALKS: u64 = 60;

/// How much of what is wrong is shown.
const SHOWN: usize = 40;

pub(crate) struct Summary {
    started: Instant,
    counted: u64,
    spared: u64,
    with_talk: u64,
    /// What the last mails say, and how often.
    outcomes: BTreeMap<String, u64>,
    table: Table,
    wrong: Vec<Verdict>,
}

impl Summary {
    pub(crate) fn new() -> Self {
        let (outcomes, table, wrong) = (BTreeMap::new(), Table::default(), Vec::new());
        Self { started: Instant::now(), counted: 0, spared: 0, with_talk: 0, outcomes, table, wrong }
    }

    /// Emergencies in which enough went wrong.
    pub(crate) const fn counted(&self) -> u64 {
        self.counted
    }

    pub(crate) fn add(&mut self, verdict: Verdict) {
        self.table.count(&verdict.struck);
        *(if verdict.struck.len() >= LEAST_FAULTS { &mut self.counted } else { &mut self.spared }) += 1;
        self.with_talk += u64::from(verdict.outcomes.iter().any(|(_, has_talk)| *has_talk));
        for (outcome, _) in &verdict.outcomes {
            *self.outcomes.entry(outcome.clone()).or_default() += 1;
        }
        if !verdict.is_good() {
            self.wrong.push(verdict);
            self.wrong.sort_by_key(|verdict| verdict.seed);
        }
    }

    pub(crate) fn print(&self) {
        println!("{}", self.table);
        println!(
            "{} emergencies with at least {LEAST_FAULTS} faults each ({} with fewer besides), {} faults, {:.1} s; \
             least: {:?}",
            self.counted,
            self.spared,
            self.table.total(),
            self.started.elapsed().as_secs_f64(),
            self.table.least(),
        );
        println!("{} with a talk; reported:", self.with_talk);
        for (outcome, count) in &self.outcomes {
            println!("{count:>7}  {outcome}");
        }
        println!("{} wrong", self.wrong.len());
        for verdict in self.wrong.iter().take(SHOWN) {
            println!("seed {}: {:?} {:?}", verdict.seed, verdict.broken, verdict.struck);
            for finding in &verdict.wrong {
                println!("  {finding}");
            }
        }
        if let Some(first) = self.wrong.first() {
            println!("\nthe story of seed {}:\n{:?}\n{}", first.seed, first.plan, first.story);
        }
    }

    pub(crate) fn check(&self) {
        let all = self.counted + self.spared;
        assert!(self.wrong.is_empty(), "{} of {all} emergencies went wrong", self.wrong.len());
        assert!(self.with_talk * 100 >= all * LEAST_TALKS, "only {} of {all} contain a talk", self.with_talk);
        for (from, least) in FULL {
            let filled = self.table.least();
            let is_full = self.counted < from || filled.is_some_and(|(_, count)| count >= least);
            assert!(is_full, "a cell is to be filled at least {least} times: {filled:?}");
        }
    }
}
