//! Signatures of providers that do it in another way than Twilio.

use std::fmt::Debug;

use http::HeaderMap;

use super::{Algorithm, AuthTokens, Payload, SETTINGS_HEADER, SignatureError};
use crate::hex;

/// Knows whether a request comes from the provider. [`AuthTokens`] does for Twilio, [`SignalWire`] for SignalWire; for
/// another provider this is what there is to implement.
pub trait SignatureVerifier: Debug + Send + Sync + 'static {
    /// Whether there is a signature at all. Without one, the body is not even read.
    fn is_signed(&self, headers: &HeaderMap) -> bool;

    /// Checks the signature. `url` is the public address as the caller wrote it; a form's fields are decoded.
    ///
    /// # Errors
    /// Any [`SignatureError`] refuses the request.
    fn verify(&self, headers: &HeaderMap, url: &str, payload: Payload<'_>) -> Result<(), SignatureError>;
}

/// Twilio's way: `X-Twilio-Signature`, and [`SETTINGS_HEADER`] for what it is signed with.
impl SignatureVerifier for AuthTokens {
    fn is_signed(&self, headers: &HeaderMap) -> bool {
        only(headers, super::HEADER).is_some()
    }

    fn verify(&self, headers: &HeaderMap, url: &str, payload: Payload<'_>) -> Result<(), SignatureError> {
        let signature = only(headers, super::HEADER).ok_or(SignatureError::Mismatch)?;
        self.verify_with(algorithm(headers)?, url, payload, signature)
    }
}

/// SignalWire's way: `X-SignalWire-Signature`, or `X-Twilio-Signature` in its place. What is signed of a form is what
/// Twilio signs; a body that is no form is covered itself, and the signature then is in hexadecimal digits
/// (SignalWire's own validators).
///
/// The key is the project's *signing key*, which is not its API token.
///
/// ```
/// use http::HeaderMap;
/// use responder_core::signature::{AuthTokens, Payload, SignalWire, SignatureVerifier};
///
/// let keys = AuthTokens::new("PSK_signing_key".into())?;
/// let (url, form) = ("https://help.example.com/answer", [("Digits".to_owned(), "1".to_owned())]);
/// let mut headers = HeaderMap::new();
/// headers.insert(SignalWire::HEADER, keys.sign(url, Payload::Form(&form))?.parse().expect("base64"));
///
/// let verifier = SignalWire::new(keys);
/// assert_eq!(verifier.verify(&headers, url, Payload::Form(&form)), Ok(()));
/// assert!(verifier.verify(&headers, url, Payload::Empty).is_err());
/// # Ok::<(), responder_core::signature::SignatureError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SignalWire {
    keys: AuthTokens,
}

impl SignalWire {
    /// The name of the header, in lower case.
    pub const HEADER: &'static str = "x-signalwire-signature";

    /// Requests signed with one of these keys.
    pub const fn new(keys: AuthTokens) -> Self {
        Self { keys }
    }

    fn signature(headers: &HeaderMap) -> Option<&str> {
        only(headers, Self::HEADER).or_else(|| only(headers, super::HEADER))
    }
}

impl SignatureVerifier for SignalWire {
    fn is_signed(&self, headers: &HeaderMap) -> bool {
        Self::signature(headers).is_some()
    }

    fn verify(&self, headers: &HeaderMap, url: &str, payload: Payload<'_>) -> Result<(), SignatureError> {
        let signature = Self::signature(headers).ok_or(SignatureError::Mismatch)?;
        match payload {
            Payload::Body(body) => {
                let signature = hex::decode(signature).filter(|bytes| bytes.len() == Algorithm::HmacSha1.size());
                let signature = signature.ok_or(SignatureError::Malformed)?;
                self.keys.verify_bytes(Algorithm::HmacSha1, url, body, &signature)
            }
            Payload::Form(_) | Payload::Encoded(_) | Payload::Empty => self.keys.verify(url, payload, signature),
        }
    }
}

/// How the request says that it is signed. What is there but can't be read, or twice, says nothing that could be
/// trusted.
fn algorithm(headers: &HeaderMap) -> Result<Algorithm, SignatureError> {
    let settings = only(headers, SETTINGS_HEADER);
    if settings.is_none() && headers.contains_key(SETTINGS_HEADER) {
        return Err(SignatureError::UnknownAlgorithm);
    }
    Algorithm::of_settings(settings)
}

