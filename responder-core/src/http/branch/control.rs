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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use ::http::{Method, Request};
    use async_trait::async_trait;
    use tokio::sync::Notify;

    use super::*;
    use crate::{
        http::{Endpoints, Key, Keys},
        store::Revision,
    };

    /// A branch at work with revision 7, which can't use 8.
    #[derive(Debug)]
    struct Stubborn;

    #[async_trait]
    impl Reload for Stubborn {
        async fn reload(&self) -> Reloaded {
            let settings = Err(ReloadError::Unusable("RECIPIENT_PHONES is missing".into()));
            Reloaded { availability: Some(Availability::Disabled), settings }
        }

        fn standing(&self) -> Standing {
            let refused =
                Refused { revision: Some(Revision::from_u64(8)), reason: "RECIPIENT_PHONES is missing".to_owned() };
            Standing { in_force: Some(Revision::from_u64(7)), refused: Some(refused) }
        }
    }

    async fn ask(hooks: ControlHooks, method: &Method, path: &str, token: &str) -> (u16, Value) {
        let keys = Keys {
            branch_tokens: vec![("tuc".to_owned(), Key::new("theirs".into()).expect("a key"))],
            intake_token: Some(Key::new("reporters".into()).expect("a key")),
            ..Keys::default()
        };
        let table = Endpoints::builder("https://help.example.com/tuc".parse().expect("a URL"));
        let table = table.keys(keys).endpoints(control(hooks)).build().expect("a table");
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        let response = table.serve(request.body(String::new()).expect("a request"), None).await;
        let status = response.status().as_u16();
        let body = response.into_body().as_full().expect("no stream").to_vec();
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    #[tokio::test]
    async fn what_a_branch_refuses_it_says_to_the_admin_server() {
        let hooks = ControlHooks { reload: Some(Arc::new(Stubborn)), restart: None };
        let (status, said) = ask(hooks.clone(), &Method::GET, "/api/settings_in_force", "theirs").await;
        let refused = json!({ "revision": 8, "reason": "RECIPIENT_PHONES is missing" });
        assert_eq!((status, said), (200, json!({ "revision": 7, "refused": refused })));
        let (status, said) = ask(hooks, &Method::POST, "/api/reload_settings", "theirs").await;
        assert_eq!((status, &said["code"], &said["enabled"]), (200, &json!(UNUSABLE), &json!(false)), "{said}");
    }

    #[tokio::test]
    async fn what_there_is_no_hook_for_is_said() {
        let ask = async |method: Method, path: &str| ask(ControlHooks::default(), &method, path, "theirs").await;
        assert_eq!(ask(Method::GET, "/api/settings_in_force").await, (200, json!({ "code": OWN_SETTINGS })));
        assert_eq!(ask(Method::POST, "/api/reload_settings").await.1["code"], OWN_SETTINGS);
        let (status, said) = ask(Method::POST, "/api/restart").await;
        assert_eq!((status, &said["code"]), (501, &json!("no_restart")));
    }

    /// Takes its time.
    #[derive(Debug, Default)]
    struct Slow {
        begun: Notify,
        go_on: Notify,
        done: Notify,
    }

    #[async_trait]
    impl Reload for Slow {
        async fn reload(&self) -> Reloaded {
            self.begun.notify_one();
            self.go_on.notified().await;
            self.done.notify_one();
            Stubborn.reload().await
        }

        fn standing(&self) -> Standing {
            Standing::default()
        }
    }

    #[tokio::test]
    async fn what_was_begun_is_ended_though_nobody_waits_for_the_answer() {
        let slow = Arc::new(Slow::default());
        let hooks = ControlHooks { reload: Some(slow.clone()), restart: None };
        tokio::select! {
            _ = ask(hooks, &Method::POST, "/api/reload_settings", "theirs") => panic!("it is not done"),
            () = slow.begun.notified() => {}
        }
        slow.go_on.notify_one();
        slow.done.notified().await;
    }

    #[tokio::test]
    async fn nobody_else_is_obeyed() {
        let restarts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&restarts);
        let restart: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        let hooks = ControlHooks { reload: Some(Arc::new(Stubborn)), restart: Some(restart) };
        for row in control(hooks.clone()) {
            for token in ["reporters", "guessed"] {
                let (status, said) = ask(hooks.clone(), row.method(), row.path(), token).await;
                assert_eq!(status, 401, "{} {token}: {said}", row.path());
            }
        }
        assert_eq!(restarts.load(Ordering::SeqCst), 0);
        assert_eq!(ask(hooks, &Method::POST, "/api/restart", "theirs").await.0, 200);
        assert_eq!(restarts.load(Ordering::SeqCst), 1);
    }
}
