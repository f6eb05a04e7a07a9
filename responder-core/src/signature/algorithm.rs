//! With which hash a request is signed.

use super::SignatureError;

/// The name of the header that says how a request is signed, such as `key=…,algorithm=HMAC_SHA256`. A request without
/// it is signed with SHA-1.
pub const SETTINGS_HEADER: &str = "X-Twilio-Webhooks-Signature-Settings";

/// With which hash a request is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA1: what an auth token signs with, and what counts where nothing is said.
    #[default]
    HmacSha1,
    /// HMAC-SHA256: what a shared key for webhooks signs with.
    HmacSha256,
}

impl Algorithm {
    /// What the header [`SETTINGS_HEADER`] says: `settings` is its value, if it is there. The first `algorithm` that is
    /// not blank counts, in capitals or not. Which key it names is not looked at: there are two at most, and both are
    /// tried.
    ///
    /// # Errors
    /// [`SignatureError::UnknownAlgorithm`] for any other than the two.
    ///
    /// ```
    /// use responder_core::signature::{Algorithm, SignatureError};
    ///
    /// assert_eq!(Algorithm::of_settings(None), Ok(Algorithm::HmacSha1));
    /// assert_eq!(Algorithm::of_settings(Some("key=a,algorithm=HMAC_SHA256")), Ok(Algorithm::HmacSha256));
    /// assert_eq!(Algorithm::of_settings(Some("algorithm=NONE")), Err(SignatureError::UnknownAlgorithm));
    /// ```
    pub fn of_settings(settings: Option<&str>) -> Result<Self, SignatureError> {
        let parts = settings.unwrap_or_default().split(',').filter_map(|part| part.split_once('='));
        let mut named = parts.filter(|(name, _)| name.trim() == "algorithm").map(|(_, value)| value.trim());
        let Some(name) = named.find(|name| !name.is_empty()) else { return Ok(Self::HmacSha1) };
        let known = Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name));
        known.ok_or(SignatureError::UnknownAlgorithm)
    }

    /// The value of [`SETTINGS_HEADER`] for requests that are signed so, with the key of this id.
    ///
    /// ```
    /// use responder_core::signature::Algorithm;
    ///
    /// assert_eq!(Algorithm::HmacSha256.settings("webhooks_key_1"), "key=webhooks_key_1,algorithm=HMAC_SHA256");
    /// ```
    pub fn settings(self, key_id: &str) -> String {
        format!("key={key_id},algorithm={}", self.name())
    }

    /// Bytes of a signature.
    pub(super) const fn size(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC_SHA1",
            Self::HmacSha256 => "HMAC_SHA256",
        }
    }

    const ALL: [Self; 2] = [Self::HmacSha1, Self::HmacSha256];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_by_the_reference() {
        let cases = [
            (None, Ok(Algorithm::HmacSha1)),
            (Some(""), Ok(Algorithm::HmacSha1)),
            (Some("key=k"), Ok(Algorithm::HmacSha1)),
            (Some("algorithm"), Ok(Algorithm::HmacSha1)),
            (Some("algorithm= "), Ok(Algorithm::HmacSha1)),
            (Some("key=k,algorithm=HMAC_SHA1"), Ok(Algorithm::HmacSha1)),
            (Some("key=k , algorithm = hmac_sha256 "), Ok(Algorithm::HmacSha256)),
            (Some("algorithm=,algorithm=HMAC_SHA256,algorithm=HMAC_SHA1"), Ok(Algorithm::HmacSha256)),
            (Some("Algorithm=HMAC_SHA256"), Ok(Algorithm::HmacSha1)),
            (Some("algorithm=HMAC_SHA512"), Err(SignatureError::UnknownAlgorithm)),
            (Some("algorithm=none"), Err(SignatureError::UnknownAlgorithm)),
            (Some("algorithm=HMAC_SHA256=x"), Err(SignatureError::UnknownAlgorithm)),
        ];
        for (settings, algorithm) in cases {
            assert_eq!(Algorithm::of_settings(settings), algorithm, "{settings:?}");
        }
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::of_settings(Some(&algorithm.settings("k"))), Ok(algorithm));
        }
    }
}
