//! Access tokens: what an app on somebody's phone shows to Twilio's Voice, Video, Chat, Sync, `TaskRouter` and
//! playback services, signed with the secret of an API key (Twilio, "Access Tokens"; JWT, RFC 7519, with HS256).
//!
//! Nothing here knows a clock: the time is given.
//!
//! ```
//! use std::time::Duration;
//! use responder_core::{Timestamp, token::{AccessToken, ApiKey, TokenError, VoiceGrant}};
//!
//! let key = ApiKey::new("AC00000000000000000000000000000001", "SK00000000000000000000000000000001", "secret".into())?;
//! let now = Timestamp::from_micros(1_700_000_000_000_000);
//! let voice = VoiceGrant::new().outgoing("AP00000000000000000000000000000001").incoming();
//! let token = AccessToken::new().identity("user_7").voice(voice).ttl(Duration::from_secs(600)).sign(&key, now)?;
//!
//! let verified = key.verify(&token, now)?;
//! assert_eq!(verified.identity(), Some("user_7"));
//! assert_eq!(verified.grant("voice").map(|grant| &grant["incoming"]["allow"]), Some(&true.into()));
//! let much_later = now + Duration::from_secs(600);
//! assert_eq!(key.verify(&token, much_later).err(), Some(TokenError::Expired));
//! # Ok::<(), TokenError>(())
//! ```

mod claims;
mod grant;
mod key;
mod verify;

use std::time::Duration;

pub use claims::AccessToken;
pub use grant::{ChatGrant, SyncGrant, TaskRouterGrant, VideoGrant, VoiceGrant};
pub use key::ApiKey;
pub use verify::VerifiedToken;

/// The longest that a token may last. Twilio refuses longer ones with error 20157.
pub const MAX_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a token lasts if nothing is said, as in the official libraries.
pub const DEFAULT_TTL: Duration = Duration::from_secs(60 * 60);

/// The longest text that is read as a token.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Why a token was not made or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// A key's secret is empty, so that everybody could sign with it.
    #[error("the secret of the API key is empty")]
    EmptySecret,
    /// The sid of an account or key is empty, longer than 64 characters, or has others than visible ASCII ones.
    #[error("the sid of the account or of the API key can't be used")]
    Sid,
    /// A token may last [24 hours](MAX_TTL) at most.
    #[error("an access token lasts 24 hours at most")]
    TooLong,
    /// It has expired, or would before it is made.
    #[error("the access token has expired")]
    Expired,
    /// It does not count yet.
    #[error("the access token is not valid yet")]
    NotYetValid,
    /// It is no access token at all, or has a header other than ours: another algorithm, another type.
    #[error("this is not an access token")]
    Malformed,
    /// Its signature is not that of this key.
    #[error("the signature of the access token is not that of the key")]
    Mismatch,
    /// It is signed by this key, and says that it is of another key or account.
    #[error("the access token is of another account or API key")]
    Foreign,
}

#[cfg(test)]
mod tests;
