//! Where the calls of users go.

use serde::Deserialize;

use super::{Answer, CallKind, Voice, VoiceSettings};
use crate::{
    E164,
    http::{Call, HttpError, twiml},
    twiml::voice::{Client, Dial, Number, Response},
};

/// What an app sends along: Twilio hands its parameters on as they are, beside its own `To` and `From`.
#[derive(Deserialize)]
struct Asked {
    to: Option<String>,
    from: Option<String>,
}

/// What is called.
#[derive(Debug, PartialEq, Eq)]
enum Callee {
    Number(String),
    Client(String),
    Nobody,
    Refused,
}

/// Tells a call where to go; the provider asks for it when a user calls.
pub(super) fn make_call(voice: &Voice, ended_at: &str, call: &Call) -> Answer {
    let Asked { to, from } = Asked::read(call)?;
    let settings = &voice.settings;
    let dial = || {
        let caller = from.as_deref().filter(|from| !from.is_empty()).unwrap_or(&settings.from);
        let dial = Dial::new().caller_id(caller.to_owned()).time_limit_secs(settings.time_limit_secs);
        if settings.call_metrics { dial.action(ended_at.to_owned()) } else { dial }
    };
    let (kind, document) = match Callee::of(to.as_deref().unwrap_or_default(), settings) {
        Callee::Number(number) => (CallKind::Number, Response::new().dial(dial().number(Number::new(number)))),
        Callee::Client(identity) => (CallKind::Client, Response::new().dial(dial().client(Client::new(identity)))),
        Callee::Nobody => (CallKind::Test, Response::new().say(settings.wording.test_call.clone())),
        Callee::Refused => (CallKind::Refused, Response::new().say(settings.wording.refused.clone())),
    };
    voice.metrics.call_routed(kind);
    Ok(twiml(&document))
}

impl Asked {
    fn read(call: &Call) -> Result<Self, HttpError> {
        if call.is_json() {
            return call.json();
        }
        let field = |name| call.form().get(name).map(str::to_owned);
        Ok(Self { to: field("to"), from: field("from") })
    }
}

impl Callee {
    fn of(to: &str, settings: &VoiceSettings) -> Self {
        if to.is_empty() {
            return Self::Nobody;
        }
        let names_somebody = to.chars().any(char::is_alphanumeric);
        if !names_somebody || to.len() > LONGEST || to.chars().any(char::is_control) {
            return Self::Refused;
        }
        if !to.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ')) {
            return Self::Client(to.to_owned());
        }
        if settings.allowed_countries.is_empty() {
            return Self::Number(to.to_owned());
        }
        // What was judged is what is dialled: the provider might read the text in another way.
        match E164::parse_with(to, settings.default_country) {
            Ok(number) if settings.allowed_countries.iter().any(|country| country.covers(number)) => {
                Self::Number(number.to_string())
            }
            _ => Self::Refused,
        }
    }
}

/// Bytes. Numbers and identities are far shorter; what is longer is no mistake.
const LONGEST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CountryCode, token::ApiKey};

    fn settings(countries: &[u16]) -> VoiceSettings {
        let key = ApiKey::new("AC1", "SK1", "secret".into()).expect("a key");
        let mut settings = VoiceSettings::new(key, "AP1", "+15005550006");
        settings.allowed_countries = countries.iter().map(|code| CountryCode::new(*code).expect("a code")).collect();
        settings
    }

    fn number(text: &str) -> Callee {
        Callee::Number(text.to_owned())
    }

    #[test]
    fn digits_are_a_number_and_anything_else_a_client() {
        let client = |text: &str| Callee::Client(text.to_owned());
        for (to, callee) in [
            ("", Callee::Nobody),
            ("+15005550001", number("+15005550001")),
            ("(500) 555-0001", number("(500) 555-0001")),
            ("911", number("911")),
            ("passenger_456", client("passenger_456")),
            ("client:passenger_456", client("client:passenger_456")),
            ("+1500555000a", client("+1500555000a")),
            ("緊急", client("緊急")),
            ("\u{661}\u{662}\u{663}", client("\u{661}\u{662}\u{663}")),
            ("+1;5", client("+1;5")),
            (" ", Callee::Refused),
            ("+-()", Callee::Refused),
            ("<>", Callee::Refused),
            ("15005550001\n", Callee::Refused),
            ("a\0b", Callee::Refused),
            (&"1".repeat(LONGEST + 1), Callee::Refused),
        ] {
            assert_eq!(Callee::of(to, &settings(&[])), callee, "{to:?}");
        }
    }

    #[test]
    fn countries_that_are_not_listed_are_not_called() {
        let both = settings(&[1, 49]);
        for to in ["+15005550001", "15005550001", "5005550001", "(500) 555-0001", "001 500 555-0001"] {
            assert_eq!(Callee::of(to, &both), number("+15005550001"), "{to}");
        }
        assert_eq!(Callee::of("+49 30 5550001", &both), number("+49305550001"));
        for to in ["+44 20 5550001", "0044205550001", "(+44) 205550001", "+", "911", "+1+5005550001", "+881500555001"] {
            assert_eq!(Callee::of(to, &both), Callee::Refused, "{to}");
        }
        assert_eq!(Callee::of("driver_1", &both), Callee::Client("driver_1".to_owned()), "clients are in no country");
    }
}
