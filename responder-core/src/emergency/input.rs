//! Everything that can happen to an emergency.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{AnsweredBy, AttemptNo, CallStatus, Command, DialResult, Key, LegNo, Outcome, QueueResult, Step};
use crate::{CallSid, E164, MessageSid, RecordingSid};

/// One thing that happened. Provider words have been read before; see `http/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum Input {
    /// Time has passed. Early or repeated, it changes nothing.
    Timeout,
    /// A command ended.
    CommandFinished {
        /// The command that ended, as it was committed.
        command: Command,
        /// What the worker reports of it.
        outcome: Outcome,
    },
    /// A command that had ended already ended once more, differently: two workers had it.
    LateOutcome {
        /// The command that ended, as it was committed.
        command: Command,
        /// The later report, which differs from the first.
        outcome: Outcome,
    },
    /// Status callback of a call that we placed.
    CallStatus {
        /// Which attempt the URL named.
        attempt: AttemptNo,
        /// The call.
        call: CallSid,
        /// Where it stands.
        status: CallStatus,
        /// How long it lasted, when it is over.
        duration: Option<Duration>,
        /// The verdict of machine detection, if there is one.
        answered_by: Option<AnsweredBy>,
    },
    /// The document for an answered call is asked for.
    TechnicianAnswered {
        /// Which attempt the URL named.
        attempt: AttemptNo,
        /// The call.
        call: CallSid,
        /// The step of the document that the request came from; a repeat has an older one.
        step: Step,
    },
    /// Keys were pressed, or the time for it ran out.
    KeyPressed {
        /// Which attempt the URL named.
        attempt: AttemptNo,
        /// The call.
        call: CallSid,
        /// Which document asked for it.
        step: Step,
        /// The key; `None` when there was none.
        key: Option<Key>,
    },
    /// A technician who waits on the line asks what comes next.
    TechnicianWaiting {
        /// Which attempt the URL named.
        attempt: AttemptNo,
        /// The call.
        call: CallSid,
        /// The step of the document that the request came from; a repeat has an older one.
        step: Step,
    },
    /// The `<Dial>` in a technician's call is over; their call is not.
    DialEnded {
        /// Which attempt the URL named.
        attempt: AttemptNo,
        /// The call.
        call: CallSid,
        /// Which document dialled.
        step: Step,
        /// How it ended.
        result: DialResult,
        /// How long the two were connected, if the provider says so.
        lasted: Option<Duration>,
    },
    /// The verdict of asynchronous machine detection.
    MachineDetected {
        /// Which attempt the URL named.
        attempt: AttemptNo,
        /// The call.
        call: CallSid,
        /// A person or a machine, as the provider heard it.
        answered_by: AnsweredBy,
    },
    /// Somebody calls the branch's number.
    CustomerCalled {
        /// The call.
        call: CallSid,
        /// Who; `None` when the number is withheld.
        from: Option<E164>,
    },
    /// A caller on hold asks for the next piece of music. This proves that they are in the queue.
    CustomerHolding {
        /// Which leg the URL named.
        leg: LegNo,
        /// The call.
        call: CallSid,
    },
    /// A caller left the queue.
    HoldEnded {
        /// Which leg the URL named.
        leg: LegNo,
        /// The call.
        call: CallSid,
        /// The step of the document that the request came from; a repeat has an older one.
        step: Step,
        /// How they left it; `None` for the answer to the offer to be connected again.
        result: Option<QueueResult>,
        /// The key that answered the offer.
        key: Option<Key>,
        /// Whether the caller can still hear us.
        on_line: bool,
    },
    /// A caller is taken out of the queue and connected now.
    CustomerJoined {
        /// Which leg the URL named.
        leg: LegNo,
        /// The caller's call.
        call: CallSid,
        /// The technician's call.
        agent: Option<CallSid>,
    },
    /// An incoming call is over.
    CustomerCallEnded {
        /// The call.
        call: CallSid,
    },
    /// A caller has left a message, or hung up while leaving it.
    VoicemailLeft {
        /// Which leg the URL named.
        leg: LegNo,
        /// The call.
        call: CallSid,
        /// The step of the document that the request came from; a repeat has an older one.
        step: Step,
        /// The recording, unless nothing was said.
        recording: Option<RecordingSid>,
        /// How long it is.
        duration: Duration,
    },
    /// A recording is ready.
    RecordingReady {
        /// Of which call.
        call: CallSid,
        /// The recording.
        recording: RecordingSid,
        /// How long it is.
        duration: Duration,
    },
    /// How far a text has come.
    TextStatus {
        /// The provider's id of the text.
        message: MessageSid,
        /// Whether it arrived.
        delivery: Delivery,
    },
    /// A text arrived from somebody who may decide.
    TextReceived {
        /// The text, by which a repeat is known.
        message: MessageSid,
        /// The sender's number.
        from: E164,
        /// What they want.
        keyword: Keyword,
    },
    /// An operator ends it.
    Cancelled,
    /// The provider could not use one of our answers and asked the fallback URL.
    FallbackUsed {
        /// The call.
        call: CallSid,
        /// The provider's number for what went wrong.
        code: Option<u32>,
    },
}

/// How far a text has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// On its way.
    Sent,
    /// On the phone.
    Delivered,
    /// It won't arrive; the provider's number for the reason.
    Failed(Option<u32>),
}

/// What a text asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyword {
    /// 1, OK, ACCEPT.
    Accept,
    /// 9, PASS.
    Pass,
    /// `DONE`: it has been taken care of.
    Done,
    /// `STATUS`: where things stand.
    Status,
}
