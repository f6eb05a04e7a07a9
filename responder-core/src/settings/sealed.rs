//! Secrets that are kept where others may read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that only who has the key can read (AES-256-GCM). What it is of, branch and setting, is bound to it: moved
/// to another place it can't be opened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Which key, by its id.
    pub key: String,
    /// The nonce of AES-256-GCM, 12 bytes in base64.
    pub nonce: String,
    /// In base64, with the tag at its end.
    pub text: String,
}

/// Why a value can't be opened, or a key is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Another key is needed.
    #[error("{setting} of {branch} is sealed with key {needed}, and this is another one")]
    WrongKey {
        /// The branch that it belongs to.
        branch: String,
        /// The name of the setting.
        setting: String,
        /// The id of the key that is needed.
        needed: String,
    },
    /// It was changed, or stands where it does not belong.
    #[error("{setting} of {branch} can't be opened: it was changed, or belongs elsewhere")]
    Damaged {
        /// The branch that it belongs to.
        branch: String,
        /// The name of the setting.
        setting: String,
    },
    /// There is no key, and this is a secret.
    #[error("{setting} is a secret, and there is no key to seal it with")]
    NoKey {
        /// The name of the setting.
        setting: String,
    },
    /// The text of a key is none.
    #[error("a key is 32 random bytes, as 64 hexadecimal digits or in base64")]
    NoSuchKey,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("key", &self.key).finish_non_exhaustive()
    }
}
