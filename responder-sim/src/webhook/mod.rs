//! Requests to the application: what they are, how they are signed, sent, repeated and given up.

mod deliver;
mod exchange;
mod host;
mod overrides;

use std::{collections::BTreeMap, time::Duration};

use responder_core::signature::AuthTokens;

use crate::{sid::Sid, trace::HookKind};

pub(crate) use deliver::{deliver, resolve};
pub(crate) use host::Host;

/// Names and values in the order in which they are sent.
pub(crate) type Fields = Vec<(String, String)>;

/// An address of the application and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) method: Method,
}

/// GET puts the fields into the query, POST into the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    #[default]
    Post,
}

/// One request to the application, repeated if need be.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) kind: HookKind,
    pub(crate) purpose: Purpose,
    pub(crate) target: Target,
    pub(crate) fields: Fields,
    pub(crate) about: Option<Sid>,
    pub(crate) token: String,
    pub(crate) cookies: Cookies,
    pub(crate) forged: bool,
    /// The index of its record in the trace.
    pub(crate) record: usize,
}

/// What is done with the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is the document that a call waits for, if the call still waits for this one.
    Document { call: Sid, fetch: u64 },
    /// It may hold replies to a message that came in.
    Replies { message: Sid },
    /// Nothing.
    Inform,
}

/// What came of a webhook.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) answer: Option<Answer>,
    pub(crate) failure: Option<Failure>,
    pub(crate) attempts: u32,
    pub(crate) cookies: Cookies,
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
    /// The address that answered, after redirections.
    pub(crate) url: String,
}

/// Why there is no usable answer, with the provider's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: u32,
    pub(crate) text: String,
}

/// Cookies that the application has set, by host and name.
pub(crate) type Cookies = BTreeMap<(String, String), String>;

/// What sending needs to know about the network.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) tokens: AuthTokens,
    pub(crate) signature_header: &'static str,
    pub(crate) hosts: BTreeMap<String, Host>,
    pub(crate) cap: Duration,
}

impl Target {
    /// A target that is asked by POST, unless `method` says GET.
    pub(crate) fn new(url: impl Into<String>, method: Option<&str>) -> Self {
        Self { url: url.into(), method: Method::read(method) }
    }
}

impl Method {
    pub(crate) fn read(text: Option<&str>) -> Self {
        if text.is_some_and(|text| text.eq_ignore_ascii_case("GET")) { Self::Get } else { Self::Post }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl Failure {
    pub(crate) fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

impl Outcome {
    /// The outcome of a webhook that was never sent.
    pub(crate) fn lost() -> Self {
        Self { failure: Some(Failure::new(CONNECTION, "the request was lost on its way")), ..Self::default() }
    }
}

/// The address can't be used.
pub(crate) const INVALID_URL: u32 = 11100;
/// The application answered with an error, or too late.
pub(crate) const RETRIEVAL: u32 = 11200;
/// No connection to the application.
pub(crate) const CONNECTION: u32 = 11205;
/// The application redirects without end.
pub(crate) const REDIRECTS: u32 = 11215;
