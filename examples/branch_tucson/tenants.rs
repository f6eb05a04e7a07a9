//! The larger service: tenants, and what each may do. Of Responder it knows that a branch takes reports.

use std::{fmt::Write, sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
    routing::{get, post},
};
use responder::{
    E164,
    branch::{Branch, ReportError},
    emergency::Report,
};

struct Tenant {
    id: u32,
    name: &'static str,
    phone: &'static str,
    address: &'static str,
}

const TENANTS: &[Tenant] = &[
    Tenant { id: 1, name: "Ida Palo", phone: "+15005550101", address: "3 Mesquite Court, flat 1" },
    Tenant { id: 2, name: "Zoë Verde", phone: "+15005550102", address: "3 Mesquite Court, flat 7" },
];

#[derive(Clone)]
struct Office {
    branch: Arc<Branch>,
    technician: E164,
}

/// Everything that the service has had all along, and one way more: a tenant's emergency becomes the branch's.
pub(crate) fn routes(branch: Arc<Branch>, technician: E164) -> Router {
    Router::new()
        .route("/", get(async || "Saguaro Homes. Tenants: see /tenants\n"))
        .route("/tenants", get(list))
        .route("/tenants/{id}/emergency", post(emergency))
        .with_state(Office { branch, technician })
}

async fn list() -> String {
    TENANTS.iter().fold(String::new(), |mut list, tenant| {
        let _ = writeln!(list, "{} {}", tenant.id, tenant.name);
        list
    })
}

/// The tenant says what happened; everything else is known. When this answers, the emergency is on the disk, and a
/// phone is about to ring.
async fn emergency(State(office): State<Office>, Path(id): Path<u32>, what: String) -> (StatusCode, String) {
    let Some(tenant) = TENANTS.iter().find(|tenant| tenant.id == id) else {
        return (StatusCode::NOT_FOUND, "There is no such tenant.\n".to_owned());
    };
    let report = Report {
        chosen_phone: office.technician.to_string(),
        customer_name: tenant.name.to_owned(),
        user_stated_callback_number: tenant.phone.to_owned(),
        incident_address: tenant.address.to_owned(),
        emergency_description_text: what,
    };
    match office.branch.report(report, None).await {
        Ok(reported) => {
            (StatusCode::OK, format!("We are calling a technician ({}). Please call our number.\n", reported.id()))
        }
        Err(ReportError::Invalid(error)) => {
            (StatusCode::BAD_REQUEST, format!("This report can't be accepted: please check {}.\n", error.field))
        }
        Err(error) => {
            tracing::error!(%error, "an emergency was not taken in");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "We could not take your report. Call 911 if anyone is in danger.\n".to_owned(),
            )
        }
    }
}

/// A layer of the service: one line for each request. The path alone: a query may be about people.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let (method, path, begin) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
    let response = next.run(request).await;
    tracing::info!(%method, path, status = response.status().as_u16(), took = ?begin.elapsed());
    response
}
