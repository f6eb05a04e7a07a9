//! Every variable that is read, in one place.

use std::sync::LazyLock;

use responder::settings::SETTINGS;

use super::{
    environment::{Variable, plain, secret},
    events,
};

/// All of them, in the order of `--help`: the server's own, then the settings that have no entry among those.
pub(crate) static VARIABLES: LazyLock<Vec<Variable>> = LazyLock::new(|| {
    let is_own = |name: &str| SERVER.iter().any(|variable| variable.name == name);
    let settings = SETTINGS.iter().filter(|setting| !is_own(setting.variable));
    let settings = settings.map(|setting| plain(setting.variable, setting.default, setting.about));
    SERVER.iter().copied().chain(settings).collect()
});

/// Those of the server, and settings of which there is more to say.
const SERVER: &[Variable] = &[
    plain("BRANCH_NAME", "main", "name of this branch"),
    plain(
        "ADMIN_DASHBOARD_URL",
        "",
        "the admin server that has the settings of this branch; they count in place of variables",
    ),
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
    plain("LOG_PATH", "data/<branch>.log", "the log of what happens; each process that runs has its own"),
    plain("LOG_ROTATE_BYTES", "67108864", "a longer log is put aside as <log>.rotated.<time>; 0 for never"),
    plain("LOG_FSYNC", "off", "when the log is flushed: off, block (after each), or seconds (at most so often)"),
    plain("TIME_ZONE", "UTC", "of the times in the log and in mails: a name such as America/Phoenix, or -07:00"),
    plain("TRUSTED_PROXIES", "", "addresses of proxies in front, such as 10.0.0.0/8"),
    plain("CORS_ALLOWED_ORIGINS", "", "origins whose pages may ask with a token, such as https://monitor.example.com"),
    plain("FALLBACK_URL", "", "a static TwiML document on another host, for when we are down"),
    plain("TELEPHONY_PROVIDER", "twilio", "or signalwire; the names of the other variables stay"),
    plain("TWILIO_ACCOUNT_SID", "(required)", "the account; of SignalWire, the project"),
    secret("TWILIO_AUTH_TOKEN", "its auth token, with which requests are signed (required)"),
    secret("TWILIO_AUTH_TOKEN_PREVIOUS", "the token before, while it is being changed"),
    secret("SIGNALWIRE_SIGNING_KEY", "with which SignalWire signs requests; its API token is TWILIO_AUTH_TOKEN"),
    secret("TWILIO_WEBHOOK_KEY", "a shared key for webhooks, with which requests may be signed, too"),
    secret("TWILIO_WEBHOOK_KEY_PREVIOUS", "the shared key before, while it is being changed"),
    plain(
        "TWILIO_API_URL",
        "https://api.twilio.com",
        "the REST API: the simulator's in tests, https://<space>.signalwire.com/api/laml of SignalWire",
    ),
    plain("TWILIO_SIGNATURE_VALIDATION", "on", "off lets anybody speak for the provider"),
    plain("CALLS_PER_SECOND", "1", "how many calls the account may place in a second"),
    plain("TWILIO_PHONE_NUMBER", "(required)", "the number that customers call"),
    plain("TWILIO_AUTOMATED_NUMBER", "TWILIO_PHONE_NUMBER", "the number that calls and texts come from"),
    secret(
        "INTAKE_TOKEN",
        "bearer token of whoever reports emergencies; as an operator, too: it may see and cancel them, clear the log, \
         and post log and timeline to any public address",
    ),
    secret("INTAKE_HMAC_SECRET", "or the secret that reports are signed with, in X-Signature-256: it may only report"),
    plain("INTAKE_AUTH", "on", "none lets anybody report emergencies"),
    secret("BRANCH_TOKEN", "bearer token of servers of ours"),
    secret("OPERATOR_PASSWORD", "password of the user operator, for browsers"),
    plain(
        "RECIPIENT_PHONES",
        "(required without mail)",
        "who gets copies and alerts by text: Ada <+15005550009>, +15005550008",
    ),
    plain("RECIPIENT_EMAILS", "", "who gets copies and alerts by mail, with SMTP_URL"),
    secret("SMTP_URL", "the mail server: smtps://user:password@host, or smtp://user:password@host?tls=required"),
    plain("MAIL_FROM", "(required with SMTP_URL)", "the sender of mails: Tucson <tucson@example.com>"),
    events::URL,
    events::SECRET,
    events::GZIP,
    events::HOSTS,
    plain("RUST_LOG", "info", "how much is written to the console"),
];
