//! A secret, ready to sign.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::Sha256;

use super::{Algorithm, SignatureError};

/// Both HMACs under one secret, as they stand after its key schedule, which is half of the work for a short request.
#[derive(Clone)]
pub(super) struct Secret {
    sha1: Hmac<Sha1>,
    sha256: Hmac<Sha256>,
}

impl Secret {
    pub(super) fn new(secret: &SecretString) -> Result<Self, SignatureError> {
        let secret = secret.expose_secret().as_bytes();
        if secret.is_empty() {
            return Err(SignatureError::EmptyToken);
        }
        let any_length = "BUG: an HMAC takes keys of any length";
        Ok(Self {
            sha1: Hmac::new_from_slice(secret).expect(any_length),
            sha256: Hmac::new_from_slice(secret).expect(any_length),
        })
    }

    pub(super) fn sign(&self, algorithm: Algorithm, url: &[&str], text: &[u8]) -> Vec<u8> {
        match algorithm {
            Algorithm::HmacSha1 => fed(&self.sha1, url, text).finalize().into_bytes().to_vec(),
            Algorithm::HmacSha256 => fed(&self.sha256, url, text).finalize().into_bytes().to_vec(),
        }
    }

    /// In constant time.
    pub(super) fn has_signed(&self, algorithm: Algorithm, url: &[&str], text: &[u8], signature: &[u8]) -> bool {
        match algorithm {
            Algorithm::HmacSha1 => fed(&self.sha1, url, text).verify_slice(signature).is_ok(),
            Algorithm::HmacSha256 => fed(&self.sha256, url, text).verify_slice(signature).is_ok(),
        }
    }
}

fn fed<M: Mac + Clone>(mac: &M, url: &[&str], text: &[u8]) -> M {
    let mut mac = mac.clone();
    for piece in url {
        mac.update(piece.as_bytes());
    }
    mac.update(text);
    mac
}
