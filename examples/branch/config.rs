//! What the environment asks for.

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroU64},
    sync::Arc,
    time::Duration,
};

use responder::{
    CountryCode, E164, PublicUrl,
    branch::BranchSettings,
    emergency::{Confirmation, Policy, Transfer},
    http::{Access, AllowedOrigins, Key, Keys, Signatures, TrustedProxies},
    script::{Links, Script},
    settings,
    signature::SignalWire,
    store::BranchKey,
    telephony::{Dialect, TwilioClient},
    timeline::file::{Fsync, LogFile, LogSettings},
};

use super::{
    database::Database,
    environment::{BadVariable, Environment},
    outgoing::Outgoing,
    server::{self, bad, flag},
};

/// A branch, ready to be put together.
pub(crate) struct Config {
    pub(crate) key: BranchKey,
    pub(crate) listen: SocketAddr,
    pub(crate) database: Database,
    pub(crate) settings: BranchSettings,
    pub(crate) script: Script,
    pub(crate) links: Links,
    pub(crate) keys: Keys,
    pub(crate) intake: Access,
    pub(crate) proxies: TrustedProxies,
    pub(crate) origins: AllowedOrigins,
    pub(crate) telephony: Arc<TwilioClient>,
    pub(crate) outgoing: Outgoing,
    pub(crate) log: Arc<LogFile>,
}

impl Config {
    pub(crate) fn read(env: &Environment) -> Result<Self, BadVariable> {
        let key: BranchKey = env.text("BRANCH_NAME").unwrap_or("main").parse().map_err(bad("BRANCH_NAME"))?;
        let keys = keys(env, &key)?;
        somebody_is_alerted(env)?;
        Ok(Self {
            listen: server::listen(env, if env.text("PORT").is_some() { "PORT" } else { "FLASK_PORT" })?,
            database: Database::read(env, &key)?,
            settings: branch_settings(env)?,
            script: script(env)?,
            links: links(env)?,
            intake: intake(env, &keys)?,
            keys,
            proxies: env.parsed("TRUSTED_PROXIES", str::parse)?.unwrap_or_default(),
            origins: env.parsed("CORS_ALLOWED_ORIGINS", str::parse)?.unwrap_or_default(),
            telephony: Arc::new(telephony(env)?),
            outgoing: Outgoing::read(env)?,
            log: Arc::new(log(env, &key)?),
            key,
        })
    }
}

fn log(env: &Environment, key: &BranchKey) -> Result<LogFile, BadVariable> {
    let bytes = |text: &str| text.parse().map_err(|_| "it must be a number of bytes");
    let settings = LogSettings {
        rotate_bytes: NonZeroU64::new(env.parsed("LOG_ROTATE_BYTES", bytes)?.unwrap_or(LOG_BYTES)),
        fsync: env.parsed("LOG_FSYNC", fsync)?.unwrap_or_default(),
        zone: env.parsed("TIME_ZONE", str::parse)?.unwrap_or_default(),
    };
    let path = env.text("LOG_PATH").map_or_else(|| format!("data/{key}.log"), str::to_owned);
    Ok(LogFile::new(path, settings))
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

/// An address that the provider will fetch something from.
fn address(text: &str) -> Result<String, &'static str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !text.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err("it must be an address that begins with https:// or http://"),
    }
}

