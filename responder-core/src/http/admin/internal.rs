//! What a branch is told about itself.

use std::{collections::BTreeMap, sync::Arc};

use ::http::{HeaderName, HeaderValue, StatusCode};

use super::{Answer, Desk, secrets_failed, store_failed};
use crate::{
    http::{Call, json as answer},
    store::Availability,
};

/// All settings, unmasked, by their names; an empty one shall be nothing, whatever the branch has by itself. Beside
/// them, in headers, their revision and whether the branch is on.
pub(super) async fn settings(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    // Before the settings: a switch that is thrown in between tells the branch to ask once more.
    let availability = desk.admin.store().availability(&site.key).await.map_err(store_failed)?;
    let kept = desk.admin.settings_of(site).await.map_err(secrets_failed)?;
    let values: BTreeMap<_, _> = kept.values.said().map(|(setting, value)| (setting.name, value)).collect();
    let mut response = answer(StatusCode::OK, &values)?;
    let enabled = if availability == Availability::Enabled { "true" } else { "false" };
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static(REVISION_HEADER), HeaderValue::from(kept.revision.as_u64()));
    headers.insert(HeaderName::from_static(ENABLED_HEADER), HeaderValue::from_static(enabled));
    Ok(response)
}

/// As of when settings are.
pub(crate) const REVISION_HEADER: &str = "x-settings-revision";

/// `true` or `false`: whether the branch may take reports.
pub(crate) const ENABLED_HEADER: &str = "x-branch-enabled";
