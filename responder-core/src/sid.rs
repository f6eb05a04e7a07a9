//! Names that the provider gives to things.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// Why a text is no provider id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a provider id has 1 to 64 visible ASCII characters")]
pub struct SidError;

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Opaque: 1 to 64 visible ASCII characters. Cloning it is cheap.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as the provider wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = SidError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
                if fits { Ok(Self(text.into())) } else { Err(SidError) }
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
                f.write_str(&self.0)
            }
        }
    };
}

sid! {
    /// The provider's id of one call (`CA…` at Twilio).
    CallSid
}
sid! {
    /// The provider's id of one text message (`SM…` or `MM…` at Twilio).
    MessageSid
}
sid! {
    /// The provider's id of one recording (`RE…` at Twilio).
    RecordingSid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_could_not_stand_in_a_path() {
        for bad in ["", "a b", "CA\n", "CAé", &"x".repeat(65)] {
            assert_eq!(bad.parse::<CallSid>(), Err(SidError), "{bad:?}");
        }
        assert_eq!("CA1".parse::<CallSid>().map(|sid| sid.to_string()).as_deref(), Ok("CA1"));
    }
}
