//! What is planned to go wrong, and how far it is.

use std::{collections::BTreeMap, time::Duration};

use responder::{Timestamp, emergency::EmergencyId};
use responder_sim::Sid;

use crate::{cells::Moment, plan::Planned};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) moment: Option<Moment>,
    /// Counts moments: what was meant for one is not for the next of the same name.
    pub(super) entries: u64,
    pub(super) emergencies: BTreeMap<EmergencyId, bool>,
    pub(super) slots: Vec<Slot>,
    pub(super) away: Option<Away>,
    pub(super) unknown: Option<Unknown>,
    pub(super) blow: Option<Blow>,
    /// Calls that their phone has ended.
    pub(super) hung_up: Vec<Sid>,
    pub(super) blows: Vec<Timestamp>,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) planned: Planned,
    pub(super) status: Status,
    /// When phones were told to behave badly, and until when.
    pub(super) windows: Vec<(Timestamp, Option<Timestamp>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Waiting,
    Armed,
    Struck,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Away {
    pub(super) slot: usize,
    pub(super) until: Timestamp,
    pub(super) hangs: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Unknown {
    pub(super) slot: usize,
    pub(super) times: u32,
    pub(super) written: bool,
}

/// A node dies or stands still.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blow {
    pub(super) slot: usize,
    pub(super) crossings: u64,
    pub(super) pause: Option<Duration>,
}
