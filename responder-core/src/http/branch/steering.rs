//! What the admin server tells a branch.

use std::{fmt, sync::Arc};

use ::http::StatusCode;
use serde_json::json;

use crate::{
    branch::Reload,
    http::{Access, BodyRule, Call, Endpoint, HttpError, json as answer},
};

/// What can be done with the server of a branch from outside. What is not there is answered as such.
#[derive(Clone, Default)]
pub struct Steering {
    /// Fetches the settings anew; without it they are those of the environment.
    pub reload: Option<Arc<dyn Reload>>,
    /// Has the server start anew: it is called once for each request, and returns at once.
    pub restart: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl fmt::Debug for Steering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reload, restart) = (self.reload.is_some(), self.restart.is_some());
        f.debug_struct("Steering").field("reload", &reload).field("restart", &restart).finish()
    }
}

/// Rows for the admin server, to put into the table of a branch: `/api/reload_settings` and `/api/restart`.
pub fn steering(steering: Steering) -> Vec<Endpoint> {
    let Steering { reload, restart } = steering;
    let reload = move |_: Call| {
        let reload = reload.clone();
        async move {
            let Some(reload) = reload else {
                let message = "The settings are those of the environment.";
                return answer(StatusCode::OK, &json!({ "status": "success", "message": message, "keys": [] }));
            };
            let keys = match reload.reload().await {
                Ok(keys) => keys,
                // Whoever asks has done all they can, and goes on: it has always been answered with 200.
                Err(error) => {
                    let message = format!("The settings of before still count: {error}.");
                    let body = json!({ "status": "error", "code": "not_reloaded", "message": message });
                    return answer(StatusCode::OK, &body);
                }
            };
            let message = "The settings were fetched and count now.";
            answer(StatusCode::OK, &json!({ "status": "success", "message": message, "keys": keys }))
        }
    };
    let restart = move |_: Call| {
        let restart = restart.clone();
        async move {
            let Some(restart) = restart else {
                let message = "This server can't start itself anew.";
                return Err(HttpError::new(StatusCode::NOT_IMPLEMENTED, "no_restart", message));
            };
            restart();
            answer(StatusCode::OK, &json!({ "status": "success", "message": "The server starts anew." }))
        }
    };
    vec![
        Endpoint::post("/api/reload_settings", Access::internal(), BodyRule::Empty, reload),
        Endpoint::post("/api/restart", Access::internal(), BodyRule::Empty, restart),
    ]
}
