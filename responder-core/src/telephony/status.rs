//! States of calls and texts, in the provider's words.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A word that names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a state that the provider is known to have")]
#[non_exhaustive]
pub struct StatusError;

macro_rules! status {
    ($(#[$doc:meta])* $name:ident { $( $(#[$word_doc:meta])* $variant:ident = $word:literal , )* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$word_doc])* #[serde(rename = $word)] $variant, )*
        }

        impl $name {
            /// Every state, in the order in which they usually follow each other.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The provider's word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl FromStr for $name {
            type Err = StatusError;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|status| status.as_str() == word).ok_or(StatusError)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

#[cfg(feature = "twilio")]
pub(crate) use status;

status! {
    /// The state of a call (Twilio, "Call resource", and the `CallStatus` of its callbacks).
    CallStatus {
        /// The provider has it and has not dialled yet.
        Queued = "queued",
        /// It is being dialled. Only callbacks say this.
        Initiated = "initiated",
        /// The phone rings.
        Ringing = "ringing",
        /// Somebody, or something, has picked up.
        InProgress = "in-progress",
        /// It was picked up, by a person or a machine, and is over.
        Completed = "completed",
        /// The line was busy.
        Busy = "busy",
        /// It could not be connected.
        Failed = "failed",
        /// It rang for as long as it might.
        NoAnswer = "no-answer",
        /// It was ended before it was picked up.
        Canceled = "canceled",
    }
}

status! {
    /// The state of a text (Twilio, "Message resource").
    MessageStatus {
        /// A messaging service has it and picks a sender.
        Accepted = "accepted",
        /// It will be sent at a set time.
        Scheduled = "scheduled",
        /// It waits to be sent.
        Queued = "queued",
        /// It is on its way to the carrier.
        Sending = "sending",
        /// The carrier has it. Where carriers send no receipts, this is the last that is heard.
        Sent = "sent",
        /// The phone has it.
        Delivered = "delivered",
        /// The carrier could not deliver it.
        Undelivered = "undelivered",
        /// It could not be sent.
        Failed = "failed",
        /// It is coming in.
        Receiving = "receiving",
        /// It came in.
        Received = "received",
        /// It was read.
        Read = "read",
        /// Some of its recipients have it.
        PartiallyDelivered = "partially_delivered",
        /// It was withdrawn before it was sent.
        Canceled = "canceled",
    }
}

impl CallStatus {
    /// Whether the call is over: nothing follows.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => false,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => true,
        }
    }
}

impl MessageStatus {
    /// Whether it is settled that the text did not arrive.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Undelivered | Self::Failed | Self::Canceled)
    }

    /// Whether it is settled what became of the text. [`Sent`](Self::Sent) is not, although nothing may follow it.
    pub const fn is_final(self) -> bool {
        self.is_failure() || matches!(self, Self::Delivered | Self::Received | Self::Read | Self::PartiallyDelivered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for status in CallStatus::ALL {
            assert_eq!(status.to_string().parse(), Ok(*status));
            assert_eq!(serde_json::to_string(status).ok(), Some(format!("\"{status}\"")));
        }
        for status in MessageStatus::ALL {
            assert_eq!(status.to_string().parse(), Ok(*status));
            assert_eq!(serde_json::to_string(status).ok(), Some(format!("\"{status}\"")));
        }
        assert_eq!("In-Progress".parse::<CallStatus>(), Err(StatusError));
        assert_eq!("".parse::<MessageStatus>(), Err(StatusError));
    }

    #[test]
    fn final_states_are_those_after_which_nothing_comes() {
        let open: Vec<_> = CallStatus::ALL.iter().filter(|status| !status.is_final()).map(|s| s.as_str()).collect();
        assert_eq!(open, ["queued", "initiated", "ringing", "in-progress"]);
        let open: Vec<_> = MessageStatus::ALL.iter().filter(|status| !status.is_final()).map(|s| s.as_str()).collect();
        assert_eq!(open, ["accepted", "scheduled", "queued", "sending", "sent", "receiving"]);
        assert!(MessageStatus::Undelivered.is_failure() && !MessageStatus::Read.is_failure());
    }
}
