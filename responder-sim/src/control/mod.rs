//! The control API under `/_sim`: the same abilities as the library, for any language. README has every call with
//! `curl`.

mod clock;
mod phones;
mod records;
mod setup;

use std::sync::Arc;

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use http::StatusCode;
use serde_json::json;

use crate::{hub::Hub, network::ControlError};

pub(crate) fn router() -> Router<Arc<Hub>> {
    Router::new()
        .route("/_sim/health", get(records::health))
        .route("/_sim/dial", post(phones::dial))
        .route("/_sim/sms", post(phones::text))
        .route("/_sim/calls/{sid}/hangup", post(phones::hang_up))
        .route("/_sim/calls/{sid}/press", post(phones::press))
        .route("/_sim/calls/{sid}/speak", post(phones::speak))
        .route("/_sim/phones", get(setup::phones))
        .route("/_sim/phones/{number}", put(setup::set_phone))
        .route("/_sim/default-phone", put(setup::set_default_phone))
        .route("/_sim/numbers", get(setup::numbers))
        .route("/_sim/numbers/{number}", put(setup::set_number).delete(setup::remove_number))
        .route("/_sim/faults", get(setup::faults).post(setup::add_fault).delete(setup::clear_faults))
        .route("/_sim/clock", get(clock::state))
        .route("/_sim/clock/advance", post(clock::advance))
        .route("/_sim/clock/idle", post(clock::idle))
        .route("/_sim/clock/hold", post(clock::hold))
        .route("/_sim/clock/release", post(clock::release))
        .route("/_sim/clock/sleep", post(clock::sleep))
        .route("/_sim/trace", get(records::trace))
        .route("/_sim/calls", get(records::calls))
        .route("/_sim/calls/{sid}", get(records::call))
        .route("/_sim/messages", get(records::messages))
        .route("/_sim/recordings", get(records::recordings))
        .route("/_sim/queues", get(records::queues))
        .route("/_sim/conferences", get(records::conferences))
        .route("/_sim/requests", get(records::requests))
        .route("/_sim/notices", get(records::notices))
        .route("/_sim/reset", post(records::reset))
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::UnknownCall(_) => StatusCode::NOT_FOUND,
            Self::NumberNotSetUp(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::CallOver(_) | Self::ClockNotStepped => StatusCode::CONFLICT,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}
