//! The table of the admin server: what people, their pages and its branches ask of it.
//!
//! ```
//! # async fn example(admin: std::sync::Arc<responder_core::admin::Admin>) -> Result<(), Box<dyn std::error::Error>> {
//! use responder_core::http::{Key, Keys, admin};
//!
//! let tokens = vec![("tuc".to_owned(), Key::new("the token of the branch".into())?)];
//! let keys = Keys { branch_tokens: tokens, sessions: Some(admin::sessions(&admin)), ..Keys::default() };
//! let endpoints = admin::endpoints(&admin, "https://admin.example.com".parse()?).keys(keys).build()?;
//! # let _ = endpoints;
//! # Ok(())
//! # }
//! ```

mod alerts;
mod audit;
mod branch;
mod followers;
mod glances;
mod internal;
mod live;
mod login;
mod names;
mod page;
mod pages;
mod plain;
mod recordings;
mod relay;
mod settings;
mod users;
mod view;

use std::{future::Future, sync::Arc, time::Duration};

use ::http::{Method, Response, StatusCode};
use serde_json::json;

pub(crate) use self::internal::{ENABLED_HEADER, REVISION_HEADER};
pub use self::{
    names::Names,
    page::{Frame, Page, Pages},
    plain::PlainPages,
    view::{AuditRow, BranchGlance, BranchRow, Relayed, SettingRow, UserRow},
};
use super::{
    Access, Body, BodyRule, BranchScope, Call, Caller, Credential, Endpoint, Endpoints, EndpointsBuilder, HttpError,
    LoggedIn, Reader, json as answer,
};
use crate::{
    PublicUrl,
    access::{Actor, AuditAction, AuditEntry, Permission},
    admin::{BranchError, SecretsError},
    store::{SessionStore, StoreError},
};

#[doc(no_inline)]
pub use crate::admin::{Admin, BranchAddressError, BranchClient, FirstUserError, Notices, Site};

/// A table with all rows, below `public`, with the plainest of pages; see [`rows`] for others.
/// Bodies have to come [within 10 seconds](crate::http::BODY_TIMEOUT).
pub fn endpoints(admin: &Arc<Admin>, public: PublicUrl) -> EndpointsBuilder {
    let rows = rows(admin, &public, Arc::new(PlainPages));
    Endpoints::builder(public).endpoints(rows)
}

/// Where the sessions are, for the [`Keys`](super::Keys) of a table with these rows.
pub fn sessions(admin: &Arc<Admin>) -> Arc<dyn SessionStore> {
    Arc::clone(admin.store()) as Arc<dyn SessionStore>
}

/// All rows, to put into a table with others. `public` is the address of that table, and `drawn_by` draws what people
/// see.
pub fn rows(admin: &Arc<Admin>, public: &PublicUrl, drawn_by: Arc<dyn Pages>) -> Vec<Endpoint> {
    let desk = Arc::new(Desk::new(Arc::clone(admin), public.clone(), drawn_by));
    let mut rows = people(&desk);
    rows.extend(branches(&desk));
    rows.extend(pages::rows(&desk));
    rows
}

/// What every handler has at hand.
struct Desk {
    admin: Arc<Admin>,
    pages: Arc<dyn Pages>,
    public: PublicUrl,
    followers: followers::Followers,
    places: Arc<live::Places>,
}

type Answer = Result<Response<Body>, HttpError>;

fn row<A>(
    desk: &Arc<Desk>,
    method: Method,
    path: &str,
    access: Access,
    body: BodyRule,
    handle: fn(Arc<Desk>, Call) -> A,
) -> Endpoint
where
    A: Future<Output = Answer> + Send + 'static,
{
    let (asked, told) = (Arc::clone(desk), Arc::clone(desk));
    let row = Endpoint::new(method, path, access, body, move |call: Call| handle(Arc::clone(&asked), call));
    row.with_error_page_for(move |reader, error| match reader {
        Reader::Person => told.in_words(error),
        Reader::Program => error.into_response_with_error(),
    })
}

/// Logging in, users, and what was done.
fn people(desk: &Arc<Desk>) -> Vec<Endpoint> {
    let (json, either, none) = (BodyRule::json(), BodyRule::either(), BodyRule::Empty);
    let (anybody, admin) = (Access::logged_in, Access::admin);
    vec![
        row(desk, Method::POST, super::LOGIN_PATH, Access::OwnPages, either, login::log_in),
        row(desk, Method::POST, "/logout", anybody(), either, login::log_out),
        row(desk, Method::GET, "/api/session", anybody(), none, login::session),
        row(desk, Method::POST, "/api/password", anybody(), either, login::password),
        row(desk, Method::GET, "/api/users", admin(), none, users::list),
        row(desk, Method::POST, "/api/users", admin(), json, users::create),
        row(desk, Method::GET, "/api/users/{id}", admin(), none, users::one),
        row(desk, Method::PUT, "/api/users/{id}", admin(), json, users::edit),
        row(desk, Method::DELETE, "/api/users/{id}", admin(), none, users::delete),
        row(desk, Method::GET, "/api/audit", admin(), none, audit::list),
        row(desk, Method::GET, "/healthz", Access::Public, none, healthy),
        row(desk, Method::GET, "/readyz", Access::Public, none, ready),
        Endpoint::openapi(),
    ]
}

