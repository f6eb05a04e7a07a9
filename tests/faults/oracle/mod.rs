//! Judges emergencies by what the outside world has seen: the record of the phone network, the mail of the office, and
//! the answer to the report. Excuses are taken from the faults that this record names, and from when nodes died.

mod acceptance;
mod callers;
mod case;
mod claims;
mod course;
mod documents;
mod keys;
mod rule;
mod told;

use std::time::Duration;

use responder_sim::{Exchange, Side, Sound, Talk, Trace};

use crate::{cast, plan::Plan, world::Record};

pub(crate) use case::Case;
pub(crate) use rule::{Finding, Rule};

/// A talk that was shorter has helped nobody. Ours must last ten seconds, but of those that were nearly as long some
/// seem to have been: what customers hear just before counts as part of it, and callbacks take their time.
const SHORTEST_TALK: Duration = Duration::from_secs(5);

/// How often a call is asked for that the provider does not place.
const PLACINGS: usize = 2;

/// Everything that is wrong.
pub(crate) fn judge(plan: &Plan, record: &Record) -> Vec<Finding> {
    let mut bench = Bench { plan, record, trace: &record.trace, wrong: Vec::new() };
    bench.judge_the_course();
    bench.judge_callers();
    bench.judge_documents();
    for case in case::all(record) {
        bench.judge_the_end(&case);
        bench.judge_who_is_told(&case);
        bench.judge_holds(&case);
        bench.judge_acceptances(&case);
    }
    bench.wrong
}

/// How each emergency ended, by the mail that says so, and whether there was a talk.
pub(crate) fn outcomes(record: &Record) -> Vec<(String, bool)> {
    case::all(record).iter().map(|case| (case.outcome().to_owned(), case.has_talk())).collect()
}

struct Bench<'a> {
    plan: &'a Plan,
    record: &'a Record,
    trace: &'a Trace,
    wrong: Vec<Finding>,
}

impl<'a> Bench<'a> {
    fn require(&mut self, rule: Rule, holds: bool, wrong: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(Finding { rule, what: wrong() });
        }
    }

    /// Who is asked, in order.
    fn technicians(&self) -> Vec<&'static str> {
        cast::TECHNICIANS.into_iter().take(1 + self.plan.policy.escalation.len()).collect()
    }

    fn requests<'n>(&self, operation: &'n str) -> impl Iterator<Item = &'a Exchange> + use<'a, 'n> {
        let ours = self.trace.requests.iter().filter(|it| it.side == Side::In);
        ours.filter(move |it| it.operation.as_deref() == Some(operation))
    }
}

/// Whether the provider refused, and did nothing.
fn was_refused(it: &Exchange) -> bool {
    it.fault.as_ref().is_some_and(|fault| fault.starts_with("Status {"))
}

fn says(sound: &Sound, part: &str) -> bool {
    matches!(sound, Sound::Said(text) if text.contains(part))
}

fn length(talk: &Talk) -> Duration {
    talk.to.map_or(Duration::ZERO, |to| to.since(talk.from))
}
