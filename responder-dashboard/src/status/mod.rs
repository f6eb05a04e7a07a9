//! `/status`: how a branch is, and what happens in it.

mod view;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use askama::Template;
use http::{Response, StatusCode};
use responder_core::{
    branch::Branch,
    http::{Access, Body, Call, Endpoint, HttpError},
};
use tokio::{sync::Mutex, time::Instant};

use self::view::Live;
use crate::{
    assets::{self, LIVE_SCRIPT, TIMES_SCRIPT},
    page::{Frame, html},
};

/// Where the page is.
pub const STATUS: &str = "/status";

/// The part of it that changes.
const LIVE: &str = "/status/live";

#[derive(Template)]
#[template(path = "status/page.html")]
struct Page<'a> {
    frame: Frame,
    branch: &'a str,
    /// What [`LIVE`] answers, so that the page needs no script to be of use.
    live: &'a str,
}

/// All rows: the page and its live part for whoever has `access`, and static files for everybody.
///
/// `access` is [`Access::operator`] in a branch of its own; in a service with a login of its own, what that needs.
pub fn rows(branch: &Arc<Branch>, access: &Access) -> Vec<Endpoint> {
    let board = Arc::new(Board { branch: Arc::clone(branch), kept: Mutex::default() });
    let live = Arc::clone(&board);
    let mut rows = vec![
        Endpoint::get(STATUS, access.clone(), move |_: Call| {
            let board = Arc::clone(&board);
            async move { board.page().await }
        }),
        Endpoint::get(LIVE, access.clone(), move |_: Call| {
            let board = Arc::clone(&live);
            async move { board.live().await }
        }),
    ];
    rows.extend(assets::rows());
    rows
}

/// Draws one branch.
struct Board {
    branch: Arc<Branch>,
    /// What was drawn last, and when that began.
    kept: Mutex<Option<(Instant, Arc<Drawn>)>>,
}

struct Drawn {
    status: StatusCode,
    text: String,
}

impl Board {
    async fn page(&self) -> Result<Response<Body>, HttpError> {
        let drawn = self.drawn().await?;
        let branch = self.branch.key().as_str();
        let scripts = vec![&TIMES_SCRIPT, &LIVE_SCRIPT];
        let frame = Frame { title: format!("Branch {branch}"), root: String::new(), scripts };
        html(drawn.status, &Page { frame, branch, live: &drawn.text })
    }

    async fn live(&self) -> Result<Response<Body>, HttpError> {
        let drawn = self.drawn().await?;
        html(drawn.status, &Fragment { text: &drawn.text })
    }

    /// The live part as it is after this was called. One is drawn at a time: however many look on, those who ask
    /// meanwhile share the next, and the store is read once for all of them.
    async fn drawn(&self) -> Result<Arc<Drawn>, HttpError> {
        let asked = Instant::now();
        let mut kept = self.kept.lock().await;
        if let Some((_, drawn)) = kept.as_ref().filter(|(begun, _)| *begun > asked) {
            return Ok(Arc::clone(drawn));
        }
        let begun = Instant::now();
        let (status, live) = match Live::read(&self.branch).await {
            Ok(live) => (StatusCode::OK, live),
            Err(error) => {
                let cause = std::error::Error::source(&error);
                tracing::error!(branch = %self.branch.key(), %error, cause, "the status page can't be drawn");
                (StatusCode::SERVICE_UNAVAILABLE, Live::unreadable())
            }
        };
        let text = live.render().map_err(|error| HttpError::internal(error.to_string()))?;
        let drawn = Arc::new(Drawn { status, text });
        *kept = Some((begun, Arc::clone(&drawn)));
        Ok(drawn)
    }
}

/// What is drawn already.
#[derive(Template)]
#[template(source = "{{ text|safe }}", ext = "html")]
struct Fragment<'a> {
    text: &'a str,
}
