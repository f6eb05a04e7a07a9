//! What a signature covers beside the URL.

use sha2::{Digest, Sha256};

use super::{SignatureError, url};

/// The most fields that a form may have. Twilio sends about 40; sorting many more is work for whoever wants us busy.
pub const MAX_PARAMETERS: usize = 1_000;

/// What a signature covers beside the URL.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// Nothing: a GET request, whose parameters are part of the URL.
    Empty,
    /// The decoded fields of a form, in any order. A name may repeat; equal values of one name count once.
    Form(&'a [(String, String)]),
    /// The raw bytes of a body that is no form. The URL must have its SHA-256, in hexadecimal digits, as query
    /// parameter `bodySHA256`; the first such parameter counts.
    Body(&'a [u8]),
}

impl Payload<'_> {
    /// What can be told without a token.
    pub(super) fn check(&self, url: &str) -> Result<(), SignatureError> {
        match self {
            Self::Form(fields) if fields.len() > MAX_PARAMETERS => Err(SignatureError::TooManyParameters),
            Self::Body(body) => match url::body_hash(url) {
                Some(hash) if hash.eq_ignore_ascii_case(&sha256_hex(body)) => Ok(()),
                _ => Err(SignatureError::BodyHash),
            },
            Self::Form(_) | Self::Empty => Ok(()),
        }
    }

    /// Names in byte order, the different values of each in byte order, without separators.
    pub(super) fn signed_text(&self) -> String {
        let Self::Form(fields) = self else {
            return String::new();
        };
        let mut fields: Vec<&(String, String)> = fields.iter().collect();
        fields.sort_unstable();
        fields.dedup();
        fields.into_iter().flat_map(|(name, value)| [name.as_str(), value]).collect()
    }
}

impl std::fmt::Debug for Payload<'_> {
    /// The kind and size only: fields and bodies hold names and numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Form(fields) => write!(f, "Form({} fields)", fields.len()),
            Self::Body(body) => write!(f, "Body({} bytes)", body.len()),
        }
    }
}

pub(super) fn sha256_hex(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}
