//! What happened.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    hub::Hub,
    network::ControlError,
    sid::Sid,
    trace::{CallRecord, ConferenceRecord, Exchange, MessageRecord, Notice, QueueRecord, RecordingRecord, Trace},
};

pub(super) async fn health(State(hub): State<Arc<Hub>>) -> Json<Value> {
    Json(json!({ "status": "ok", "account_sid": hub.options.account_sid, "clock": hub.clock_state() }))
}

pub(super) async fn trace(State(hub): State<Arc<Hub>>) -> Json<Trace> {
    Json(hub.read(|network| network.trace()))
}

pub(super) async fn calls(State(hub): State<Arc<Hub>>) -> Json<Vec<CallRecord>> {
    Json(hub.read(|network| network.trace()).calls)
}

pub(super) async fn call(State(hub): State<Arc<Hub>>, Path(sid): Path<Sid>) -> Result<Json<CallRecord>, ControlError> {
    let record = hub.read(|network| network.calls.get(&sid).map(|call| call.record.clone()));
    record.map(Json).ok_or(ControlError::UnknownCall(sid))
}

pub(super) async fn messages(State(hub): State<Arc<Hub>>) -> Json<Vec<MessageRecord>> {
    Json(hub.read(|network| network.trace()).messages)
}

pub(super) async fn recordings(State(hub): State<Arc<Hub>>) -> Json<Vec<RecordingRecord>> {
    Json(hub.read(|network| network.trace()).recordings)
}

pub(super) async fn queues(State(hub): State<Arc<Hub>>) -> Json<Vec<QueueRecord>> {
    Json(hub.read(|network| network.queue_records()))
}

pub(super) async fn conferences(State(hub): State<Arc<Hub>>) -> Json<Vec<ConferenceRecord>> {
    Json(hub.read(|network| network.trace()).conferences)
}

pub(super) async fn requests(State(hub): State<Arc<Hub>>) -> Json<Vec<Exchange>> {
    Json(hub.read(|network| network.requests.clone()))
}

pub(super) async fn notices(State(hub): State<Arc<Hub>>) -> Json<Vec<Notice>> {
    Json(hub.read(|network| network.notices.clone()))
}

pub(super) async fn reset(State(hub): State<Arc<Hub>>) -> StatusCode {
    hub.reset();
    StatusCode::NO_CONTENT
}
