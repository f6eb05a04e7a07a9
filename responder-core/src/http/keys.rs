//! The secrets by which callers are known.

use std::{fmt, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::UserTokens;
use crate::{
    hex,
    signature::{AuthTokens, SignatureVerifier},
    store::SessionStore,
};

/// A secret that somebody has to show. Never empty, compared in constant time, and `Debug` does not show it.
///
/// ```
/// use responder_core::http::Key;
///
/// let key = Key::new("an intake token".into())?;
/// assert!(key.matches("an intake token") && !key.matches("another"));
/// assert!(Key::new("".into()).is_err(), "everybody could show that");
/// # Ok::<(), responder_core::http::EmptyKey>(())
/// ```
#[derive(Clone)]
pub struct Key(SecretString);

/// A secret with nothing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret is empty")]
pub struct EmptyKey;

/// Everything by which callers are known. What is not set is accepted from nobody.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// What a provider signs with.
    pub signatures: Signatures,
    /// Who reports emergencies shows this token.
    pub intake_token: Option<Key>,
    /// Or signs the body with this one.
    pub intake_hmac: Option<Key>,
    /// Branch and admin server know each other by these: the name of the branch, and its token.
    pub branch_tokens: Vec<(String, Key)>,
    /// The password of `operator`, for browsers.
    pub operator_password: Option<Key>,
    /// Who knows the users of an app.
    pub users: Option<Arc<dyn UserTokens>>,
    /// Where the sessions are of those who are logged in.
    pub sessions: Option<Arc<dyn SessionStore>>,
}

/// How requests of a provider are checked.
#[derive(Clone, Debug, Default)]
pub enum Signatures {
    /// There is no token yet: all are refused.
    #[default]
    Refused,
    /// They must be signed with one of these, in Twilio's way.
    Checked(AuthTokens),
    /// Somebody else knows, for a provider with a way of its own:
    /// [`SignalWire`](crate::signature::SignalWire), or what you implement.
    CheckedBy(Arc<dyn SignatureVerifier>),
    /// Not at all: whoever finds the address can speak for the provider. For tests, or behind a gateway that checks.
    Off,
}

impl Key {
    /// A secret.
    ///
    /// # Errors
    /// If there is nothing in it.
    pub fn new(secret: SecretString) -> Result<Self, EmptyKey> {
        if secret.expose_secret().is_empty() { Err(EmptyKey) } else { Ok(Self(secret)) }
    }

    /// Whether `given` is the secret; takes as long for any text of that length.
    pub fn matches(&self, given: &str) -> bool {
        // Hashes have one length, so that not even the length of the secret is told.
        let ours = Sha256::digest(self.0.expose_secret().as_bytes());
        let theirs = Sha256::digest(given.as_bytes());
        ours.as_slice().ct_eq(theirs.as_slice()).into()
    }

    /// Whether `signature` is `sha256=` and the HMAC-SHA256 of `body` under this secret in hexadecimal digits.
    pub fn signed(&self, body: &[u8], signature: &str) -> bool {
        let Some(mac) = signature.strip_prefix("sha256=").and_then(hex::decode) else { return false };
        let ours = Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes());
        let mut ours = ours.expect("BUG: an HMAC takes keys of any length");
        ours.update(body);
        ours.verify_slice(&mac).is_ok()
    }
}

impl Signatures {
    /// Who knows, if anybody has to.
    pub(super) fn verifier(&self) -> Option<&dyn SignatureVerifier> {
        match self {
            Self::Checked(tokens) => Some(tokens),
            Self::CheckedBy(verifier) => Some(verifier.as_ref()),
            Self::Refused | Self::Off => None,
        }
    }
}

impl Keys {
    /// A key of its own for a purpose, which whoever has the same secrets of operators has, too. None without any.
    pub(super) fn derived(&self, purpose: &str, of: &str) -> Option<[u8; 32]> {
        let branches = self.branch_tokens.iter().map(|(_, key)| key);
        let mut secrets =
            [&self.operator_password, &self.intake_token].into_iter().flatten().chain(branches).peekable();
        secrets.peek()?;
        let mut hash = Sha256::new();
        for text in [purpose, of].into_iter().chain(secrets.map(|key| key.0.expose_secret())) {
            // With its length, so that no two lists are the same in a row.
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        Some(hash.finalize().into())
    }

    /// The branch whose token this is. All are compared, so that time does not tell which.
    pub(super) fn branch_of(&self, token: &str) -> Option<&str> {
        self.branch_tokens.iter().fold(None, |found, (branch, key)| match key.matches(token) {
            true => found.or(Some(branch.as_str())),
            false => found,
        })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_signed_as_github_does() {
        // The vector of RFC 4231, test case 2.
        let key = Key::new("Jefe".into()).expect("a key");
        let body = b"what do ya want for nothing?";
        let mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(key.signed(body, &format!("sha256={mac}")));
        assert!(key.signed(body, &format!("sha256={}", mac.to_uppercase())));
        for wrong in [mac, "sha256=", "sha256=5bdc", &format!("sha256={}", &mac[1..]), "sha256=zz", "sha1=5bdc"] {
            assert!(!key.signed(body, wrong), "{wrong}");
        }
        assert!(!key.signed(b"another body", &format!("sha256={mac}")));
    }

    #[test]
    fn a_token_names_its_branch() {
        let key = |text: &str| Key::new(text.into()).expect("a key");
        let branch_tokens = vec![("tuc".to_owned(), key("token-1")), ("poc".to_owned(), key("token-2"))];
        let keys = Keys { branch_tokens, ..Keys::default() };
        assert_eq!(
            (keys.branch_of("token-1"), keys.branch_of("token-2"), keys.branch_of("")),
            (Some("tuc"), Some("poc"), None)
        );
        assert!(!format!("{keys:?}").contains("token-1"));
    }
}
