//! How often each cell was filled.

use std::{collections::BTreeMap, fmt};

use responder_sim::{CallRecord, CallStatus, Direction, Exchange, Side};

use crate::{
    cast,
    cells::{Cell, Kind, Moment},
    plan::{OVERTAKEN, Plan},
    scene::PhoneFault,
    world::Record,
};

#[derive(Clone, Debug, Default)]
pub(crate) struct Table(BTreeMap<Cell, u32>);

impl Table {
    pub(crate) fn count(&mut self, struck: &[Cell]) {
        for cell in struck {
            *self.0.entry(*cell).or_default() += 1;
        }
    }

    /// The possible cell that was filled least.
    pub(crate) fn least(&self) -> Option<(Cell, u32)> {
        let counts = crate::cells::possible().into_iter().map(|cell| (cell, self.of(cell)));
        counts.min_by_key(|(_, count)| *count)
    }

    pub(crate) fn total(&self) -> u32 {
        self.0.values().sum()
    }

    fn of(&self, cell: Cell) -> u32 {
        self.0.get(&cell).copied().unwrap_or(0)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:34}", "")?;
        for moment in Moment::ALL {
            write!(f, "{:>9}", moment.name())?;
        }
        for kind in Kind::ALL {
            write!(f, "\n{:34}", kind.name())?;
            for moment in Moment::ALL {
                match kind.impossible(moment) {
                    Some(_) => write!(f, "{:>9}", "-")?,
                    None => write!(f, "{:>9}", self.of((kind, moment)))?,
                }
            }
        }
        writeln!(f)
    }
}

/// The faults that really struck, each once, by the record.
pub(crate) fn struck(plan: &Plan, record: &Record) -> Vec<Cell> {
    let phones = record.phone_faults.iter().filter(|fault| has_struck(fault, &record.trace.calls));
    let wire = record.struck.iter().filter(|cell| cell.0 != Kind::CallbackOvertaken || was_overtaken(record));
    let mut all: Vec<Cell> = wire.copied().chain(phones.map(|fault| fault.cell)).collect();
    all.retain(|cell| plan.faults.iter().any(|planned| planned.cell == *cell));
    all.sort();
    all.dedup();
    all
}

/// Whether a call to a technician went as its phone was told.
fn has_struck(fault: &PhoneFault, calls: &[CallRecord]) -> bool {
    let is_then = |call: &CallRecord| {
        let begun = call.started.unwrap_or(call.created);
        fault.windows.iter().any(|(from, to)| *from <= begun && to.is_none_or(|to| begun < to))
    };
    let theirs = |call: &&CallRecord| {
        call.direction == Direction::OutboundApi && cast::TECHNICIANS.contains(&call.to.as_str()) && is_then(call)
    };
    calls.iter().filter(theirs).any(|call| match fault.cell.0 {
        Kind::NeverAnswers => call.status == CallStatus::NoAnswer,
        Kind::Busy => call.status == CallStatus::Busy,
        Kind::Voicemail => call.answered.is_some() && call.pressed.is_empty() && call.answered_by.is_some(),
        Kind::PressesNothing => call.answered.is_some() && call.pressed.is_empty(),
        Kind::Passes => call.pressed.iter().any(|pressed| pressed.keys == "9"),
        _ => false,
    })
}

/// Whether a callback that was held back was passed by a later one about the same call or text.
fn was_overtaken(record: &Record) -> bool {
    let held = format!("Delay({OVERTAKEN:?})");
    let requests = &record.trace.requests;
    let mut held_back = requests.iter().filter(|it| it.fault.as_deref() == Some(held.as_str()));
    let passes = |slow: &Exchange, fast: &Exchange| {
        fast.side == Side::Out && fast.about == slow.about && fast.began >= slow.began && fast.ended < slow.ended
    };
    held_back.any(|slow| requests.iter().any(|fast| passes(slow, fast)))
}
