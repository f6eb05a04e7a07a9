//! Handing a call over to something else than a phone.

use super::{
    Config, ConversationEvent, ConversationRecord, ConversationRelay, Method, Parameter, RecordingEvent, Stream, Trim,
};
use crate::twiml::macros::element;

element! {
    /// Hands the call to something that takes both directions of its sound. The next verb runs when that has ended.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Connect, Response, Stream};
    ///
    /// let document = Response::new().connect(Connect::new().stream(Stream::new().url("wss://example.com/")));
    /// let expected = r#"<Response><Connect><Stream url="wss://example.com/"/></Connect></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Connect = "Connect" in "voice"
    attributes {
        /// Where the call goes on when this is over. Without one, the next verb runs.
        action = "action" text,
        /// How it is requested.
        method = "method" hint Method,
    }
    children ConnectChild {
        /// A video room.
        room: Room,
        /// An assistant of the discontinued bot service.
        autopilot: Autopilot,
        /// The sound, to a web socket.
        stream: Stream,
        /// A virtual agent.
        virtual_agent: VirtualAgent,
        /// A conversation.
        conversation: Conversation,
        /// Speech as text, to a web socket.
        conversation_relay: ConversationRelay,
        /// A session with an artificial intelligence.
        ai_session: AiSession,
        /// A configured conversation relay.
        conversation_relay_session: ConversationRelaySession,
    }
}

element! {
    /// A video room, which the call joins with its sound.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Connect, Response};
    ///
    /// let document = Response::new().connect(Connect::new().room("situation"));
    /// assert!(document.to_string().ends_with("<Response><Connect><Room>situation</Room></Connect></Response>"));
    /// ```
    Room = "Room" in "voice"
    content required
    /// The name of the room.
    name
    attributes {
        /// The name of this participant, unique in the room.
        participant_identity = "participantIdentity" text,
    }
}

element! {
    /// An assistant of the provider's discontinued bot service.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Connect, Response};
    ///
    /// let document = Response::new().connect(Connect::new().autopilot("assistant"));
    /// let expected = "<Response><Connect><Autopilot>assistant</Autopilot></Connect></Response>";
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Autopilot = "Autopilot" in "voice"
    content required
    /// The name of the assistant.
    name
}

element! {
    /// A virtual agent of a third party, through an installed connector.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Connect, Response, VirtualAgent};
    ///
    /// let document = Response::new().connect(Connect::new().virtual_agent(VirtualAgent::new().connector_name("desk")));
    /// let expected = r#"<Response><Connect><VirtualAgent connectorName="desk"/></Connect></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    VirtualAgent = "VirtualAgent" in "voice"
    attributes {
        /// The name of the installed connector.
        connector_name = "connectorName" text,
        /// The language in which the agent speaks, if the connector does not say it.
        language = "language" text,
        /// Whether the mood of what is said is judged.
        sentiment_analysis = "sentimentAnalysis" flag,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" hint Method,
    }
    children VirtualAgentChild {
        /// A setting of the third party's.
        config: Config,
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// A conversation of the provider's conversation service.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Connect, Conversation, Response};
    ///
    /// let document = Response::new().connect(Connect::new().conversation(Conversation::new().service_instance_sid("IS0")));
    /// let expected = r#"<Response><Connect><Conversation serviceInstanceSid="IS0"/></Connect></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Conversation = "Conversation" in "voice"
    attributes {
        /// The id of the conversation service, which begins with `IS`.
        service_instance_sid = "serviceInstanceSid" text,
        /// Whether a conversation is made if none is open with the caller.
        inbound_autocreation = "inboundAutocreation" flag,
        /// How many seconds the caller waits for an agent.
        routing_assignment_timeout_secs = "routingAssignmentTimeout" number,
        /// How many seconds the caller is held until the conversation is there.
        inbound_timeout_secs = "inboundTimeout" number,
        /// Where the document is that the caller hears meanwhile.
        url = "url" text,
        /// How it is requested.
        method = "method" hint Method,
        /// Whether, from when and in how many channels the call is recorded.
        record = "record" one ConversationRecord,
        /// Whether silence is cut from the ends of the recording.
        trim = "trim" one Trim,
        /// Where the state of the recording is reported.
        recording_status_callback = "recordingStatusCallback" text,
        /// How it is reported.
        recording_status_callback_method = "recordingStatusCallbackMethod" hint Method,
        /// What is reported; `completed` if nothing is said.
        recording_status_callback_event = "recordingStatusCallbackEvent" list RecordingEvent,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" hint Method,
        /// What is reported.
        status_callback_event = "statusCallbackEvent" list ConversationEvent,
    }
}

element! {
    /// A session with a configured artificial intelligence.
    ///
    /// ```
    /// use responder_core::twiml::voice::{AiSession, Connect, Response};
    ///
    /// let document = Response::new().connect(Connect::new().ai_session(AiSession::new().ai_connector("desk")));
    /// let expected = r#"<Response><Connect><AiSession aiConnector="desk"/></Connect></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    AiSession = "AiSession" in "voice"
    attributes {
        /// The name of the installed connector.
        ai_connector = "aiConnector" text,
        /// The id of the session's settings.
        ai_session_configuration = "aiSessionConfiguration" text,
    }
}

element! {
    /// A session of a conversation relay that is configured with the provider.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Connect, ConversationRelaySession, Response};
    ///
    /// let document = Response::new().connect(
    ///     Connect::new().conversation_relay_session(ConversationRelaySession::new().connector("desk")),
    /// );
    /// let expected = r#"<Response><Connect><ConversationRelaySession connector="desk"/></Connect></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    ConversationRelaySession = "ConversationRelaySession" in "voice"
    attributes {
        /// The name of the installed connector.
        connector = "connector" text,
        /// The id of the session's settings.
        session_configuration = "sessionConfiguration" text,
    }
}
