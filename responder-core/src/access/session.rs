//! Sessions: what a browser shows after somebody has logged in.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::User;
use crate::Timestamp;

/// How long a session lasts.
pub const SESSION_LIFE: Duration = Duration::from_secs(12 * 3600);

/// What the cookie holds: 256 random bits. Stores see only the [`SessionHash`], so that whoever reads one can't log in.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken([u8; 32]);

/// By what a store knows a session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionHash([u8; 32]);

/// A session that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who it belongs to, as they are now.
    pub user: User,
    /// When it ends, on the store's clock.
    pub expires_at: Timestamp,
}

impl SessionToken {
    /// A new one.
    #[cfg(feature = "runtime")]
    #[must_use]
    pub fn random() -> Self {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).expect("BUG: an operating system without a random source");
        Self(bits)
    }

    /// From random bits.
    pub const fn from_bytes(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// Reads the value of a cookie; nothing if it is none of ours.
    pub fn read(text: &str) -> Option<Self> {
        // 43 letters stand for 32 bytes; what is longer is not worth decoding.
        if text.len() != 43 {
            return None;
        }
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The value of the cookie.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the store knows it by.
    pub fn hash(&self) -> SessionHash {
        SessionHash(Sha256::digest(self.0).into())
    }

    /// What a page of this session sends back with whatever changes something, so that no other site can.
    pub fn csrf(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.mac().finalize().into_bytes())
    }

    /// Whether `given` is [`csrf`](Self::csrf); takes as long for any text.
    pub fn has_csrf(&self, given: &str) -> bool {
        URL_SAFE_NO_PAD.decode(given).is_ok_and(|given| self.mac().verify_slice(&given).is_ok())
    }

    fn mac(&self) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("BUG: an HMAC takes keys of any length");
        mac.update(b"responder csrf");
        mac
    }
}

impl SessionHash {
    /// From its stored form.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its stored form.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken([REDACTED])")
    }
}

/// Eight digits tell sessions apart.
impl fmt::Debug for SessionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "SessionHash({a:02x}{b:02x}{c:02x}{d:02x}…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_shows_nowhere() {
        let token = SessionToken::from_bytes([7; 32]);
        assert_eq!(SessionToken::read(&token.text()), Some(token.clone()));
        assert_ne!(token.hash().as_bytes(), &[7; 32]);
        assert!(!format!("{token:?}").contains(&token.text()));
        for text in ["", "x", &token.text()[1..], &format!("{}=", token.text()), &"!".repeat(43)] {
            assert_eq!(SessionToken::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_csrf_token_is_good_for_its_session_alone() {
        let (one, other) = (SessionToken::from_bytes([1; 32]), SessionToken::from_bytes([2; 32]));
        assert!(one.has_csrf(&one.csrf()) && !one.has_csrf(&other.csrf()));
        assert!(!one.has_csrf("") && !one.has_csrf(&one.text()) && !one.has_csrf(&one.csrf()[1..]));
        assert_ne!(one.csrf(), one.text());
    }
}
