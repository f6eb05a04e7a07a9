//! What the value of a setting is.

use super::{ValueError, addresses, confirmation, contacts, countries, flag, seconds};
use crate::{CountryCode, E164, TimeZone, emergency::Confirmation};

/// What the value of a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// On or off.
    Flag,
    /// Whole seconds.
    Seconds,
    /// 1 to 10.
    Tries,
    /// 1 to 1,000: how many emergencies at a time.
    Active,
    /// 1 to 100: recordings on a page.
    PageSize,
    /// A number.
    Phone,
    /// People and their numbers.
    Phones,
    /// Mail addresses.
    Addresses,
    /// A country calling code.
    Country,
    /// Country calling codes, with commas between them.
    Countries,
    /// What counts as accepted.
    Confirmation,
    /// `https://…` or `http://…`.
    Url,
    /// The name of a time zone, or an offset.
    TimeZone,
    /// A language, and perhaps where it is spoken: `en`, `en-US` (BCP 47).
    Language,
    /// Up to 200 visible ASCII characters, without blanks.
    Word,
    /// Up to 500 characters.
    Text,
}

impl Kind {
    /// A value in the one form in which it is kept: flags as `true` and `false`, phones in E.164, lists of phones as a
    /// JSON list of `{"name","number"}`.
    ///
    /// ```
    /// use responder_core::{CountryCode, settings::Kind};
    ///
    /// let kept = Kind::Phones.canonical("Ada <5005550001>, +15005550002", CountryCode::NORTH_AMERICA)?;
    /// assert_eq!(kept, r#"[{"name":"Ada","number":"+15005550001"},{"number":"+15005550002"}]"#);
    /// # Ok::<(), responder_core::settings::ValueError>(())
    /// ```
    ///
    /// # Errors
    /// Why it can't be used.
    pub fn canonical(self, text: &str, country: CountryCode) -> Result<String, ValueError> {
        let text = text.trim();
        if text.contains(|c: char| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
            return Err(ValueError::Text);
        }
        match self {
            Self::Flag => flag(text).map(|is_on| is_on.to_string()),
            Self::Seconds => seconds(text).map(|span| span.as_secs().to_string()),
            Self::Tries => count(text, 10).map(|count| count.to_string()),
            Self::Active => count(text, 1000).map(|count| count.to_string()),
            Self::PageSize => count(text, 100).map(|count| count.to_string()),
            Self::Phone => phone(text, country).map(|number| number.to_string()),
            Self::Phones => people(text, country),
            Self::Addresses => addresses(text).map(|all| all.join(", ")),
            Self::Country => one_country(text).map(|_| text.trim_start_matches('+').to_owned()),
            Self::Countries => countries(text).map(|_| text.to_owned()),
            Self::Confirmation => confirmation(text).map(|rule| word(rule).to_owned()),
            Self::Url => url(text),
            Self::TimeZone => time_zone(text).map(|_| text.to_owned()),
            Self::Language => language(text),
            Self::Word if text.len() <= 200 && text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(text.to_owned()),
            Self::Text if text.chars().count() <= 500 => Ok(text.to_owned()),
            Self::Word | Self::Text => Err(ValueError::Text),
        }
    }
}

/// A whole number from 1 to `most`.
///
/// # Errors
/// [`ValueError::Count`]
pub fn count(text: &str, most: u32) -> Result<u32, ValueError> {
    text.trim().parse().ok().filter(|count| (1..=most).contains(count)).ok_or(ValueError::Count { most })
}

/// A number; it may lack its `+`, or the code of `country`.
///
/// # Errors
/// [`ValueError::Number`]
pub fn phone(text: &str, country: CountryCode) -> Result<E164, ValueError> {
    E164::parse_with(text, country).map_err(ValueError::Number)
}

/// A country calling code, with or without `+`.
///
/// # Errors
/// [`ValueError::Country`]
pub fn one_country(text: &str) -> Result<CountryCode, ValueError> {
    let code = text.trim().trim_start_matches('+').parse().ok().and_then(CountryCode::new);
    code.ok_or(ValueError::Country { entry: 1 })
}