/// A header that is there once: of two, a proxy may have checked the other.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://help.example.com/hook";

    fn keys() -> AuthTokens {
        AuthTokens::new("new".into()).and_then(|keys| keys.and("old".into())).expect("keys")
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a value"));
        }
        headers
    }

    #[test]
    fn either_header_counts_and_two_of_one_do_not() {
        let signature = keys().sign(URL, Payload::Empty).expect("a signature");
        let verify =
            |pairs: &[(&'static str, &str)]| SignalWire::new(keys()).verify(&headers(pairs), URL, Payload::Empty);
        assert_eq!(verify(&[(SignalWire::HEADER, &signature)]), Ok(()));
        assert_eq!(verify(&[("x-twilio-signature", &signature)]), Ok(()));
        let twice = [(SignalWire::HEADER, signature.as_str()), (SignalWire::HEADER, &signature)];
        assert_eq!(verify(&twice), Err(SignatureError::Mismatch));
        assert_eq!(
            verify(&[(SignalWire::HEADER, "x"), ("x-twilio-signature", &signature)]),
            Err(SignatureError::Malformed)
        );
        assert!(!SignalWire::new(keys()).is_signed(&headers(&[])));
        assert!(keys().is_signed(&headers(&[("x-twilio-signature", "x")])));
        assert!(!keys().is_signed(&headers(&[(SignalWire::HEADER, "x")])), "Twilio has another");
    }

    #[test]
    fn the_settings_say_what_it_is_signed_with() {
        let sign = |algorithm| keys().sign_with(algorithm, URL, Payload::Empty).expect("a signature");
        let (sha1, sha256) = (sign(Algorithm::HmacSha1), sign(Algorithm::HmacSha256));
        let settings = Algorithm::HmacSha256.settings("key");
        let verify = |signature: &str, settings: &[&str]| {
            let mut headers = headers(&[("x-twilio-signature", signature)]);
            for value in settings {
                let value = http::HeaderValue::from_bytes(value.as_bytes()).expect("a value");
                headers.append("x-twilio-webhooks-signature-settings", value);
            }
            SignatureVerifier::verify(&keys(), &headers, URL, Payload::Empty)
        };
        assert_eq!(verify(&sha1, &[]), Ok(()));
        assert_eq!(verify(&sha256, &[&settings]), Ok(()));
        assert_eq!(verify(&sha256, &[]), Err(SignatureError::Malformed));
        assert_eq!(verify(&sha1, &[&settings]), Err(SignatureError::Malformed));
        assert_eq!(verify(&sha256, &[&settings, &settings]), Err(SignatureError::UnknownAlgorithm), "twice");
        assert_eq!(verify(&sha1, &["\u{e9}"]), Err(SignatureError::UnknownAlgorithm), "not to be read");
        assert_eq!(verify(&sha1, &["algorithm=NONE"]), Err(SignatureError::UnknownAlgorithm));
        let theirs =
            headers(&[("x-twilio-signature", sha1.as_str()), ("x-twilio-webhooks-signature-settings", &settings)]);
        assert_eq!(SignalWire::new(keys()).verify(&theirs, URL, Payload::Empty), Ok(()), "SignalWire has no settings");
    }

    /// The signature is from Python's `hmac.new(b"old", (url + body).encode(), "sha1").hexdigest()`.
    #[test]
    fn a_body_is_covered_itself() {
        let body = br#"{"event":"call.ended"}"#;
        let signature = "2d50c34717c7fce916410b108a0c4681fe145dfb";
        let verify = |body: &[u8], signature: &str| {
            let headers = headers(&[(SignalWire::HEADER, signature)]);
            SignalWire::new(keys()).verify(&headers, URL, Payload::Body(body))
        };
        assert_eq!(verify(body, signature), Ok(()));
        assert_eq!(verify(body, &signature.to_uppercase()), Ok(()));
        assert_eq!(verify(b"{}", signature), Err(SignatureError::Mismatch));
        assert_eq!(verify(body, &signature[1..]), Err(SignatureError::Malformed));
        assert_eq!(verify(body, &"zz".repeat(20)), Err(SignatureError::Malformed));
    }
}
