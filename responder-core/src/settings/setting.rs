//! The table of settings: there is no other place that lists them.

use super::Kind;

/// One setting of a branch.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the store and in JSON. Those in capitals had it before us.
    pub name: &'static str,
    /// The same as an environment variable.
    pub variable: &'static str,
    /// Who may change it.
    pub tier: Tier,
    /// What its value is.
    pub kind: Kind,
    /// How much of it is shown.
    pub secrecy: Secrecy,
    /// What counts without it; empty if then something is left out.
    pub default: &'static str,
    /// What it does, for people.
    pub about: &'static str,
}

/// Who may change a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Who has [`EditBasic`](crate::access::Permission::EditBasic).
    Basic,
    /// Who has [`EditAdvanced`](crate::access::Permission::EditAdvanced).
    Advanced,
    /// Only admins may change it.
    Admin,
}

/// How much of a value is shown, and how it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Secrecy {
    /// All of it.
    Open,
    /// The last four characters; of an address, where it leads without the path. It is kept as it is.
    Masked,
    /// The same, and it is kept sealed.
    Sealed,
}

/// The setting of a name.
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

impl Tier {
    /// Whether somebody with these rights at a branch may change such a setting.
    pub fn is_open_to(self, rights: &crate::access::Rights, branch: &str) -> bool {
        use crate::access::Permission;
        match self {
            Self::Basic => rights.at(branch).contain(Permission::EditBasic),
            Self::Advanced => rights.at(branch).contain(Permission::EditAdvanced),
            Self::Admin => rights.are_admins(),
        }
    }
}

impl Setting {
    /// A value as it is shown: all of it, or its end. Of an address that is a secret, scheme and host are shown:
    /// whoever knows its path may post there.
    ///
    /// ```
    /// let token = responder_core::settings::setting("TWILIO_AUTH_TOKEN").expect("a setting");
    /// assert_eq!(token.shown("0123456789abcdef"), "***cdef");
    /// assert_eq!(token.shown("short"), "***", "four of five would be too many");
    /// let hook = responder_core::settings::setting("DEBUG_WEBHOOK_URL").expect("a setting");
    /// assert_eq!(hook.shown("https://hooks.example.com/T0/secret?a=b"), "https://hooks.example.com/***");
    /// ```
    pub fn shown(&self, value: &str) -> String {
        if self.secrecy == Secrecy::Open || value.is_empty() {
            return value.to_owned();
        }
        if self.kind == Kind::Url {
            return host_alone(value);
        }
        let count = value.chars().count();
        let end: String = if count < 12 { String::new() } else { value.chars().skip(count - 4).collect() };
        format!("{MASK}{end}")
    }

    /// Whether a text looks like what is shown in place of a secret.
    ///
    /// ```
    /// let token = responder_core::settings::setting("TWILIO_AUTH_TOKEN").expect("a setting");
    /// assert!(token.is_mask("***cdef") && !token.is_mask("0123456789abcdef"));
    /// ```
    pub fn is_mask(&self, text: &str) -> bool {
        match (self.secrecy, self.kind) {
            (Secrecy::Open, _) => false,
            (_, Kind::Url) => text.strip_suffix(MASK).is_some_and(|url| url.ends_with('/')),
            _ => text.strip_prefix(MASK).is_some_and(|end| end.chars().count() <= 4),
        }
    }
}

/// What stands in place of what is not shown.
const MASK: &str = "***";

fn host_alone(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{}/{MASK}", authority.rsplit('@').next().unwrap_or_default())
}

