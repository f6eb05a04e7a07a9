//! What a leg can be doing.

use std::{collections::VecDeque, time::Duration};

use responder_core::{
    Timestamp,
    twiml::{
        Element,
        voice::{GatherChild, Verb},
    },
};

use super::call::RecordOptions;
use crate::{sid::Sid, trace::DialStatus, webhook::Target};

/// What a leg does now.
#[derive(Debug, Default)]
pub(crate) enum Stage {
    /// Nothing that would have to be cleaned up: it waits for its turn, rings, or is between two verbs.
    #[default]
    Idle,
    /// Machine detection listens before the document is asked for.
    Detecting,
    /// A document is awaited, to be run as this.
    Fetching(Role),
    /// A timed verb.
    Hearing,
    Gathering(Box<Gathering>),
    /// In a queue, with silence or the provider's music.
    Holding,
    /// In a conference, or alone where it will be.
    Conferring,
    /// `<Dial>`, and nobody is on the line yet.
    Dialing(Box<Dialing>),
    Talking(Box<Talking>),
    Recording(Box<Taking>),
}

/// A document that is being run.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) role: Role,
    /// Its address; none if it came inline.
    pub(crate) base: Option<String>,
    pub(crate) verbs: VecDeque<Verb>,
}

/// What a document is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The call itself.
    Main,
    /// The wait in a queue.
    Wait,
    /// Something to be heard in a conference.
    Lobby,
    /// The noun's document, to a callee, before the caller is let on.
    Screen,
    /// The noun's document, to a caller from a queue, before the agent is let on.
    Whisper,
}

#[derive(Debug)]
pub(crate) struct Gathering {
    pub(crate) prompts: VecDeque<GatherChild>,
    pub(crate) digits: String,
    pub(crate) count: Option<usize>,
    pub(crate) finish: Option<char>,
    pub(crate) timeout: Duration,
    pub(crate) action: Target,
    pub(crate) on_empty: bool,
    pub(crate) keys: bool,
    pub(crate) speech: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Dialing {
    pub(crate) action: Option<Target>,
    pub(crate) time_limit: Duration,
    pub(crate) ring: Duration,
    pub(crate) star: bool,
    pub(crate) answer_on_bridge: bool,
    pub(crate) recording: Option<RecordOptions>,
    pub(crate) recorded: Option<Sid>,
    pub(crate) sequential: bool,
    pub(crate) caller_id: String,
    /// The nouns that are still to be called.
    pub(crate) nouns: VecDeque<Element>,
    pub(crate) base: Option<String>,
    pub(crate) legs: Vec<Sid>,
    pub(crate) answered: Option<Sid>,
    pub(crate) last: Option<(Sid, DialStatus)>,
    pub(crate) queue: Option<QueueDial>,
}

/// The queue side of a `<Dial><Queue>`.
#[derive(Clone, Debug)]
pub(crate) struct QueueDial {
    pub(crate) queue: Sid,
    pub(crate) whisper: Option<Target>,
    /// The caller that was taken out, and how long it had waited.
    pub(crate) caller: Option<(Sid, Duration)>,
}

#[derive(Debug)]
pub(crate) struct Talking {
    pub(crate) peer: Sid,
    pub(crate) since: Timestamp,
    pub(crate) seat: Seat,
}

/// Which end of a talk a leg is.
#[derive(Debug)]
pub(crate) enum Seat {
    /// It ran the `<Dial>`.
    Dialler(Box<Dialing>),
    /// It was called by the `<Dial>`.
    Dialled,
    /// It was in the queue.
    Dequeued,
}

/// `<Record>` at work.
#[derive(Debug)]
pub(crate) struct Taking {
    pub(crate) recording: Sid,
    pub(crate) since: Timestamp,
    pub(crate) spoken: Duration,
    pub(crate) finish: String,
    pub(crate) action: Target,
}

/// A stay in a queue, from `<Enqueue>` until its action.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) queue: Sid,
    pub(crate) since: Timestamp,
    pub(crate) left: Option<Timestamp>,
    pub(crate) wait: Wait,
    pub(crate) action: Option<Target>,
    /// Who took this caller out of the queue.
    pub(crate) agent: Option<Sid>,
    pub(crate) last_wait_request: Option<Timestamp>,
}

/// What is heard in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Music,
    Silence,
    Document(Target),
}

/// The clocks that can run for one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    Begin,
    Ring,
    PickUp,
    RingTimeout,
    Verdict,
    Verb,
    Gather,
    Dial,
    TalkLimit,
    Limit,
    Record,
    Rewait,
    HangUp,
    HangUpOnHold,
    HangUpTalking,
    HangUpAfterMessage,
    Press(u32),
    Speak,
}
