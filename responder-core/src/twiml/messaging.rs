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

use super::macros::{element, response};
pub use super::words::Method;

element! {
    /// The answer to an incoming text. An empty one sends nothing.
    ///
    /// `Display` prints the whole document, with its declaration.
    ///
    /// ```
    /// use responder_core::twiml::messaging::Response;
    ///
    /// let document = Response::new().message("Noted.").redirect("/next");
    /// let expected = "<Response><Message>Noted.</Message><Redirect>/next</Redirect></Response>";
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Response = "Response" in "messaging"
    children Verb {
        /// Sends a text.
        message: Message,
        /// Goes on with another document.
        redirect: Redirect,
    }
}

element! {
    /// A text, to whoever wrote unless it says otherwise.
    ///
    /// ```
    /// use responder_core::twiml::messaging::{Message, Response};
    ///
    /// let document = Response::new().message(Message::default().body("The leak").media("https://example.com/leak.jpg"));
    /// let expected = "<Response><Message><Body>The leak</Body><Media>https://example.com/leak.jpg</Media></Message></Response>";
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Message = "Message" in "messaging"
    content optional
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
        method = "method" hint Method,
        /// Where its state is reported.
        status_callback = "statusCallback" text,
    }
    children MessageChild {
        /// What it says, beside pictures.
        body: Body,
        /// A picture or other file.
        media: Media,
    }
}

element! {
    /// What a message says.
    ///
    /// ```
    /// use responder_core::twiml::messaging::{Message, Response};
    ///
    /// let document = Response::new().message(Message::default().body("Noted."));
    /// assert!(document.to_string().ends_with("<Response><Message><Body>Noted.</Body></Message></Response>"));
    /// ```
    Body = "Body" in "messaging"
    content required
    /// The words.
    text
}

element! {
    /// A picture or other file in a message.
    ///
    /// ```
    /// use responder_core::twiml::messaging::{Message, Response};
    ///
    /// let document = Response::new().message(Message::default().media("/a.jpg"));
    /// assert!(document.to_string().ends_with("<Response><Message><Media>/a.jpg</Media></Message></Response>"));
    /// ```
    Media = "Media" in "messaging"
    content required
    /// Where it is.
    url
}

element! {
    /// Goes on with another document.
    ///
    /// ```
    /// use responder_core::twiml::messaging::Response;
    ///
    /// let document = Response::new().redirect("/next");
    /// assert!(document.to_string().ends_with("<Response><Redirect>/next</Redirect></Response>"));
    /// ```
    Redirect = "Redirect" in "messaging"
    content required
    /// The URL of the document.
    url
    attributes {
        /// How it is requested.
        method = "method" hint Method,
    }
}

response!();
