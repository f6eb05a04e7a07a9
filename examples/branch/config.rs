//! What the environment asks for.

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroU64},
    sync::Arc,
    time::Duration,
};

use responder::{
    CountryCode, PublicUrl,
    http::{Access, AllowedOrigins, Key, Keys, Signatures, TrustedProxies},
    notify::SmtpNotifier,
    script::Links,
    settings::{self, Settings, SettingsFault, Values},
    signature::SignalWire,
    store::BranchKey,
    telephony::{Dialect, TwilioClient},
    timeline::file::{Fsync, LogFile, LogSettings},
};

use super::{
    environment::{BadVariable, Environment},
    events::Events,
    server::{self, bad, flag},
};

/// All of it.
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) parts: Parts,
    pub(crate) door: Door,
    pub(crate) events: Events,
}

/// What a branch is put together from.
pub(crate) struct Parts {
    pub(crate) key: BranchKey,
    pub(crate) settings: Settings,
    pub(crate) links: Links,
    pub(crate) telephony: Arc<TwilioClient>,
    pub(crate) mail: Option<SmtpNotifier>,
}

/// Who is let in, and how they show who they are.
pub(crate) struct Door {
    pub(crate) keys: Keys,
    pub(crate) intake: Access,
    pub(crate) proxies: TrustedProxies,
    pub(crate) origins: AllowedOrigins,
}

impl Config {
    pub(crate) fn read(env: &Environment) -> Result<Self, BadVariable> {
        let key = key(env)?;
        let door = Door::read(env, &key)?;
        let (settings, links, telephony) = (settings(env)?, links(env)?, Arc::new(telephony(env)?));
        Ok(Self {
            listen: server::listen(env, if env.text("PORT").is_some() { "PORT" } else { "FLASK_PORT" })?,
            parts: Parts { key, settings, links, telephony, mail: mail(env)? },
            door,
            events: Events::read(env)?,
        })
    }
}

impl Door {
    fn read(env: &Environment, key: &BranchKey) -> Result<Self, BadVariable> {
        let keys = keys(env, key)?;
        Ok(Self {
            intake: intake(env, &keys)?,
            keys,
            proxies: env.parsed("TRUSTED_PROXIES", str::parse)?.unwrap_or_default(),
            origins: env.parsed("CORS_ALLOWED_ORIGINS", str::parse)?.unwrap_or_default(),
        })
    }
}

fn mail(env: &Environment) -> Result<Option<SmtpNotifier>, BadVariable> {
    let Some(url) = env.secret("SMTP_URL") else { return Ok(None) };
    // Which of the two is wrong, the error says.
    SmtpNotifier::new(&url, env.required("MAIL_FROM")?).map(Some).map_err(bad("SMTP_URL or MAIL_FROM"))
}

pub(crate) fn log(env: &Environment, key: &BranchKey) -> Result<LogFile, BadVariable> {
    let bytes = |text: &str| text.parse().map_err(|_| "it must be a number of bytes");
    let settings = LogSettings {
        rotate_bytes: NonZeroU64::new(env.parsed("LOG_ROTATE_BYTES", bytes)?.unwrap_or(LOG_BYTES)),
        fsync: env.parsed("LOG_FSYNC", fsync)?.unwrap_or_default(),
    };
    let path = env.text("LOG_PATH").map_or_else(|| format!("data/{key}.log"), str::to_owned);
    let log = LogFile::new(path, settings);
    log.set_zone(env.parsed("TIME_ZONE", str::parse)?.unwrap_or_default());
    Ok(log)
}

/// Small enough to be shown as a whole.
const LOG_BYTES: u64 = 64 << 20;

fn fsync(text: &str) -> Result<Fsync, &'static str> {
    match text {
        "off" => Ok(Fsync::Never),
        "block" => Ok(Fsync::EachBlock),
        seconds => {
            let seconds = seconds.parse().map_err(|_| "it must be off, block or a number of seconds")?;
            Ok(Fsync::Every(Duration::from_secs(seconds)))
        }
    }
}

pub(crate) fn key(env: &Environment) -> Result<BranchKey, BadVariable> {
    env.text("BRANCH_NAME").unwrap_or("main").parse().map_err(bad("BRANCH_NAME"))
}

/// By text or by mail.
fn somebody_is_alerted(env: &Environment) -> Result<(), BadVariable> {
    let by_text = env.text("RECIPIENT_PHONES").is_some() && flag(env, "ENABLE_TEXTS", true)?;
    let has_server = env.text("SMTP_URL").is_some();
    let by_mail = has_server && env.text("RECIPIENT_EMAILS").is_some() && flag(env, "ENABLE_EMAILS", true)?;
    if by_text || by_mail {
        return Ok(());
    }
    let why = "is missing, or ENABLE_TEXTS is off: without it, or SMTP_URL and RECIPIENT_EMAILS, nobody would hear of \
               an emergency that nobody accepts";
    Err(BadVariable { name: "RECIPIENT_PHONES", why: why.to_owned() })
}

