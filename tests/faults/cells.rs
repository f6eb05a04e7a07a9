//! What can go wrong, and when: the rows and the columns of the table.

use responder::emergency::{Emergency, Leg, LegStage, Phase};

/// The columns: where an emergency stands. Phases of the machine, two of them split by whether a customer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Moment {
    /// Nobody has accepted, nobody holds.
    Seeking,
    /// Nobody has accepted, and a customer holds.
    Holding,
    /// Somebody has accepted, and no customer is there.
    Accepted,
    /// Somebody has accepted, and a customer waits to be connected.
    Bridging,
    /// The two talk.
    Talking,
    /// Nothing new is begun.
    Closing,
}

/// The rows: what goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    CallbackLost,
    CallbackDoubled,
    CallbackLate,
    CallbackOvertaken,
    CallbackForged,
    TooManyRequests,
    ErrorBefore,
    ErrorAfter,
    TimeOut,
    AnswerCut,
    NeverAnswers,
    Voicemail,
    Busy,
    PressesNothing,
    Passes,
    HangsUp,
    CallsAgain,
    Withheld,
    Stranger,
    StoreAway,
    CommitUnknown,
    NodeKilled,
    NodePaused,
}

/// One field of the table.
pub(crate) type Cell = (Kind, Moment);

impl Moment {
    pub(crate) const ALL: [Self; 6] =
        [Self::Seeking, Self::Holding, Self::Accepted, Self::Bridging, Self::Talking, Self::Closing];

    /// Where an emergency stands; none once it is over.
    pub(crate) fn of(emergency: &Emergency) -> Option<Self> {
        let legs = emergency.legs();
        let waits = legs.iter().any(Leg::is_waiting);
        match emergency.phase() {
            Phase::Concluded { .. } => None,
            Phase::Closing { .. } => Some(Self::Closing),
            _ if legs.iter().any(|leg| leg.stage == LegStage::Talking) => Some(Self::Talking),
            Phase::Accepted => Some(if waits { Self::Bridging } else { Self::Accepted }),
            Phase::Seeking => Some(if waits { Self::Holding } else { Self::Seeking }),
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Seeking => "seeking",
            Self::Holding => "holding",
            Self::Accepted => "accepted",
            Self::Bridging => "bridging",
            Self::Talking => "talking",
            Self::Closing => "closing",
        }
    }
}

impl Kind {
    pub(crate) const ALL: [Self; 23] = [
        Self::CallbackLost,
        Self::CallbackDoubled,
        Self::CallbackLate,
        Self::CallbackOvertaken,
        Self::CallbackForged,
        Self::TooManyRequests,
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::TimeOut,
        Self::AnswerCut,
        Self::NeverAnswers,
        Self::Voicemail,
        Self::Busy,
        Self::PressesNothing,
        Self::Passes,
        Self::HangsUp,
        Self::CallsAgain,
        Self::Withheld,
        Self::Stranger,
        Self::StoreAway,
        Self::CommitUnknown,
        Self::NodeKilled,
        Self::NodePaused,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CallbackLost => "callback lost",
            Self::CallbackDoubled => "callback twice",
            Self::CallbackLate => "callback late",
            Self::CallbackOvertaken => "callback overtaken by the next",
            Self::CallbackForged => "callback wrongly signed",
            Self::TooManyRequests => "REST: 429",
            Self::ErrorBefore => "REST: 503, not processed",
            Self::ErrorAfter => "REST: 500, processed",
            Self::TimeOut => "REST: processed after the time-out",
            Self::AnswerCut => "REST: processed, answer cut",
            Self::NeverAnswers => "technician never answers",
            Self::Voicemail => "technician's voicemail answers",
            Self::Busy => "technician is busy",
            Self::PressesNothing => "technician presses nothing",
            Self::Passes => "technician passes",
            Self::HangsUp => "customer hangs up",
            Self::CallsAgain => "customer hangs up, calls again",
            Self::Withheld => "somebody calls, number withheld",
            Self::Stranger => "a stranger calls",
            Self::StoreAway => "store away for 10 s",
            Self::CommitUnknown => "answer to a commit lost",
            Self::NodeKilled => "node killed",
            Self::NodePaused => "node paused for over a lease",
        }
    }

    pub(crate) const fn is_of_rest(self) -> bool {
        matches!(self, Self::TooManyRequests | Self::ErrorBefore | Self::ErrorAfter | Self::TimeOut | Self::AnswerCut)
    }

    pub(crate) const fn is_of_technicians(self) -> bool {
        matches!(self, Self::NeverAnswers | Self::Voicemail | Self::Busy | Self::PressesNothing | Self::Passes)
    }

    /// Why this can't happen then.
    pub(crate) const fn impossible(self, moment: Moment) -> Option<&'static str> {
        match (self, moment) {
            (
                Self::NeverAnswers | Self::Voicemail | Self::Busy | Self::PressesNothing,
                Moment::Accepted | Moment::Talking | Moment::Closing,
            ) => Some("nobody is called then"),
            (Self::HangsUp | Self::CallsAgain, Moment::Seeking | Moment::Accepted) => {
                Some("no customer is on the line")
            }
            (Self::HangsUp, Moment::Closing) => Some("whoever is on the line is being sent off it"),
            _ => None,
        }
    }
}

/// Every cell that can be filled.
pub(crate) fn possible() -> Vec<Cell> {
    let all = Kind::ALL.into_iter().flat_map(|kind| Moment::ALL.map(|moment| (kind, moment)));
    all.filter(|(kind, moment)| kind.impossible(*moment).is_none()).collect()
}
