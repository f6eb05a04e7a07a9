//! Time, from outside.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use http::StatusCode;
use responder_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    clock::{as_optional_seconds, as_optional_text},
    hub::{ClockState, Hub},
    network::ControlError,
};

pub(super) async fn state(State(hub): State<Arc<Hub>>) -> Json<ClockState> {
    Json(hub.clock_state())
}

/// How far: by a span, to a time, or, without either, to the next due event.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Goal {
    #[serde(with = "as_optional_seconds")]
    seconds: Option<Duration>,
    #[serde(with = "as_optional_text")]
    to: Option<Timestamp>,
    /// Keeps time standing afterwards, where it would jump by itself.
    hold: bool,
}

pub(super) async fn advance(
    State(hub): State<Arc<Hub>>,
    goal: Option<Json<Goal>>,
) -> Result<Json<ClockState>, ControlError> {
    let Goal { seconds, to, .. } = goal.map(|Json(goal)| goal).unwrap_or_default();
    if !hub.options.clock.is_stepped() {
        return Err(ControlError::ClockNotStepped);
    }
    let goal = match (seconds, to) {
        (Some(span), _) => hub.now() + span,
        (None, Some(time)) => time,
        (None, None) => hub.read(|network| network.next_due().unwrap_or(network.now)),
    };
    hub.advance_to(goal).await;
    Ok(Json(hub.clock_state()))
}

pub(super) async fn idle(State(hub): State<Arc<Hub>>) -> Json<ClockState> {
    hub.idle().await;
    Json(hub.clock_state())
}

pub(super) async fn hold(State(hub): State<Arc<Hub>>) -> Json<ClockState> {
    hub.hold();
    Json(hub.clock_state())
}

pub(super) async fn release(State(hub): State<Arc<Hub>>) -> (StatusCode, Json<Value>) {
    let released = hub.release();
    (StatusCode::OK, Json(json!({ "released": released })))
}

/// Answers when the time has come: an application's own timer, in the network's time.
pub(super) async fn sleep(State(hub): State<Arc<Hub>>, Json(goal): Json<Goal>) -> Json<ClockState> {
    let until = match (goal.seconds, goal.to) {
        (Some(span), _) => hub.now() + span,
        (None, to) => to.unwrap_or_else(|| hub.now()),
    };
    hub.wait_until(until, goal.hold).over().await;
    Json(hub.clock_state())
}
