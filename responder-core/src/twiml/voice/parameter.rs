//! Names and values that go along.

use crate::twiml::macros::element;

element! {
    /// A name and a value that go along.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Connect, Parameter, Response, Stream};
    ///
    /// let document = Response::new().connect(
    ///     Connect::new().stream(Stream::new().parameter(Parameter::new().name("id").value("1"))),
    /// );
    /// let expected = r#"<Response><Connect><Stream><Parameter name="id" value="1"/></Stream></Connect></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Parameter = "Parameter" in "voice"
    attributes {
        /// The name.
        name = "name" text,
        /// The value.
        value = "value" text,
    }
}

element! {
    /// A setting of a third party's service.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Config, VirtualAgent};
    ///
    /// let document = responder_core::twiml::Element::from(VirtualAgent::new().config(Config::new().name("a").value("b")));
    /// assert!(document.to_string().ends_with(r#"<VirtualAgent><Config name="a" value="b"/></VirtualAgent>"#));
    /// ```
    Config = "Config" in "voice"
    attributes {
        /// The name of the setting.
        name = "name" text,
        /// Its value.
        value = "value" text,
    }
}
