//! One stored value.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    super::super::*,
    shapes,
    shows::{Shows, of_state},
    variants::Seen,
};
use crate::store::{Availability, Card, StoreError, codec};

/// One line of a file: what it is, what it says to whoever reads it, and what a store holds, to the byte.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) what: What,
    /// What every later version must read from it.
    pub(super) shows: String,
    pub(super) stored: Box<RawValue>,
}

/// Each kind of thing that stores keep as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    State,
    Command,
    Outcome,
    Event,
    Line,
    Availability,
    Card,
}

/// A stored value, read.
pub(super) enum Read {
    State(Box<Emergency>),
    Command(Command),
    Outcome(Outcome),
    Event(Event),
    Line(Line),
    Availability(Availability),
    Card(Card),
}

impl Row {
    pub(super) fn of(read: &Read) -> Self {
        let stored = read.encode().expect("a stored form");
        Self { what: read.what(), shows: read.shows(), stored: RawValue::from_string(stored).expect("JSON") }
    }

    pub(super) fn read(&self, format: u16) -> Result<Read, StoreError> {
        fn one<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
            codec::decode("a row of the test", row.stored.get())
        }
        Ok(match self.what {
            What::State => Read::State(Box::new(codec::Formats::OWN.decode(format, self.stored.get())?)),
            What::Command => Read::Command(one(self)?),
            What::Outcome => Read::Outcome(one(self)?),
            What::Event => Read::Event(one(self)?),
            What::Line => Read::Line(one(self)?),
            What::Availability => Read::Availability(one(self)?),
            What::Card => Read::Card(one(self)?),
        })
    }

    /// Kind, field and type, for each.
    pub(super) fn shapes(&self) -> impl Iterator<Item = (What, u64)> {
        shapes::of(self.stored.get()).into_iter().map(|shape| (self.what, shape))
    }
}

impl Read {
    const fn what(&self) -> What {
        match self {
            Self::State(_) => What::State,
            Self::Command(_) => What::Command,
            Self::Outcome(_) => What::Outcome,
            Self::Event(_) => What::Event,
            Self::Line(_) => What::Line,
            Self::Availability(_) => What::Availability,
            Self::Card(_) => What::Card,
        }
    }

    pub(super) fn encode(&self) -> Result<String, StoreError> {
        match self {
            Self::State(state) => codec::encode("state", state),
            Self::Command(command) => codec::encode("command", command),
            Self::Outcome(outcome) => codec::encode("outcome", outcome),
            Self::Event(event) => codec::encode("event", event),
            Self::Line(line) => codec::encode("line", line),
            Self::Availability(availability) => codec::encode("availability", availability),
            Self::Card(card) => codec::encode("card", card),
        }
    }

    pub(super) fn shows(&self) -> String {
        match self {
            Self::State(state) => of_state(state),
            Self::Command(command) => command.shows(),
            Self::Outcome(outcome) => outcome.shows(),
            Self::Event(event) => event.shows(),
            Self::Line(line) => format!("{line:?}"),
            Self::Availability(availability) => format!("{availability:?}"),
            Self::Card(card) => card.shows(),
        }
    }

    pub(super) fn note(&self, seen: &mut Seen) {
        match self {
            Self::State(state) => seen.state(state),
            Self::Command(command) => seen.command(command),
            Self::Outcome(outcome) => seen.outcome(outcome),
            Self::Event(event) => seen.event(event),
            Self::Line(line) => seen.line(line),
            Self::Availability(availability) => seen.availability(availability),
            Self::Card(_) => {}
        }
    }
}
