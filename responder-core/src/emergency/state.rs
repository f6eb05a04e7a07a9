//! The state of one emergency.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AcceptedBy, Annex, Attempt, AttemptNo, Contact, EmergencyId, Intake, Leg, LegNo, Policy};
use crate::{CallSid, E164, Timestamp};

/// One emergency: a value that [`handle_input`](Emergency::handle_input) turns into the next one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Emergency {
    pub(super) id: EmergencyId,
    pub(super) intake: Arc<Intake>,
    pub(super) policy: Arc<Policy>,
    pub(super) technicians: Arc<[Contact]>,
    pub(super) phase: Phase,
    pub(super) search: Search,
    pub(super) acceptance: Option<Acceptance>,
    pub(super) bridge: Option<Bridge>,
    pub(super) talk: Option<Talk>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) legs: Vec<Leg>,
    /// The leg that is the customer's.
    pub(super) customer: Option<LegNo>,
    /// Calls that were ended because their attempt had another one.
    pub(super) strays: Vec<CallSid>,
    pub(super) reconnects_left: u8,
    /// Bridges to the transfer target that may still fail.
    pub(super) transfers_left: u8,
    /// Whether technician and customer have talked: proven, and not so short that it can't have helped.
    pub(super) talked: bool,
    /// An operator cancelled it during a talk: it ends with that.
    pub(super) cancelled: bool,
    /// Whether recipients were told that it began.
    pub(super) is_copied: bool,
    /// When the customer must have called after an acceptance.
    pub(super) customer_deadline: Option<Timestamp>,
    pub(super) heartbeat: Timestamp,
    pub(super) next_command: u32,
    /// When something last changed. Time never goes back before it.
    pub(super) changed_at: Timestamp,
    pub(super) record: Record,
    pub(super) annex: Arc<Annex>,
}

/// How far an emergency has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nobody has accepted.
    Seeking,
    /// Somebody has accepted.
    Accepted,
    /// Nothing new is begun; what is under way is collected.
    Closing {
        /// Why it ends.
        because: ClosingBecause,
        /// Until when late callbacks are collected; `None` once only calls that won't end hold it up.
        until: Option<Timestamp>,
    },
    /// It has ended, and every call with it.
    Concluded {
        /// How it ended.
        outcome: Conclusion,
        /// When the last call had ended.
        at: Timestamp,
    },
}

/// Why an emergency ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosingBecause {
    /// The two have talked.
    TalkOver,
    /// Everybody was tried.
    NobodyAccepted,
    /// The customer did not call in time.
    NoCustomer,
    /// The technician says that it is dealt with.
    Done,
    /// An operator cancelled it.
    Cancelled,
}

/// How an emergency ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Technician and customer talked.
    Connected,
    /// Somebody accepted, and the customer never called.
    CustomerNeverCalled,
    /// The customer called, and hung up before they were connected.
    CustomerHungUp,
    /// The customer left a message.
    Voicemail,
    /// Everybody was tried, and nobody accepted.
    Unanswered,
    /// An operator cancelled it.
    Cancelled,
    /// No phone could even be made to ring.
    Failed,
}

/// Where the search for a technician stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Search {
    pub(super) round: u8,
    pub(super) technician: u8,
    /// Tries on this technician in this round, the one under way included.
    pub(super) tries: u8,
    pub(super) step: SearchStep,
    /// Whether the try under way was broken off because somebody else accepted.
    pub(super) interrupted: bool,
    /// Who was tried last.
    pub(super) asked: Option<u8>,
    /// How often somebody who had accepted was given up.
    pub(super) escalations: u16,
    /// Technicians who were told of this emergency: a bit for each.
    pub(super) notified: Set,
    /// Technicians whose number the provider refuses.
    pub(super) refused: Set,
    /// Technicians who passed in this round, or accepted in it and could not be connected.
    pub(super) passed: Set,
}

/// What the search waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SearchStep {
    /// The next try is due then.
    Due(Timestamp),
    /// This call.
    Calling(AttemptNo),
    /// A text, until then.
    Texting(Timestamp),
    /// Nothing: somebody accepted.
    Resting,
    /// Nothing: there is nobody left.
    Exhausted,
}

/// A set of technicians, at most 128; [`Policy::validate`] admits 101. Stored in hexadecimal digits: many readers of
/// JSON round numbers beyond 53 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Set(u128);

/// That somebody accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Acceptance {
    pub(super) technician: u8,
    pub(super) by: AcceptedBy,
    /// Bridges to the technician that may still fail.
    pub(super) bridges_left: u8,
    /// Whether the technician was told to call the customer.
    pub(super) told_to_call: bool,
}

/// A connection that is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Bridge {
    pub(super) attempt: AttemptNo,
    pub(super) leg: LegNo,
    pub(super) until: Timestamp,
    /// Not proven in time; what the technician's call does next is still awaited.
    pub(super) failed: bool,
}

/// A talk that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Talk {
    pub(super) attempt: AttemptNo,
    pub(super) leg: LegNo,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
}

