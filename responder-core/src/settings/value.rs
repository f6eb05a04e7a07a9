//! One value at a time.

use std::time::Duration;

use serde::Deserialize;

use crate::{
    CountryCode, E164, PhoneError,
    emergency::{Confirmation, Contact},
};

/// Why a value can't be used. Texts of errors do not repeat the value: it may be a number or a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// Neither on nor off.
    #[error("must be one of true, false, on, off, 1, 0")]
    Flag,
    /// No number of seconds.
    #[error("must be a whole number of seconds, at least 1")]
    Seconds,
    /// No word for what counts as accepted.
    #[error("must be key_press, human or answered")]
    Confirmation,
    /// A list that begins like JSON and is none of the right kind.
    #[error("must be a comma list, a JSON list of texts, or a JSON list of objects with name and number")]
    List,
    /// An entry of a phone list.
    #[error("entry {entry}: {error}")]
    Phone {
        /// Which, counted from 1.
        entry: usize,
        /// What is wrong with it.
        error: PhoneError,
    },
    /// An entry of a list of mail addresses.
    #[error("entry {entry} is not a valid mail address")]
    Address {
        /// Which, counted from 1.
        entry: usize,
    },
    /// A single number.
    #[error("{0}")]
    Number(PhoneError),
    /// A count out of bounds.
    #[error("must be a whole number from 1 to {most}")]
    Count {
        /// The highest.
        most: u32,
    },
    /// No address of the web.
    #[error("must be an address that begins with https:// or http://")]
    Url,
    /// No time zone that is known here.
    #[error("must be a time zone that this machine knows, such as UTC, America/Phoenix or -07:00")]
    TimeZone,
    /// No tag of a language.
    #[error("must be a language such as en or en-US")]
    Language,
    /// What is shown in place of a secret, and not of the present one.
    #[error("is only what is shown of a secret that has changed since: enter all of it")]
    Mask,
    /// Too long, or with characters that can't be kept.
    #[error("is too long, or has characters that it can't have")]
    Text,
    /// An entry of a list of country codes.
    #[error("entry {entry} is not a valid country calling code, such as 1 or 44")]
    Country {
        /// Which, counted from 1.
        entry: usize,
    },
}

/// `true`, `on`, `1`, or `false`, `off`, `0`, in any case.
///
/// # Errors
/// [`ValueError::Flag`]
pub fn flag(text: &str) -> Result<bool, ValueError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "on" | "1" => Ok(true),
        "false" | "off" | "0" => Ok(false),
        _ => Err(ValueError::Flag),
    }
}

/// Whole seconds, at least one.
///
/// # Errors
/// [`ValueError::Seconds`]
pub fn seconds(text: &str) -> Result<Duration, ValueError> {
    let seconds: u32 = text.trim().parse().map_err(|_| ValueError::Seconds)?;
    if seconds == 0 { Err(ValueError::Seconds) } else { Ok(Duration::from_secs(u64::from(seconds))) }
}

/// `key_press`, `human` or `answered`.
///
/// # Errors
/// [`ValueError::Confirmation`]
pub fn confirmation(text: &str) -> Result<Confirmation, ValueError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "key_press" => Ok(Confirmation::KeyPress),
        "human" => Ok(Confirmation::Human),
        "answered" => Ok(Confirmation::Answered),
        _ => Err(ValueError::Confirmation),
    }
}

/// People: a JSON list of `{"name","number"}` and of numbers, or entries apart by commas or semicolons, each a number
/// or `name <number>`. Numbers may lack their `+`, or the code of `country`.
///
/// # Errors
/// [`ValueError::List`], [`ValueError::Phone`]
pub fn contacts(text: &str, country: CountryCode) -> Result<Vec<Contact>, ValueError> {
    let entries = entries(text)?;
    let contact = |(at, entry): (usize, Entry)| {
        let number = E164::parse_with(&entry.value, country);
        let number = number.map_err(|error| ValueError::Phone { entry: at + 1, error })?;
        Ok(Contact { name: entry.name.filter(|name| !name.trim().is_empty()), number })
    };
    entries.into_iter().enumerate().map(contact).collect()
}

/// Mail addresses: a JSON list of texts, or apart by commas or semicolons.
///
/// # Errors
/// [`ValueError::List`], [`ValueError::Address`]
pub fn addresses(text: &str) -> Result<Vec<String>, ValueError> {
    let address = |(at, entry): (usize, Entry)| {
        let value = entry.value.trim().to_owned();
        let is_one = value.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@') && !value.contains(char::is_whitespace)
        });
        if is_one { Ok(value) } else { Err(ValueError::Address { entry: at + 1 }) }
    };
    entries(text)?.into_iter().enumerate().map(address).collect()
}

