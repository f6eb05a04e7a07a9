//! Texts during a call.

use super::Method;
use crate::twiml::macros::element;

element! {
    /// Sends a text during a call. New services send it by the REST API instead.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Sms};
    ///
    /// let document = Response::new().sms(Sms::new("We have your report.").to("+15005550006"));
    /// let expected = r#"<Response><Sms to="+15005550006">We have your report.</Sms></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Sms = "Sms" in "voice"
    content required
    /// What it says.
    message
    attributes {
        /// To whom it is sent; the caller, if nothing is said.
        to = "to" text,
        /// From which of our numbers; the called one, if nothing is said.
        from = "from" text,
        /// Where the outcome is sent, and what the call does then.
        action = "action" text,
        /// How it is requested.
        method = "method" hint Method,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
    }
}
