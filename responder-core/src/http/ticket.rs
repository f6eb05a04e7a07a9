//! Tickets: credentials in an address, for callers who can send no header.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Endpoints, HttpError, Keys};
use crate::{
    PublicUrl, Timestamp,
    driver::{Clock, SystemClock},
};

/// How long a ticket is good.
pub(super) const LASTS: Duration = Duration::from_secs(60);

/// Used tickets that are remembered. Each has been asked for by an operator in the last minute.
const MOST_USED: usize = 10_000;

/// Gives out tickets, and knows which were used.
///
/// A ticket is until when and for which path it is good, with the HMAC of that under a key that is derived from the
/// secrets of the operators: any node with the same secrets and the same public address takes it, nothing is stored,
/// and none survives a change of the secrets. That it was used is remembered by the node that took it: whoever gets
/// hold of one may use it once more on another node, in the same minute.
#[derive(Clone)]
pub(super) struct Tickets(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    used: Mutex<HashMap<[u8; NONCE], Timestamp>>,
}

/// With what a call can get one.
#[derive(Clone)]
pub(super) struct Issuer {
    pub(super) table: Endpoints,
    pub(super) keys: Arc<Keys>,
}

const NONCE: usize = 16;
const EXPIRY: usize = 8;
const MAC: usize = 32;

impl Tickets {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { clock, used: Mutex::default() }))
    }

    /// Whether a ticket is good for this path; it is not a second time.
    pub(super) fn redeem(&self, ticket: &str, path: &str, keys: &Keys, public: &PublicUrl) -> bool {
        let Some((expires, nonce)) = read(ticket, path, keys, public) else { return false };
        let now = self.0.clock.now();
        // One from the far future is of a clock that is wrong.
        if expires <= now || expires > now + 2 * LASTS {
            return false;
        }
        let mut used = self.0.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST_USED {
            used.retain(|_, expires| *expires > now);
        }
        used.len() < MOST_USED && used.insert(nonce, expires).is_none()
    }
}

impl Issuer {
    /// A ticket for this path.
    pub(super) fn ticket(&self, path: &str) -> Result<String, HttpError> {
        // It need not be secret, only another each time. These are keyed with random numbers of the operating system.
        let nonce = [RandomState::new().hash_one(0), RandomState::new().hash_one(1)].map(u64::to_be_bytes);
        let expires = self.table.tickets().0.clock.now() + LASTS;
        let mut ticket = [&expires.as_micros().to_be_bytes()[..], nonce.as_flattened()].concat();
        let mac = mac(&ticket, path, &self.keys, self.table.public_url());
        let mac = mac.ok_or_else(|| HttpError::internal("a table without secrets gives out no tickets"))?;
        ticket.extend(mac.finalize().into_bytes());
        Ok(URL_SAFE_NO_PAD.encode(ticket))
    }
}

/// Until when it is good, and its name, if it is one of ours.
fn read(ticket: &str, path: &str, keys: &Keys, public: &PublicUrl) -> Option<(Timestamp, [u8; NONCE])> {
    let bytes = URL_SAFE_NO_PAD.decode(ticket).ok().filter(|bytes| bytes.len() == EXPIRY + NONCE + MAC)?;
    let (signed, signature) = bytes.split_at(EXPIRY + NONCE);
    mac(signed, path, keys, public)?.verify_slice(signature).ok()?;
    let (expires, nonce) = signed.split_at(EXPIRY);
    let expires = i64::from_be_bytes(expires.try_into().ok()?);
    Some((Timestamp::from_micros(expires), nonce.try_into().ok()?))
}

fn mac(signed: &[u8], path: &str, keys: &Keys, public: &PublicUrl) -> Option<Hmac<Sha256>> {
    let key = keys.derived("ticket", public.as_str())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("BUG: an HMAC takes keys of any length");
    mac.update(signed);
    mac.update(path.as_bytes());
    Some(mac)
}

impl Default for Tickets {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tickets")
    }
}
