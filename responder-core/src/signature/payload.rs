//! What a signature covers beside the URL.

use std::fmt::Write;

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
    /// The same, as it comes: the raw bytes of an `application/x-www-form-urlencoded` body, UTF-8 or not.
    Encoded(&'a [u8]),
    /// The raw bytes of a body that is no form. The URL must have its SHA-256, in hexadecimal digits, as query
    /// parameter `bodySHA256`; the first such parameter counts.
    Body(&'a [u8]),
}

impl Payload<'_> {
    /// What is signed after `url`: of a form, the names in byte order, the different values of each in byte order,
    /// without separators. What can be refused without a token is.
    pub(super) fn signed_text(&self, url: &str) -> Result<Vec<u8>, SignatureError> {
        match self {
            Self::Empty => Ok(Vec::new()),
            Self::Form(fields) => joined(fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))),
            Self::Encoded(body) => {
                let decoded = Decoded::of(body)?;
                joined(decoded.fields())
            }
            Self::Body(body) => match url::body_hash(url) {
                Some(hash) if hash.eq_ignore_ascii_case(&sha256_hex(body)) => Ok(Vec::new()),
                _ => Err(SignatureError::BodyHash),
            },
        }
    }
}

/// Time is that of sorting at most [`MAX_PARAMETERS`] fields, memory that of the fields once more.
fn joined<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Result<Vec<u8>, SignatureError> {
    let mut sorted = Vec::with_capacity(USUAL_FIELDS);
    sorted.extend(fields.take(MAX_PARAMETERS + 1));
    if sorted.len() > MAX_PARAMETERS {
        return Err(SignatureError::TooManyParameters);
    }
    sorted.sort_unstable();
    sorted.dedup();
    let mut text = Vec::with_capacity(sorted.iter().map(|(name, value)| name.len() + value.len()).sum());
    for (name, value) in &sorted {
        text.extend_from_slice(name);
        text.extend_from_slice(value);
    }
    Ok(text)
}

/// The fields of a raw body, all in one buffer: nothing is allocated for each.
struct Decoded {
    bytes: Vec<u8>,
    /// Where each name and each value ends.
    ends: Vec<(usize, usize)>,
}

impl Decoded {
    fn of(body: &[u8]) -> Result<Self, SignatureError> {
        let mut decoded = Self { bytes: Vec::with_capacity(body.len()), ends: Vec::with_capacity(USUAL_FIELDS) };
        for field in body.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
            if decoded.ends.len() == MAX_PARAMETERS {
                return Err(SignatureError::TooManyParameters);
            }
            let equals = field.iter().position(|byte| *byte == b'=').unwrap_or(field.len());
            let name = decoded.push(&field[..equals]);
            let value = decoded.push(field.get(equals + 1..).unwrap_or_default());
            decoded.ends.push((name, value));
        }
        Ok(decoded)
    }

    /// Appends what `text` means: `+` is a blank, `%` and two digits a byte, and any other `%` itself. Gives the end.
    fn push(&mut self, text: &[u8]) -> usize {
        let mut rest = text;
        while let Some(place) = rest.iter().position(|byte| matches!(byte, b'+' | b'%')) {
            self.bytes.extend_from_slice(&rest[..place]);
            let (byte, length) = meant(&rest[place..]);
            self.bytes.push(byte);
            rest = &rest[place + length..];
        }
        self.bytes.extend_from_slice(rest);
        self.bytes.len()
    }

    fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|(_, value)| *value));
        begins.zip(&self.ends).map(|(begin, (name, value))| (&self.bytes[begin..*name], &self.bytes[*name..*value]))
    }
}

/// The byte that a text which begins with `+` or `%` begins with in truth, and how long it is written.
fn meant(text: &[u8]) -> (u8, usize) {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    match (text[0], digit(1), digit(2)) {
        (b'+', ..) => (b' ', 1),
        (_, Some(high), Some(low)) => ((high << 4 | low) as u8, 3),
        (other, ..) => (other, 1),
    }
}

impl std::fmt::Debug for Payload<'_> {
    /// The kind and size only: fields and bodies hold names and numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Form(fields) => write!(f, "Form({} fields)", fields.len()),
            Self::Encoded(body) => write!(f, "Encoded({} bytes)", body.len()),
            Self::Body(body) => write!(f, "Body({} bytes)", body.len()),
        }
    }
}

pub(super) fn sha256_hex(body: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(body) {
        write!(hex, "{byte:02x}").expect("BUG: a String can be written to");
    }
    hex
}

/// What a callback has, so that nothing is moved while fields are gathered.
const USUAL_FIELDS: usize = 32;