pub(crate) fn links(env: &Environment) -> Result<Links, BadVariable> {
    let public: PublicUrl = env.required("PUBLIC_URL")?.parse().map_err(bad("PUBLIC_URL"))?;
    let links = Links::new(public);
    Ok(match env.parsed("FALLBACK_URL", address)? {
        Some(url) => links.fallback_elsewhere(url),
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

fn keys(env: &Environment, key: &BranchKey) -> Result<Keys, BadVariable> {
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
    let code = |text: &str| text.trim_start_matches('+').parse().ok().and_then(CountryCode::new);
    let country = env.parsed("DEFAULT_COUNTRY", |text| code(text).ok_or("it is no country calling code"))?;
    Ok(country.unwrap_or(CountryCode::NORTH_AMERICA))
}

fn branch_settings(env: &Environment) -> Result<BranchSettings, BadVariable> {
    let country = country(env)?;
    let number = |name| env.parsed(name, |text| E164::parse_with(text, country));
    let (customers, automated) = (number("TWILIO_PHONE_NUMBER")?, number("TWILIO_AUTOMATED_NUMBER")?);
    let missing = BadVariable { name: "TWILIO_PHONE_NUMBER", why: "is missing".to_owned() };
    let phone_number = customers.or(automated).ok_or(missing)?;
    let settings = BranchSettings::new(policy(env, country)?, phone_number);
    let mut settings = settings.map_err(|error| unusable(&error))?;
    settings.automated_number = automated.unwrap_or(phone_number);
    settings.transfer_number = number("TWILIO_TRANSFER_NUMBER")?;
    settings.default_country = country;
    settings.max_active_emergencies = env
        .parsed("MAX_ACTIVE_EMERGENCIES", |text| text.parse().map_err(|_| "it must be a whole number"))?
        .unwrap_or(1);
    settings.no_emergency_target = number("NO_EMERGENCY_TARGET")?;
    settings.checked().map_err(|error| unusable(&error))
}

fn unusable(error: &(dyn std::error::Error + 'static)) -> BadVariable {
    let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    BadVariable { name: "These settings", why: format!("can't work: {why}") }
}

fn policy(env: &Environment, country: CountryCode) -> Result<Policy, BadVariable> {
    let people = |name| env.parsed(name, |text| settings::contacts(text, country));
    let default = Policy::default();
    let mut timing = default.timing.clone();
    for (name, span) in [
        ("RING_TIMEOUT_SECONDS", &mut timing.ring),
        ("SMS_ACCEPT_SECONDS", &mut timing.text_acceptance),
        ("TECHNICIAN_WAIT_SECONDS", &mut timing.technician_wait),
        ("HOLD_LIMIT_SECONDS", &mut timing.hold_limit),
        ("CUSTOMER_DEADLINE_SECONDS", &mut timing.customer_deadline),
        ("TALK_LIMIT_SECONDS", &mut timing.talk_limit),
    ] {
        *span = env.parsed(name, settings::seconds)?.unwrap_or(*span);
    }
    Ok(Policy {
        escalation: people("ESCALATION_PHONES")?.unwrap_or_default(),
        recipients: people("RECIPIENT_PHONES")?.unwrap_or_default(),
        recipient_emails: env.parsed("RECIPIENT_EMAILS", settings::addresses)?.unwrap_or_default(),
        allowed_countries: env.parsed("ALLOWED_COUNTRY_CODES", settings::countries)?.unwrap_or_default(),
        auto_call: flag(env, "ENABLE_AUTO_CALL", true)?,
        texts: flag(env, "ENABLE_TEXTS", true)?,
        emails: flag(env, "ENABLE_EMAILS", true)?,
        recording: flag(env, "ENABLE_CALL_RECORDING", false)?,
        transfer: transfer(env, country)?,
        confirmation: env.parsed("CONFIRMATION", settings::confirmation)?.unwrap_or_default(),
        attempts_per_technician: env.parsed("ATTEMPTS_PER_TECHNICIAN", tries)?.unwrap_or(2),
        escalation_rounds: env.parsed("ESCALATION_ROUNDS", tries)?.unwrap_or(2),
        timing,
        ..default
    })
}

fn tries(text: &str) -> Result<u8, &'static str> {
    text.parse().map_err(|_| "it must be a number from 1 to 10")
}

fn transfer(env: &Environment, country: CountryCode) -> Result<Option<Transfer>, BadVariable> {
    if !flag(env, "ENABLE_TRANSFER_CALL", false)? {
        return Ok(None);
    }
    let name = "TRANSFER_TARGET_PHONE_NUMBER";
    let target = E164::parse_with(env.required(name)?, country).map_err(bad(name))?;
    let confirmation = env.parsed("TRANSFER_CONFIRMATION", settings::confirmation)?;
    Ok(Some(Transfer { target, confirmation: confirmation.unwrap_or(Confirmation::Answered) }))
}

fn script(env: &Environment) -> Result<Script, BadVariable> {
    let text = |name| env.text(name).map(str::to_owned);
    let default = Script::default();
    Ok(Script {
        company_name: text("COMPANY_NAME").unwrap_or(default.company_name),
        language: text("LANGUAGE"),
        voice: text("VOICE"),
        hold_music_url: env.parsed("HOLD_MUSIC_URL", address)?,
        recording_notice: text("RECORDING_NOTICE"),
        google_maps_link: flag(env, "ENABLE_GOOGLE_MAPS_LINK", false)?,
        wording: default.wording,
    })
}
