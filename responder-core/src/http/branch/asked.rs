//! What the provider asks, read.

use std::{fmt::Display, str::FromStr};

use crate::{
    CallSid, MessageSid, RecordingSid,
    emergency::{AttemptNo, EmergencyId, LegNo, Step},
    http::{Call, HttpError},
    telephony::Callback,
};

/// A request of the provider: what our URL says, and what the provider says.
pub(super) struct Asked<'a> {
    call: &'a Call,
    fields: &'a [(String, String)],
}

impl<'a> Asked<'a> {
    /// `fields` are those of `call`.
    pub(super) const fn new(call: &'a Call, fields: &'a [(String, String)]) -> Self {
        Self { call, fields }
    }

    pub(super) const fn said(&self) -> Callback<'a> {
        Callback::new(self.fields)
    }

    pub(super) fn emergency(&self) -> Result<EmergencyId, HttpError> {
        self.call.query().parse_field("emergency_id")
    }

    pub(super) fn attempt(&self) -> Result<AttemptNo, HttpError> {
        self.number("attempt").map(AttemptNo)
    }

    pub(super) fn leg(&self) -> Result<LegNo, HttpError> {
        self.number("leg").map(LegNo)
    }

    pub(super) fn step(&self) -> Result<Step, HttpError> {
        self.number("step").map(Step)
    }

    pub(super) fn call(&self) -> Result<CallSid, HttpError> {
        named("CallSid", self.said().call())
    }

    pub(super) fn message(&self) -> Result<MessageSid, HttpError> {
        named("MessageSid", self.said().message())
    }

    pub(super) fn recording(&self) -> Result<RecordingSid, HttpError> {
        let missing = HttpError::bad_request("missing_field", "A field is missing or empty.");
        self.said().recording().ok_or_else(|| missing.with_field("RecordingSid"))
    }

    fn number<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<T, HttpError> {
        self.call.query().parse_field(name)
    }
}

fn named<T>(field: &'static str, read: Result<T, impl Display>) -> Result<T, HttpError> {
    read.map_err(|error| HttpError::bad_request("invalid_field", format!("A field can't be read: {error}.")))
        .map_err(|error| error.with_field(field))
}
