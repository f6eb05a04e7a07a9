//! Reports of emergencies.

use std::{sync::Arc, time::Duration};

use ::http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    branch::{Branch, ReportError},
    emergency::{EmergencyId, Report},
    http::{Body, Call, HttpError, json},
    store::Idempotency,
    timeline::BranchEvent,
};

/// How long storing a report may take before the reporter is told to try again.
const STORE_WITHIN: Duration = Duration::from_secs(10);

/// How long a reporter should wait while another emergency is being handled.
const BUSY_FOR: Duration = Duration::from_secs(30);

/// Refusals that say nothing about the report.
const TURNED_AWAY: [&str; 2] = ["busy", "disabled"];

/// The longest `Idempotency-Key`, in bytes.
const LONGEST_KEY: usize = 255;

/// The fields as they come. Each is read for itself, so that the one at fault can be named; others are ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    chosen_phone: Value,
    customer_name: Value,
    user_stated_callback_number: Value,
    incident_address: Value,
    emergency_description_text: Value,
}

#[derive(Serialize)]
struct Accepted {
    status: &'static str,
    message: &'static str,
    emergency_id: EmergencyId,
}

/// Answers when the emergency is stored. A report that is repeated with its `Idempotency-Key` is the same emergency.
pub(super) async fn webhook(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let answer = report(&branch, &call).await;
    if let Err(error) = &answer
        && !TURNED_AWAY.contains(&error.code())
    {
        let error = error.field().map_or_else(|| error.code().to_owned(), |field| format!("{}: {field}", error.code()));
        branch.note(BranchEvent::WebhookProcessingError { error });
    }
    answer
}

async fn report(branch: &Arc<Branch>, call: &Call) -> Result<Response<Body>, HttpError> {
    let report = wire(call)?.read()?;
    let idempotency = idempotency(call)?;
    let reported = match tokio::time::timeout(STORE_WITHIN, branch.report(report, idempotency)).await {
        Ok(reported) => reported.map_err(refusal)?,
        // It goes on, and may still be stored.
        Err(_) => return Err(store_failed()),
    };
    let message = "The emergency is stored, and the technician is being called.";
    json(StatusCode::OK, &Accepted { status: "success", message, emergency_id: reported.id() })
}

fn wire(call: &Call) -> Result<Wire, HttpError> {
    let wire = call.json()?;
    // A list would be read, too, as the fields in their order.
    let is_object = call.body.trim_ascii_start().starts_with(b"{");
    let not_expected = || HttpError::bad_request("invalid_json", "The JSON must be an object.");
    if is_object { Ok(wire) } else { Err(not_expected()) }
}

impl Wire {
    fn read(self) -> Result<Report, HttpError> {
        Ok(Report {
            chosen_phone: text("chosen_phone", self.chosen_phone)?,
            customer_name: text("customer_name", self.customer_name)?,
            user_stated_callback_number: text("user_stated_callback_number", self.user_stated_callback_number)?,
            incident_address: text("incident_address", self.incident_address)?,
            emergency_description_text: text("emergency_description_text", self.emergency_description_text)?,
        })
    }
}

fn text(field: &'static str, value: Value) -> Result<String, HttpError> {
    match value {
        Value::String(text) => Ok(text),
        Value::Null => Ok(String::new()),
        _ => Err(HttpError::bad_request("invalid_type", "This field must be a text.").with_field(field)),
    }
}

fn idempotency(call: &Call) -> Result<Option<Idempotency>, HttpError> {
    const NAME: &str = "Idempotency-Key";
    let mut given = call.headers.get_all(NAME).iter();
    let Some(key) = given.next() else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    match (key, given.next()) {
        (Some(key), None) => Ok(Some(Idempotency { key: key.into(), body_hash: Sha256::digest(&call.body).into() })),
        _ => {
            let message = "The key must be given once and have 1 to 255 printable ASCII characters.";
            Err(HttpError::bad_request("invalid_idempotency_key", message).with_field(NAME))
        }
    }
}

fn refusal(error: ReportError) -> HttpError {
    match error {
        ReportError::Invalid(error) => {
            HttpError::bad_request("invalid_report", format!("This field is refused: {}.", error.reason))
                .with_field(error.field)
        }
        ReportError::KeyReused => {
            let message = "Another report came with this key; use a new key for a new emergency.";
            HttpError::new(StatusCode::CONFLICT, "idempotency_key_reused", message).with_field("Idempotency-Key")
        }
        ReportError::Busy => {
            HttpError::unavailable("busy", "This branch is handling as many emergencies as it may.", BUSY_FOR)
        }
        ReportError::Disabled => {
            HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "disabled", "This branch is switched off.")
        }
        ReportError::Store(error) => store_failed().with_cause(error),
    }
}

fn store_failed() -> HttpError {
    let message = "It is not known whether the report was stored; send it again with the same Idempotency-Key.";
    HttpError::unavailable("store_unavailable", message, Duration::from_secs(2))
}
