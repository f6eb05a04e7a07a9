//! Form fields and query parameters.

use std::fmt::{self, Display};
use std::str::FromStr;

use percent_encoding::percent_decode;

use super::HttpError;
use crate::signature::MAX_PARAMETERS;

/// The fields of a form or of a query, each at most once.
///
/// ```
/// use responder_core::http::Form;
///
/// let form = Form::parse(b"Digits=1&To=%2B15005550006")?;
/// assert_eq!(form.get("To"), Some("+15005550006"));
/// assert_eq!(form.parse_field::<u8>("Digits")?, 1);
/// assert_eq!(form.require("From").map_err(|error| error.code()), Err("missing_field"));
/// assert!(Form::parse(b"a=1&a=2").is_err());
/// # Ok::<(), responder_core::http::HttpError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// 400 when a name comes twice, when there are more than 1,000 fields, or one is no UTF-8.
    pub fn parse(body: &[u8]) -> Result<Self, HttpError> {
        Self::unique(decode(body).ok_or_else(malformed)?)
    }

    /// The value of a field, blank or not.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field that must be there and not be blank.
    ///
    /// # Errors
    /// 400 naming the field.
    pub fn require(&self, name: &'static str) -> Result<&str, HttpError> {
        let missing = || HttpError::bad_request("missing_field", "A field is missing or empty.").with_field(name);
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    }

    /// What a field says, which must be there.
    ///
    /// # Errors
    /// 400 naming the field, with what `T` says about it.
    pub fn parse_field<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<T, HttpError> {
        self.require(name)?.parse().map_err(|error| invalid(name, &error))
    }

    /// What a field says, if it is there and not blank.
    ///
    /// # Errors
    /// 400 naming the field, with what `T` says about it.
    pub fn parse_optional<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<Option<T>, HttpError> {
        let value = self.get(name).filter(|value| !value.is_empty());
        value.map(str::parse).transpose().map_err(|error| invalid(name, &error))
    }

    /// Names and values, in the order in which they came.
    pub fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    /// The same, borrowed: what [`Links::again`](crate::script::Links::again) takes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn unique(fields: Vec<(String, String)>) -> Result<Self, HttpError> {
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(HttpError::bad_request("duplicate_field", "A field comes more than once."));
        }
        Ok(Self(fields))
    }
}

/// The decoded fields; `None` if they are too many or no UTF-8.
pub(super) fn decode(body: &[u8]) -> Option<Vec<(String, String)>> {
    let pieces = body.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    let mut fields = Vec::new();
    for piece in pieces {
        if fields.len() == MAX_PARAMETERS {
            return None;
        }
        let equals = piece.iter().position(|byte| *byte == b'=').unwrap_or(piece.len());
        let value = piece.get(equals + 1..).unwrap_or_default();
        fields.push((decode_one(&piece[..equals])?, decode_one(value)?));
    }
    Some(fields)
}

pub(super) fn malformed() -> HttpError {
    HttpError::bad_request("malformed_form", "The fields are not well-formed UTF-8, or too many.")
}

fn decode_one(text: &[u8]) -> Option<String> {
    let with_blanks: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    String::from_utf8(percent_decode(&with_blanks).collect()).ok()
}

fn invalid(name: &'static str, error: &impl Display) -> HttpError {
    HttpError::bad_request("invalid_field", format!("A field can't be read: {error}.")).with_field(name)
}

impl fmt::Debug for Form {
    /// The names only: values are numbers and texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_once() {
        let form = Form::parse("a=1%262&b+c=%2525&d&&e==&f=Zoë".as_bytes()).expect("a form");
        let expected = [("a", "1&2"), ("b c", "%25"), ("d", ""), ("e", "="), ("f", "Zoë")];
        assert_eq!(form.iter().collect::<Vec<_>>(), expected);
        assert_eq!(Form::parse(b"").expect("no fields"), Form::default());
        assert_eq!(Form::parse(b"a=%zz%4").expect("a form").get("a"), Some("%zz%4"), "no escapes");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let cases =
            [(&b"a=1&b=2&a=1"[..], "duplicate_field"), (b"a=%ff", "malformed_form"), (b"\xff=1", "malformed_form")];
        for (body, code) in cases {
            assert_eq!(Form::parse(body).map_err(|error| error.code()), Err(code));
        }
        let many: Vec<String> = (0..=MAX_PARAMETERS).map(|no| no.to_string()).collect();
        assert_eq!(Form::parse(many.join("&").as_bytes()).map_err(|error| error.code()), Err("malformed_form"));
        assert!(Form::parse(many[1..].join("&").as_bytes()).is_ok());
    }

    #[test]
    fn fields_at_fault_are_named() {
        let form = Form::parse(b"blank=&word=x&number=7").expect("a form");
        let named = |error: HttpError| (error.code(), error.field().map(str::to_owned));
        assert_eq!(form.require("blank").map_err(named), Err(("missing_field", Some("blank".to_owned()))));
        assert_eq!(form.parse_field::<u8>("word").map_err(named), Err(("invalid_field", Some("word".to_owned()))));
        assert_eq!(form.parse_optional::<u8>("word").map_err(named), Err(("invalid_field", Some("word".to_owned()))));
        assert_eq!(form.parse_optional::<u8>("blank").map_err(named), Ok(None));
        assert_eq!(form.parse_optional::<u8>("number").map_err(named), Ok(Some(7)));
    }

    #[test]
    fn debug_shows_names_only() {
        let form = Form::parse(b"From=%2B15005550001").expect("a form");
        assert_eq!(format!("{form:?}"), "{\"From\"}");
    }
}
