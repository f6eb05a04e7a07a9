//! Phones that act.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    hub::Hub,
    network::{ControlError, DialIn},
    sid::Sid,
};

pub(super) async fn dial(
    State(hub): State<Arc<Hub>>,
    Json(order): Json<DialIn>,
) -> Result<(StatusCode, Json<Value>), ControlError> {
    let sid = hub.with(|network| network.phone_dials(order))?;
    Ok((StatusCode::CREATED, Json(json!({ "call_sid": sid }))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    from: String,
    to: String,
    body: String,
}

pub(super) async fn text(
    State(hub): State<Arc<Hub>>,
    Json(text): Json<Text>,
) -> Result<(StatusCode, Json<Value>), ControlError> {
    let sid = hub.with(|network| network.phone_texts(&text.from, &text.to, &text.body))?;
    Ok((StatusCode::CREATED, Json(json!({ "message_sid": sid }))))
}

pub(super) async fn hang_up(State(hub): State<Arc<Hub>>, Path(sid): Path<Sid>) -> Result<StatusCode, ControlError> {
    hub.with(|network| network.phone_hangs_up(&sid)).map(|()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    keys: String,
}

pub(super) async fn press(
    State(hub): State<Arc<Hub>>,
    Path(sid): Path<Sid>,
    Json(Keys { keys }): Json<Keys>,
) -> Result<Json<Value>, ControlError> {
    hub.with(|network| network.phone_presses(&sid, &keys)).map(|heard| Json(json!({ "heard": heard })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    text: String,
}

pub(super) async fn speak(
    State(hub): State<Arc<Hub>>,
    Path(sid): Path<Sid>,
    Json(Words { text }): Json<Words>,
) -> Result<Json<Value>, ControlError> {
    hub.with(|network| network.phone_speaks(&sid, &text)).map(|heard| Json(json!({ "heard": heard })))
}