/// Country calling codes, with or without `+`, apart by commas. A blank text has none; any other has one or more, so
/// that no slip opens what was meant to be closed.
///
/// # Errors
/// [`ValueError::List`], [`ValueError::Country`]
pub fn countries(text: &str) -> Result<Vec<CountryCode>, ValueError> {
    let code = |(at, entry): (usize, Entry)| {
        let code = entry.value.trim().trim_start_matches('+').parse().ok().and_then(CountryCode::new);
        code.ok_or(ValueError::Country { entry: at + 1 })
    };
    let codes: Vec<_> = entries(text)?.into_iter().enumerate().map(code).collect::<Result<_, _>>()?;
    // To whoever reads them, none are all.
    if codes.is_empty() && !text.trim().is_empty() {
        return Err(ValueError::Country { entry: 1 });
    }
    Ok(codes)
}

struct Entry {
    name: Option<String>,
    value: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Wire {
    Plain(String),
    Number(u64),
    Named {
        #[serde(default)]
        name: Option<String>,
        number: String,
    },
}

fn entries(text: &str) -> Result<Vec<Entry>, ValueError> {
    if text.trim_start().starts_with('[') {
        let list: Vec<Wire> = serde_json::from_str(text).map_err(|_| ValueError::List)?;
        return Ok(list.into_iter().map(Entry::from).collect());
    }
    let pieces = text.split([',', ';', '\n']).map(str::trim).filter(|piece| !piece.is_empty());
    Ok(pieces.map(Entry::read).collect())
}

impl Entry {
    fn read(piece: &str) -> Self {
        match piece.strip_suffix('>').and_then(|piece| piece.split_once('<')) {
            Some((name, value)) => Self { name: Some(name.trim().to_owned()), value: value.to_owned() },
            None => Self { name: None, value: piece.to_owned() },
        }
    }
}

impl From<Wire> for Entry {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire::Plain(value) => Self { name: None, value },
            Wire::Number(value) => Self { name: None, value: value.to_string() },
            Wire::Named { name, number } => Self { name, value: number },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: CountryCode = CountryCode::NORTH_AMERICA;

    fn numbers(text: &str) -> Result<Vec<String>, ValueError> {
        Ok(contacts(text, US)?.iter().map(|contact| contact.number.to_string()).collect())
    }

    #[test]
    fn lists_of_phones_are_read_in_every_form_that_the_seed_knows() {
        let both = Ok(vec!["+15005550001".to_owned(), "+445005550002".to_owned()]);
        for text in [
            r#"[{"name":"Ada","number":"+15005550001"},{"number":"445005550002"}]"#.replace("445", "+445"),
            r#"["15005550001", "+445005550002"]"#.to_owned(),
            r#"[15005550001, "+445005550002"]"#.to_owned(),
            "+15005550001, +445005550002".to_owned(),
            " 5005550001 ;+44 500 555 0002,".to_owned(),
            "Ada <15005550001>\nBo <+445005550002>".to_owned(),
        ] {
            assert_eq!(numbers(&text), both, "{text}");
        }
        assert_eq!(numbers(""), Ok(vec![]));
        assert_eq!(numbers("[]"), Ok(vec![]));
    }

    #[test]
    fn a_wrong_entry_is_named_by_its_place_alone() {
        let error = contacts("+15005550001, 12x", US).expect_err("no number");
        assert!(matches!(error, ValueError::Phone { entry: 2, .. }));
        assert!(!error.to_string().contains("12x"));
        for text in ["[1.5]", "[{}]", "[\"+15005550001\"", "[null]"] {
            assert_eq!(contacts(text, US).map(|_| ()), Err(ValueError::List), "{text}");
        }
        assert_eq!(addresses("a@b.example, nobody"), Err(ValueError::Address { entry: 2 }));
        assert_eq!(countries("1, 0"), Err(ValueError::Country { entry: 2 }));
        for nothing in [",", " ; ", "[]"] {
            assert_eq!(countries(nothing), Err(ValueError::Country { entry: 1 }), "{nothing:?} does not mean all");
        }
        assert_eq!(countries(" "), Ok(Vec::new()));
    }

    #[test]
    fn words_and_numbers() {
        assert_eq!((flag("TRUE"), flag("off"), flag("1"), flag(" 0 ")), (Ok(true), Ok(false), Ok(true), Ok(false)));
        assert_eq!((flag("yes"), flag("")), (Err(ValueError::Flag), Err(ValueError::Flag)));
        assert_eq!(seconds("90"), Ok(Duration::from_secs(90)));
        assert_eq!(
            (seconds("0"), seconds("1.5"), seconds("-1")),
            (Err(ValueError::Seconds), Err(ValueError::Seconds), Err(ValueError::Seconds))
        );
        assert_eq!(confirmation("Human"), Ok(Confirmation::Human));
        assert_eq!(confirmation("yes"), Err(ValueError::Confirmation));
        assert_eq!(addresses("a@b.example;c@d.example").map(|all| all.len()), Ok(2));
        assert_eq!(countries("+1,44").map(|all| all.len()), Ok(2));
    }
}
