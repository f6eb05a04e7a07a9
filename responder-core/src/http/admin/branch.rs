//! What is done with a branch.

use std::{sync::Arc, time::Duration};

use ::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};

use super::{Answer, BranchRow, Desk, branch_failed, entry, no_server, person, relay, store_failed};
use crate::{
    access::AuditAction,
    admin::{BranchClient, BranchError, BranchResponse, Reached, Site},
    emergency::EmergencyId,
    http::{Body, Call, HttpError, json as answer},
    store::Availability,
};

/// How long a branch may take for a report: it answers when that is stored.
const REPORT_WITHIN: Duration = Duration::from_secs(12);

/// How long it may take to do what it is told.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// What a branch says of its state.
const STATUS: &str = "/api/status";

/// What a report from here must say, in the order in which it is asked for.
const REPORT: [&str; 5] =
    ["chosen_phone", "customer_name", "user_stated_callback_number", "incident_address", "emergency_description_text"];

/// All branches that whoever asks may look at, each with its state.
pub(super) async fn list(desk: Arc<Desk>, call: Call) -> Answer {
    let rows = desk.branches_of(&call).await?;
    answer(StatusCode::OK, &json!({ "status": "success", "branches": rows }))
}

/// One of them. An unreachable branch is an answer, too.
pub(super) async fn status(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    answer(StatusCode::OK, &desk.state_of(site).await?)
}

/// Switches a branch off.
pub(super) async fn disable(desk: Arc<Desk>, call: Call) -> Answer {
    confirmed(&call)?;
    switch(&desk, &call, Availability::Disabled).await
}

/// Switches a branch on.
pub(super) async fn enable(desk: Arc<Desk>, call: Call) -> Answer {
    switch(&desk, &call, Availability::Enabled).await
}

/// Has the server of a branch restart.
pub(super) async fn restart(desk: Arc<Desk>, call: Call) -> Answer {
    confirmed(&call)?;
    let site = desk.site(&call)?;
    let client = client(site)?;
    desk.record(&entry(&call, AuditAction::BranchRestarted, site)?).await?;
    let told = client.post("/api/restart", HeaderMap::new(), &json!({}), TOLD_WITHIN).await;
    let told = desk.or_noted(&call, AuditAction::BranchRestarted, site, told).await.map_err(not_restarted)?;
    // A page that somebody else serves at its address restarts nothing.
    if told.status.is_success() && told.json().is_some() {
        let message = "The branch is finishing its work and will restart.";
        return answer(StatusCode::OK, &json!({ "status": "success", "success": true, "message": message }));
    }
    let mut response = relay::passed_on(&told).map_err(not_restarted)?;
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    Ok(response)
}

/// A restart works or fails: which way it failed is in the code.
fn not_restarted(error: HttpError) -> HttpError {
    if error.code().starts_with("branch_") { as_failure(&error) } else { error }
}

/// A branch that takes a report and says nothing that can be read.
fn senseless() -> HttpError {
    as_failure(&branch_failed(BranchError::Senseless))
}

fn as_failure(error: &HttpError) -> HttpError {
    HttpError::new(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.message().to_owned())
}

/// Reports an emergency to a branch.
pub(super) async fn trigger(desk: Arc<Desk>, call: Call) -> Answer {
    let report: Map<String, Value> = call.json()?;
    for field in REPORT {
        if report.get(field).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
            let message = format!("Missing required field: {field}");
            return Err(HttpError::bad_request("missing_field", message).with_field(field));
        }
    }
    let site = desk.site(&call)?;
    let client = client(site)?;
    desk.record(&entry(&call, AuditAction::EmergencyTriggered, site)?).await?;
    let report: Map<String, Value> = report.into_iter().filter(|(name, _)| REPORT.contains(&name.as_str())).collect();
    let told = client.post("/webhook", idempotency(&call), &report, REPORT_WITHIN).await;
    let told = desk.or_noted(&call, AuditAction::EmergencyTriggered, site, told).await?;
    if told.status == StatusCode::OK {
        let data = told.json().ok_or_else(senseless)?;
        desk.name_the_emergency(&call, site, &data).await?;
        let message = "The branch has the emergency.";
        let body = json!({ "status": "success", "success": true, "message": message, "data": data });
        return answer(StatusCode::OK, &body);
    }
    relay::passed_on(&told)
}

/// Cancels an emergency.
pub(super) async fn cancel(desk: Arc<Desk>, call: Call) -> Answer {
    let no_emergency = || HttpError::new(StatusCode::NOT_FOUND, "no_such_emergency", "There is no such emergency.");
    let id: EmergencyId = call.params.get("id").and_then(|id| id.parse().ok()).ok_or_else(no_emergency)?;
    let site = desk.site(&call)?;
    let client = client(site)?;
    let about = entry(&call, AuditAction::EmergencyCancelled, site)?.about(id.to_string());
    desk.record(&about).await?;
    let told = client.post(&format!("/api/emergencies/{id}/cancel"), HeaderMap::new(), &json!({}), TOLD_WITHIN).await;
    let told = desk.or_noted(&call, AuditAction::EmergencyCancelled, site, told).await?;
    relay::passed_on(&told)
}

