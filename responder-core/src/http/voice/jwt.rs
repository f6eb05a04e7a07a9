//! Users by JSON web tokens.

use std::{fmt, sync::Arc};

use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation, crypto::aws_lc, decode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::{
    driver::{Clock, SystemClock},
    http::UserTokens,
};

/// Knows users by the JSON web tokens (RFC 7519) of their app.
///
/// The key decides about the algorithm: a secret means HS256, a public key RS256 or ES256. What a token says about its
/// algorithm only gets it refused. A token must have an `exp`; 30 seconds of difference between clocks are forgiven.
///
/// ```
/// use responder_core::http::{UserTokens, voice::UserJwt};
///
/// let users = UserJwt::with_secret(&"what the app's sessions are signed with".into())?.audience("calls");
/// assert_eq!(users.user("not.a.token"), None);
/// # Ok::<(), responder_core::http::voice::UserKeyError>(())
/// ```
#[derive(Clone)]
pub struct UserJwt {
    key: DecodingKey,
    validation: Validation,
    claim: String,
    clock: Arc<dyn Clock>,
}

/// Why a key can't be used. Nothing of the key is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserKeyError {
    /// Everybody could sign with it.
    #[error("the secret is empty")]
    Empty,
    /// A key in the place of a secret: who has the public one could sign with it.
    #[error("this is a PEM key, not a secret")]
    KeyAsSecret,
    /// Neither a public RSA key nor a public one of the curve P-256, in PEM.
    #[error("this is not a valid PEM public key for RS256 or ES256")]
    PublicKey,
}

impl UserJwt {
    /// Tokens are signed with this secret (HS256). It should have 32 bytes or more (RFC 7518, 3.2).
    ///
    /// # Errors
    /// [`UserKeyError::Empty`], [`UserKeyError::KeyAsSecret`].
    pub fn with_secret(secret: &SecretString) -> Result<Self, UserKeyError> {
        let secret = secret.expose_secret();
        if secret.is_empty() {
            return Err(UserKeyError::Empty);
        }
        if secret.contains("-----BEGIN ") {
            return Err(UserKeyError::KeyAsSecret);
        }
        Ok(Self::new(DecodingKey::from_secret(secret.as_bytes()), Algorithm::HS256))
    }

    /// Tokens are signed with the private key to this public one, in PEM (`-----BEGIN PUBLIC KEY-----`): with RS256 if
    /// it is one of RSA, with ES256 if it is one of the curve P-256.
    ///
    /// # Errors
    /// [`UserKeyError::PublicKey`].
    pub fn with_public_key(pem: &str) -> Result<Self, UserKeyError> {
        if !pem.contains("PUBLIC KEY-----") {
            return Err(UserKeyError::PublicKey);
        }
        let pem = pem.as_bytes();
        let key = DecodingKey::from_rsa_pem(pem).or_else(|_| DecodingKey::from_ec_pem(pem));
        let key = key.map_err(|_| UserKeyError::PublicKey)?;
        let bytes = key.try_get_as_bytes().map_or(0, <[u8]>::len);
        match key.family() {
            AlgorithmFamily::Rsa => Ok(Self::new(key, Algorithm::RS256)),
            AlgorithmFamily::Ec if bytes == P256_POINT_BYTES => Ok(Self::new(key, Algorithm::ES256)),
            _ => Err(UserKeyError::PublicKey),
        }
    }

    fn new(key: DecodingKey, algorithm: Algorithm) -> Self {
        // With two backends in one program, jsonwebtoken would panic at the first token. Whoever has chosen one
        // already keeps it.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        let mut validation = Validation::new(algorithm);
        // Time is that of our clock, and an audience counts only where one is expected.
        (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
        Self { key, validation, claim: "sub".to_owned(), clock: Arc::new(SystemClock) }
    }

    /// The claim that names the user, a text or a whole number; `sub` if nothing is said.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>) -> Self {
        self.claim = name.into();
        self
    }

    /// Tokens must be meant for this audience (`aud`). If nothing is said, it is not looked at.
    #[must_use]
    pub fn audience(mut self, audience: &str) -> Self {
        self.validation.validate_aud = true;
        self.validation.set_audience(&[audience]);
        self.validation.required_spec_claims.insert("aud".to_owned());
        self
    }

    /// Tokens must be from this issuer (`iss`). If nothing is said, it is not looked at.
    #[must_use]
    pub fn issuer(mut self, issuer: &str) -> Self {
        self.validation.set_issuer(&[issuer]);
        self.validation.required_spec_claims.insert("iss".to_owned());
        self
    }

    /// By this clock; that of the machine, if nothing is said.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    fn counts_now(&self, claims: &Map<String, Value>) -> bool {
        let now = self.clock.now().as_micros() as f64 / 1e6;
        let ends_later = claims.get("exp").and_then(Value::as_f64).is_some_and(|exp| now < exp + LEEWAY_SECS);
        let has_begun = match claims.get("nbf") {
            None => true,
            Some(nbf) => nbf.as_f64().is_some_and(|nbf| nbf <= now + LEEWAY_SECS),
        };
        ends_later && has_begun
    }
}

impl UserTokens for UserJwt {
    fn user(&self, token: &str) -> Option<String> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let read = decode::<Map<String, Value>>(token, &self.key, &self.validation).ok()?;
        // Extensions that must be understood; we know none (RFC 7515, 4.1.11).
        if read.header.crit.is_some() || !self.counts_now(&read.claims) {
            return None;
        }
        let id = match read.claims.get(&self.claim)? {
            Value::String(id) => id.clone(),
            Value::Number(id) if id.is_u64() || id.is_i64() => id.to_string(),
            _ => return None,
        };
        let is_usable = (1..=MAX_ID_BYTES).contains(&id.len()) && !id.chars().any(char::is_control);
        is_usable.then_some(id)
    }
}

impl fmt::Debug for UserJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserJwt({:?}, [REDACTED])", self.validation.algorithms)
    }
}

/// An uncompressed point: a prefix and two coordinates (SEC 1, 2.3.3).
const P256_POINT_BYTES: usize = 65;

const LEEWAY_SECS: f64 = 30.0;

/// The longest text that is read as a token.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The longest id of a user.
const MAX_ID_BYTES: usize = 64;
