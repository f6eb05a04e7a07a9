//! What was done.

use std::sync::Arc;

use ::http::StatusCode;
use serde_json::json;

use super::{Answer, AuditRow, Desk, store_failed};
use crate::{
    access::AuditId,
    http::{Call, HttpError, json as answer},
    store::{AuditQuery, BranchKey},
};

/// Entries on a page, if nothing is said, and at most.
const PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 500;

/// `?limit=` entries, newest first, from `?before=` on, perhaps of one `?branch=`.
pub(super) async fn list(desk: Arc<Desk>, call: Call) -> Answer {
    let (rows, next) = desk.audit_of(&call).await?;
    answer(StatusCode::OK, &json!({ "status": "success", "entries": rows, "next": next }))
}

impl Desk {
    /// The entries that a query asks for, and where the next page begins.
    pub(super) async fn audit_of(&self, call: &Call) -> Result<(Vec<AuditRow>, Option<AuditId>), HttpError> {
        let limit = call.query().parse_optional::<u32>("limit")?.unwrap_or(PAGE);
        if !(1..=LONGEST_PAGE).contains(&limit) {
            let message = format!("limit must be 1 to {LONGEST_PAGE}.");
            return Err(HttpError::bad_request("invalid_field", message).with_field("limit"));
        }
        let branch = call.query().parse_optional::<BranchKey>("branch")?;
        let before = call.query().parse_optional::<AuditId>("before")?;
        let entries = self.admin.store().audit(&AuditQuery { branch, before, limit }).await.map_err(store_failed)?;
        let is_full = entries.len() == usize::try_from(limit).unwrap_or(usize::MAX);
        let next = entries.last().filter(|_| is_full).map(|recorded| recorded.id);
        Ok((entries.into_iter().map(AuditRow::from).collect(), next))
    }
}
