//! Verbs that decide how the call goes on.

use super::{Method, RejectReason};
use crate::twiml::macros::element;

element! {
    /// Goes on with another document. The verbs after it never run.
    Redirect = "Redirect"
    content
    /// The URL of the document.
    url
    attributes {
        /// How it is requested.
        method = "method" one Method,
    }
}

element! {
    /// Ends the call.
    Hangup = "Hangup"
}

element! {
    /// Refuses a call before it is answered, at no cost. Only as first verb.
    Reject = "Reject"
    attributes {
        /// What the caller hears.
        reason = "reason" one RejectReason,
    }
}