/// An address that the provider, or we, will ask for something.
///
/// # Errors
/// [`ValueError::Url`]
pub fn url(text: &str) -> Result<String, ValueError> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && text.len() <= 2000 && !text.contains(char::is_whitespace) => {
            Ok(text.to_owned())
        }
        _ => Err(ValueError::Url),
    }
}

/// A language by its tag: letters, and further parts of letters and digits.
///
/// # Errors
/// [`ValueError::Language`]
pub fn language(text: &str) -> Result<String, ValueError> {
    let mut parts = text.split('-');
    let is_language = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let are_subtags =
        parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if is_language && are_subtags { Ok(text.to_owned()) } else { Err(ValueError::Language) }
}

/// A time zone of this machine, by its name, or an offset from UTC.
///
/// # Errors
/// [`ValueError::TimeZone`]
pub fn time_zone(text: &str) -> Result<TimeZone, ValueError> {
    text.trim().parse().map_err(|_| ValueError::TimeZone)
}

fn people(text: &str, country: CountryCode) -> Result<String, ValueError> {
    let people = contacts(text, country)?;
    let entry = |contact: &crate::emergency::Contact| {
        let number = contact.number.to_string();
        match &contact.name {
            Some(name) => serde_json::json!({ "name": name.trim(), "number": number }),
            None => serde_json::json!({ "number": number }),
        }
    };
    Ok(serde_json::Value::Array(people.iter().map(entry).collect()).to_string())
}

const fn word(rule: Confirmation) -> &'static str {
    match rule {
        Confirmation::KeyPress => "key_press",
        Confirmation::Human => "human",
        Confirmation::Answered => "answered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: CountryCode = CountryCode::NORTH_AMERICA;

    #[test]
    fn what_is_canonical_stays_as_it_is() {
        let cases = [
            (Kind::Flag, " ON ", "true"),
            (Kind::Seconds, "090", "90"),
            (Kind::Tries, "3", "3"),
            (Kind::Phone, "500 555 0001", "+15005550001"),
            (Kind::Phones, "[]", "[]"),
            (Kind::Phones, r#"["+15005550001"]"#, r#"[{"number":"+15005550001"}]"#),
            (Kind::Addresses, "a@b.example;c@d.example", "a@b.example, c@d.example"),
            (Kind::Country, "+44", "44"),
            (Kind::Confirmation, "HUMAN", "human"),
            (Kind::Url, "https://a.example/b?c", "https://a.example/b?c"),
            (Kind::Word, "Polly.Amy", "Polly.Amy"),
            (Kind::Language, "en-GB", "en-GB"),
            (Kind::Language, "es", "es"),
            (Kind::Language, " es-419 ", "es-419"),
            (Kind::TimeZone, " -07:00", "-07:00"),
            (Kind::Text, " Two words ", "Two words"),
        ];
        for (kind, given, kept) in cases {
            assert_eq!(kind.canonical(given, US).as_deref(), Ok(kept), "{given}");
            assert_eq!(kind.canonical(kept, US).as_deref(), Ok(kept), "{kept}");
        }
    }

    #[test]
    fn what_can_not_be_used_is_refused() {
        let cases = [
            (Kind::Flag, ""),
            (Kind::Flag, "yes"),
            (Kind::Seconds, "0"),
            (Kind::Tries, "11"),
            (Kind::PageSize, "-1"),
            (Kind::Phone, "x"),
            (Kind::Phone, ""),
            (Kind::Phones, "[1.5]"),
            (Kind::Addresses, "nobody"),
            (Kind::Country, "0"),
            (Kind::Url, "ftp://a.example"),
            (Kind::Url, "https://"),
            (Kind::Url, "javascript:alert(1)"),
            (Kind::Word, "two words"),
            (Kind::Language, "en_US:en"),
            (Kind::Language, "english"),
            (Kind::Language, "en-"),
            (Kind::TimeZone, "America/Nowhere"),
            (Kind::Text, "a\0b"),
        ];
        for (kind, given) in cases {
            assert!(kind.canonical(given, US).is_err(), "{kind:?} {given:?}");
        }
        assert!(Kind::Text.canonical(&"ä".repeat(501), US).is_err());
    }
}