pub(crate) fn links(env: &Environment) -> Result<Links, BadVariable> {
    let public: PublicUrl = env.required("PUBLIC_URL")?.parse().map_err(bad("PUBLIC_URL"))?;
    let links = Links::new(public);
    Ok(match env.parsed("FALLBACK_URL", settings::url)? {
        Some(url) => links.fallback_url(url),
        None => links,
    })
}

/// The providers that we know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Provider {
    Twilio,
    SignalWire,
}

fn provider(env: &Environment) -> Result<Provider, BadVariable> {
    let known = |text: &str| match text.to_ascii_lowercase().as_str() {
        "twilio" => Ok(Provider::Twilio),
        "signalwire" => Ok(Provider::SignalWire),
        _ => Err("it must be twilio or signalwire"),
    };
    Ok(env.parsed("TELEPHONY_PROVIDER", known)?.unwrap_or(Provider::Twilio))
}

pub(crate) fn telephony(env: &Environment) -> Result<TwilioClient, BadVariable> {
    let token = env.required("TWILIO_AUTH_TOKEN")?.to_owned();
    let mut client = TwilioClient::builder(env.required("TWILIO_ACCOUNT_SID")?, token.into());
    if provider(env)? == Provider::SignalWire {
        env.required("TWILIO_API_URL")?;
        client = client.dialect(Dialect::SIGNALWIRE);
    }
    if let Some(rate) = env.parsed("CALLS_PER_SECOND", str::parse::<NonZeroU32>)? {
        client = client.calls_per_second(rate);
    }
    if let Some(url) = env.text("TWILIO_API_URL") {
        client = client.base_url(url);
    }
    client.build().map_err(bad("TWILIO_ACCOUNT_SID or TWILIO_API_URL"))
}

pub(crate) fn keys(env: &Environment, key: &BranchKey) -> Result<Keys, BadVariable> {
    let one = |name| env.secret(name).map(Key::new).transpose().map_err(bad(name));
    Ok(Keys {
        signatures: signatures(env)?,
        intake_token: one("INTAKE_TOKEN")?,
        intake_hmac: one("INTAKE_HMAC_SECRET")?,
        branch_tokens: one("BRANCH_TOKEN")?.map(|token| (key.to_string(), token)).into_iter().collect(),
        operator_password: one("OPERATOR_PASSWORD")?,
        ..Keys::default()
    })
}

/// SignalWire signs with a key of its own.
fn signatures(env: &Environment) -> Result<Signatures, BadVariable> {
    Ok(match provider(env)? {
        Provider::Twilio => server::signatures(env)?,
        Provider::SignalWire => match server::checked_with(env, "SIGNALWIRE_SIGNING_KEY")? {
            Some(tokens) => Signatures::CheckedBy(Arc::new(SignalWire::new(tokens))),
            None => Signatures::Off,
        },
    })
}

fn intake(env: &Environment, keys: &Keys) -> Result<Access, BadVariable> {
    let has_key = keys.intake_token.is_some() || keys.intake_hmac.is_some() || !keys.branch_tokens.is_empty();
    match env.text("INTAKE_AUTH") {
        Some("none") => {
            tracing::warn!("INTAKE_AUTH is none: anybody who finds this server can have technicians called");
            Ok(Access::Public)
        }
        None | Some("on") if has_key => Ok(Access::intake()),
        None | Some("on") => Err(BadVariable {
            name: "INTAKE_TOKEN",
            why: "is missing: without it, INTAKE_HMAC_SECRET or INTAKE_AUTH=none nobody could report anything"
                .to_owned(),
        }),
        Some(_) => Err(BadVariable { name: "INTAKE_AUTH", why: "must be on or none".to_owned() }),
    }
}

pub(crate) fn country(env: &Environment) -> Result<CountryCode, BadVariable> {
    let country = env.parsed("DEFAULT_COUNTRY", settings::one_country)?;
    Ok(country.unwrap_or(CountryCode::NORTH_AMERICA))
}

pub(crate) fn settings(env: &Environment) -> Result<Settings, BadVariable> {
    somebody_is_alerted(env)?;
    let values = Values::of(|setting| env.text(setting.variable));
    Settings::read(&values).map_err(|fault| match fault {
        SettingsFault::Value { setting, error } => {
            BadVariable { name: setting.variable, why: format!("can't be used: {error}") }
        }
        SettingsFault::Missing { setting } => BadVariable { name: setting.variable, why: "is missing".to_owned() },
        other => BadVariable { name: "These settings", why: other.to_string() },
    })
}
