//! Names that the provider gives to things.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// Why a text is no name that a provider gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sid is 1 to 64 visible ASCII characters, and not only dots")]
#[non_exhaustive]
pub struct SidError;

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// It is opaque: 1 to 64 visible ASCII characters. Twilio's own are two letters and 32 hexadecimal digits,
        /// those of compatible providers are not. A clone costs a reference count.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as the provider writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = SidError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                checked(text).map(|text| Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = SidError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(sid: $name) -> Self {
                sid.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

sid! {
    /// The provider's name of one call (one leg).
    ///
    /// ```
    /// use responder_core::CallSid;
    ///
    /// let sid: CallSid = "CA00000000000000000000000000000001".parse()?;
    /// assert_eq!(sid.as_str().len(), 34);
    /// assert!("".parse::<CallSid>().is_err());
    /// # Ok::<(), responder_core::SidError>(())
    /// ```
    CallSid
}

sid! {
    /// The provider's name of one text message.
    MessageSid
}

sid! {
    /// The provider's name of one recording.
    RecordingSid
}

sid! {
    /// The provider's name of one queue.
    QueueSid
}

sid! {
    /// The provider's name of one conference.
    ConferenceSid
}

sid! {
    /// The provider's name of one of the account's phone numbers.
    PhoneNumberSid
}

/// A segment of dots would climb up in the path of a URL, however it is escaped (WHATWG URL, dot segments).
fn checked(text: &str) -> Result<&str, SidError> {
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits && text.bytes().any(|byte| byte != b'.') { Ok(text) } else { Err(SidError) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_providers_send() {
        for text in ["CA00000000000000000000000000000001", "v3:AbC_-/x+=", "a", "%2e", &"x".repeat(64)] {
            assert_eq!(text.parse::<CallSid>().map(String::from).as_deref(), Ok(text));
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", ".", "..", " CA1", "CA1\n", "CA 1", "CÁ1", "CA\0", &"x".repeat(65)] {
            assert_eq!(text.parse::<CallSid>(), Err(SidError), "{text:?}");
        }
    }

    #[test]
    fn is_a_string_in_json() {
        let sid: MessageSid = "SM1".parse().expect("a sid");
        assert_eq!(serde_json::to_string(&sid).ok().as_deref(), Some("\"SM1\""));
        assert_eq!(serde_json::from_str::<MessageSid>("\"SM1\"").ok(), Some(sid));
        assert!(serde_json::from_str::<MessageSid>("\"\"").is_err());
        assert_eq!(format!("{:?}", "RE1".parse::<RecordingSid>()), "Ok(RecordingSid(RE1))");
    }
}
