//! Documents that answer a text.
//!
//! ```
//! use responder_core::twiml::messaging::Response;
//!
//! let reply = Response::new().message("You have the emergency. Call the customer now.");
//! assert!(reply.to_string().ends_with(
//!     "<Response><Message>You have the emergency. Call the customer now.</Message></Response>"
//! ));
//! ```

use std::fmt;

pub use super::words::Method;
use super::{Element, macros::element};

element! {
    /// The answer to an incoming text. An empty one sends nothing.
    ///
    /// `Display` prints the whole document, with its declaration.
    Response = "Response"
    children {
        /// Sends a text.
        message: Message,
        /// Goes on with another document.
        redirect: Redirect,
        /// Anything of the language that has no type here yet.
        element: Element,
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

element! {
    /// A text, to whoever wrote unless it says otherwise.
    Message = "Message"
    content
    /// What it says. Empty if [`body`](Message::body) says it, beside pictures.
    text
    attributes {
        /// To whom it is sent.
        to = "to" text,
        /// From which of our numbers.
        from = "from" text,
        /// Where its state is reported, and what comes then.
        action = "action" text,
        /// How `action` is requested.
        method = "method" one Method,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
    }
    children {
        /// What it says, beside pictures.
        body: Body,
        /// A picture or other file.
        media: Media,
    }
}

element! {
    /// What a message says.
    Body = "Body"
    content
    /// The words.
    text
}

element! {
    /// A picture or other file in a message.
    Media = "Media"
    content
    /// Where it is.
    url
}

element! {
    /// Goes on with another document.
    Redirect = "Redirect"
    content
    /// The URL of the document.
    url
    attributes {
        /// How it is requested.
        method = "method" one Method,
    }
}
