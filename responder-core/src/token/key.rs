//! The key that signs.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::TokenError;
use crate::CallSid;

/// An API key of an account, ready to sign: the key schedule of its HMAC is computed once, not for each token. `Debug`
/// does not show the secret.
#[derive(Clone)]
pub struct ApiKey {
    pub(super) account: Box<str>,
    pub(super) sid: Box<str>,
    mac: Hmac<Sha256>,
}

impl ApiKey {
    /// The key `key_sid` (`SK…`) of the account `account_sid` (`AC…`). `secret` is the key's own, never the auth token
    /// of the account.
    ///
    /// # Errors
    /// [`TokenError::EmptySecret`], and [`TokenError::Sid`] for a sid that no provider gives: from 1 to 64 visible
    /// ASCII characters are taken, because those of compatible providers have other forms.
    ///
    /// ```
    /// use responder_core::token::{ApiKey, TokenError};
    ///
    /// assert!(ApiKey::new("AC1", "SK1", "secret".into()).is_ok());
    /// assert_eq!(ApiKey::new("AC1", "SK1", "".into()).err(), Some(TokenError::EmptySecret));
    /// assert_eq!(ApiKey::new("AC1", "S K", "secret".into()).err(), Some(TokenError::Sid));
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "whoever has made a key needs the secret no more")]
    pub fn new(account_sid: &str, key_sid: &str, secret: SecretString) -> Result<Self, TokenError> {
        let secret = secret.expose_secret();
        if secret.is_empty() {
            return Err(TokenError::EmptySecret);
        }
        // All sids have one form.
        for sid in [account_sid, key_sid] {
            sid.parse::<CallSid>().map_err(|_| TokenError::Sid)?;
        }
        let mac = Hmac::new_from_slice(secret.as_bytes()).expect("BUG: an HMAC takes keys of any length");
        Ok(Self { account: account_sid.into(), sid: key_sid.into(), mac })
    }

    /// The sid of the account.
    pub fn account_sid(&self) -> &str {
        &self.account
    }

    /// The sid of the key.
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Appends the signature of what is there.
    pub(super) fn seal(&self, token: &mut String) {
        let mut mac = self.mac.clone();
        mac.update(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(mac.finalize().into_bytes(), token);
    }

    /// Whether this is the signature of `text`; takes as long wherever it differs.
    pub(super) fn has_signed(&self, text: &str, signature: &[u8]) -> bool {
        let mut mac = self.mac.clone();
        mac.update(text.as_bytes());
        mac.verify_slice(signature).is_ok()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}, [REDACTED])", self.sid)
    }
}
