//! Phone numbers.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A phone number in E.164 form: `+`, a country code, at most 15 digits in all (ITU-T E.164).
///
/// Parsing is the only way to get one, so whoever holds an `E164` need not check it again. `Debug` shows the last
/// two digits only, because diagnostics must not carry numbers; `Display` is the number itself.
///
/// ```
/// use responder_core::E164;
///
/// let number: E164 = "+1 (500) 555-0006".parse()?;
/// assert_eq!(number.to_string(), "+15005550006");
/// assert_eq!(format!("{number:?}"), "E164(..06)");
/// assert!("555-0006".parse::<E164>().is_err(), "no country code");
/// # Ok::<(), responder_core::PhoneError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(u64);

/// The digits that a number without `+` is completed with, such as `1` for North America.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CountryCode(u16);

/// Why a text is no phone number. The text itself is not repeated: errors end up in diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhoneError {
    /// There is nothing in it.
    #[error("the phone number is empty")]
    Empty,
    /// A number is written `+`, country code, number.
    #[error("the phone number must begin with + and a country code")]
    NoCountryCode,
    /// Letters, or a `+` in the middle.
    #[error("the phone number has a character that is no digit")]
    NotADigit,
    /// Fewer than 7 or more than 15 digits.
    #[error("the phone number must have 7 to 15 digits")]
    Length,
}

impl E164 {
    /// Reads a number as a person or a provider may write it: an international number with or without its `+`
    /// when it is long enough to carry `default_country`'s code, else a national one that the code is put before.
    ///
    /// `0015005550006`, `15005550006` and `5005550006` all read as `+15005550006` with country code 1.
    ///
    /// # Errors
    /// As for parsing; [`PhoneError::NoCountryCode`] does not occur.
    pub fn parse_with(text: &str, default_country: CountryCode) -> Result<Self, PhoneError> {
        let trimmed = text.trim();
        if trimmed.starts_with('+') {
            return trimmed.parse();
        }
        let digits = digits(trimmed)?;
        if let Some(international) = digits.strip_prefix("00") {
            return Self::from_digits(international);
        }
        let code = default_country.to_string();
        let national = digits.strip_prefix('0').unwrap_or(&digits);
        if digits.starts_with(&code) && digits.len() > 10 {
            return Self::from_digits(&digits);
        }
        Self::from_digits(&format!("{code}{national}"))
    }

    /// The digits without the `+`, as they are read out.
    pub fn digits(self) -> String {
        self.0.to_string()
    }

    fn from_digits(digits: &str) -> Result<Self, PhoneError> {
        if digits.is_empty() {
            return Err(PhoneError::Empty);
        }
        if !(7..=15).contains(&digits.len()) {
            return Err(PhoneError::Length);
        }
        if digits.starts_with('0') {
            return Err(PhoneError::NoCountryCode);
        }
        digits.parse().map(Self).map_err(|_| PhoneError::NotADigit)
    }
}

impl CountryCode {
    /// The United States, Canada and their neighbours.
    pub const NORTH_AMERICA: Self = Self(1);

    /// One to three digits, not beginning with 0.
    pub const fn new(code: u16) -> Option<Self> {
        if code >= 1 && code <= 999 { Some(Self(code)) } else { None }
    }

    /// Whether `number` belongs to this country (or shares its code).
    pub fn covers(self, number: E164) -> bool {
        number.digits().starts_with(&self.to_string())
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E164(..{:02})", self.0 % 100)
    }
}

impl FromStr for E164 {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        match text.strip_prefix('+') {
            Some(rest) => Self::from_digits(&digits(rest)?),
            None if text.is_empty() => Err(PhoneError::Empty),
            None => Err(PhoneError::NoCountryCode),
        }
    }
}

impl TryFrom<String> for E164 {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.to_string()
    }
}

impl From<E164> for Cow<'static, str> {
    fn from(number: E164) -> Self {
        Cow::Owned(number.to_string())
    }
}

/// The digits of `text`, without the separators that people write between them.
fn digits(text: &str) -> Result<String, PhoneError> {
    let written = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}'));
    written.map(|c| if c.is_ascii_digit() { Ok(c) } else { Err(PhoneError::NotADigit) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let us = CountryCode::new(1).expect("a country code");
        for text in
            ["+15005550006", " +1 (500) 555-0006 ", "15005550006", "5005550006", "0015005550006", "500.555.0006"]
        {
            assert_eq!(E164::parse_with(text, us).map(|n| n.to_string()).as_deref(), Ok("+15005550006"), "{text}");
        }
        let de = CountryCode::new(49).expect("a country code");
        assert_eq!(E164::parse_with("030 5550006", de).map(|n| n.to_string()).as_deref(), Ok("+49305550006"));
    }

    #[test]
    fn refuses_the_rest_with_a_reason() {
        let cases = [
            ("", PhoneError::Empty),
            ("+", PhoneError::Empty),
            ("5005550006", PhoneError::NoCountryCode),
            ("+0115005550006", PhoneError::NoCountryCode),
            ("+150055", PhoneError::Length),
            ("+1234567890123456", PhoneError::Length),
            ("+1500555CALL", PhoneError::NotADigit),
            ("+1500+5550006", PhoneError::NotADigit),
            ("+１５００５５５０００６", PhoneError::NotADigit),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<E164>(), Err(error), "{text}");
        }
    }

    #[test]
    fn debug_hides_the_number() {
        assert_eq!(format!("{:?}", "+15005550006".parse::<E164>()), "Ok(E164(..06))");
    }

    #[test]
    fn country_codes_cover_their_numbers() {
        let us = CountryCode::new(1).expect("a country code");
        assert!(us.covers("+15005550006".parse().expect("a number")));
        assert!(!us.covers("+445005550006".parse().expect("a number")));
        assert_eq!(CountryCode::new(0), None);
        assert_eq!(CountryCode::new(1000), None);
    }
}
