//! What the admin server tells a branch.

use std::{fmt, sync::Arc};

use ::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    branch::{InForce, Refused, Reload, ReloadError, Reloaded, Standing},
    http::{Access, BodyRule, Call, Endpoint, HttpError, json as answer},
    store::Availability,
};

/// What can be done with the server of a branch from outside. What is not there is answered as such.
#[derive(Clone, Default)]
pub struct ControlHooks {
    /// Fetches the settings again; without it they are those of the environment, and nobody switches the branch off.
    pub reload: Option<Arc<dyn Reload>>,
    /// Restarts the server: it is called once for each request, and returns at once.
    pub restart: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl fmt::Debug for ControlHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reload, restart) = (self.reload.is_some(), self.restart.is_some());
        f.debug_struct("ControlHooks").field("reload", &reload).field("restart", &restart).finish()
    }
}

/// What a branch says that does not ask the admin server.
pub(crate) const OWN_SETTINGS: &str = "own_settings";

/// What a branch says that can't use its settings, in the next try either.
pub(crate) const UNUSABLE: &str = "unusable_settings";

fn told(reloaded: &Reloaded) -> Value {
    let enabled = reloaded.availability.map(|availability| availability == Availability::Enabled);
    match &reloaded.settings {
        Ok(InForce { names, revision }) => json!({
            "status": "success", "message": "The settings were fetched and are in effect.", "keys": names,
            "revision": revision, "enabled": enabled,
        }),
        Err(error) => json!({
            "status": "error", "code": if matches!(error, ReloadError::Unusable(_)) { UNUSABLE } else { "not_reloaded" },
            "message": format!("The previous settings remain in effect: {error}."), "reason": error.to_string(),
            "enabled": enabled,
        }),
    }
}

fn said(standing: Option<Standing>) -> Value {
    let Some(Standing { in_force, refused }) = standing else { return json!({ "code": OWN_SETTINGS }) };
    let refused = refused.map(|Refused { revision, reason }| json!({ "revision": revision, "reason": reason }));
    json!({ "revision": in_force, "refused": refused })
}

/// Rows for the admin server, to put into the table of a branch: `/api/settings_in_force`, `/api/reload_settings` and
/// `/api/restart`.
pub fn control(hooks: ControlHooks) -> Vec<Endpoint> {
    let ControlHooks { reload, restart } = hooks;
    let standing = reload.clone();
    let in_force = move |_: Call| {
        let said = said(standing.as_ref().map(|reload| reload.standing()));
        async move { answer(StatusCode::OK, &said) }
    };
    let reload = move |_: Call| {
        let reload = reload.clone();
        async move {
            let told = match reload {
                Some(reload) => told(&reload.reload().await),
                None => json!({
                    "status": "success", "code": OWN_SETTINGS, "keys": [],
                    "message": "The settings are those of the environment.",
                }),
            };
            // Whoever asks has done all they can, and goes on: it has always been answered with 200.
            answer(StatusCode::OK, &told)
        }
    };
    let restart = move |_: Call| {
        let restart = restart.clone();
        async move {
            let Some(restart) = restart else {
                let message = "This server cannot restart itself.";
                return Err(HttpError::new(StatusCode::NOT_IMPLEMENTED, "no_restart", message));
            };
            restart();
            answer(StatusCode::OK, &json!({ "status": "success", "message": "The server is restarting." }))
        }
    };
    vec![
        Endpoint::get("/api/settings_in_force", Access::internal(), in_force),
        Endpoint::post("/api/reload_settings", Access::internal(), BodyRule::Empty, reload),
        Endpoint::post("/api/restart", Access::internal(), BodyRule::Empty, restart),
    ]
}
