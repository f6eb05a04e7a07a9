//! What operators see and do.

use std::{sync::Arc, time::Duration};

use ::http::{Response, StatusCode};
use serde_json::json;

use super::view::EmergencyView;
use crate::{
    branch::{Branch, HandleError},
    emergency::{EmergencyId, Input, Phase},
    http::{Body, Call, HttpError, json as answer},
    store::{Listing, StoreError},
};

/// Emergencies on a page, if nothing is said.
const PAGE: u32 = 50;
/// And at most.
const LONGEST_PAGE: u32 = 200;

/// `?limit=` emergencies, newest first, from `?before=` on; `?with_open` adds those that are open and older.
pub(super) async fn list(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let limit = call.query().parse_optional::<u32>("limit")?.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        let message = format!("limit must be 1 to {LONGEST_PAGE}.");
        return Err(HttpError::bad_request("invalid_field", message).with_field("limit"));
    }
    let before = call.query().parse_optional::<EmergencyId>("before")?;
    let mut listing = branch.store().list(branch.key(), before, limit).await.map_err(store_failed)?;
    let all = listing.emergencies.iter().map(|loaded| loaded.state.id());
    let all = all.chain(listing.unreadable.iter().copied()).chain(listing.newer.iter().copied());
    let oldest = all.min();
    let next = oldest.filter(|_| listing.len() == usize::try_from(limit).unwrap_or(usize::MAX));
    if call.query().get("with_open").is_some() {
        let open = branch.store().open_emergencies(branch.key()).await.map_err(store_failed)?;
        add_older(&mut listing, open, oldest);
    }
    let views: Vec<_> =
        listing.emergencies.iter().map(|loaded| EmergencyView::new(branch.key(), &loaded.state)).collect();
    // What a newer build has is unreadable here; asked again, another node may read it.
    let unreadable = [listing.unreadable, listing.newer].concat();
    let body = json!({ "status": "success", "emergencies": views, "unreadable": unreadable, "next": next });
    answer(StatusCode::OK, &body)
}

/// Adds what is older than `oldest`, which is the last of the page.
fn add_older(page: &mut Listing, open: Listing, oldest: Option<EmergencyId>) {
    let is_older = |id: EmergencyId| oldest.is_some_and(|oldest| id < oldest);
    page.emergencies.extend(open.emergencies.into_iter().rev().filter(|loaded| is_older(loaded.state.id())));
    page.unreadable.extend(open.unreadable.into_iter().filter(|id| is_older(*id)));
    page.newer.extend(open.newer.into_iter().filter(|id| is_older(*id)));
}

/// One emergency with its timeline.
pub(super) async fn one(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let id = emergency(&call)?;
    let loaded = branch.load(id).await.map_err(not_handled)?;
    let timeline = branch.timeline(id).await.map_err(store_failed)?;
    answer(StatusCode::OK, &EmergencyView::new(branch.key(), &loaded.state).with_timeline(&loaded.state, &timeline))
}

/// Ends an emergency politely; a talk goes on to its end. One that is over already stays as it is.
pub(super) async fn cancel(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let id = emergency(&call)?;
    let before = branch.load(id).await.map_err(not_handled)?;
    if let Phase::Closing { .. } | Phase::Concluded { .. } = before.state.phase() {
        let message = "This emergency is over already.";
        return Err(HttpError::new(StatusCode::CONFLICT, "already_over", message));
    }
    let handled = branch.handle(id, Input::Cancelled).await.map_err(not_handled)?;
    let message = match handled.state.phase() {
        Phase::Closing { .. } | Phase::Concluded { .. } => {
            "The emergency is cancelled; whoever is on the line is told."
        }
        Phase::Seeking | Phase::Accepted => {
            "The technician and the customer are talking. No call is cut off: the emergency ends when their call does."
        }
    };
    answer(StatusCode::OK, &json!({ "status": "success", "message": message, "emergency_id": id }))
}

fn emergency(call: &Call) -> Result<EmergencyId, HttpError> {
    // An id that none can have is one that there is none of.
    call.params.get("id").and_then(|id| id.parse().ok()).ok_or_else(no_emergency)
}

fn no_emergency() -> HttpError {
    HttpError::new(StatusCode::NOT_FOUND, "no_such_emergency", "There is no such emergency in this branch.")
}

pub(super) fn not_handled(error: HandleError) -> HttpError {
    match error {
        HandleError::NotFound => no_emergency(),
        HandleError::Contended => {
            HttpError::unavailable("contended", "Too many changes at once; try again.", Duration::from_secs(1))
        }
        HandleError::Store(error) => store_failed(error),
    }
}

pub(super) fn store_failed(error: StoreError) -> HttpError {
    if matches!(error, StoreError::Newer) {
        let message = "A newer version of this server handles this emergency; try again.";
        return HttpError::unavailable("newer_version", message, RETRY_AFTER).with_cause(error);
    }
    HttpError::unavailable("store_unavailable", "The store does not answer; try again.", RETRY_AFTER).with_cause(error)
}

const RETRY_AFTER: Duration = Duration::from_secs(2);
