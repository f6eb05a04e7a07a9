//! What is said to and heard from a provider about text messages.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MessageStatus;
use crate::{E164, MessageSid};

/// A text to be sent. `Debug` leaves out what it says.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SendText {
    /// Who gets it.
    pub to: E164,
    /// The number that it comes from: one of ours.
    pub from: E164,
    /// What it says, at most 1,600 characters; the provider refuses more.
    pub body: String,
    /// Where its delivery is reported.
    pub status_callback: Option<String>,
}

/// What a provider knows about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageInfo {
    /// Its name.
    pub sid: MessageSid,
    /// Its state.
    pub status: MessageStatus,
    /// Why it was not delivered, as a number of the provider (30003 to 30008 and others).
    pub error_code: Option<u32>,
}

impl fmt::Debug for SendText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.body.chars().count();
        write!(f, "SendText {{ to: {:?}, from: {:?}, body: {length} characters }}", self.to, self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_numbers_and_words() {
        let (to, from) = ("+15005550001".parse().expect("a number"), "+15005550006".parse().expect("a number"));
        let text = SendText { to, from, body: "Zoë needs help".to_owned(), status_callback: None };
        assert_eq!(format!("{text:?}"), "SendText { to: E164(..01), from: E164(..06), body: 14 characters }");
    }
}
