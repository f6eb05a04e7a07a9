//! Verbs that decide how the call goes on.

use super::{Method, Parameter, RejectReason};
use crate::twiml::macros::element;

element! {
    /// Goes on with another document. The verbs after it never run.
    ///
    /// ```
    /// use responder_core::twiml::voice::Response;
    ///
    /// let document = Response::new().redirect("/next");
    /// assert!(document.to_string().ends_with("<Response><Redirect>/next</Redirect></Response>"));
    /// ```
    Redirect = "Redirect" in "voice"
    content required
    /// The URL of the document.
    url
    attributes {
        /// How it is requested.
        method = "method" hint Method,
    }
}

element! {
    /// Ends the call.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Hangup, Response};
    ///
    /// let document = Response::new().say("Goodbye.").hangup(Hangup::new());
    /// assert!(document.to_string().ends_with("<Response><Say>Goodbye.</Say><Hangup/></Response>"));
    /// ```
    Hangup = "Hangup" in "voice"
    children HangupChild {
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// Refuses a call before it is answered, at no cost. Only as first verb.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Reject, RejectReason, Response};
    ///
    /// let document = Response::new().reject(Reject::new().reason(RejectReason::Busy));
    /// assert!(document.to_string().ends_with(r#"<Response><Reject reason="busy"/></Response>"#));
    /// ```
    Reject = "Reject" in "voice"
    attributes {
        /// What the caller hears.
        reason = "reason" one RejectReason,
    }
    children RejectChild {
        /// A name and a value that go along.
        parameter: Parameter,
    }
}

element! {
    /// Moves a SIP call to another address: the far end is asked to call there, and leaves us.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Refer, ReferSip, Response};
    ///
    /// let document = Response::new().refer(Refer::new().action("/moved").sip(ReferSip::new("sip:a@example.com")));
    /// let expected = r#"<Response><Refer action="/moved"><Sip>sip:a@example.com</Sip></Refer></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Refer = "Refer" in "voice"
    attributes {
        /// Where the call goes on when this is over. Without one, the next verb runs.
        action = "action" text,
        /// How it is requested.
        method = "method" hint Method,
    }
    children ReferChild {
        /// The new address. Exactly one.
        sip: ReferSip,
    }
}

element! {
    /// The address to which a [`Refer`] moves the call.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Refer, Response};
    ///
    /// let document = Response::new().refer(Refer::new().sip("sip:a@example.com"));
    /// assert!(document.to_string().ends_with("<Response><Refer><Sip>sip:a@example.com</Sip></Refer></Response>"));
    /// ```
    ReferSip = "Sip" in "voice"
    content required
    /// The address, which begins with `sip:`.
    address
}

element! {
    /// Sends the caller's own sound back, to hear how long the line takes. It ends when they hang up.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Echo, Response};
    ///
    /// let document = Response::new().echo(Echo::new());
    /// assert!(document.to_string().ends_with("<Response><Echo/></Response>"));
    /// ```
    Echo = "Echo" in "voice"
}
