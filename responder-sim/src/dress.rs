//! Which provider the network looks like.

use std::str::FromStr;

use crate::sid::Shape;

/// Which provider the network looks like from outside. What it does is the same.
///
/// ```
/// use responder_sim::{Dress, Simulator};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let network = Simulator::builder()
///     .dress(Dress::SignalWire)
///     .account("b3877c40-da60-4998-90ad-b792e98472af", "API token")
///     .signing_key("PSK_signing_key")
///     .start()
///     .await?;
/// assert!(network.url().ends_with("/api/laml"));
/// # network.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dress {
    /// Paths begin with `/2010-04-01`, identifiers are two letters and 32 hexadecimal digits, webhooks carry
    /// `X-Twilio-Signature`.
    #[default]
    Twilio,
    /// Paths begin with `/api/laml/2010-04-01`, identifiers are UUIDs, webhooks carry `X-SignalWire-Signature`.
    SignalWire,
}

/// A word that names no dress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a dress is twilio or signalwire")]
pub struct DressError;

impl Dress {
    /// What stands before `/2010-04-01` in every path.
    pub(crate) const fn base_path(self) -> &'static str {
        match self {
            Self::Twilio => "",
            Self::SignalWire => "/api/laml",
        }
    }

    pub(crate) const fn signature_header(self) -> &'static str {
        match self {
            Self::Twilio => responder_core::signature::HEADER,
            Self::SignalWire => "X-SignalWire-Signature",
        }
    }

    pub(crate) const fn shape(self) -> Shape {
        match self {
            Self::Twilio => Shape::Letters,
            Self::SignalWire => Shape::Uuid,
        }
    }

    /// The account that the program has where none is named.
    pub const fn default_account(self) -> &'static str {
        match self {
            Self::Twilio => "AC00000000000000000000000000000001",
            Self::SignalWire => "00000000-0000-4000-8000-000000000001",
        }
    }
}

impl FromStr for Dress {
    type Err = DressError;

    fn from_str(word: &str) -> Result<Self, DressError> {
        match word {
            "twilio" => Ok(Self::Twilio),
            "signalwire" => Ok(Self::SignalWire),
            _ => Err(DressError),
        }
    }
}
