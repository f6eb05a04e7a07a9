//! The table of a branch: what reporters, the provider and operators ask of it.
//!
//! ```
//! # async fn example(branch: std::sync::Arc<responder_core::branch::Branch>) -> Result<(), Box<dyn std::error::Error>> {
//! use responder_core::http::{Key, Keys, Signatures, branch};
//! use responder_core::signature::AuthTokens;
//!
//! let keys = Keys {
//!     signatures: Signatures::Checked(AuthTokens::new("the auth token of the account".into())?),
//!     intake_token: Some(Key::new("the reporter's token".into())?),
//!     ..Keys::default()
//! };
//! let endpoints = branch::endpoints(&branch).keys(keys).build()?;
//! # let _ = endpoints;
//! # Ok(())
//! # }
//! ```

mod answer;
mod asked;
mod condition;
mod control;
mod described;
mod events;
mod fallback;
mod firehose;
mod intake;
mod logs;
mod metrics;
mod operator;
mod provider;
mod sms;
#[cfg(all(test, feature = "mock"))]
mod tests;
mod view;

use std::{future::Future, sync::Arc};

use ::http::Response;

pub use condition::{Status, condition};
pub use control::{ControlHooks, control};
#[cfg(feature = "admin")]
pub(crate) use control::{OWN_SETTINGS, UNUSABLE};
pub use firehose::{Firehose, firehose_rows};

use super::{Access, Body, BodyRule, Call, Endpoint, Endpoints, EndpointsBuilder, HttpError};
use crate::{branch::Branch, script::path};

/// Where emergencies are reported.
pub const WEBHOOK: &str = "/webhook";

/// A table with all rows of a branch, below the public address of its links. Whoever reports must show who they are;
/// see [`rows`] for one where they need not. Bodies have to come [within 10 seconds](crate::http::BODY_TIMEOUT).
pub fn endpoints(branch: &Arc<Branch>) -> EndpointsBuilder {
    let table = Endpoints::builder(branch.links().public().clone());
    table.endpoints(rows(branch, Access::intake()))
}

/// All rows of a branch, to put into a table with others. `intake` says who may report emergencies; with
/// [`Access::Public`] everybody who finds the address may have a technician called.
pub fn rows(branch: &Arc<Branch>, intake: Access) -> Vec<Endpoint> {
    let desk = Desk(branch);
    let mut rows = vec![
        Endpoint::post(WEBHOOK, intake, BodyRule::json(), desk.handler(intake::webhook)),
        desk.provider(path::INCOMING_CALL, provider::incoming_call),
        desk.provider(path::CUSTOMER_CALL_ENDED, provider::customer_call_ended),
        desk.provider(path::CALL_FALLBACK, fallback::call_fallback),
        desk.provider(path::SMS_REPLY, sms::sms_reply),
        Endpoint::get("/api/emergencies", Access::operator(), desk.handler(operator::list)),
        Endpoint::get("/api/emergencies/{id}", Access::operator(), desk.handler(operator::one)),
        Endpoint::post(
            "/api/emergencies/{id}/cancel",
            Access::operator(),
            BodyRule::Empty,
            desk.handler(operator::cancel),
        ),
    ];
    rows.extend([
        Endpoint::get(events::EVENTS, Access::operator_or_ticket(), desk.handler(events::stream)),
        Endpoint::get(metrics::METRICS, Access::operator(), desk.handler(metrics::metrics)),
        Endpoint::openapi(),
        Endpoint::post(events::TICKET, Access::operator(), BodyRule::Empty, desk.handler(events::ticket)),
    ]);
    rows.extend(provider::DOCUMENTS.iter().map(|(path, read)| desk.document(path, *read)));
    rows.extend(provider::NOTICES.iter().map(|(path, read)| desk.notice(path, *read)));
    rows.extend(condition::rows(branch));
    rows.extend(logs::rows(branch));
    described::described(rows)
}

/// Makes rows that know their branch.
#[derive(Clone, Copy)]
struct Desk<'a>(&'a Arc<Branch>);

impl Desk<'_> {
    fn handler<A>(self, handle: fn(Arc<Branch>, Call) -> A) -> impl super::Handler
    where
        A: Future<Output = Result<Response<Body>, HttpError>> + Send + 'static,
    {
        let branch = Arc::clone(self.0);
        move |call: Call| handle(Arc::clone(&branch), call)
    }

    fn provider<A>(self, path: &str, handle: fn(Arc<Branch>, Call) -> A) -> Endpoint
    where
        A: Future<Output = Result<Response<Body>, HttpError>> + Send + 'static,
    {
        Endpoint::post(path, Access::provider(), BodyRule::form(), self.handler(handle))
    }

    fn document(self, path: &str, read: provider::ReadDocument) -> Endpoint {
        let branch = Arc::clone(self.0);
        let handler = move |call: Call| answer::document(Arc::clone(&branch), call, read);
        Endpoint::post(path, Access::provider(), BodyRule::form(), handler)
    }

    fn notice(self, path: &str, read: provider::ReadNotice) -> Endpoint {
        let branch = Arc::clone(self.0);
        let handler = move |call: Call| answer::notice(Arc::clone(&branch), call, read);
        Endpoint::post(path, Access::provider(), BodyRule::form(), handler)
    }
}
