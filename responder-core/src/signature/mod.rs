//! Request signatures in the way of `X-Twilio-Signature`: proof that a request comes from somebody who knows the
//! account's auth token.
//!
//! The string that is signed is the URL that was asked for, character by character, and after it the form fields,
//! sorted by name; a body that is no form is covered by its SHA-256 in the query parameter `bodySHA256`. The
//! signature is the HMAC-SHA1 of that, in Base64 (Twilio, "Webhooks security"); or, with a shared key for webhooks, the
//! HMAC-SHA256, which a second header says ([`Algorithm`]).
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

mod algorithm;
mod payload;
mod secret;
mod url;
mod verifier;
mod webhook;

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::SecretString;

use secret::Secret;

pub use algorithm::{Algorithm, SETTINGS_HEADER};
pub use payload::{MAX_PARAMETERS, Payload};
pub use url::{with_body_hash, without_port};
pub use verifier::{SignalWire, SignatureVerifier};
pub use webhook::{WebhookSecret, WebhookSecretError};

/// The name of the header that carries the signature.
pub const HEADER: &str = "X-Twilio-Signature";

/// The secrets that requests are signed with: auth tokens of an account, or shared keys for webhooks. The first signs,
/// all verify, so that one can be changed while requests signed with the old one are still on their way. What can be
/// computed once for each, is. `Debug` shows none of them.
#[derive(Clone)]
pub struct AuthTokens {
    /// With its prepared states it is large.
    primary: Box<Secret>,
    others: Vec<Secret>,
}

/// Why a signature was not made or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature is not the one of this request with any of the tokens.
    #[error("the signature does not match the request")]
    Mismatch,
    /// The header is not the Base64 form of as many bytes as the algorithm gives: 20 or 32.
    #[error("the signature is not the base64 form of an HMAC")]
    Malformed,
    /// The header says that it is signed in a way that we don't know.
    #[error("the request is signed with an unknown algorithm")]
    UnknownAlgorithm,
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
    #[expect(clippy::needless_pass_by_value, reason = "whoever has made these needs the token no more")]
    pub fn new(token: SecretString) -> Result<Self, SignatureError> {
        Ok(Self { primary: Box::new(Secret::new(&token)?), others: Vec::new() })
    }

    /// Accepts this token, too. Twilio signs with the primary token only; a secondary one counts from the moment it
    /// is promoted. A shared key for webhooks is added in the same way.
    ///
    /// # Errors
    /// [`SignatureError::EmptyToken`] if there is nothing in it.
    #[expect(clippy::needless_pass_by_value, reason = "whoever has made these needs the token no more")]
    pub fn and(mut self, token: SecretString) -> Result<Self, SignatureError> {
        self.others.push(Secret::new(&token)?);
        Ok(self)
    }

    /// The signature of a request, with the first token and SHA-1.
    ///
    /// # Errors
    /// As [`sign_with`](Self::sign_with).
    pub fn sign(&self, url: &str, payload: Payload<'_>) -> Result<String, SignatureError> {
        self.sign_with(Algorithm::HmacSha1, url, payload)
    }

    /// The signature of a request, with the first token.
    ///
    /// Of the URL, the fragment and the user info are left out, all else stays as it is written. Twilio leaves the
    /// port out, too, when it calls a voice URL by HTTPS: [`without_port`] does that. A [`Payload::Body`] is covered
    /// if the URL carries its hash, which [`with_body_hash`] adds.
    ///
    /// # Errors
    /// [`SignatureError::TooManyParameters`], [`SignatureError::BodyHash`].
    pub fn sign_with(&self, algorithm: Algorithm, url: &str, payload: Payload<'_>) -> Result<String, SignatureError> {
        let text = payload.signed_text(url)?;
        Ok(STANDARD.encode(self.primary.sign(algorithm, &url::signed_form(url), &text)))
    }

    /// Checks the signature of a request that is signed with SHA-1.
    ///
    /// # Errors
    /// As [`verify_with`](Self::verify_with).
    pub fn verify(&self, url: &str, payload: Payload<'_>, signature: &str) -> Result<(), SignatureError> {
        self.verify_with(Algorithm::HmacSha1, url, payload, signature)
    }

    /// Checks the signature of a request. `url` is the public address as the caller wrote it, not rebuilt from its
    /// parts; the fields of a form are decoded, and none may be missing or trimmed. The algorithm is what the request
    /// says with [`SETTINGS_HEADER`]; a signature of the other kind does not fit.
    ///
    /// A port is taken or left: accepted are the signatures of the URL as given, without its port, and with the
    /// standard port of its scheme if it has none; and those with and without user info. Comparison takes the same
    /// time wherever two signatures differ. Time and memory grow with the length of URL and payload, no faster.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`] if no token and no way to write the port fits; the other variants before anything
    /// is compared.
    ///
    /// ```
    /// use responder_core::signature::{Algorithm, AuthTokens, Payload};
    ///
    /// let keys = AuthTokens::new("auth token".into())?.and("shared key".into())?;
    /// let (url, form) = ("https://help.example.com/hold", Payload::Encoded(b"CallSid=CA1&From=%2B15005550001"));
    /// let signature = AuthTokens::new("shared key".into())?.sign_with(Algorithm::HmacSha256, url, form)?;
    ///
    /// let algorithm = Algorithm::of_settings(Some("key=webhooks_key_1,algorithm=HMAC_SHA256"))?;
    /// assert!(keys.verify_with(algorithm, url, form, &signature).is_ok());
    /// assert!(keys.verify(url, form, &signature).is_err(), "that is SHA-1");
    /// # Ok::<(), responder_core::signature::SignatureError>(())
    /// ```
    pub fn verify_with(
        &self,
        algorithm: Algorithm,
        url: &str,
        payload: Payload<'_>,
        signature: &str,
    ) -> Result<(), SignatureError> {
        let mut decoded = [0; LONGEST_SIGNATURE];
        let decoded = match STANDARD.decode_slice(signature, &mut decoded) {
            Ok(length) if length == algorithm.size() => &decoded[..length],
            _ => return Err(SignatureError::Malformed),
        };
        self.verify_bytes(algorithm, url, &payload.signed_text(url)?, decoded)
    }

    fn verify_bytes(
        &self,
        algorithm: Algorithm,
        url: &str,
        text: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        for url in url::variants(url) {
            for secret in std::iter::once(&*self.primary).chain(&self.others) {
                if secret.has_signed(algorithm, &url, text, signature) {
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

/// Of 32 bytes, in Base64; decoding wants room for what it may be at most.
const LONGEST_SIGNATURE: usize = 33;

#[cfg(test)]
mod tests;
