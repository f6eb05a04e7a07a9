//! Scripts, numbers and faults.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{behaviour::Behaviour, faults::Fault, hub::Hub, trace::NumberConfig};

/// One script, or those of successive calls.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Scripts {
    Successive(Vec<Behaviour>),
    One(Box<Behaviour>),
}

pub(super) async fn phones(State(hub): State<Arc<Hub>>) -> Json<Value> {
    Json(hub.read(|network| json!({ "default": network.phones.default_script(), "phones": network.phones.all() })))
}

pub(super) async fn set_phone(
    State(hub): State<Arc<Hub>>,
    Path(number): Path<String>,
    Json(scripts): Json<Scripts>,
) -> StatusCode {
    let scripts = match scripts {
        Scripts::Successive(scripts) => scripts,
        Scripts::One(script) => vec![*script],
    };
    hub.with(|network| network.phones.set(&number, scripts));
    StatusCode::NO_CONTENT
}

pub(super) async fn set_default_phone(State(hub): State<Arc<Hub>>, Json(script): Json<Behaviour>) -> StatusCode {
    hub.with(|network| network.phones.set_default(script));
    StatusCode::NO_CONTENT
}

pub(super) async fn numbers(State(hub): State<Arc<Hub>>) -> Json<BTreeMap<String, NumberConfig>> {
    Json(hub.read(|network| network.numbers.clone()))
}

pub(super) async fn set_number(
    State(hub): State<Arc<Hub>>,
    Path(number): Path<String>,
    Json(config): Json<NumberConfig>,
) -> StatusCode {
    hub.with(|network| network.numbers.insert(number, config));
    StatusCode::NO_CONTENT
}

pub(super) async fn remove_number(State(hub): State<Arc<Hub>>, Path(number): Path<String>) -> StatusCode {
    let known = hub.with(|network| network.numbers.remove(&number)).is_some();
    if known { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

pub(super) async fn faults(State(hub): State<Arc<Hub>>) -> Json<Vec<Fault>> {
    Json(hub.read(|network| network.faults.in_force().to_vec()))
}

pub(super) async fn add_fault(State(hub): State<Arc<Hub>>, Json(fault): Json<Fault>) -> StatusCode {
    hub.with(|network| network.faults.add(fault));
    StatusCode::NO_CONTENT
}

pub(super) async fn clear_faults(State(hub): State<Arc<Hub>>) -> StatusCode {
    hub.with(|network| network.faults.clear());
    StatusCode::NO_CONTENT
}