/// All settings, in the order in which they are shown.
pub const SETTINGS: &[Setting] = &[
    basic("RECIPIENT_PHONES", "RECIPIENT_PHONES", Kind::Phones, "", "who gets copies and alerts by text"),
    basic("RECIPIENT_EMAILS", "RECIPIENT_EMAILS", Kind::Addresses, "", "who gets copies and alerts by mail"),
    basic("ESCALATION_PHONES", "ESCALATION_PHONES", Kind::Phones, "", "who is called next, in this order"),
    basic("enable_auto_call", "ENABLE_AUTO_CALL", Kind::Flag, "true", "call technicians; off asks them by text alone"),
    basic("enable_texts", "ENABLE_TEXTS", Kind::Flag, "true", "send texts"),
    basic("enable_emails", "ENABLE_EMAILS", Kind::Flag, "true", "send mail"),
    basic("enable_call_recording", "ENABLE_CALL_RECORDING", Kind::Flag, "false", "record talks"),
    basic("call_recording_page_size", "CALL_RECORDING_PAGE_SIZE", Kind::PageSize, "20", "recordings on a page"),
    basic(
        "enable_transfer_call",
        "ENABLE_TRANSFER_CALL",
        Kind::Flag,
        "false",
        "connect customers to TRANSFER_TARGET_PHONE_NUMBER",
    ),
    Setting {
        secrecy: Secrecy::Masked,
        ..advanced("TWILIO_ACCOUNT_SID", "TWILIO_ACCOUNT_SID", Kind::Word, "", "the account at the provider")
    },
    Setting {
        secrecy: Secrecy::Sealed,
        ..advanced("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN", Kind::Word, "", "its auth token")
    },
    Setting {
        secrecy: Secrecy::Sealed,
        ..advanced(
            "TWILIO_AUTH_TOKEN_PREVIOUS",
            "TWILIO_AUTH_TOKEN_PREVIOUS",
            Kind::Word,
            "",
            "the token before, while it is being changed",
        )
    },
    advanced("TWILIO_PHONE_NUMBER", "TWILIO_PHONE_NUMBER", Kind::Phone, "", "the number that customers call"),
    advanced(
        "TWILIO_AUTOMATED_NUMBER",
        "TWILIO_AUTOMATED_NUMBER",
        Kind::Phone,
        "",
        "the number that calls and texts come from",
    ),
    advanced(
        "TWILIO_TRANSFER_NUMBER",
        "TWILIO_TRANSFER_NUMBER",
        Kind::Phone,
        "",
        "the number that a transfer target sees",
    ),
    advanced("TRANSFER_TARGET_PHONE_NUMBER", "TRANSFER_TARGET_PHONE_NUMBER", Kind::Phone, "", "a general line"),
    advanced(
        "transfer_confirmation",
        "TRANSFER_CONFIRMATION",
        Kind::Confirmation,
        "answered",
        "what counts as answered there: answered, key_press, human",
    ),
    Setting {
        secrecy: Secrecy::Sealed,
        ..advanced(
            "DEBUG_WEBHOOK_URL",
            "DEBUG_WEBHOOK_URL",
            Kind::Url,
            "",
            "where every event is posted, and the log when somebody has it sent",
        )
    },
    advanced(
        "confirmation",
        "CONFIRMATION",
        Kind::Confirmation,
        "key_press",
        "what counts as accepted: key_press, human, answered",
    ),
    advanced(
        "attempts_per_technician",
        "ATTEMPTS_PER_TECHNICIAN",
        Kind::Tries,
        "2",
        "calls to one technician in a row",
    ),
    advanced("escalation_rounds", "ESCALATION_ROUNDS", Kind::Tries, "2", "times that the whole list is gone through"),
    advanced("ring_timeout_seconds", "RING_TIMEOUT_SECONDS", Kind::Seconds, "25", "how long a phone rings"),
    advanced(
        "sms_accept_seconds",
        "SMS_ACCEPT_SECONDS",
        Kind::Seconds,
        "120",
        "how long a text is waited for where nobody is called",
    ),
    advanced(
        "technician_wait_seconds",
        "TECHNICIAN_WAIT_SECONDS",
        Kind::Seconds,
        "60",
        "how long a technician waits on the line for the customer",
    ),
    advanced("hold_limit_seconds", "HOLD_LIMIT_SECONDS", Kind::Seconds, "600", "how long a customer is kept on hold"),
    advanced(
        "customer_deadline_seconds",
        "CUSTOMER_DEADLINE_SECONDS",
        Kind::Seconds,
        "1800",
        "how long an accepted emergency waits for the customer's call",
    ),
    advanced("talk_limit_seconds", "TALK_LIMIT_SECONDS", Kind::Seconds, "14400", "the longest talk"),
    advanced(
        "max_active_emergencies",
        "MAX_ACTIVE_EMERGENCIES",
        Kind::Active,
        "1",
        "how many emergencies may be active at a time",
    ),
    advanced(
        "no_emergency_target",
        "NO_EMERGENCY_TARGET",
        Kind::Phone,
        "",
        "who callers without an emergency are put through to",
    ),
    advanced("DEFAULT_COUNTRY", "DEFAULT_COUNTRY", Kind::Country, "1", "calling code of numbers without one"),
    advanced("ALLOWED_COUNTRY_CODES", "ALLOWED_COUNTRY_CODES", Kind::Countries, "", "who may be called and texted"),
    advanced(
        "company_name",
        "COMPANY_NAME",
        Kind::Text,
        "the emergency service",
        "who calls, as it is spoken and written",
    ),
    // Not LANGUAGE: that is a variable of the locale on many machines.
    advanced(
        "speech_language",
        "SPEECH_LANGUAGE",
        Kind::Language,
        "",
        "language that the voice speaks, such as en-US; the words stay English",
    ),
    advanced("voice", "VOICE", Kind::Word, "", "voice of speech, such as Polly.Joanna"),
    advanced("hold_music_url", "HOLD_MUSIC_URL", Kind::Url, "", "a clip of at most 30 seconds for customers on hold"),
    advanced(
        "recording_notice",
        "RECORDING_NOTICE",
        Kind::Text,
        "",
        "what customers are told before a talk that is recorded",
    ),
    advanced(
        "time_zone",
        "TIME_ZONE",
        Kind::TimeZone,
        "UTC",
        "the zone of the times that people read, such as Europe/Paris",
    ),
    Setting {
        tier: Tier::Admin,
        ..basic(
            "enable_google_maps_link",
            "ENABLE_GOOGLE_MAPS_LINK",
            Kind::Flag,
            "false",
            "add a map to texts and mails",
        )
    },
];

