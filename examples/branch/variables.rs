//! The environment: every variable that is read, in one place.

use std::{collections::HashMap, fmt, fs};

use secrecy::SecretString;

/// One variable.
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// What counts when it is not set, as `--help` shows it; empty for what is simply left out.
    pub(crate) default: &'static str,
    /// Whether it can also come from a file that `<NAME>_FILE` names.
    pub(crate) secret: bool,
}

const fn plain(name: &'static str, default: &'static str, about: &'static str) -> Variable {
    Variable { name, about, default, secret: false }
}

const fn secret(name: &'static str, about: &'static str) -> Variable {
    Variable { name, about, default: "", secret: true }
}

/// All of them, in the order of `--help`.
pub(crate) const VARIABLES: &[Variable] = &[
    plain("BRANCH_NAME", "main", "name of this branch"),
    plain("PUBLIC_URL", "(required)", "where the provider reaches this server; a proxy strips its path"),
    plain("BIND", "127.0.0.1", "address to listen on"),
    plain("PORT", "5000", "port to listen on"),
    plain("FLASK_PORT", "", "an older name of PORT"),
    Variable {
        name: "DATABASE_URL",
        about: "where emergencies are kept; for several nodes postgres://user:password@host/database",
        default: "sqlite://data/<branch>.db",
        secret: true,
    },
    plain(
        "DATABASE_SCHEMA",
        "responder",
        "the schema in a PostgreSQL database; services that share one have their own",
    ),
    plain("DATABASE_CONNECTIONS", "8", "connections to a PostgreSQL server; one more listens to other nodes"),
    plain("TRUSTED_PROXIES", "", "addresses of proxies in front, such as 10.0.0.0/8"),
    plain("FALLBACK_URL", "", "a static TwiML document on another host, for when we are down"),
    plain("TELEPHONY_PROVIDER", "twilio", "or signalwire; the names of the other variables stay"),
    plain("TWILIO_ACCOUNT_SID", "(required)", "the account; of SignalWire, the project"),
    secret("TWILIO_AUTH_TOKEN", "its auth token, with which requests are signed (required)"),
    secret("TWILIO_AUTH_TOKEN_PREVIOUS", "the token before, while it is being changed"),
    secret("SIGNALWIRE_SIGNING_KEY", "with which SignalWire signs requests; its API token is TWILIO_AUTH_TOKEN"),
    plain(
        "TWILIO_API_URL",
        "https://api.twilio.com",
        "the REST API: the simulator's in tests, https://<space>.signalwire.com/api/laml of SignalWire",
    ),
    plain("TWILIO_SIGNATURE_VALIDATION", "on", "off lets anybody speak for the provider"),
    plain("CALLS_PER_SECOND", "1", "how many calls the account may place in a second"),
    plain("TWILIO_PHONE_NUMBER", "(required)", "the number that customers call"),
    plain("TWILIO_AUTOMATED_NUMBER", "TWILIO_PHONE_NUMBER", "the number that calls and texts come from"),
    plain("TWILIO_TRANSFER_NUMBER", "", "the number that a transfer target sees"),
    plain("DEFAULT_COUNTRY", "1", "calling code of numbers without one"),
    plain("ALLOWED_COUNTRY_CODES", "all", "who may be called and texted"),
    secret("INTAKE_TOKEN", "bearer token of whoever reports emergencies; it may also look at and cancel them"),
    secret("INTAKE_HMAC_SECRET", "or the secret that reports are signed with, in X-Signature-256"),
    plain("INTAKE_AUTH", "on", "none lets anybody report emergencies"),
    secret("BRANCH_TOKEN", "bearer token of servers of ours"),
    secret("OPERATOR_PASSWORD", "password of the user operator, for browsers"),
    plain("RECIPIENT_PHONES", "(required)", "who gets copies and alerts by text: Ada <+15005550009>, +15005550008"),
    plain("RECIPIENT_EMAILS", "", "who gets copies and alerts by mail"),
    plain("ESCALATION_PHONES", "", "who is called next, in this order; the same form"),
    plain("ENABLE_AUTO_CALL", "on", "call technicians; off asks them by text alone"),
    plain("ENABLE_TEXTS", "on", "send texts"),
    plain("ENABLE_EMAILS", "on", "send mail"),
    plain("ENABLE_CALL_RECORDING", "off", "record talks"),
    plain("ENABLE_TRANSFER_CALL", "off", "connect customers to TRANSFER_TARGET_PHONE_NUMBER"),
    plain("TRANSFER_TARGET_PHONE_NUMBER", "", "a general line"),
    plain("TRANSFER_CONFIRMATION", "answered", "what counts as answered there: answered, key_press, human"),
    plain("ENABLE_GOOGLE_MAPS_LINK", "off", "add a map to texts and mails"),
    plain("CONFIRMATION", "key_press", "what counts as accepted: key_press, human, answered"),
    plain("ATTEMPTS_PER_TECHNICIAN", "2", "calls to one technician in a row"),
    plain("ESCALATION_ROUNDS", "2", "times that the whole list is gone through"),
    plain("RING_TIMEOUT_SECONDS", "25", "how long a phone rings"),
    plain("SMS_ACCEPT_SECONDS", "120", "how long a text is waited for where nobody is called"),
    plain("TECHNICIAN_WAIT_SECONDS", "60", "how long a technician waits on the line for the customer"),
    plain("HOLD_LIMIT_SECONDS", "600", "how long a customer is kept on hold"),
    plain("CUSTOMER_DEADLINE_SECONDS", "1800", "how long an accepted emergency waits for the customer's call"),
    plain("TALK_LIMIT_SECONDS", "14400", "the longest talk"),
    plain("MAX_ACTIVE_EMERGENCIES", "1", "how many emergencies may be active at a time"),
    plain("NO_EMERGENCY_TARGET", "", "who callers without an emergency are put through to"),
    plain("COMPANY_NAME", "the emergency service", "who calls, as it is spoken and written"),
    plain("LANGUAGE", "", "language of speech, such as en-US"),
    plain("VOICE", "", "voice of speech, such as Polly.Joanna"),
    plain("HOLD_MUSIC_URL", "", "a clip of at most 30 seconds for customers on hold"),
    plain("RECORDING_NOTICE", "", "what customers are told before a talk that is recorded"),
    plain("RUST_LOG", "info", "how much is written to the console"),
];