async fn switch(desk: &Desk, call: &Call, to: Availability) -> Answer {
    let site = desk.site(call)?;
    let store = desk.admin.store();
    let before = store.availability(&site.key).await.map_err(store_failed)? == Availability::Enabled;
    let enabled = to == Availability::Enabled;
    if before == enabled {
        let reached = desk.admin.reload(site).await;
        return switched(enabled, &reached, "Nothing is different from before.");
    }
    let action = if enabled { AuditAction::BranchEnabled } else { AuditAction::BranchDisabled };
    let audit = entry(call, action, site)?.changing(Some(before.into()), Some(enabled.into()));
    store.switch_branch(&site.key, to, &audit).await.map_err(store_failed)?;
    let reached = desk.admin.reload(site).await;
    let done = match enabled {
        true => "The branch takes reports again.",
        false => "The branch takes no more reports; an active emergency runs to its end.",
    };
    switched(enabled, &reached, done)
}

fn switched(enabled: bool, reached: &Reached, done: &str) -> Answer {
    let applied = reached.is_switched;
    let message =
        if applied { done.to_owned() } else { format!("It is stored, but not in effect. {}", reached.why_not()) };
    let body = json!({
        "status": "success", "success": true, "message": message, "enabled": enabled, "applied": applied,
    });
    answer(StatusCode::OK, &body)
}

/// Only a plain `true` counts.
fn confirmed(call: &Call) -> Result<(), HttpError> {
    let body: Map<String, Value> = call.json()?;
    if body.get("confirm") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    let message = "Confirmation is required: send {\"confirm\": true}.";
    Err(HttpError::bad_request("confirmation_required", message).with_field("confirm"))
}

pub(super) fn client(site: &Site) -> Result<&BranchClient, HttpError> {
    site.client.as_ref().ok_or_else(no_server)
}

/// The key of whoever reports; so that a form that is sent twice is one emergency.
fn idempotency(call: &Call) -> HeaderMap {
    let name = HeaderName::from_static("idempotency-key");
    let mut headers = HeaderMap::new();
    if let Some(key) = call.headers.get(&name) {
        headers.insert(name, key.clone());
    }
    headers
}

impl Desk {
    /// The state of every branch that whoever asks may look at.
    pub(super) async fn branches_of(&self, call: &Call) -> Result<Vec<BranchRow>, HttpError> {
        let sites = self.sites_of(&person(call)?.session.user);
        join_all(sites.map(|site| self.known_state_of(site))).await.into_iter().collect()
    }

    /// The state of a branch, however long it takes to answer.
    async fn state_of(&self, site: &Site) -> Result<BranchRow, HttpError> {
        let told = match &site.client {
            Some(client) => client.get_shared(STATUS).await.ok(),
            None => None,
        };
        self.row_of(site, told).await
    }

    /// The state of a branch, as far as it is known at once.
    pub(super) async fn known_state_of(&self, site: &Site) -> Result<BranchRow, HttpError> {
        let Some(client) = &site.client else { return self.row_of(site, None).await };
        let known = client.get_known(STATUS).await;
        let row = self.row_of(site, known.told.ok()).await?;
        Ok(row.aged(known.age))
    }

    async fn row_of(&self, site: &Site, told: Option<BranchResponse>) -> Result<BranchRow, HttpError> {
        let availability = self.admin.store().availability(&site.key).await.map_err(store_failed)?;
        let told = told.filter(|told| told.status.is_success()).and_then(|told| told.json());
        Ok(BranchRow::of(site, availability, told.as_ref()))
    }

    /// Records which emergency came of a report, beside the report, which had to be recorded before anybody knew. There
    /// is one by now: that this can't be recorded is no failure for whoever reported it.
    async fn name_the_emergency(&self, call: &Call, site: &Site, data: &Value) -> Result<(), HttpError> {
        let id: Option<EmergencyId> = data["emergency_id"].as_str().and_then(|id| id.parse().ok());
        if let Some(id) = id {
            let named = entry(call, AuditAction::EmergencyTriggered, site)?.about(id.to_string());
            if let Err(error) = self.record(&named).await {
                tracing::error!(branch = %site.key, %id, %error, "an emergency that was triggered could not be recorded");
            }
        }
        Ok(())
    }

    /// The answer of a branch; that there is none is noted beside what was recorded.
    pub(super) async fn or_noted(
        &self,
        call: &Call,
        action: AuditAction,
        site: &Site,
        told: Result<BranchResponse, BranchError>,
    ) -> Result<BranchResponse, HttpError> {
        let failure = match &told {
            Ok(told) if told.status.is_success() => return Ok(told.clone()),
            Ok(told) => json!({ "failed": told.status.as_u16() }),
            Err(error) => json!({ "failed": error.to_string() }),
        };
        self.record(&entry(call, action, site)?.changing(None, Some(failure))).await?;
        told.map_err(branch_failed)
    }
}

/// JSON with the status of a branch.
pub(super) fn with_status(status: StatusCode, body: &Value) -> Answer {
    answer(status, body)
}

/// Keeps a header of a branch's answer.
pub(super) fn keep(response: &mut Response<Body>, headers: &HeaderMap, name: &HeaderName) {
    let value: Option<&HeaderValue> = headers.get(name);
    if let Some(value) = value {
        response.headers_mut().insert(name.clone(), value.clone());
    }
}
