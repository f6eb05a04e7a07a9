//! Words of streams and conversations.

use crate::twiml::macros::words;

words! {
    /// Whose sound is sent.
    StreamTrack {
        /// What is received.
        Inbound = "inbound_track",
        /// What is sent.
        Outbound = "outbound_track",
        /// Both.
        Both = "both_tracks",
    }
}

words! {
    /// How the two sides lie in a recording.
    RecordingChannels {
        /// Mixed.
        Mono = "mono",
        /// A channel each.
        Dual = "dual",
    }
}

words! {
    /// Whether, from when and in how many channels the call of a conversation is recorded.
    ConversationRecord {
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
        /// From the answer.
        True = "true",
        /// Not at all.
        False = "false",
    }
}

words! {
    /// What is reported about the call of a conversation.
    ConversationEvent {
        /// It is being dialled.
        Initiated = "call-initiated",
        /// It rings.
        Ringing = "call-ringing",
        /// Somebody picked up.
        Answered = "call-answered",
        /// It is over.
        Completed = "call-completed",
    }
}
