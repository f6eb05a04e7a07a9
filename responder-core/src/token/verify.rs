//! A token that somebody shows: for tests, and for services that stand in for Twilio.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::claims::{CONTENT_TYPE, seconds};
use super::{ApiKey, MAX_TOKEN_BYTES, TokenError};
use crate::Timestamp;

/// A token whose signature and time are right.
#[derive(Clone, PartialEq)]
pub struct VerifiedToken {
    header: Header,
    claims: Claims,
}

#[derive(Clone, PartialEq, Deserialize)]
struct Header {
    alg: String,
    cty: Option<String>,
    typ: Option<String>,
    twr: Option<String>,
    /// Extensions that must be understood; we know none (RFC 7515, 4.1.11).
    crit: Option<Value>,
}

#[derive(Clone, PartialEq, Deserialize)]
struct Claims {
    jti: String,
    grants: Map<String, Value>,
    iss: String,
    sub: String,
    exp: i64,
    nbf: Option<i64>,
}

impl ApiKey {
    /// Reads a token that was signed with this key and counts at `now`.
    ///
    /// The algorithm is HS256, whatever a token says about itself. A token counts from `nbf` on and no more at `exp`,
    /// to the second; no leeway is given.
    ///
    /// # Errors
    /// [`TokenError::Malformed`], [`TokenError::Mismatch`], [`TokenError::Foreign`], [`TokenError::NotYetValid`],
    /// [`TokenError::Expired`]; the first that applies.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<VerifiedToken, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        // Before anything is read that a stranger may have written.
        if !self.has_signed(signed, &decoded(signature)?) {
            return Err(TokenError::Mismatch);
        }
        let header: Header = read(header)?;
        if !header.is_ours() {
            return Err(TokenError::Malformed);
        }
        let claims: Claims = read(claims)?;
        if *claims.iss != *self.sid || *claims.sub != *self.account {
            return Err(TokenError::Foreign);
        }
        claims.count_at(seconds(now))?;
        Ok(VerifiedToken { header, claims })
    }
}

impl VerifiedToken {
    /// Whom the bearer is known as.
    pub fn identity(&self) -> Option<&str> {
        self.claims.grants.get("identity").and_then(Value::as_str)
    }

    /// A grant by its name on the wire: `voice`, `video`, `chat`, `data_sync`, `task_router`, `player`.
    pub fn grant(&self, name: &str) -> Option<&Value> {
        self.claims.grants.get(name).filter(|_| name != "identity")
    }

    /// The unique name of the token (`jti`).
    pub fn id(&self) -> &str {
        &self.claims.jti
    }

    /// The region that it is for.
    pub fn region(&self) -> Option<&str> {
        self.header.twr.as_deref()
    }

    /// From when on it counts, if it says so.
    pub fn not_before(&self) -> Option<Timestamp> {
        self.claims.nbf.map(at)
    }

    /// When it counts no more.
    pub fn expires_at(&self) -> Timestamp {
        at(self.claims.exp)
    }
}

impl fmt::Debug for VerifiedToken {
    /// Not the identity, nor what is granted: they tell who somebody is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedToken(expires at {})", self.expires_at())
    }
}

impl Header {
    fn is_ours(&self) -> bool {
        let is = |given: &Option<String>, ours: &str| given.as_deref().is_none_or(|given| given == ours);
        self.alg == "HS256" && is(&self.cty, CONTENT_TYPE) && is(&self.typ, "JWT") && self.crit.is_none()
    }
}

impl Claims {
    fn count_at(&self, now: i64) -> Result<(), TokenError> {
        if self.nbf.is_some_and(|start| now < start) {
            return Err(TokenError::NotYetValid);
        }
        if now >= self.exp { Err(TokenError::Expired) } else { Ok(()) }
    }
}

fn read<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, TokenError> {
    serde_json::from_slice(&decoded(part)?).map_err(|_| TokenError::Malformed)
}

fn decoded(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}