/// What is set.
pub(crate) struct Environment(HashMap<&'static str, String>);

/// A variable that is missing or can't be used. Says which and why, and never repeats the value.
#[derive(Debug)]
pub(crate) struct BadVariable {
    pub(crate) name: &'static str,
    pub(crate) why: String,
}

impl Environment {
    /// Reads every variable of the table; a blank one counts as not set.
    pub(crate) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, BadVariable> {
        let mut set = HashMap::new();
        for variable in VARIABLES {
            let value = get(variable.name).filter(|value| !value.trim().is_empty());
            let file = if variable.secret { get(&format!("{}_FILE", variable.name)) } else { None };
            let value = match (value, file) {
                (Some(_), Some(_)) => {
                    return Err(variable.bad("is set twice, by itself and by a file".to_owned()));
                }
                (None, Some(file)) => Some(variable.read_file(&file)?),
                (value, None) => value,
            };
            if let Some(value) = value {
                set.insert(variable.name, value);
            }
        }
        Ok(Self(set))
    }

    /// The text of a variable.
    pub(crate) fn text(&self, name: &'static str) -> Option<&str> {
        assert!(VARIABLES.iter().any(|variable| variable.name == name), "BUG: {name} is not in the table");
        self.0.get(name).map(|value| value.trim())
    }

    /// The text of a variable that must be set.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, BadVariable> {
        self.text(name).ok_or_else(|| BadVariable { name, why: "is missing".to_owned() })
    }

    /// A secret.
    pub(crate) fn secret(&self, name: &'static str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// A variable that means something, if it is set.
    pub(crate) fn parsed<T, E: fmt::Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, BadVariable> {
        let read = |text| parse(text).map_err(|why| BadVariable { name, why: format!("can't be used: {why}") });
        self.text(name).map(read).transpose()
    }
}

impl Variable {
    fn bad(&self, why: String) -> BadVariable {
        BadVariable { name: self.name, why }
    }

    fn read_file(&self, path: &str) -> Result<String, BadVariable> {
        let text =
            fs::read_to_string(path).map_err(|error| self.bad(format!("can't be read from its file: {error}")))?;
        let text = text.trim();
        if text.is_empty() { Err(self.bad("is empty in its file".to_owned())) } else { Ok(text.to_owned()) }
    }
}

impl fmt::Display for BadVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.", self.name, self.why)
    }
}

/// The table as `--help` shows it.
pub(crate) fn help() -> String {
    let line = |variable: &Variable| {
        let file = if variable.secret { format!(" (or {}_FILE)", variable.name) } else { String::new() };
        let default = match variable.default {
            "" => String::new(),
            default if default.starts_with('(') => format!(" {default}"),
            default => format!(" [{default}]"),
        };
        format!("  {:<30} {}{file}{default}\n", variable.name, variable.about)
    };
    VARIABLES.iter().map(line).collect()
}
