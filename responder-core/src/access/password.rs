//! Passwords, and what is kept of them.

use std::fmt;

/// What is kept of a password: a text in PHC form, made with Argon2id. `Debug` does not show it.
///
/// ```
/// # #[cfg(feature = "admin")]
/// # fn main() -> Result<(), responder_core::access::PasswordError> {
/// use responder_core::access::PasswordHash;
///
/// let hash = PasswordHash::of("correct horse battery")?; // takes a while: not on a thread that others wait for
/// assert!(hash.fits("correct horse battery") && !hash.fits("another"));
/// assert!(PasswordHash::of("short").is_err());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "admin"))]
/// # fn main() {}
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PasswordHash(String);

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// It would be guessed.
    #[error("a password has at least 10 characters")]
    TooShort,
    /// Nobody types that.
    #[error("a password has at most 500 characters")]
    TooLong,
    /// The library for hashes fails.
    #[error("the password can't be hashed")]
    Failed,
}

impl PasswordHash {
    /// From its stored form. One that is no hash fits no password.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its stored form.
    pub fn as_stored(&self) -> &str {
        &self.0
    }
}

#[cfg(feature = "admin")]
mod hashing {
    use std::sync::{Mutex, PoisonError};

    use argon2::{
        Algorithm, Argon2, Block, Params, Version,
        password_hash::{self, CustomizedPasswordHasher, PasswordVerifier, phc},
    };

    use super::{PasswordError, PasswordHash};

    impl PasswordHash {
        /// Of a new password: Argon2id with 19 MiB and two passes, and a salt of its own. Takes tens of milliseconds of
        /// a processor.
        ///
        /// # Errors
        /// [`PasswordError`]
        pub fn of(password: &str) -> Result<Self, PasswordError> {
            match password.chars().count() {
                0..SHORTEST => Err(PasswordError::TooShort),
                SHORTEST..=LONGEST => Self::hash(password),
                _ => Err(PasswordError::TooLong),
            }
        }

        fn hash(password: &str) -> Result<Self, PasswordError> {
            let (salt, params) = (phc::Salt::generate(), Params::default());
            let hash = OneAtATime.hash_password_customized(password.as_bytes(), &salt, None, None, params);
            hash.map(|hash| Self(hash.to_string())).map_err(|_| PasswordError::Failed)
        }

        /// Whether it is that of `password`. Takes as long as [`of`](Self::of).
        pub fn fits(&self, password: &str) -> bool {
            // A longer one is nobody's, and need not be hashed.
            if password.len() > 4 * LONGEST {
                return false;
            }
            let Ok(hash) = phc::PasswordHash::new(&self.0) else { return false };
            OneAtATime.verify_password(password.as_bytes(), &hash).is_ok()
        }

        /// One that no password fits and that takes as long to find out: for names that nobody has, so that time does
        /// not tell which there are.
        #[must_use]
        pub fn nobodys() -> Self {
            Self(NOBODYS.to_owned())
        }
    }

    /// Argon2 in memory that is kept: 19 MiB allocated for each hash stay with the allocator several times over.
    struct OneAtATime;

    static MEMORY: Mutex<Vec<Block>> = Mutex::new(Vec::new());

    impl CustomizedPasswordHasher<phc::PasswordHash> for OneAtATime {
        type Params = Params;

        fn hash_password_customized(
            &self,
            password: &[u8],
            salt: &[u8],
            algorithm: Option<&str>,
            version: Option<u32>,
            params: Params,
        ) -> password_hash::Result<phc::PasswordHash> {
            let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
            let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
            let mut hash = [0; Params::DEFAULT_OUTPUT_LEN];
            let hasher = Argon2::new(algorithm, version, params.clone());
            let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
            memory.resize(params.block_count(), Block::new());
            hasher.hash_password_into_with_memory(password, salt, &mut hash, memory.as_mut_slice())?;
            Ok(phc::PasswordHash {
                algorithm: algorithm.ident(),
                version: Some(version.into()),
                params: phc::ParamsString::try_from(&params)?,
                salt: Some(phc::Salt::new(salt)?),
                hash: Some(phc::Output::new(&hash)?),
            })
        }
    }

    /// Characters of the shortest password.
    const SHORTEST: usize = 10;
    const LONGEST: usize = 500;

    /// All zeros, which nothing gives that anybody knows; the same costs as others.
    const NOBODYS: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXRoaW5nIGZpeGVk$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_hash_fits_its_password_alone_and_has_the_costs_we_say() {
            let hash = PasswordHash::of("0123456789").expect("a hash");
            assert!(hash.as_stored().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_stored());
            assert!(hash.fits("0123456789") && !hash.fits("012345678") && !hash.fits(""));
            assert_ne!(PasswordHash::of("0123456789").expect("a hash"), hash, "each has a salt");
            let costs = |text: &str| text.split('$').take(4).collect::<Vec<_>>().join("$");
            assert_eq!(costs(NOBODYS), costs(hash.as_stored()));
            assert!(phc::PasswordHash::new(NOBODYS).is_ok() && !PasswordHash::nobodys().fits("0123456789"));
        }

        #[test]
        fn lengths_are_counted_in_characters() {
            assert_eq!(PasswordHash::of("123456789"), Err(PasswordError::TooShort));
            assert_eq!(PasswordHash::of(&"a".repeat(501)), Err(PasswordError::TooLong));
            assert!(PasswordHash::of("äöüäöüäöüä").is_ok());
            assert!(!PasswordHash::from_stored("plain").fits("plain"));
        }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([REDACTED])")
    }
}
