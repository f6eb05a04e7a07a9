//! The branch for Prometheus, in its text format.

use std::{fmt::Write, sync::Arc};

use ::http::{HeaderValue, Response, header};

use super::condition::{Status, condition};
use crate::{
    branch::Branch,
    http::{Body, Call, HttpError},
    store::StoreError,
};

pub(super) const METRICS: &str = "/metrics";

const STATUSES: [(Status, &str); 4] =
    [(Status::Ready, "ready"), (Status::InUse, "in_use"), (Status::Error, "error"), (Status::Disabled, "disabled")];

/// What only the store knows.
struct Stored {
    status: Status,
    open: u32,
    unreadable: usize,
    late_secs: f64,
}

/// Always 200: a store that is away is a measurement, too.
pub(super) async fn metrics(branch: Arc<Branch>, _: Call) -> Result<Response<Body>, HttpError> {
    let stored = stored(&branch).await;
    let mut text = String::new();
    let mut gauge = |name: &str, about: &str, rows: &[(String, f64)]| {
        let _ = writeln!(text, "# HELP {name} {about}\n# TYPE {name} gauge");
        for (labels, value) in rows {
            let _ = writeln!(text, "{name}{{branch=\"{}\"{labels}}} {value}", branch.key());
        }
    };
    let one = |value: f64| [(String::new(), value)];
    gauge("responder_store_up", "Whether the store answers.", &one(flag(stored.is_ok())));
    gauge("responder_dispatcher_up", "Whether a dispatcher works here.", &one(flag(branch.pulse().is_alive())));
    gauge("responder_event_streams", "Streams of events that are open here.", &one(f64::from(branch.followers())));
    if let Ok(stored) = stored {
        let statuses = STATUSES.map(|(status, name)| (format!(",status=\"{name}\""), flag(status == stored.status)));
        gauge("responder_status", "How the branch is: one of them is 1.", &statuses);
        gauge("responder_open_emergencies", "Emergencies that are not concluded.", &one(f64::from(stored.open)));
        let unreadable = u32::try_from(stored.unreadable).unwrap_or(u32::MAX);
        let about = "Open emergencies that this version can't read.";
        gauge("responder_unreadable_emergencies", about, &one(f64::from(unreadable)));
        gauge("responder_work_late_seconds", "How overdue the most overdue work is.", &one(stored.late_secs));
    }
    let mut response = Response::new(Body::from(text));
    let prometheus = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, prometheus);
    Ok(response)
}

async fn stored(branch: &Branch) -> Result<Stored, StoreError> {
    let (status, _) = condition(branch).await?;
    let health = branch.store().health(branch.key()).await?;
    let late_secs = health.late_by.as_secs_f64();
    Ok(Stored { status, open: health.open, unreadable: health.unreadable.len(), late_secs })
}

const fn flag(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}
