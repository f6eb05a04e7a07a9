//! An emergency as pages need it: read from a branch's own state, or from what its API tells of it.

#[cfg(feature = "admin")]
use std::time::Duration;

use responder_core::{
    CallSid, E164, Timestamp,
    emergency::{
        AttemptKind, AttemptTimes, ClosingBecause, Conclusion, Contact, Emergency, EmergencyId, End, Event, LegStage,
        LegTimes, Phase, Stage,
    },
    store::StoredEvent,
    timeline::{Blocks, Record, UtcOffset},
};

/// One emergency.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) id: EmergencyId,
    pub(crate) opened_at: Timestamp,
    #[cfg(feature = "admin")]
    pub(crate) accepted_at: Option<Timestamp>,
    pub(crate) phase: SeenPhase,
    pub(crate) technician: Contact,
    pub(crate) is_accepted: bool,
    pub(crate) customer: Customer,
    pub(crate) attempts: Vec<SeenAttempt>,
    pub(crate) legs: Vec<SeenLeg>,
    /// Whose numbers are known.
    pub(crate) people: Vec<Contact>,
    /// What happened, oldest first.
    pub(crate) events: Vec<SeenEvent>,
}

/// Who needs help.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) callback: String,
    pub(crate) number: Option<E164>,
    pub(crate) address: String,
    pub(crate) description: String,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SeenPhase {
    Seeking,
    Accepted,
    Closing { nobody_accepted: bool },
    Concluded { outcome: Conclusion, at: Timestamp },
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct SeenEvent {
    pub(crate) at: Timestamp,
    /// None if this version has no words for it.
    pub(crate) event: Option<Event>,
    /// As the log has it.
    pub(crate) title: String,
}

/// A call that the branch placed.
#[derive(Clone, Debug)]
pub(crate) struct SeenAttempt {
    pub(crate) kind: AttemptKind,
    pub(crate) to: E164,
    pub(crate) state: CallState,
    pub(crate) times: AttemptTimes,
}

/// What it is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallState {
    Placing,
    Ringing,
    Line,
    Ended(End),
}

/// A call that came in.
#[derive(Clone, Debug)]
pub(crate) struct SeenLeg {
    pub(crate) call: CallSid,
    pub(crate) from: Option<E164>,
    pub(crate) state: LegState,
    pub(crate) times: LegTimes,
}

/// What it is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LegState {
    Arriving,
    Holding,
    Talking,
    Leaving,
    Ended,
}

impl Seen {
    pub(crate) fn of(e: &Emergency, stored: &[StoredEvent]) -> Self {
        let (intake, policy) = (e.intake(), e.policy());
        let mut people = policy.technicians(intake);
        people.extend(policy.recipients.iter().cloned());
        Self {
            id: e.id(),
            opened_at: e.opened_at(),
            #[cfg(feature = "admin")]
            accepted_at: e.accepted_at(),
            phase: match e.phase() {
                Phase::Seeking => SeenPhase::Seeking,
                Phase::Accepted => SeenPhase::Accepted,
                Phase::Closing { because, .. } => {
                    SeenPhase::Closing { nobody_accepted: because == ClosingBecause::NobodyAccepted }
                }
                Phase::Concluded { outcome, at } => SeenPhase::Concluded { outcome, at },
            },
            technician: e.technician().clone(),
            is_accepted: e.is_accepted(),
            customer: Customer {
                name: intake.customer_name.clone(),
                callback: intake.callback_text.clone(),
                number: intake.callback,
                address: intake.address.clone(),
                description: intake.description.clone(),
            },
            attempts: e.attempts().iter().map(SeenAttempt::of).collect(),
            legs: e.legs().iter().map(SeenLeg::of).collect(),
            people,
            events: stored.iter().map(|stored| SeenEvent::read(stored.at, &stored.json)).collect(),
        }
    }

    pub(crate) const fn is_open(&self) -> bool {
        !matches!(self.phase, SeenPhase::Concluded { .. })
    }

    /// How long customers were on hold, all calls together.
    #[cfg(feature = "admin")]
    pub(crate) fn hold(&self) -> Duration {
        self.legs.iter().map(|leg| leg.times.hold).sum()
    }
}

impl SeenEvent {
    /// From `{"event": …, "data": …}`. The title is read off the block that the log has for it, so that the two can't
    /// differ.
    pub(super) fn read(at: Timestamp, json: &str) -> Self {
        let mut text = String::new();
        if let Ok(record) = Record::of(json) {
            record.print(&mut text, at, UtcOffset::UTC);
        }
        let title = Blocks::new(text.as_bytes()).next().map(|block| block.title().into_owned()).unwrap_or_default();
        Self { at, event: serde_json::from_str(json).ok(), title }
    }
}

impl SeenAttempt {
    fn of(attempt: &responder_core::emergency::Attempt) -> Self {
        let state = match attempt.stage {
            Stage::Placing | Stage::Unknown(_) | Stage::Queued => CallState::Placing,
            Stage::Ringing => CallState::Ringing,
            Stage::InProgress => CallState::Line,
            Stage::Ended(end) => CallState::Ended(end),
        };
        Self { kind: attempt.kind, to: attempt.to, state, times: attempt.times() }
    }
}

impl SeenLeg {
    fn of(leg: &responder_core::emergency::Leg) -> Self {
        let state = match leg.stage {
            LegStage::Arriving => LegState::Arriving,
            LegStage::Holding => LegState::Holding,
            LegStage::Talking => LegState::Talking,
            LegStage::Leaving(_) => LegState::Leaving,
            LegStage::Ended => LegState::Ended,
        };
        Self { call: leg.call.clone(), from: leg.from, state, times: leg.times() }
    }
}

/// Without what people said.
impl std::fmt::Debug for Customer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Customer").finish_non_exhaustive()
    }
}
