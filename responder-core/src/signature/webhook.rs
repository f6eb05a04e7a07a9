//! Signatures of webhooks that we send.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What the sender and the receiver of webhooks share, by the scheme of [Standard Webhooks]: 24 to 64 random bytes,
/// written `whsec_` and their base64.
///
/// ```
/// use responder_core::signature::WebhookSecret;
///
/// let secret: WebhookSecret = "whsec_c2VjcmV0IG9mIDI0IGJ5dGVzIG9yIG1vcmU=".parse()?;
/// let signature = secret.sign("msg_1", 1_800_000_000, b"{}");
/// assert!(signature.starts_with("v1,"));
/// assert!(secret.has_signed("msg_1", 1_800_000_000, b"{}", &signature));
/// assert!(!secret.has_signed("msg_2", 1_800_000_000, b"{}", &signature));
/// # Ok::<(), responder_core::signature::WebhookSecretError>(())
/// ```
///
/// [Standard Webhooks]: https://www.standardwebhooks.com
#[derive(Clone)]
pub struct WebhookSecret(Hmac<Sha256>);

/// A text that is no secret for webhooks. Does not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret for webhooks is whsec_ and the base64 of 24 to 64 bytes")]
pub struct WebhookSecretError;

impl WebhookSecret {
    /// The signature of a message, for the header `webhook-signature`: `v1,` and base64. `timestamp` is that of the
    /// header `webhook-timestamp`, in seconds since 1970.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.fed(id, timestamp, body).finalize().into_bytes()))
    }

    /// Whether one of the signatures of a header, which stand apart by spaces, is ours. In constant time for each. How
    /// old the timestamp may be is the receiver's to say; five minutes are usual.
    pub fn has_signed(&self, id: &str, timestamp: i64, body: &[u8], signatures: &str) -> bool {
        let ours = signatures.split(' ').filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok());
        ours.fold(false, |found, signature| found | self.fed(id, timestamp, body).verify_slice(&signature).is_ok())
    }

    fn fed(&self, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        mac
    }
}

impl FromStr for WebhookSecret {
    type Err = WebhookSecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len())).ok_or(WebhookSecretError)?;
        Hmac::new_from_slice(&bytes).map(Self).map_err(|_| WebhookSecretError)
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// Made with Python's `hmac` and `base64`.
    #[test]
    fn a_known_message_has_a_known_signature() {
        let secret: WebhookSecret = SECRET.parse().expect("a secret");
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn one_of_several_signatures_is_enough_and_everything_counts() {
        let (secret, other): (WebhookSecret, WebhookSecret) = (
            SECRET.parse().expect("a secret"),
            format!("whsec_{}", STANDARD.encode([7; 24])).parse().expect("another"),
        );
        let signed = secret.sign("msg_1", 5, b"{}");
        let both = format!("{} {signed}", other.sign("msg_1", 5, b"{}"));
        assert!(secret.has_signed("msg_1", 5, b"{}", &both) && other.has_signed("msg_1", 5, b"{}", &both));
        assert!(!other.has_signed("msg_1", 5, b"{}", &signed));
        assert!(!secret.has_signed("msg_1", 6, b"{}", &signed));
        assert!(!secret.has_signed("msg_1", 5, b"{ }", &signed));
        for odd in ["", "v1,", "v1", "v2,AAAA", &signed[3..], &signed.replace("v1,", "v1a,")] {
            assert!(!secret.has_signed("msg_1", 5, b"{}", odd), "{odd}");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_shown() {
        for odd in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_####"] {
            assert_eq!(odd.parse::<WebhookSecret>().err(), Some(WebhookSecretError), "{odd}");
        }
        assert!(!format!("{:?}", SECRET.parse::<WebhookSecret>()).contains("MfKQ"));
    }
}
