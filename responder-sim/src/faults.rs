//! What goes wrong on purpose.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{clock::as_seconds, trace::HookKind};

/// One rule about what goes wrong; it wears off after `times` uses.
///
/// ```
/// use responder_sim::{Fault, RestEffect};
///
/// let busy = Fault::rest("CreateCall", RestEffect::status(429)).times(2);
/// let json = serde_json::to_string(&busy)?;
/// assert_eq!(serde_json::from_str::<Fault>(&json)?, busy);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// Something goes wrong with a request to the REST API.
    Rest(RestFault),
    /// Something goes wrong with a request to the application.
    Webhook(WebhookFault),
}

/// A fault of the REST API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestFault {
    /// The operation by its `OpenAPI` name (`CreateCall`, `FetchCall`, `ListMessage` ...); absent, any.
    #[serde(default)]
    pub operation: Option<String>,
    /// How many requests it strikes.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    pub effect: RestEffect,
}

/// What happens to a REST request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RestEffect {
    /// It is refused and not processed.
    Status {
        /// The HTTP status: 429, 500, 503 ...
        status: u16,
        /// The provider's code in the body; 20429 for 429, else 20500.
        #[serde(default)]
        code: Option<u32>,
        /// The value of a `Retry-After` header.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// It is processed and answered with this status all the same: the outcome is unknown to the client.
    StatusAfter(u16),
    /// The connection is closed before it is processed.
    CutBefore,
    /// It is processed and the connection closed without an answer.
    CutAfter,
    /// It is processed after so long, in the time of the network.
    Delay(#[serde(with = "as_seconds")] Duration),
}

/// A fault of a request to the application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookFault {
    /// The kind of request; absent, any.
    #[serde(default)]
    pub kind: Option<HookKind>,
    /// A part of its address; absent, any.
    #[serde(default)]
    pub url_contains: Option<String>,
    /// Fields that it must have, such as `CallStatus: completed`.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// How many requests it strikes.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    pub effect: WebhookEffect,
}

/// What happens to a request to the application.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookEffect {
    /// It never arrives. One whose answer is needed counts as failed by connection (11205).
    Lose,
    /// It arrives twice, with the same idempotency token; the second answer is not looked at.
    Double,
    /// It arrives so much later, in the time of the network.
    Delay(#[serde(with = "as_seconds")] Duration),
    /// Its signature is wrong.
    WrongSignature,
}

impl RestEffect {
    /// Refuses with a status and no further detail.
    pub const fn status(status: u16) -> Self {
        Self::Status { status, code: None, retry_after: None }
    }
}

impl Fault {
    /// A fault of one REST operation, once.
    pub fn rest(operation: impl Into<String>, effect: RestEffect) -> Self {
        Self::Rest(RestFault { operation: Some(operation.into()), times: 1, effect })
    }

    /// A fault of the next REST request, whatever it is.
    pub const fn any_rest(effect: RestEffect) -> Self {
        Self::Rest(RestFault { operation: None, times: 1, effect })
    }

    /// A fault of one kind of request to the application, once.
    pub const fn webhook(kind: HookKind, effect: WebhookEffect) -> Self {
        Self::Webhook(WebhookFault { kind: Some(kind), url_contains: None, fields: BTreeMap::new(), times: 1, effect })
    }

    /// Strikes so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        match &mut self {
            Self::Rest(fault) => fault.times = times,
            Self::Webhook(fault) => fault.times = times,
        }
        self
    }

    /// Strikes only webhooks whose field has this value; without effect on REST faults.
    #[must_use]
    pub fn with_field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Self::Webhook(fault) = &mut self {
            fault.fields.insert(name.into(), value.into());
        }
        self
    }
}

/// The rules in force, oldest first; none of them is spent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
        self.drop_spent();
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn in_force(&self) -> &[Fault] {
        &self.0
    }

    /// What strikes this REST request, if anything does.
    pub(crate) fn strike_rest(&mut self, operation: &str) -> Option<RestEffect> {
        let strikes = |fault: &RestFault| fault.operation.as_deref().is_none_or(|wanted| wanted == operation);
        let effect = self.0.iter_mut().find_map(|fault| match fault {
            Fault::Rest(rest) if strikes(rest) => {
                rest.times -= 1;
                Some(rest.effect.clone())
            }
            Fault::Rest(_) | Fault::Webhook(_) => None,
        });
        self.drop_spent();
        effect
    }

    /// What strikes this webhook, if anything does.
    pub(crate) fn strike_webhook(
        &mut self,
        kind: HookKind,
        url: &str,
        fields: &[(String, String)],
    ) -> Option<WebhookEffect> {
        let effect = self.0.iter_mut().find_map(|fault| match fault {
            Fault::Webhook(hook) if hook.matches(kind, url, fields) => {
                hook.times -= 1;
                Some(hook.effect)
            }
            Fault::Rest(_) | Fault::Webhook(_) => None,
        });
        self.drop_spent();
        effect
    }

    fn drop_spent(&mut self) {
        self.0.retain(|fault| match fault {
            Fault::Rest(rest) => rest.times > 0,
            Fault::Webhook(hook) => hook.times > 0,
        });
    }
}

impl WebhookFault {
    fn matches(&self, kind: HookKind, url: &str, fields: &[(String, String)]) -> bool {
        let has = |(name, value): (&String, &String)| fields.iter().any(|(n, v)| n == name && v == value);
        self.kind.is_none_or(|wanted| wanted == kind)
            && self.url_contains.as_ref().is_none_or(|part| url.contains(part.as_str()))
            && self.fields.iter().all(has)
    }
}

const fn once() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_strikes_its_operation_and_wears_off() {
        let mut faults = Faults::default();
        faults.add(Fault::rest("CreateCall", RestEffect::CutAfter).times(2));
        assert_eq!(faults.strike_rest("FetchCall"), None);
        assert_eq!(faults.strike_rest("CreateCall"), Some(RestEffect::CutAfter));
        assert_eq!(faults.strike_rest("CreateCall"), Some(RestEffect::CutAfter));
        assert_eq!(faults.strike_rest("CreateCall"), None);
        assert!(faults.in_force().is_empty());
    }

    #[test]
    fn a_webhook_rule_looks_at_kind_address_and_fields() {
        let mut faults = Faults::default();
        let fields = |status: &str| vec![("CallStatus".to_owned(), status.to_owned())];
        faults.add(Fault::webhook(HookKind::CallStatus, WebhookEffect::Lose).with_field("CallStatus", "completed"));
        assert_eq!(faults.strike_webhook(HookKind::Voice, "http://a/", &fields("completed")), None);
        assert_eq!(faults.strike_webhook(HookKind::CallStatus, "http://a/", &fields("ringing")), None);
        let struck = faults.strike_webhook(HookKind::CallStatus, "http://a/", &fields("completed"));
        assert_eq!(struck, Some(WebhookEffect::Lose));
    }

    #[test]
    fn rules_can_be_written_as_json() {
        let rule = r#"{"on":"webhook","kind":"call_status","times":3,"effect":{"delay":20}}"#;
        let fault: Fault = serde_json::from_str(rule).expect("a rule");
        let effect = WebhookEffect::Delay(Duration::from_secs(20));
        assert_eq!(fault, Fault::webhook(HookKind::CallStatus, effect).times(3));
        let rule = r#"{"on":"rest","effect":{"status":{"status":503}}}"#;
        assert_eq!(serde_json::from_str::<Fault>(rule).expect("a rule"), Fault::any_rest(RestEffect::status(503)));
    }
}
