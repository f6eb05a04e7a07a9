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
    #[error("the phone number has a character that is not a digit")]
    NotADigit,
    /// Fewer than 7 or more than 15 digits.
    #[error("the phone number must have 7 to 15 digits")]
    Length,
    /// A number of country code 1 that can't exist, such as one without area code.
    #[error("a phone number with country code 1 must have an area code and 7 more digits, like 500 555 0006")]
    NorthAmerican,
}

impl E164 {
    /// Reads a number as a person may write it. `+` or `00` begins an international number. So does
    /// `default_country`'s code, if there are more than 10 digits. Anything else is a national number: one 0 at its
    /// beginning is left out (the trunk prefix of most countries, which is not dialed from abroad), except in Italy,
    /// where the 0 belongs to the number (ITU, "National Numbering Plans"), and the code is put before it.
    ///
    /// A number of country code 1, however it is written, must be one of the North American Numbering Plan:
    /// NXX-NXX-XXXX after the 1, where N is 2 to 9 (NANPA, "About the NANP"). Parsing with [`FromStr`] does not ask for
    /// this: what a provider gives as a caller is taken as it is.
    ///
    /// ```
    /// use responder_core::{CountryCode, E164, PhoneError};
    ///
    /// for text in ["5005550006", "15005550006", "0015005550006", "+1 500 555 0006"] {
    ///     let number = E164::parse_with(text, CountryCode::NORTH_AMERICA)?;
    ///     assert_eq!(number.to_string(), "+15005550006");
    /// }
    /// let no_area_code = E164::parse_with("555-0006", CountryCode::NORTH_AMERICA);
    /// assert_eq!(no_area_code, Err(PhoneError::NorthAmerican));
    /// # Ok::<(), PhoneError>(())
    /// ```
    ///
    /// # Errors
    /// As for parsing, where [`PhoneError::NoCountryCode`] means that there is a 0 instead of the code (`+0…`, `000…`);
    /// and [`PhoneError::NorthAmerican`].
    pub fn parse_with(text: &str, default_country: CountryCode) -> Result<Self, PhoneError> {
        let trimmed = text.trim();
        if trimmed.starts_with('+') {
            return trimmed.parse().and_then(Self::planned);
        }
        let digits = digits(trimmed)?;
        if digits.is_empty() {
            return Err(PhoneError::Empty);
        }
        if let Some(international) = digits.strip_prefix("00") {
            return Self::from_digits(international).and_then(Self::planned);
        }
        let code = default_country.to_string();
        if digits.starts_with(&code) && digits.len() > 10 {
            return Self::from_digits(&digits).and_then(Self::planned);
        }
        let trunk = if default_country == CountryCode::ITALY { None } else { digits.strip_prefix('0') };
        Self::from_digits(&format!("{code}{}", trunk.unwrap_or(&digits))).and_then(Self::planned)
    }

    /// The digits without the `+`, as they are read out.
    pub fn digits(self) -> String {
        self.0.to_string()
    }

    /// The number, unless the plan of its country says that there is no such number.
    fn planned(self) -> Result<Self, PhoneError> {
        let digits = self.digits();
        let Some(national) = digits.strip_prefix('1') else { return Ok(self) };
        let begins_a_code = |at: usize| matches!(national.as_bytes().get(at), Some(b'2'..=b'9'));
        let is_planned = national.len() == 10 && begins_a_code(0) && begins_a_code(3);
        if is_planned { Ok(self) } else { Err(PhoneError::NorthAmerican) }
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

    const ITALY: Self = Self(39);

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
        let us = CountryCode::NORTH_AMERICA;
        for text in
            ["+15005550006", " +1 (500) 555-0006 ", "15005550006", "5005550006", "0015005550006", "500.555.0006"]
        {
            assert_eq!(E164::parse_with(text, us).map(|n| n.to_string()).as_deref(), Ok("+15005550006"), "{text}");
        }
        let de = CountryCode::new(49).expect("a country code");
        assert_eq!(E164::parse_with("030 5550006", de).map(|n| n.to_string()).as_deref(), Ok("+49305550006"));
        let it = CountryCode::new(39).expect("a country code");
        assert_eq!(E164::parse_with("06 5550006", it).map(|n| n.to_string()).as_deref(), Ok("+39065550006"));
    }

    #[test]
    fn refuses_what_nobody_in_north_america_has() {
        let cases = [
            "555-0006",
            "+1 555 0006",
            "1500555000",
            "500555000",
            "50055500066",
            "+150055500066",
            "0115005550006",
            "0015550006",
            "+1 100 555 0006",
            "500 155 0006",
        ];
        for text in cases {
            let read = E164::parse_with(text, CountryCode::NORTH_AMERICA);
            assert_eq!(read, Err(PhoneError::NorthAmerican), "{text}");
        }
        assert_eq!(E164::parse_with("", CountryCode::NORTH_AMERICA), Err(PhoneError::Empty));
        assert_eq!(E164::parse_with("+05005550006", CountryCode::NORTH_AMERICA), Err(PhoneError::NoCountryCode));
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
        let us = CountryCode::NORTH_AMERICA;
        assert!(us.covers("+15005550006".parse().expect("a number")));
        assert!(!us.covers("+445005550006".parse().expect("a number")));
        assert_eq!(CountryCode::new(0), None);
        assert_eq!(CountryCode::new(1000), None);
    }
}
