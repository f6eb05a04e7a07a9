//! What several resources have in common.

use std::{fmt, str::FromStr};

use crate::Timestamp;

/// An address that the provider asks, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Webhook {
    /// An absolute address. Where something is changed, an empty one removes what was there.
    pub url: String,
    /// How it is asked.
    pub method: WebhookMethod,
}

/// How the provider asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WebhookMethod {
    /// With a form.
    #[default]
    Post,
    /// With a query.
    Get,
}

/// From one moment to another, both included; without either end, up to or from whenever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeSpan {
    /// The first moment.
    pub from: Option<Timestamp>,
    /// The last.
    pub until: Option<Timestamp>,
}

impl Webhook {
    /// An address that is asked by POST.
    pub fn post(url: impl Into<String>) -> Self {
        Self { url: url.into(), method: WebhookMethod::Post }
    }

    /// Takes away what is there.
    pub fn none() -> Self {
        Self::post("")
    }
}

impl WebhookMethod {
    /// The name of the HTTP method.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
        }
    }
}

impl fmt::Display for WebhookMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WebhookMethod {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.to_ascii_uppercase().as_str() {
            "POST" => Ok(Self::Post),
            "GET" => Ok(Self::Get),
            _ => Err(()),
        }
    }
}
