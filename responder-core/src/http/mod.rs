//! Endpoints without a framework: routing, access, limits and errors, the same under every adapter.
//!
//! A service is a table of [`Endpoint`]s. [`Endpoints::serve`] takes an `http::Request` and gives an `http::Response`;
//! adapters only carry the two. A handler is a function of a [`Call`], about which everything has been checked that
//! its row declares.
//!
//! ```
//! use responder_core::http::{Access, BodyRule, Call, Endpoint, Endpoints, Keys, Signatures, twiml};
//! use responder_core::twiml::voice::Response;
//!
//! let answer = Endpoint::post("/answer", Access::provider(), BodyRule::form(), async |call: Call| {
//!     let digits: u8 = call.form().parse_field("Digits")?;
//!     Ok(twiml(&Response::new().say(format!("You pressed {digits}."))))
//! });
//! let endpoints = Endpoints::builder("https://help.example.com".parse()?)
//!     .keys(Keys { signatures: Signatures::Off, ..Keys::default() })
//!     .endpoint(answer)
//!     .build()?;
//!
//! # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
//! let request = http::Request::post("/answer")
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .body("Digits=1".to_owned())?;
//! let mut served = pin!(endpoints.serve(request, None));
//! let Poll::Ready(response) = served.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
//!     return Err("nothing was to be waited for".into());
//! };
//! assert_eq!(response.status(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access;
#[cfg(feature = "admin")]
pub mod admin;
mod body;
#[cfg(feature = "runtime")]
pub mod branch;
mod call;
mod cors;
mod endpoint;
mod error;
mod form;
mod guard;
mod keys;
mod openapi;
mod path;
mod proxy;
mod respond;
mod serve;
mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod ticket;
mod user;
#[cfg(feature = "voice")]
pub mod voice;

#[cfg(test)]
mod tests;

pub use access::{Access, BranchScope, Caller, Credential, LoggedIn};
pub use body::Body;
pub use call::Call;
pub use cors::{AllowedOrigins, AllowedOriginsError};
#[cfg(feature = "mock")]
pub use endpoint::MockHandler;
pub use endpoint::{BodyRule, Endpoint, Handler, MAX_BODY, Reader};
pub use error::{BoxError, HttpError};
pub use form::Form;
pub use guard::{CSRF_FIELD, CSRF_HEADER, LOGIN_PATH, SESSION_COOKIE, session_cookie};
pub use keys::{EmptyKey, Key, Keys, Signatures};
pub use openapi::Description;
pub use path::{MountedPath, Params, PathTemplate, PathTemplateError};
pub use proxy::{TrustedProxies, TrustedProxiesError};
pub use respond::{json, no_content, twiml, twiml_message};
pub use table::{BODY_TIMEOUT, Endpoints, EndpointsBuilder, TableError};
#[cfg(feature = "mock")]
pub use user::MockUserTokens;
pub use user::UserTokens;
