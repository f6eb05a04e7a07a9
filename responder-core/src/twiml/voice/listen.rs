//! Verbs that hear the caller.

use super::{Input, Method, Pause, Play, RecordingEvent, Say, SpeechLanguage, Trim};
use crate::twiml::macros::element;

element! {
    /// Listens for keys or speech while it speaks, and sends what it heard to `action`.
    ///
    /// If nothing comes, the next verb runs and `action` is not requested, unless `action_on_empty_result` is set.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Gather, Response};
    ///
    /// let document = Response::new().gather(Gather::new().action("/keys").num_digits(1).say("Press 1."));
    /// let expected = r#"<Response><Gather action="/keys" numDigits="1"><Say>Press 1.</Say></Gather></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Gather = "Gather" in "voice"
    attributes {
        /// What it listens for; keys, if nothing is said.
        input = "input" list Input,
        /// Where to send it. Without one, the current document is requested again, which easily loops.
        action = "action" text,
        /// How `action` is requested.
        method = "method" hint Method,
        /// How many seconds to wait for the next key; 5 if nothing is said.
        timeout_secs = "timeout" number,
        /// How long a silence, in seconds, ends speech: a number, or `auto`.
        speech_timeout = "speechTimeout" text,
        /// The longest speech, in seconds.
        max_speech_time_secs = "maxSpeechTime" number,
        /// How many keys are enough. Without a number, it is the finishing key or the timeout that ends it.
        num_digits = "numDigits" number,
        /// The key that ends the input and is not part of it: `#` if nothing is said, none if empty.
        finish_on_key = "finishOnKey" text,
        /// Whether `action` is requested when nothing came, too.
        action_on_empty_result = "actionOnEmptyResult" flag,
        /// The language of speech, such as `en-US`.
        language = "language" open SpeechLanguage,
        /// Words that are likely to be said, separated by commas.
        hints = "hints" text,
        /// Whether swear words are masked; they are, if nothing is said.
        profanity_filter = "profanityFilter" flag,
        /// The model that understands speech.
        speech_model = "speechModel" text,
        /// Whether the better variant of some speech models is used.
        enhanced = "enhanced" flag,
        /// Whether speech cuts what is being said.
        barge_in = "bargeIn" flag,
        /// Adds the provider's reasons to what is sent.
        debug = "debug" flag,
        /// Where speech is sent while it is being understood.
        partial_result_callback = "partialResultCallback" text,
        /// How that is requested.
        partial_result_callback_method = "partialResultCallbackMethod" hint Method,
    }
    children GatherChild {
        /// Speaks meanwhile.
        say: Say,
        /// Waits meanwhile.
        pause: Pause,
        /// Plays meanwhile.
        play: Play,
    }
}

element! {
    /// Records the caller and sends the address of the recording to `action`.
    ///
    /// The verbs after it run only if nothing was recorded; then `action` is not requested.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Record, Response};
    ///
    /// let document = Response::new().record(Record::new().action("/done").max_length_secs(150));
    /// assert!(document.to_string().ends_with(r#"<Response><Record action="/done" maxLength="150"/></Response>"#));
    /// ```
    Record = "Record" in "voice"
    attributes {
        /// Where the call goes on. Without one, the current document is requested again.
        action = "action" text,
        /// How `action` is requested.
        method = "method" hint Method,
        /// How many seconds of silence end the recording, 5 if nothing is said; 0 means none do.
        timeout_secs = "timeout" number,
        /// The keys that end it; any key, if nothing is said.
        finish_on_key = "finishOnKey" text,
        /// The longest recording in seconds; 3,600 if nothing is said.
        max_length_secs = "maxLength" number,
        /// Whether a beep comes first; it does, if nothing is said.
        play_beep = "playBeep" flag,
        /// Whether silence is cut from the ends; it is, if nothing is said.
        trim = "trim" one Trim,
        /// Where the state of the recording is reported.
        recording_status_callback = "recordingStatusCallback" text,
        /// How it is reported.
        recording_status_callback_method = "recordingStatusCallbackMethod" hint Method,
        /// What is reported; `completed` if nothing is said.
        recording_status_callback_event = "recordingStatusCallbackEvent" list RecordingEvent,
        /// Whether the recording is written down (US English, 2 to 120 seconds).
        transcribe = "transcribe" flag,
        /// Where the written text is sent.
        transcribe_callback = "transcribeCallback" text,
        /// Settings for the recording that are kept with the provider.
        recording_configuration_id = "recordingConfigurationId" text,
    }
}
