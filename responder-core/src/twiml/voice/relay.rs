//! Calls as texts over a web socket.

use super::Parameter;
use crate::twiml::macros::element;

element! {
    /// Turns speech to text and back, and exchanges the texts with a web socket of ours.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Connect, ConversationRelay, Response};
    ///
    /// let document = Response::new().connect(
    ///     Connect::new().conversation_relay(ConversationRelay::new().url("wss://example.com/").preemptible(true)),
    /// );
    /// let expected = r#"<Response><Connect><ConversationRelay url="wss://example.com/" preemptible="true"/></Connect></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    ConversationRelay = "ConversationRelay" in "voice"
    attributes {
        /// Our web socket; the address begins with `wss://`.
        url = "url" text,
        /// The language in both directions, such as `en-US`.
        language = "language" text,
        /// The language in which texts are spoken, if it is another.
        tts_language = "ttsLanguage" text,
        /// The language that is understood, if it is another.
        transcription_language = "transcriptionLanguage" text,
        /// Whose voices speak, such as `Google`, `Amazon` or `ElevenLabs`.
        tts_provider = "ttsProvider" text,
        /// Who speaks, by the name that the provider of voices uses.
        voice = "voice" text,
        /// Who understands speech, such as `Google` or `Deepgram`.
        transcription_provider = "transcriptionProvider" text,
        /// The model that understands speech.
        speech_model = "speechModel" text,
        /// Whether swear words are masked.
        profanity_filter = "profanityFilter" flag,
        /// Whether keys are sent to the socket.
        dtmf_detection = "dtmfDetection" flag,
        /// What is said first.
        welcome_greeting = "welcomeGreeting" text,
        /// Whether speech is sent while it is still being spoken.
        partial_prompts = "partialPrompts" flag,
        /// What cuts the greeting short: `none`, `dtmf`, `speech` or `any`.
        welcome_greeting_interruptible = "welcomeGreetingInterruptible" text,
        /// What cuts our speech short: `none`, `dtmf`, `speech` or `any`.
        interruptible = "interruptible" text,
        /// Whether the next text cuts the current one short.
        preemptible = "preemptible" flag,
        /// Words that are likely to be said, separated by commas.
        hints = "hints" text,
        /// The service, by id or name, that keeps and analyses what was said.
        intelligence_service = "intelligenceService" text,
        /// Which input is sent while we speak.
        report_input_during_agent_speech = "reportInputDuringAgentSpeech" flag,
        /// Whether numbers and the like are written out for the voices of `ElevenLabs`: `on`, `auto` or `off`.
        elevenlabs_text_normalization = "elevenlabsTextNormalization" text,
        /// How easily speech interrupts: `high`, `medium` or `low`.
        interrupt_sensitivity = "interruptSensitivity" text,
        /// What is sent besides, for looking into problems, such as `debugging speaker-events`.
        debug = "debug" text,
        /// Whether, or how, noise behind the speaker is taken out.
        background_noise_reduction = "backgroundNoiseReduction" text,
        /// How long a silence ends what is said.
        speech_timeout = "speechTimeout" text,
        /// Whether Deepgram writes numbers, dates and the like in figures.
        deepgram_smart_format = "deepgramSmartFormat" text,
        /// Whether short sounds of agreement do not count as speech.
        ignore_backchannel = "ignoreBackchannel" text,
        /// Which further events are sent to the socket, with blanks between them.
        events = "events" text,
        /// Whether unfinished speech is sent when the caller hangs up.
        partial_prompt_on_hangup = "partialPromptOnHangup" text,
        /// How sure it must be of the end of a turn before it says so early.
        eager_eot_threshold = "eagerEotThreshold" text,
        /// Whether numbers, dates and the like are written in figures.
        asr_smart_format = "asrSmartFormat" text,
        /// Whether numbers and the like are written out before they are spoken.
        tts_text_normalization = "ttsTextNormalization" text,
        /// The same, by the rules of the language.
        tts_language_text_normalization = "ttsLanguageTextNormalization" text,
        /// The same for the voices of `ElevenLabs`, by the rules of the language.
        elevenlabs_language_text_normalization = "elevenlabsLanguageTextNormalization" text,
        /// What is sent with each piece of speech besides its text.
        include_in_prompt = "includeInPrompt" text,
        /// The name of the customer, as the model is to know it.
        customer_name = "customerName" text,
        /// Whether a lost socket is opened again.
        application_reconnect = "applicationReconnect" text,
        /// Whether our own words, heard back, are left out.
        echo_prompt_filtering = "echoPromptFiltering" text,
        /// How the end of a turn is found.
        turn_detection = "turnDetection" text,
    }
    children ConversationRelayChild {
        /// How one language is spoken and understood.
        add_language: Language,
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// How one language is spoken and understood in a [`ConversationRelay`].
    ///
    /// ```
    /// use responder_core::twiml::voice::{ConversationRelay, Language};
    ///
    /// let document = responder_core::twiml::Element::from(
    ///     ConversationRelay::new().language("en-US").add_language(Language::new().code("fr-FR")),
    /// );
    /// let expected = r#"<ConversationRelay language="en-US"><Language code="fr-FR"/></ConversationRelay>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Language = "Language" in "voice"
    attributes {
        /// The language, such as `en-US`.
        code = "code" text,
        /// Whose voices speak, such as `Google`, `Amazon` or `ElevenLabs`.
        tts_provider = "ttsProvider" text,
        /// Who speaks, by the name that the provider of voices uses.
        voice = "voice" text,
        /// Who understands speech, such as `Google` or `Deepgram`.
        transcription_provider = "transcriptionProvider" text,
        /// The model that understands speech.
        speech_model = "speechModel" text,
        /// Words that are likely to be said, separated by commas.
        hints = "hints" text,
        /// Whether numbers, dates and the like are written in figures.
        asr_smart_format = "asrSmartFormat" text,
        /// Whether numbers and the like are written out before they are spoken.
        tts_text_normalization = "ttsTextNormalization" text,
        /// The same, by the rules of the language.
        tts_language_text_normalization = "ttsLanguageTextNormalization" text,
    }
}
