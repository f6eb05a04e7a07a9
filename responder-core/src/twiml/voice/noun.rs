//! What can be dialled: phones, queues and conferences.

use super::{
    Beep, CallEvent, ConferenceEvent, ConferenceRecord, JitterBuffer, MachineDetection, Method, RecordingEvent, Region,
    Trim,
};
use crate::E164;
use crate::twiml::macros::element;

element! {
    /// A phone.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Number, Response};
    ///
    /// let document = Response::new().dial(Dial::new().number(Number::new("+15005550006").url("/whisper")));
    /// let expected = r#"<Response><Dial><Number url="/whisper">+15005550006</Number></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Number = "Number" in "voice"
    content required
    /// Its number. An [`E164`] will do.
    number
    attributes {
        /// Keys that are sent when it answers; `w` waits half a second.
        send_digits = "sendDigits" text,
        /// A document that runs on the called side before the two are connected: here a person can be asked for a key.
        url = "url" text,
        /// How that is requested.
        method = "method" hint Method,
        /// What is reported about the call.
        status_callback_event = "statusCallbackEvent" list CallEvent,
        /// Where it is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" hint Method,
        /// The trunk that carries the call.
        byoc = "byoc" text,
        /// Whether answering machines are detected.
        machine_detection = "machineDetection" hint MachineDetection,
        /// Where the verdict is sent.
        amd_status_callback = "amdStatusCallback" text,
        /// How it is sent.
        amd_status_callback_method = "amdStatusCallbackMethod" hint Method,
        /// How many seconds the detection takes at most.
        machine_detection_timeout_secs = "machineDetectionTimeout" number,
        /// How many milliseconds of speech mean a machine.
        machine_detection_speech_threshold_ms = "machineDetectionSpeechThreshold" number,
        /// How many milliseconds of silence end speech.
        machine_detection_speech_end_threshold_ms = "machineDetectionSpeechEndThreshold" number,
        /// How many milliseconds of silence at the start mean that it cannot tell.
        machine_detection_silence_timeout_ms = "machineDetectionSilenceTimeout" number,
    }
}

element! {
    /// A SIM card of the account, on the provider's mobile network.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Response};
    ///
    /// let document = Response::new().dial(Dial::new().sim("HS0"));
    /// assert!(document.to_string().ends_with("<Response><Dial><Sim>HS0</Sim></Dial></Response>"));
    /// ```
    Sim = "Sim" in "voice"
    content required
    /// The id of the SIM, which begins with `DE` or `HS`.
    sid
}

element! {
    /// A `WhatsApp` number, rung as a voice call.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Response};
    ///
    /// let document = Response::new().dial(Dial::new().whats_app("+15005550006"));
    /// assert!(document.to_string().ends_with("<Response><Dial><WhatsApp>+15005550006</WhatsApp></Dial></Response>"));
    /// ```
    WhatsApp = "WhatsApp" in "voice"
    content required
    /// Its number. An [`E164`] will do.
    number
    attributes {
        /// A document that runs on the called side before the two are connected.
        url = "url" text,
        /// How it is requested.
        method = "method" hint Method,
        /// What is reported.
        status_callback_event = "statusCallbackEvent" list CallEvent,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" hint Method,
    }
}

element! {
    /// The first caller in the queue of that name. An empty queue is waited for until the dial times out; one that
    /// does not exist ends the dial at once.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Queue, Response};
    ///
    /// let document = Response::new().dial(Dial::new().queue(Queue::new("emergency-1").url("/joined")));
    /// let expected = r#"<Response><Dial><Queue url="/joined">emergency-1</Queue></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Queue = "Queue" in "voice"
    content required
    /// The name of the queue.
    name
    attributes {
        /// A document that runs on the waiting caller's side before the two are connected.
        url = "url" text,
        /// How that is requested.
        method = "method" hint Method,
        /// The reservation of a workflow's task whose caller is meant.
        reservation_sid = "reservationSid" text,
        /// The activity into which the worker goes after the call.
        post_work_activity_sid = "postWorkActivitySid" text,
    }
}

element! {
    /// A conference, which comes into being with its first participant.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Conference, Dial, Response};
    ///
    /// let document = Response::new().dial(Dial::new().conference(Conference::new("room").muted(true)));
    /// let expected = r#"<Response><Dial><Conference muted="true">room</Conference></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Conference = "Conference" in "voice"
    content required
    /// Its name.
    name
    attributes {
        /// Whether the call only listens.
        muted = "muted" flag,
        /// When it beeps.
        beep = "beep" one Beep,
        /// Whether it begins with this call; it does, if nothing is said.
        start_conference_on_enter = "startConferenceOnEnter" flag,
        /// Whether it ends with this call.
        end_conference_on_exit = "endConferenceOnExit" flag,
        /// What is heard until it begins. Unlike a queue's, this document runs once.
        wait_url = "waitUrl" text,
        /// How that is requested.
        wait_method = "waitMethod" hint Method,
        /// How many may take part, at most 250.
        max_participants = "maxParticipants" number,
        /// Whether it is recorded.
        record = "record" one ConferenceRecord,
        /// Settings for the recording that are kept with the provider.
        recording_configuration_id = "recordingConfigurationId" text,
        /// Where it is mixed; near the first participant, if nothing is said.
        region = "region" open Region,
        /// The call whom this one advises, unheard by the others.
        coach = "coach" text,
        /// Whether silence is cut from the ends of the recording.
        trim = "trim" one Trim,
        /// What is reported. The first participant decides for all.
        status_callback_event = "statusCallbackEvent" list ConferenceEvent,
        /// Where it is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" hint Method,
        /// Where the state of the recording is reported.
        recording_status_callback = "recordingStatusCallback" text,
        /// How it is reported.
        recording_status_callback_method = "recordingStatusCallbackMethod" hint Method,
        /// What is reported about the recording.
        recording_status_callback_event = "recordingStatusCallbackEvent" list RecordingEvent,
        /// A name for this participant, unique in the conference, at most 128 characters.
        participant_label = "participantLabel" text,
        /// How much delay is spent on smoothing uneven arrival.
        jitter_buffer_size = "jitterBufferSize" one JitterBuffer,
        /// Where the end was reported before status callbacks came.
        event_callback_url = "eventCallbackUrl" text,
    }
}

impl From<E164> for Number {
    fn from(number: E164) -> Self {
        Self::new(number)
    }
}

impl From<E164> for WhatsApp {
    fn from(number: E164) -> Self {
        Self::new(number)
    }
}
