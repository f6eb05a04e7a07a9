//! The words that attributes take.

mod connect;
mod languages;
mod pay;
pub(super) mod ssml;
mod voices;

pub use connect::{ConversationEvent, ConversationRecord, RecordingChannels, StreamTrack};
pub use languages::{PayLanguage, Region, RingTone, SayLanguage, SpeechLanguage};
pub use pay::{BankAccountType, CardType, PayError, PayInput, PayStep, PaymentMethod, TokenType};
pub use voices::Voice;

use super::macros::words;

words! {
    /// How a URL is requested. Where nothing is said, the provider uses `POST`.
    Method {
        /// Parameters in the query; answers may be cached.
        Get = "GET",
        /// Parameters in the body.
        Post = "POST",
    }
}

words! {
    /// What a gather listens for.
    Input {
        /// Keys.
        Dtmf = "dtmf",
        /// Words.
        Speech = "speech",
    }
}

words! {
    /// Whether silence is cut from both ends of a recording.
    Trim {
        /// It is.
        TrimSilence = "trim-silence",
        /// It is not.
        DoNotTrim = "do-not-trim",
    }
}

words! {
    /// Whether, from when and in how many channels a dialled call is recorded. In two channels, the first is the
    /// call that dials.
    DialRecord {
        /// Not at all: the default.
        DoNotRecord = "do-not-record",
        /// From the answer, both mixed.
        FromAnswer = "record-from-answer",
        /// From ringing, both mixed.
        FromRinging = "record-from-ringing",
        /// From the answer, one channel each.
        FromAnswerDual = "record-from-answer-dual",
        /// From ringing, one channel each.
        FromRingingDual = "record-from-ringing-dual",
    }
}

words! {
    /// Which side of a call is recorded.
    RecordingTrack {
        /// Both.
        Both = "both",
        /// What is received.
        Inbound = "inbound",
        /// What is sent.
        Outbound = "outbound",
    }
}

words! {
    /// What is reported about a recording.
    RecordingEvent {
        /// It has begun.
        InProgress = "in-progress",
        /// It can be fetched.
        Completed = "completed",
        /// It was too short or silent: there is nothing to fetch.
        Absent = "absent",
    }
}

words! {
    /// What is reported about a dialled call.
    CallEvent {
        /// It left the queue and is being dialled.
        Initiated = "initiated",
        /// It rings.
        Ringing = "ringing",
        /// Somebody, or something, picked up.
        Answered = "answered",
        /// It is over, for whatever reason.
        Completed = "completed",
    }
}

words! {
    /// How far the detection of answering machines listens.
    MachineDetection {
        /// Until it can tell a person from a machine.
        Enable = "Enable",
        /// With a machine, until its greeting has ended.
        DetectMessageEnd = "DetectMessageEnd",
    }
}

words! {
    /// What a caller hears who is rejected.
    RejectReason {
        /// That the number is not in service: the default.
        Rejected = "rejected",
        /// A busy tone.
        Busy = "busy",
    }
}

words! {
    /// When a conference beeps.
    Beep {
        /// When somebody comes or goes: the default.
        Always = "true",
        /// Never.
        Never = "false",
        /// When somebody comes.
        OnEnter = "onEnter",
        /// When somebody goes.
        OnExit = "onExit",
    }
}

words! {
    /// Whether a conference is recorded.
    ConferenceRecord {
        /// It is not: the default.
        DoNotRecord = "do-not-record",
        /// From its start.
        FromStart = "record-from-start",
    }
}

words! {
    /// What is reported about a conference. Its first participant decides this for all.
    ConferenceEvent {
        /// It has begun.
        Start = "start",
        /// It is over.
        End = "end",
        /// Somebody came.
        Join = "join",
        /// Somebody went.
        Leave = "leave",
        /// Somebody was muted or unmuted.
        Mute = "mute",
        /// Somebody was put on hold or taken off it.
        Hold = "hold",
        /// A participant's settings changed.
        Modify = "modify",
        /// Somebody began or stopped speaking.
        Speaker = "speaker",
        /// An announcement ended or failed.
        Announcement = "announcement",
    }
}

words! {
    /// How much delay a conference spends on smoothing uneven arrival.
    JitterBuffer {
        /// Up to a second: the default.
        Large = "large",
        /// In between.
        Medium = "medium",
        /// Little.
        Small = "small",
        /// None.
        Off = "off",
    }
}

words! {
    /// What is reported about the calls of a dial.
    DialEvent {
        /// Each step of a call.
        CallProgress = "call-progress-event",
    }
}
