//! What runs beside a call.

use super::{Method, Parameter, RecordingChannels, RecordingEvent, RecordingTrack, StreamTrack, Transcription, Trim};
use crate::twiml::macros::element;

element! {
    /// Begins something that runs beside the call. The next verb runs at once.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Start, Stream};
    ///
    /// let document = Response::new().start(Start::new().stream(Stream::new().name("copy").url("wss://example.com/")));
    /// let expected = r#"<Response><Start><Stream name="copy" url="wss://example.com/"/></Start></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Start = "Start" in "voice"
    attributes {
        /// Where the call goes on when this is over. Without one, the next verb runs.
        action = "action" text,
        /// How it is requested.
        method = "method" hint Method,
    }
    children StartChild {
        /// The sound, to a web socket.
        stream: Stream,
        /// The sound, to a recorder.
        siprec: Siprec,
        /// What is said, in writing.
        transcription: Transcription,
        /// A recording.
        recording: Recording,
    }
}

element! {
    /// Ends what a [`Start`] began under the same name. The next verb runs at once.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Stop, Stream};
    ///
    /// let document = Response::new().stop(Stop::new().stream(Stream::new().name("copy")));
    /// assert!(document.to_string().ends_with(r#"<Response><Stop><Stream name="copy"/></Stop></Response>"#));
    /// ```
    Stop = "Stop" in "voice"
    children StopChild {
        /// The sound, to a web socket.
        stream: Stream,
        /// The sound, to a recorder.
        siprec: Siprec,
        /// What is said, in writing.
        transcription: Transcription,
    }
}

element! {
    /// Copies the sound of the call to a web socket. Inside of [`Connect`](super::Connect) sound comes back, too.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Start, Stream, StreamTrack};
    ///
    /// let document = Response::new().start(Start::new().stream(Stream::new().track(StreamTrack::Both)));
    /// assert!(document.to_string().ends_with(r#"<Response><Start><Stream track="both_tracks"/></Start></Response>"#));
    /// ```
    Stream = "Stream" in "voice"
    attributes {
        /// A name, unique within the call, by which it can be ended.
        name = "name" text,
        /// The name of the installed connector.
        connector_name = "connectorName" text,
        /// The web socket; the address begins with `wss://`.
        url = "url" text,
        /// Whose sound is sent; the caller's, if nothing is said.
        track = "track" one StreamTrack,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" one Method,
        /// The encoding of the sound.
        audio_format = "audioFormat" text,
        /// How many samples a second the sound has, in hertz.
        sample_rate = "sampleRate" text,
    }
    children StreamChild {
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// Copies the sound of the call to a recorder that speaks SIPREC.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Siprec, Start};
    ///
    /// let document = Response::new().start(Start::new().siprec(Siprec::new().connector_name("recorder")));
    /// let expected = r#"<Response><Start><Siprec connectorName="recorder"/></Start></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Siprec = "Siprec" in "voice"
    attributes {
        /// A name, unique within the call, by which it can be ended.
        name = "name" text,
        /// The name of the installed connector.
        connector_name = "connectorName" text,
        /// Whose sound is sent; both, if nothing is said.
        track = "track" one StreamTrack,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" one Method,
    }
    children SiprecChild {
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// Records the call in the background.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Recording, RecordingChannels, Response, Start};
    ///
    /// let document = Response::new().start(Start::new().recording(Recording::new().channels(RecordingChannels::Dual)));
    /// assert!(document.to_string().ends_with(r#"<Response><Start><Recording channels="dual"/></Start></Response>"#));
    /// ```
    Recording = "Recording" in "voice"
    attributes {
        /// Where the state of the recording is reported.
        recording_status_callback = "recordingStatusCallback" text,
        /// How it is reported.
        recording_status_callback_method = "recordingStatusCallbackMethod" one Method,
        /// What is reported; `completed` if nothing is said.
        recording_status_callback_event = "recordingStatusCallbackEvent" list RecordingEvent,
        /// Whether silence is cut from the ends of the recording.
        trim = "trim" one Trim,
        /// Which side is recorded; both, if nothing is said.
        track = "track" one RecordingTrack,
        /// Whether both sides are mixed or have a channel each.
        channels = "channels" one RecordingChannels,
        /// Settings for the recording that are kept with the provider.
        recording_configuration_id = "recordingConfigurationId" text,
    }
}