/// What is asked of one branch.
fn branches(desk: &Arc<Desk>) -> Vec<Endpoint> {
    use Permission::{Disable, EditAdvanced, Restart, Trigger, View};
    let (json, none) = (BodyRule::json(), BodyRule::Empty);
    let of = |rest: &str| format!("/api/branch/{{{BRANCH}}}/{rest}");
    let may = |permission| Access::permitted(permission, BRANCH);
    let own_token = Access::AnyOf(vec![Credential::Internal(BranchScope::Parameter(BRANCH))]);
    vec![
        row(desk, Method::GET, "/api/alerts", Access::logged_in(), none, alerts::list),
        row(desk, Method::GET, "/api/events", Access::logged_in(), none, live::changes),
        row(desk, Method::POST, &of("alerts/seen"), may(View), json, alerts::seen),
        row(desk, Method::GET, "/api/branches", Access::logged_in(), none, branch::list),
        row(desk, Method::GET, &of("status"), may(View), none, branch::status),
        row(desk, Method::POST, &of("disable"), may(Disable), json, branch::disable),
        row(desk, Method::POST, &of("enable"), may(Disable), none, branch::enable),
        row(desk, Method::POST, &of("restart"), may(Restart), json, branch::restart),
        row(desk, Method::POST, &of("trigger"), may(Trigger), json, branch::trigger),
        row(desk, Method::POST, &of("emergencies/{id}/cancel"), may(Trigger), none, branch::cancel),
        row(desk, Method::GET, &of("settings"), may(View), none, settings::show),
        row(desk, Method::POST, &of("settings"), may(View), json, settings::save),
        row(desk, Method::GET, &of("emergencies"), may(View), none, relay::emergencies),
        row(desk, Method::GET, &of("emergencies/{id}"), may(View), none, relay::emergency),
        row(desk, Method::GET, &of("logs"), may(View), none, relay::logs),
        row(desk, Method::DELETE, &of("logs"), may(EditAdvanced), none, relay::archive_logs),
        row(desk, Method::POST, &of("firehose"), may(EditAdvanced), json, relay::firehose),
        row(desk, Method::GET, &of("events"), may(View), none, live::events),
        row(desk, Method::GET, &of("recordings"), may(View), none, recordings::list),
        row(desk, Method::GET, &of("recordings/{sid}/media"), may(View), none, recordings::media),
        row(desk, Method::GET, "/api/internal/branch/{branch}/settings", own_token, none, internal::settings),
    ]
}

/// The parameter of a path that names a branch.
const BRANCH: &str = "branch";

impl Desk {
    fn new(admin: Arc<Admin>, public: PublicUrl, pages: Arc<dyn Pages>) -> Self {
        Self { admin, pages, public, followers: followers::Followers::default(), places: Arc::default() }
    }

    /// The branch that the path names.
    fn site(&self, call: &Call) -> Result<&Site, HttpError> {
        call.params.get(BRANCH).and_then(|branch| self.admin.site(branch)).ok_or_else(no_branch)
    }

    /// Records what somebody is about to do; if that can't be recorded, it is not done.
    async fn record(&self, entry: &AuditEntry) -> Result<(), HttpError> {
        self.admin.store().record_audit(entry).await.map(drop).map_err(store_failed)
    }
}

/// Whoever is logged in. The table lets nobody else come here.
fn person(call: &Call) -> Result<&LoggedIn, HttpError> {
    match &call.caller {
        Caller::Session(person) => Ok(person),
        _ => Err(HttpError::internal("a handler for people was called by somebody else")),
    }
}

/// What somebody does with a branch, to be recorded.
fn entry(call: &Call, action: AuditAction, site: &Site) -> Result<AuditEntry, HttpError> {
    let person = person(call)?;
    let entry = AuditEntry::new(Actor::from(&person.session.user), action);
    Ok(entry.at_branch(site.key.clone()).from_address(call.peer))
}

async fn healthy(_: Arc<Desk>, _: Call) -> Answer {
    answer(StatusCode::OK, &json!({ "status": "ok" }))
}

async fn ready(desk: Arc<Desk>, _: Call) -> Answer {
    desk.admin.store().users().await.map_err(store_failed)?;
    answer(StatusCode::OK, &json!({ "status": "ready" }))
}

fn no_branch() -> HttpError {
    HttpError::new(StatusCode::NOT_FOUND, "no_such_branch", "There is no such branch.")
}

fn store_failed(error: StoreError) -> HttpError {
    HttpError::unavailable("store_unavailable", "The store does not answer; try again.", Duration::from_secs(2))
        .with_cause(error)
}

fn secrets_failed(error: SecretsError) -> HttpError {
    match error {
        SecretsError::Store(error) => store_failed(error),
        SecretsError::Seal(error) => HttpError::internal(error),
    }
}

fn branch_failed(error: BranchError) -> HttpError {
    let (status, code, message) = match error {
        BranchError::TimedOut => {
            (StatusCode::GATEWAY_TIMEOUT, "branch_timed_out", "The branch did not answer in time; it may still do it.")
        }
        BranchError::Unreachable => {
            (StatusCode::SERVICE_UNAVAILABLE, "branch_unreachable", "The branch can't be reached.")
        }
        BranchError::Senseless => {
            (StatusCode::BAD_GATEWAY, "branch_senseless", "The branch returned an invalid response.")
        }
    };
    HttpError::new(status, code, message)
}

fn no_server() -> HttpError {
    HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "branch_unreachable", "This branch has no server yet.")
}
