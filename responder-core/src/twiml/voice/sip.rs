//! What can be dialled: SIP addresses.

use super::{CallEvent, MachineDetection, Method};
use crate::twiml::macros::element;

element! {
    /// A SIP address.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Response, Sip};
    ///
    /// let document = Response::new().dial(Dial::new().sip(Sip::new("sip:a@example.com").username("desk")));
    /// let expected = r#"<Response><Dial><Sip username="desk">sip:a@example.com</Sip></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Sip = "Sip" in "voice"
    content optional
    /// The address, which begins with `sip:`. Empty if a [`SipUri`] says it.
    address
    attributes {
        /// The user name for its server.
        username = "username" text,
        /// The password for its server.
        password = "password" text,
        /// A document that runs on the called side before the two are connected.
        url = "url" text,
        /// How that is requested.
        method = "method" hint Method,
        /// What is reported about the call.
        status_callback_event = "statusCallbackEvent" list CallEvent,
        /// Where it is reported.
        status_callback = "statusCallback" text,
        /// How it is reported.
        status_callback_method = "statusCallbackMethod" hint Method,
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
    children SipChild {
        /// One of its addresses.
        uri: SipUri,
        /// Headers for the request.
        headers: Headers,
    }
}

element! {
    /// One of several addresses of a [`Sip`]. The lowest priority is tried first.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Response, Sip, SipUri};
    ///
    /// let document = Response::new().dial(Dial::new().sip(Sip::default().uri(SipUri::new("sip:a@example.com").priority("1"))));
    /// let expected = r#"<Response><Dial><Sip><Uri priority="1">sip:a@example.com</Uri></Sip></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    SipUri = "Uri" in "voice"
    content optional
    /// The address, which begins with `sip:`.
    address
    attributes {
        /// Which is tried first: 0 before 65535.
        priority = "priority" text,
        /// The share among those of the same priority.
        weight = "weight" text,
        /// The name to sign in with.
        username = "username" text,
        /// The password to sign in with.
        password = "password" text,
    }
}

element! {
    /// The headers that the SIP request carries.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Dial, Header, Headers, Response, Sip};
    ///
    /// let document = Response::new().dial(
    ///     Dial::new().sip(Sip::default().uri("sip:a@b.example").headers(Headers::new().header(Header::new().name("X-Id")))),
    /// );
    /// let expected = r#"<Response><Dial><Sip><Uri>sip:a@b.example</Uri><Headers><Header name="X-Id"/></Headers></Sip></Dial></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Headers = "Headers" in "voice"
    children HeadersChild {
        /// One header.
        header: Header,
    }
}

element! {
    /// One header of a SIP request.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Header, Headers};
    ///
    /// let document = responder_core::twiml::Element::from(Headers::new().header(Header::new().name("X-Id").value("1")));
    /// assert!(document.to_string().ends_with(r#"<Headers><Header name="X-Id" value="1"/></Headers>"#));
    /// ```
    Header = "Header" in "voice"
    attributes {
        /// The name; it begins with `X-`, or is one that the provider passes on.
        name = "name" text,
        /// The value.
        value = "value" text,
    }
}
