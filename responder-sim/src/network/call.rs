//! One leg: its data, and what can be said about it without looking at others.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use responder_core::Timestamp;

use super::{
    conference::Stay,
    stage::{Frame, Role, Stage, Timer, Visit},
};

use crate::{
    agenda::Ticket,
    behaviour::{Behaviour, Line},
    sid::Sid,
    trace::{CallRecord, CallStatus, Direction, Heard, Sound},
    webhook::{Cookies, Fields, Target},
};

/// One leg of the network.
#[derive(Debug)]
pub(crate) struct Call {
    /// What the trace shows of it.
    pub(crate) record: CallRecord,
    pub(crate) updated: Timestamp,
    pub(crate) sip_code: Option<u16>,
    pub(crate) queue_time: Duration,
    pub(crate) document: Source,
    pub(crate) fallback: Option<Target>,
    pub(crate) callback: Option<Callback>,
    pub(crate) ring_timeout: Option<Duration>,
    pub(crate) time_limit: Duration,
    pub(crate) detection: Option<Detection>,
    pub(crate) record_call: Option<RecordOptions>,
    pub(crate) send_digits: Option<String>,
    /// Fields that go with every request for a document.
    pub(crate) extra: Fields,
    pub(crate) phone: Phone,
    pub(crate) stage: Stage,
    pub(crate) stack: Vec<Frame>,
    pub(crate) visit: Option<Visit>,
    pub(crate) stay: Option<Stay>,
    pub(crate) cookies: Cookies,
    pub(crate) timers: BTreeMap<Timer, Ticket>,
    /// The document that is awaited; an answer to an older request is dropped.
    pub(crate) fetch: u64,
    /// How many documents were asked for at one instant.
    pub(crate) rush: (Timestamp, u32),
    /// Whether its document is being run, and whether somebody wished it to go on meanwhile.
    pub(crate) running: Running,
    pub(crate) recordings: Vec<Sid>,
    pub(crate) deleted: bool,
}

/// Keeps a document from being run inside of its own run: a long row of verbs that end at once would otherwise fill
/// the stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Running {
    #[default]
    No,
    Yes,
    /// The verb that is being executed is over already.
    GoOn,
}

/// Where a document comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Nothing,
    Inline(String),
    At(Target),
    /// There is none: it goes into this conference.
    Conference(Sid),
}

/// Who is told of a call's progress.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) target: Target,
    pub(crate) events: BTreeSet<CallEvent>,
    pub(crate) sequence: u32,
}

/// The moments that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CallEvent {
    Initiated,
    Ringing,
    Answered,
    Completed,
}

/// Machine detection, as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Detection {
    /// Waits for the end of a machine's greeting.
    pub(crate) message_end: bool,
    /// Runs beside the document.
    pub(crate) asynchronous: bool,
    pub(crate) callback: Option<Target>,
    pub(crate) timeout: Duration,
}

/// A recording, as it was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordOptions {
    pub(crate) dual: bool,
    pub(crate) from_ringing: bool,
    pub(crate) callback: Option<Target>,
    pub(crate) events: Vec<String>,
}

/// The phone at the far end of the leg.
#[derive(Debug, Default)]
pub(crate) struct Phone {
    pub(crate) script: Behaviour,
    pub(crate) gathers: usize,
    pub(crate) spoken: usize,
    pub(crate) heard: BTreeSet<usize>,
    pub(crate) presses: BTreeMap<u32, String>,
    pub(crate) pressed: u32,
}

impl Call {
    /// A leg that nobody has been told about yet.
    pub(crate) fn new(sid: Sid, direction: Direction, from: String, to: String, now: Timestamp) -> Self {
        let record = CallRecord {
            sid,
            parent: None,
            direction,
            from,
            to,
            status: CallStatus::Queued,
            answered_by: None,
            created: now,
            started: None,
            answered: None,
            ended: None,
            heard: Vec::new(),
            pressed: Vec::new(),
            talks: Vec::new(),
            holds: Vec::new(),
        };
        Self {
            record,
            updated: now,
            sip_code: None,
            queue_time: Duration::ZERO,
            document: Source::Nothing,
            fallback: None,
            callback: None,
            ring_timeout: None,
            time_limit: MAX_TALK,
            detection: None,
            record_call: None,
            send_digits: None,
            extra: Fields::new(),
            phone: Phone::default(),
            stage: Stage::Idle,
            stack: Vec::new(),
            visit: None,
            stay: None,
            cookies: Cookies::new(),
            timers: BTreeMap::new(),
            fetch: 0,
            rush: (now, 0),
            running: Running::default(),
            recordings: Vec::new(),
            deleted: false,
        }
    }

    /// The number of the phone whose script counts: the one outside.
    pub(crate) fn outer_number(&self) -> &str {
        if self.record.direction == Direction::Inbound { &self.record.from } else { &self.record.to }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.record.status.is_over()
    }

    pub(crate) fn is_live(&self) -> bool {
        self.record.status == CallStatus::InProgress
    }

    /// Whether the phone is used by somebody who listens and presses keys.
    pub(crate) fn has_person(&self) -> bool {
        self.phone.script.line == Line::Human
    }

    pub(crate) fn role(&self) -> Role {
        self.stack.last().map_or(Role::Main, |frame| frame.role)
    }

    /// The address of the document that is being run.
    pub(crate) fn base(&self) -> Option<&str> {
        self.stack.last().and_then(|frame| frame.base.as_deref())
    }

    pub(crate) fn hear(&mut self, now: Timestamp, what: Sound) {
        self.record.heard.push(Heard { from: now, to: None, what });
    }

    /// What was being heard is over.
    pub(crate) fn hush(&mut self, now: Timestamp) {
        for heard in self.record.heard.iter_mut().rev().take_while(|heard| heard.to.is_none()) {
            heard.to = Some(now);
        }
    }

    /// From answer to end, or to now.
    pub(crate) fn talk_time(&self, now: Timestamp) -> Duration {
        let end = self.record.ended.unwrap_or(now);
        self.record.answered.map_or(Duration::ZERO, |answered| end.since(answered))
    }
}

impl CallEvent {
    pub(crate) fn read(word: &str) -> Option<Self> {
        match word.trim() {
            "initiated" => Some(Self::Initiated),
            "ringing" => Some(Self::Ringing),
            "answered" => Some(Self::Answered),
            "completed" => Some(Self::Completed),
            _ => None,
        }
    }
}

impl Callback {
    /// Reads names of events, one per item or several in one; nothing asked means the end only.
    pub(crate) fn new<'a>(target: Target, events: impl IntoIterator<Item = &'a str>) -> Self {
        let mut events: BTreeSet<_> =
            events.into_iter().flat_map(str::split_whitespace).filter_map(CallEvent::read).collect();
        if events.is_empty() {
            events.insert(CallEvent::Completed);
        }
        Self { target, events, sequence: 0 }
    }
}

/// The provider ends every call after four hours (Twilio, `<Dial>` `timeLimit`).
pub(crate) const MAX_TALK: Duration = Duration::from_secs(14_400);
