//! What will happen when: the one list of due events.

use std::{collections::BTreeMap, time::Duration};

use responder_core::Timestamp;

/// The place of one entry; events of the same time happen in the order in which they were entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket {
    at: Timestamp,
    order: u64,
}

/// Events by due time. Withdrawn events are gone at once, so [`next_due`](Self::next_due) is always exact.
#[derive(Debug)]
pub(crate) struct Agenda<E> {
    entries: BTreeMap<Ticket, E>,
    order: u64,
}

impl<E> Agenda<E> {
    pub(crate) fn new() -> Self {
        Self { entries: BTreeMap::new(), order: 0 }
    }

    pub(crate) fn enter(&mut self, at: Timestamp, event: E) -> Ticket {
        self.order += 1;
        let ticket = Ticket { at, order: self.order };
        self.entries.insert(ticket, event);
        ticket
    }

    pub(crate) fn withdraw(&mut self, ticket: Ticket) {
        self.entries.remove(&ticket);
    }

    /// The first event that is due at `now`, taken off the list.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, E)> {
        let entry = self.entries.first_entry()?;
        (entry.key().at <= now).then(|| (entry.key().at, entry.remove()))
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.entries.first_key_value().map(|(ticket, _)| ticket.at)
    }
}

/// Seconds as a fraction, the unit of everything that people write about time in this crate's JSON.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value.max(0.0)).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_out_by_time_then_by_entry() {
        let at = Timestamp::from_micros;
        let mut agenda = Agenda::new();
        agenda.enter(at(5), "late");
        agenda.enter(at(1), "first");
        let gone = agenda.enter(at(1), "withdrawn");
        agenda.enter(at(1), "second");
        agenda.withdraw(gone);
        assert_eq!(agenda.next_due(), Some(at(1)));
        assert_eq!(agenda.take_due(at(1)), Some((at(1), "first")));
        assert_eq!(agenda.take_due(at(1)), Some((at(1), "second")));
        assert_eq!(agenda.take_due(at(1)), None);
        assert_eq!(agenda.take_due(at(9)), Some((at(5), "late")));
    }
}
