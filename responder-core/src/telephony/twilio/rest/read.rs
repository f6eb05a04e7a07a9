//! How fields of the provider's JSON are read: what is missing, empty or not understood is nothing.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::{super::transport::parse_date, Private};
use crate::Timestamp;

/// A value that some providers send as a number and some as text, as Twilio itself does.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Number(u64),
    Flag(bool),
    Other(IgnoredAny),
}

impl Loose {
    fn holds(self) -> bool {
        match self {
            Self::Flag(flag) => flag,
            Self::Text(text) => text == "true",
            Self::Number(_) | Self::Other(_) => false,
        }
    }

    fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.parse().ok(),
            Self::Flag(_) | Self::Other(_) => None,
        }
    }

    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text).filter(|text| !text.is_empty()),
            Self::Number(number) => Some(number.to_string()),
            Self::Flag(_) | Self::Other(_) => None,
        }
    }
}

fn loose<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Loose>, D::Error> {
    Option::deserialize(from)
}

pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(loose(from)?.and_then(Loose::text))
}

pub(super) fn private<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Private>, D::Error> {
    Ok(text(from)?.map(Private::from))
}

pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(text(from)?.as_deref().and_then(parse_date))
}

pub(super) fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    Ok(loose(from)?.and_then(Loose::number).map(Duration::from_secs))
}

pub(super) fn millis<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    Ok(loose(from)?.and_then(Loose::number).map(Duration::from_millis))
}

pub(super) fn number<'de, D: Deserializer<'de>, N: TryFrom<u64>>(from: D) -> Result<Option<N>, D::Error> {
    Ok(loose(from)?.and_then(Loose::number).and_then(|number| number.try_into().ok()))
}

/// One of the words of a state, or a name.
pub(super) fn word<'de, D: Deserializer<'de>, T: FromStr>(from: D) -> Result<Option<T>, D::Error> {
    Ok(text(from)?.and_then(|text| text.parse().ok()))
}

/// What is not said, or not understood, does not hold.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(loose(from)?.is_some_and(Loose::holds))
}
