//! Calls in writing.

use super::{Config, Method, Parameter, StreamTrack};
use crate::twiml::macros::element;

element! {
    /// Writes down what is said, while it is said.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Start, Transcription};
    ///
    /// let document = Response::new().start(Start::new().transcription(Transcription::new().language_code("en-US")));
    /// let expected = r#"<Response><Start><Transcription languageCode="en-US"/></Start></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Transcription = "Transcription" in "voice"
    attributes {
        /// A name, unique within the call, by which it can be ended.
        name = "name" text,
        /// Whose speech is written down; both, if nothing is said.
        track = "track" one StreamTrack,
        /// Where the text is sent, piece by piece.
        status_callback_url = "statusCallbackUrl" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" one Method,
        /// What the sound that is received is called in the report.
        inbound_track_label = "inboundTrackLabel" text,
        /// What the sound that is sent is called in the report.
        outbound_track_label = "outboundTrackLabel" text,
        /// Whether text is sent while it may still change.
        partial_results = "partialResults" flag,
        /// The language that is spoken, such as `en-US`.
        language_code = "languageCode" text,
        /// Who understands speech, such as `google`.
        transcription_engine = "transcriptionEngine" text,
        /// Whether swear words are masked.
        profanity_filter = "profanityFilter" flag,
        /// The model that understands speech.
        speech_model = "speechModel" text,
        /// Words that are likely to be said, separated by commas.
        hints = "hints" text,
        /// Whether full stops and commas are set.
        enable_automatic_punctuation = "enableAutomaticPunctuation" flag,
        /// The service, by id or name, that keeps and analyses what was said.
        intelligence_service = "intelligenceService" text,
    }
    children TranscriptionChild {
        /// A setting of the third party's.
        config: Config,
        /// A name and a value that go along.
        parameter: Parameter,
    }
}