const fn basic(
    name: &'static str,
    variable: &'static str,
    kind: Kind,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting { name, variable, tier: Tier::Basic, kind, secrecy: Secrecy::Open, default, about }
}

const fn advanced(
    name: &'static str,
    variable: &'static str,
    kind: Kind,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting { tier: Tier::Advanced, ..basic(name, variable, kind, default, about) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::CountryCode;

    #[test]
    fn variables_are_the_names_in_capitals_and_each_is_there_once() {
        let names: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), SETTINGS.len());
        for setting in SETTINGS {
            assert_eq!(setting.variable, setting.name.to_ascii_uppercase());
        }
    }

    #[test]
    fn every_default_is_a_value() {
        for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
            let canonical = setting.kind.canonical(setting.default, CountryCode::NORTH_AMERICA);
            assert_eq!(canonical.as_deref(), Ok(setting.default), "{}", setting.name);
        }
    }

    /// As the seed has them.
    #[test]
    fn tiers_are_those_that_users_know() {
        let tier = |name| setting(name).map(|setting| setting.tier);
        for name in ["RECIPIENT_PHONES", "RECIPIENT_EMAILS", "enable_texts", "call_recording_page_size"] {
            assert_eq!(tier(name), Some(Tier::Basic), "{name}");
        }
        for name in ["TWILIO_AUTH_TOKEN", "TRANSFER_TARGET_PHONE_NUMBER", "DEBUG_WEBHOOK_URL"] {
            assert_eq!(tier(name), Some(Tier::Advanced), "{name}");
        }
        assert_eq!((tier("enable_google_maps_link"), tier("nonsense")), (Some(Tier::Admin), None));
    }

    #[test]
    fn what_is_masked_shows_its_end() {
        let sid = setting("TWILIO_ACCOUNT_SID").expect("a setting");
        assert_eq!(sid.shown("AC0123456789"), "***6789");
        assert_eq!(sid.shown("AC012345678"), "***");
        assert_eq!(sid.shown(""), "");
        assert_eq!(setting("company_name").expect("a setting").shown("Company"), "Company");
        let hook = setting("DEBUG_WEBHOOK_URL").expect("a setting");
        for url in ["https://hooks.example.com/T0/abc", "https://bo:word@hooks.example.com?token=abc#d", HOOK] {
            assert_eq!(hook.shown(url), HOOK, "{url}");
        }
    }

    const HOOK: &str = "https://hooks.example.com/***";

    #[test]
    fn music_is_no_secret() {
        let music = "https://music.example.com/a.mp3";
        assert_eq!(setting("hold_music_url").expect("a setting").shown(music), music);
    }
}
