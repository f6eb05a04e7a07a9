//! Errors in the provider's shape (Twilio, "Twilio's response").

use serde_json::{Value, json};

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RestError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) text: String,
}

impl RestError {
    pub(crate) fn new(status: u16, code: u32, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into() }
    }

    /// A request that makes no sense as it is.
    pub(crate) fn bad(code: u32, text: impl Into<String>) -> Self {
        Self::new(400, code, text)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, 20003, "these credentials belong to no account here")
    }

    pub(crate) fn not_found(path: &str) -> Self {
        Self::new(404, 20404, format!("there is nothing at {path}"))
    }

    /// A refusal by a fault.
    pub(crate) fn fault(status: u16, code: Option<u32>) -> Self {
        let natural = if status == 429 { 20429 } else { 20500 };
        Self::new(status, code.unwrap_or(natural), "a fault was ordered for this request")
    }

    pub(crate) fn body(&self) -> Value {
        json!({
            "code": self.code,
            "message": self.text,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        })
    }
}
