//! What can be dialled.

use super::{
    Beep, CallEvent, ConferenceEvent, ConferenceRecord, JitterBuffer, MachineDetection, Method, RecordingEvent, Trim,
};
use crate::{E164, twiml::macros::element};

element! {
    /// A phone.
    Number = "Number"
    content
    /// Its number. An [`E164`] will do.
    number
    attributes {
        /// Keys that are sent when it answers; `w` waits half a second.
        send_digits = "sendDigits" text,
        /// A document that runs on the called side before the two are connected: here a person can be asked for a key.
        url = "url" text,
        /// How that is requested.
        method = "method" one Method,
        /// What is reported about the call.
        status_callback_event = "statusCallbackEvent" list CallEvent,
        /// Where it is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" one Method,
        /// The trunk that carries the call.
        byoc = "byoc" text,
        /// Whether answering machines are detected.
        machine_detection = "machineDetection" one MachineDetection,
        /// Where the verdict is sent.
        amd_status_callback = "amdStatusCallback" text,
        /// How it is sent.
        amd_status_callback_method = "amdStatusCallbackMethod" one Method,
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

impl From<E164> for Number {
    fn from(number: E164) -> Self {
        Self::new(number)
    }
}

element! {
    /// An app that uses the provider's voice SDK.
    Client = "Client"
    content
    /// The identity under which it is registered.
    identity
    attributes {
        /// A document that runs on the called side before the two are connected.
        url = "url" text,
        /// How that is requested.
        method = "method" one Method,
        /// What is reported about the call.
        status_callback_event = "statusCallbackEvent" list CallEvent,
        /// Where it is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" one Method,
    }
}

element! {
    /// The first caller in the queue of that name. An empty queue is waited for until the dial times out; one that
    /// does not exist ends the dial at once.
    Queue = "Queue"
    content
    /// The name of the queue.
    name
    attributes {
        /// A document that runs on the waiting caller's side before the two are connected.
        url = "url" text,
        /// How that is requested.
        method = "method" one Method,
        /// The reservation that this dial answers, where the provider routes by tasks.
        reservation_sid = "reservationSid" text,
        /// What the worker does after the talk, where the provider routes by tasks.
        post_work_activity_sid = "postWorkActivitySid" text,
    }
}

element! {
    /// A conference, which comes into being with its first participant.
    Conference = "Conference"
    content
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
        wait_method = "waitMethod" one Method,
        /// How many may take part, at most 250.
        max_participants = "maxParticipants" number,
        /// Whether it is recorded.
        record = "record" one ConferenceRecord,
        /// Settings for the recording that are kept with the provider.
        recording_configuration_id = "recordingConfigurationId" text,
        /// The region that mixes it, such as `us1`.
        region = "region" text,
        /// The call whom this one advises, unheard by the others.
        coach = "coach" text,
        /// Whether silence is cut from the ends of the recording.
        trim = "trim" one Trim,
        /// What is reported. The first participant decides for all.
        status_callback_event = "statusCallbackEvent" list ConferenceEvent,
        /// Where it is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" one Method,
        /// Where the state of the recording is reported.
        recording_status_callback = "recordingStatusCallback" text,
        /// How it is reported.
        recording_status_callback_method = "recordingStatusCallbackMethod" one Method,
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

element! {
    /// A SIP address.
    Sip = "Sip"
    content
    /// Its URI, such as `sip:desk@example.com`.
    uri
    attributes {
        /// The user name for its server.
        username = "username" text,
        /// The password for its server.
        password = "password" text,
        /// A document that runs on the called side before the two are connected.
        url = "url" text,
        /// How that is requested.
        method = "method" one Method,
        /// What is reported about the call.
        status_callback_event = "statusCallbackEvent" list CallEvent,
        /// Where it is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" one Method,
        /// Whether answering machines are detected.
        machine_detection = "machineDetection" one MachineDetection,
        /// Where the verdict is sent.
        amd_status_callback = "amdStatusCallback" text,
        /// How it is sent.
        amd_status_callback_method = "amdStatusCallbackMethod" one Method,
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
