//! Connecting a call to somebody.

use super::{
    Application, Client, Conference, DialEvent, DialRecord, Method, Number, Queue, RecordingEvent, RecordingTrack,
    RingTone, Sim, Sip, Trim, WhatsApp,
};
use std::borrow::Cow;

use crate::twiml::macros::element;

element! {
    /// Connects the call. Several numbers and clients ring at once, and the first to answer has it.
    ///
    /// With an `action`, its answer takes over and the verbs after this one never run.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Response};
    ///
    /// let document = Response::new().dial(Dial::new().timeout_secs(20).number("+15005550006"));
    /// let expected = r#"<Response><Dial timeout="20"><Number>+15005550006</Number></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Dial = "Dial" in "voice"
    content by_hand
    /// Its number, in the short form; see [`calling`](Self::calling).
    number
    attributes {
        /// Where the outcome is sent, and what the call does then.
        action = "action" text,
        /// How `action` is requested.
        method = "method" hint Method,
        /// How many seconds to ring, or to wait for a caller in the queue: 5 to 600, 30 if nothing is said; the
        /// provider adds about 5.
        timeout_secs = "timeout" number,
        /// The longest talk in seconds; 14,400 if nothing is said, which is also the most.
        time_limit_secs = "timeLimit" number,
        /// The number that is shown; one of ours, or a verified one.
        caller_id = "callerId" text,
        /// Whether the talk is recorded.
        record = "record" one DialRecord,
        /// Whether silence is cut from the ends of the recording.
        trim = "trim" one Trim,
        /// Which side is recorded.
        recording_track = "recordingTrack" one RecordingTrack,
        /// Where the state of the recording is reported.
        recording_status_callback = "recordingStatusCallback" text,
        /// How it is reported.
        recording_status_callback_method = "recordingStatusCallbackMethod" hint Method,
        /// What is reported; `completed` if nothing is said.
        recording_status_callback_event = "recordingStatusCallbackEvent" list RecordingEvent,
        /// Settings for the recording that are kept with the provider.
        recording_configuration_id = "recordingConfigurationId" text,
        /// Whether an inbound call stays unanswered, and the caller hears real ringing, until the other side answers.
        answer_on_bridge = "answerOnBridge" flag,
        /// Whether `*` ends the other side's call.
        hangup_on_star = "hangupOnStar" flag,
        /// The country whose ringing is played, such as `us`.
        ring_tone = "ringTone" open RingTone,
        /// Whether numbers ring one after the other, at most ten.
        sequential = "sequential" flag,
        /// Where a SIP transfer is reported.
        refer_url = "referUrl" text,
        /// How it is reported.
        refer_method = "referMethod" hint Method,
        /// What is reported about the dialled calls.
        events = "events" one DialEvent,
        /// Signed statements about the caller, for verified caller ids.
        passports = "passports" text,
    }
    children Noun {
        /// An app that uses the voice SDK.
        client: Client,
        /// A conference.
        conference: Conference,
        /// A phone.
        number: Number,
        /// The first caller in a queue.
        queue: Queue,
        /// A SIM card.
        sim: Sim,
        /// A SIP address.
        sip: Sip,
        /// An application of the account.
        application: Application,
        /// A `WhatsApp` number.
        whats_app: WhatsApp,
    }
}

impl Dial {
    /// Dials one number, in the short form without a noun.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Response};
    ///
    /// let response = Response::new().dial(Dial::calling("+15005550006"));
    /// assert!(response.to_string().ends_with("<Dial>+15005550006</Dial></Response>"));
    /// ```
    pub fn calling(number: impl Into<Cow<'static, str>>) -> Self {
        Self(Self::bare().0.text(number))
    }

    #[cfg(test)]
    fn with_text(text: String) -> Self {
        Self::calling(text)
    }
}
