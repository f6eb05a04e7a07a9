//! Request signatures in the way of `X-Twilio-Signature`: proof that a request comes from somebody who knows the
//! account's auth token.
//!
//! The string that is signed is the URL that was asked for, character by character, and after it the form fields,
//! sorted by name; a body that is no form is covered by its SHA-256 in the query parameter `bodySHA256`. The
//! signature is the HMAC-SHA1 of that, in Base64 (Twilio, "Webhooks security").
//!
//! ```
//! use responder_core::signature::{AuthTokens, Payload, SignatureError};
//!
//! let tokens = AuthTokens::new("new-token".into())?.and("old-token".into())?;
//! let form = [("Digits".to_owned(), "1".to_owned()), ("CallSid".to_owned(), "CA0001".to_owned())];
//! let url = "https://help.example.com/answer?step=2";
//!
//! let signature = AuthTokens::new("old-token".into())?.sign(url, Payload::Form(&form))?;
//! assert_eq!(tokens.verify(url, Payload::Form(&form), &signature), Ok(()));
//! assert_eq!(tokens.verify(url, Payload::Empty, &signature), Err(SignatureError::Mismatch));
//! # Ok::<(), SignatureError>(())
//! ```

mod payload;
mod url;
mod verifier;

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;

pub use payload::{MAX_PARAMETERS, Payload};
pub use url::{with_body_hash, without_port};
pub use verifier::{SignalWire, SignatureVerifier};

/// The name of the header that carries the signature.
pub const HEADER: &str = "X-Twilio-Signature";

/// The tokens of one account: the first signs, all verify, so that a token can be changed while requests signed with
/// the old one are still on their way. `Debug` shows none of them.
#[derive(Clone)]
pub struct AuthTokens {
    primary: SecretString,
    others: Vec<SecretString>,
}

/// Why a signature was not made or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature is not the one of this request with any of the tokens.
    #[error("the signature does not match the request")]
    Mismatch,
    /// The header is not the Base64 form of 20 bytes.
    #[error("the signature is not the base64 form of an HMAC-SHA1")]
    Malformed,
    /// The body is not the one whose hash the URL carries, or the URL carries none.
    #[error("the body does not match the bodySHA256 of the URL")]
    BodyHash,
    /// The form has more than [`MAX_PARAMETERS`] fields.
    #[error("the form has too many fields")]
    TooManyParameters,
    /// A token is empty, so that everybody could sign with it.
    #[error("an auth token is empty")]
    EmptyToken,
}

impl AuthTokens {
    /// One token, which signs and verifies.
    ///
    /// # Errors
    /// [`SignatureError::EmptyToken`] if there is nothing in it.
    pub fn new(token: SecretString) -> Result<Self, SignatureError> {
        Ok(Self { primary: not_empty(token)?, others: Vec::new() })
    }

    /// Accepts this token, too. Twilio signs with the primary token only; a secondary one counts from the moment it
    /// is promoted.
    ///
    /// # Errors
    /// [`SignatureError::EmptyToken`] if there is nothing in it.
    pub fn and(mut self, token: SecretString) -> Result<Self, SignatureError> {
        self.others.push(not_empty(token)?);
        Ok(self)
    }

    /// The signature of a request, with the first token.
    ///
    /// Of the URL, the fragment and the user info are left out, all else stays as it is written. Twilio leaves the
    /// port out, too, when it calls a voice URL by HTTPS: [`without_port`] does that. A [`Payload::Body`] is covered
    /// if the URL carries its hash, which [`with_body_hash`] adds.
    ///
    /// # Errors
    /// [`SignatureError::TooManyParameters`], [`SignatureError::BodyHash`].
    pub fn sign(&self, url: &str, payload: Payload<'_>) -> Result<String, SignatureError> {
        payload.check(url)?;
        let mac = mac(&self.primary, &url::signed_form(url), payload.signed_text().as_bytes());
        Ok(STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Checks the signature of a request. `url` is the public address as the caller wrote it, not rebuilt from its
    /// parts; the fields of a form are decoded, and none may be missing or trimmed.
    ///
    /// A port is taken or left: accepted are the signatures of the URL as given, without its port, and with the
    /// standard port of its scheme if it has none; and those with and without user info. Comparison takes the same
    /// time wherever two signatures differ.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`] if no token and no way to write the port fits; the other variants before anything
    /// is compared.
    pub fn verify(&self, url: &str, payload: Payload<'_>, signature: &str) -> Result<(), SignatureError> {
        let signature = STANDARD.decode(signature).map_err(|_| SignatureError::Malformed)?;
        if signature.len() != SHA1_BYTES {
            return Err(SignatureError::Malformed);
        }
        payload.check(url)?;
        self.verify_bytes(url, payload.signed_text().as_bytes(), &signature)
    }

    /// As [`verify`](Self::verify), of the URL and a body that follows it; the signature is in hexadecimal digits.
    fn verify_with_body(&self, url: &str, body: &[u8], signature: &str) -> Result<(), SignatureError> {
        let signature = from_hex(signature).filter(|bytes| bytes.len() == SHA1_BYTES);
        self.verify_bytes(url, body, &signature.ok_or(SignatureError::Malformed)?)
    }

    fn verify_bytes(&self, url: &str, text: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        for url in url::variants(url) {
            for token in std::iter::once(&self.primary).chain(&self.others) {
                if mac(token, &url, text).verify_slice(signature).is_ok() {
                    return Ok(());
                }
            }
        }
        Err(SignatureError::Mismatch)
    }
}

impl fmt::Debug for AuthTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthTokens([REDACTED]; {})", 1 + self.others.len())
    }
}

fn not_empty(token: SecretString) -> Result<SecretString, SignatureError> {
    if token.expose_secret().is_empty() { Err(SignatureError::EmptyToken) } else { Ok(token) }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| pairs.map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn mac(token: &SecretString, url: &str, text: &[u8]) -> Hmac<Sha1> {
    let mac = Hmac::<Sha1>::new_from_slice(token.expose_secret().as_bytes());
    let mut mac = mac.expect("BUG: an HMAC takes keys of any length");
    mac.update(url.as_bytes());
    mac.update(text);
    mac
}

const SHA1_BYTES: usize = 20;

#[cfg(test)]
mod tests;