/// What only the report needs; no decision reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) opened_at: Timestamp,
    pub(super) rang_at: Option<Timestamp>,
    pub(super) accepted_at: Option<Timestamp>,
    pub(super) accepted_by: Option<u8>,
    pub(super) talk: std::time::Duration,
}

impl Conclusion {
    /// Whether nobody has talked to the customer, and nobody has called it off.
    pub(super) const fn leaves_customer_alone(self) -> bool {
        !matches!(self, Self::Connected | Self::Cancelled)
    }
}

impl TryFrom<String> for Set {
    type Error = std::num::ParseIntError;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        u128::from_str_radix(&digits, 16).map(Self)
    }
}

impl From<Set> for String {
    fn from(set: Set) -> Self {
        format!("{:x}", set.0)
    }
}

impl Set {
    pub(super) const EMPTY: Self = Self(0);

    pub(super) const fn has(self, technician: u8) -> bool {
        self.0 >> technician & 1 == 1
    }

    pub(super) const fn insert(&mut self, technician: u8) {
        self.0 |= 1 << technician;
    }

    pub(super) const fn clear(&mut self) {
        self.0 = 0;
    }
}

impl Emergency {
    /// Its name.
    pub const fn id(&self) -> EmergencyId {
        self.id
    }

    /// The report it began with.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// The policy it began with.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How far it has come.
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// When it was reported.
    pub const fn opened_at(&self) -> Timestamp {
        self.record.opened_at
    }

    /// When somebody accepted; none as long as nobody has.
    pub const fn accepted_at(&self) -> Option<Timestamp> {
        self.record.accepted_at
    }

    /// Every call that we placed, oldest first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Every call that came in, oldest first.
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// What arrived besides: deliveries of texts, recordings.
    pub fn annex(&self) -> &Annex {
        &self.annex
    }

    /// The technician who accepted, else the one who is being sought.
    pub fn technician(&self) -> &Contact {
        let chosen = self.acceptance.map_or(self.search.technician, |acceptance| acceptance.technician);
        self.technicians.get(usize::from(chosen)).unwrap_or(&self.intake.technician)
    }

    /// Whether the technician with this number was told of it, and so may decide.
    pub fn has_notified(&self, number: E164) -> bool {
        let position = self.technicians.iter().position(|technician| technician.number == number);
        position.and_then(|at| u8::try_from(at).ok()).is_some_and(|technician| self.search.notified.has(technician))
    }

    /// Whether somebody has accepted and not been replaced.
    pub const fn is_accepted(&self) -> bool {
        self.acceptance.is_some()
    }

    /// Whether it has ended for good.
    pub const fn is_concluded(&self) -> bool {
        matches!(self.phase, Phase::Concluded { .. })
    }

    /// Whether a customer is on the line: on hold, talking or on their way out.
    pub fn has_customer(&self) -> bool {
        self.legs.iter().any(Leg::is_live)
    }

    /// Whether a caller is still awaited: the place of a new caller without a number.
    pub fn awaits_customer(&self) -> bool {
        matches!(self.phase, Phase::Seeking | Phase::Accepted) && !self.has_customer()
    }

    /// Whether it takes up one of the branch's `max_active_emergencies`. One that is accepted and has no customer on
    /// the line does not.
    pub fn occupies_branch(&self) -> bool {
        match self.phase {
            Phase::Seeking => true,
            Phase::Accepted => self.has_customer(),
            Phase::Closing { .. } | Phase::Concluded { .. } => false,
        }
    }

    pub(super) fn attempt(&self, no: AttemptNo) -> Option<&Attempt> {
        self.attempts.get(usize::from(no.0))
    }

    pub(super) fn leg(&self, no: LegNo) -> Option<&Leg> {
        self.legs.get(usize::from(no.0))
    }

    /// The call that may still be up with `number`.
    pub(super) fn live_to(&self, number: E164) -> Option<AttemptNo> {
        self.attempt_numbers().find(|no| self.attempt(*no).is_some_and(|a| a.is_live() && a.to == number))
    }

    pub(super) fn attempt_numbers(&self) -> impl Iterator<Item = AttemptNo> + use<> {
        (0..u16::try_from(self.attempts.len()).unwrap_or(u16::MAX)).map(AttemptNo)
    }

    pub(super) fn leg_numbers(&self) -> impl Iterator<Item = LegNo> + use<> {
        (0..u8::try_from(self.legs.len()).unwrap_or(u8::MAX)).map(LegNo)
    }

    pub(super) fn number_of(&self, technician: u8) -> E164 {
        self.technicians.get(usize::from(technician)).map_or(self.intake.technician.number, |contact| contact.number)
    }

    pub(super) fn is_being_connected(&self, no: LegNo) -> bool {
        self.bridge.is_some_and(|bridge| bridge.leg == no)
    }

    /// The customer's leg, if it waits to be connected.
    pub(super) fn waiting_customer(&self) -> Option<LegNo> {
        self.customer.filter(|no| self.leg(*no).is_some_and(Leg::is_waiting))
    }
}
