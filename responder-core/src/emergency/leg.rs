//! One call by a customer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Document, Farewell, Step, Watch};
use crate::{CallSid, E164, Timestamp};

/// Where a customer's call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegStage {
    /// Told to hold; the queue is not proven yet.
    Arriving,
    /// In the queue.
    Holding,
    /// Connected with the technician, or with the transfer target.
    Talking,
    /// On their way out, hearing why.
    Leaving(Farewell),
    /// The call has ended.
    Ended,
}

/// One call by a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Leg {
    /// The call.
    pub call: CallSid,
    /// Who calls, unless withheld.
    pub from: Option<E164>,
    /// Where it stands.
    pub stage: LegStage,
    pub(super) watch: Watch,
    pub(super) hold_until: Timestamp,
    /// We want it off the line.
    pub(super) ending: bool,
    /// Whether the provider dropped them from the queue once already.
    pub(super) requeued: bool,
    pub(super) left_message: bool,
    /// Whether it was connected.
    pub(super) talked: bool,
    pub(super) step: Step,
    pub(super) document: Option<Document>,
    pub(super) times: LegTimes,
}

/// When a leg reached what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LegTimes {
    /// When it came in.
    pub called: Timestamp,
    /// Since when it is in the queue, while it is.
    pub holding_since: Option<Timestamp>,
    /// How long it held, all in all.
    pub hold: Duration,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

impl Leg {
    /// Whether it may still be a call at the provider.
    pub const fn is_live(&self) -> bool {
        !matches!(self.stage, LegStage::Ended)
    }

    /// Whether it waits to be connected.
    pub const fn is_waiting(&self) -> bool {
        matches!(self.stage, LegStage::Arriving | LegStage::Holding)
    }

    /// When it reached what.
    pub const fn times(&self) -> LegTimes {
        self.times
    }
}
