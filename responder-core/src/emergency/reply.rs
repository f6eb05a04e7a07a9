//! What is said, shown or written: decided here, worded in `script/`.

use serde::{Deserialize, Serialize};

use super::{LegNo, Line, Outcome, Step, Summary, UnreachableBecause};

/// The direct answer to an input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Nothing to say: 204.
    #[default]
    Nothing,
    /// A document for a call.
    Voice(Voice),
    /// A text back.
    Text(Text),
}

/// A document for one call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Voice {
    /// Whose call it is for; `None` for a caller who has no part in the emergency.
    pub line: Option<Line>,
    /// The step that every URL in the document carries.
    pub step: Step,
    /// What the document does.
    pub document: Document,
}

/// What a document does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// Speaks the details and asks for a key.
    Details {
        /// What is said before them.
        lead: Lead,
    },
    /// Confirms the acceptance; the technician may stay on the line for the customer.
    AcceptedWait,
    /// Waits a little longer for the customer.
    Wait,
    /// The wait is over: we will call when the customer does.
    WaitOver,
    /// Confirms the acceptance; the customer will be connected to the general line.
    AcceptedTransfer,
    /// Confirms the acceptance; the customer left and waits for a call.
    AcceptedCallCustomer,
    /// Asks for a key before the customer is connected.
    ConfirmBridge,
    /// Connects with the customer in this leg's queue.
    Connect {
        /// The caller who waits in the queue.
        leg: LegNo,
    },
    /// Confirms that somebody else is tried.
    Passed,
    /// Somebody else has accepted.
    AlreadyTaken,
    /// There was no key, or never the right one.
    NoKey,
    /// The customer has hung up; their number comes by text.
    CustomerGone,
    /// The connection could not be made; somebody else is tried.
    BridgeGivenUp,
    /// There is nothing left to do in this call.
    Over,

    /// Puts a customer on hold.
    Hold,
    /// A sentence on where things stand, and music.
    Music {
        /// Where things stand.
        news: News,
    },
    /// Takes the caller out of the queue; what is said then follows.
    LeaveQueue,
    /// Says why, and takes a message.
    Voicemail {
        /// What the caller is told as the reason.
        why: Farewell,
    },
    /// Says why, and hangs up.
    Goodbye {
        /// What the caller is told as the reason.
        why: Farewell,
    },
    /// Asks whether to be connected again.
    OfferReconnect,
    /// What the customer hears just before the two are connected: the recording notice, if there is one.
    Joining,
    /// Another caller is being helped; this one has been noted.
    Stranger,
}

/// What is said before the details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lead {
    /// Nothing: the first time.
    First,
    /// That it is said again.
    Repeat,
    /// That the key means nothing.
    WrongKey,
}

/// Where things stand, for a customer on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// A technician is being called.
    Seeking,
    /// The one before could not be reached, another is being called.
    SeekingNext,
    /// A technician has accepted and is being connected.
    Accepted,
}

/// Why a caller is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Farewell {
    /// They held as long as we let anybody hold.
    HoldLimit,
    /// Nobody could be reached.
    Unanswered,
    /// The technician knows and will call back.
    WillCallBack,
    /// The queue took nobody in.
    QueueFull,
    /// They called too often to be put on hold once more.
    TooManyCalls,
    /// The same person called again; this is the earlier call.
    Superseded,
    /// Somebody else turned out to be the customer.
    PutAside,
    /// The emergency was cancelled.
    Cancelled,
    /// The talk is over.
    TalkOver,
    /// A message was left.
    MessageTaken,
}

/// A text or a mail.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// To a technician: what happened, and how to accept.
    Details,
    /// To a recipient: a copy.
    Copy,
    /// To a technician: we could not reach you.
    Missed {
        /// What went wrong.
        because: UnreachableBecause,
    },
    /// To a technician: your acceptance counts.
    Accepted,
    /// To a technician: somebody else was first.
    AlreadyTaken,
    /// To a technician: you have passed it on.
    Passed,
    /// To the technician who accepted: call the customer yourself.
    CallCustomer {
        /// Why you have to.
        why: Farewell,
    },
    /// To the technician who accepted: the bridge failed, somebody else is tried.
    BridgeGivenUp,
    /// To the technician who accepted: the customer never called.
    NeverCalled,
    /// To whoever was told of the emergency: it was cancelled.
    Cancelled,
    /// To recipients: it ended, or will end, without a talk.
    Alert {
        /// The outcome that it will have.
        outcome: super::Conclusion,
    },
    /// To whoever asked: where things stand.
    Status,
    /// To whoever may not decide, or too late: it is over.
    Over,
    /// To recipients, by mail: how it ended.
    Report {
        /// The outcome, and its times and counts.
        summary: Box<Summary>,
    },
}

impl Document {
    /// Whether whoever hears it is asked to press a key.
    pub(crate) const fn asks_for_key(self) -> bool {
        matches!(self, Self::Details { .. } | Self::ConfirmBridge | Self::OfferReconnect)
    }
}

impl Farewell {
    /// Whether a caller who is let go for this reason is asked to leave a message.
    pub(crate) const fn offers_voicemail(self) -> bool {
        matches!(self, Self::HoldLimit | Self::Unanswered | Self::WillCallBack | Self::QueueFull)
    }
}

impl Voice {
    pub(crate) const fn new(line: Line, step: Step, document: Document) -> Self {
        Self { line: Some(line), step, document }
    }
}

impl Reply {
    pub(crate) const fn to_stranger(document: Document) -> Self {
        Self::Voice(Voice { line: None, step: Step(0), document })
    }
}

/// The outcome of a command, reduced to what a person must know.
pub(crate) fn reason_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Rejected { code: Some(code), reason } => format!("{reason} ({code})"),
        Outcome::Rejected { code: None, reason } | Outcome::Unavailable { reason } => reason.clone(),
        Outcome::NotConfigured => "not configured".to_owned(),
        Outcome::Abandoned => "given up after repeated failures".to_owned(),
        _ => "the outcome is unknown".to_owned(),
    }
}
