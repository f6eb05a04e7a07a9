//! Users of an app.

use std::fmt::Debug;

/// Knows users by what their app shows as `Authorization: Bearer`. `http::voice::UserJwt` (feature `voice`) reads JSON
/// web tokens; a service with sessions of its own brings its own.
///
/// ```
/// use std::sync::Arc;
/// use responder_core::http::{Keys, UserTokens};
///
/// #[derive(Debug)]
/// struct OneUser;
///
/// impl UserTokens for OneUser {
///     fn user(&self, token: &str) -> Option<String> {
///         (token == "a long secret").then(|| "7".to_owned())
///     }
/// }
///
/// let keys = Keys { users: Some(Arc::new(OneUser)), ..Keys::default() };
/// assert!(keys.users.is_some());
/// ```
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait UserTokens: Debug + Send + Sync + 'static {
    /// Whose token this is; nothing if it is nobody's, or counts no more. Called for every request to an endpoint for
    /// users, with whatever a stranger has sent.
    fn user(&self, token: &str) -> Option<String>;
}
