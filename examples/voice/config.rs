//! What the environment asks for.

use std::{net::SocketAddr, sync::Arc};

use responder::{
    CountryCode, PublicUrl,
    driver::SystemClock,
    http::{
        Access, Key, Keys, Signatures, TrustedProxies,
        voice::{UserJwt, Voice, VoiceSettings, VoiceSettingsError},
    },
    notify::{Slack, VendorFailures},
    settings,
    token::ApiKey,
};
use secrecy::ExposeSecret;

use super::{
    environment::{BadVariable, Environment},
    server::{bad, flag, listen, signatures},
};

/// A voice service, ready to be put together.
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) public: PublicUrl,
    pub(crate) proxies: TrustedProxies,
    pub(crate) voice: Voice,
    pub(crate) make_call: Access,
    pub(crate) keys: Keys,
    pub(crate) failures: Option<VendorFailures>,
}

impl Config {
    pub(crate) fn read(env: &Environment) -> Result<Self, BadVariable> {
        let settings = voice_settings(env)?;
        let make_call = make_call(env)?;
        let signatures = match env.text("TWILIO_AUTH_TOKEN") {
            None if make_call == Access::Public && !settings.call_metrics => Signatures::Refused,
            _ => signatures(env)?,
        };
        let operator_password = env.secret("OPERATOR_PASSWORD").map(Key::new).transpose();
        let keys = Keys {
            signatures,
            operator_password: operator_password.map_err(bad("OPERATOR_PASSWORD"))?,
            users: Some(Arc::new(users(env)?)),
            ..Keys::default()
        };
        Ok(Self {
            listen: listen(env, "PORT")?,
            public: env.required("PUBLIC_URL")?.parse().map_err(bad("PUBLIC_URL"))?,
            proxies: env.parsed("TRUSTED_PROXIES", str::parse)?.unwrap_or_default(),
            voice: Voice::new(settings).map_err(unusable)?,
            make_call,
            keys,
            failures: failures(env)?,
        })
    }
}

fn voice_settings(env: &Environment) -> Result<VoiceSettings, BadVariable> {
    let (account, sid) = (env.required("TWILIO_ACCOUNT_SID")?, env.required("TWILIO_API_KEY")?);
    let secret = env.required("TWILIO_API_KEY_SECRET")?;
    let key = ApiKey::new(account, sid, secret.into()).map_err(bad("TWILIO_ACCOUNT_SID or TWILIO_API_KEY"))?;
    let mut settings = VoiceSettings::new(key, env.required("TWILIO_ML_APP_SID")?, env.required("TWILIO_FROM")?);
    settings.apns_credential_sid = env.text("TWILIO_ML_APNS_CERT_SID").unwrap_or_default().to_owned();
    settings.fcm_credential_sid = env.text("TWILIO_ML_FCM_CERT_SID").unwrap_or_default().to_owned();
    let limit = env.parsed("TWILIO_CALL_TIME_LIMIT", |text| text.parse().map_err(|_| "it must be a whole number"))?;
    settings.time_limit_secs = limit.unwrap_or(settings.time_limit_secs);
    settings.token_ttl = env.parsed("TOKEN_TTL_SECONDS", settings::seconds)?.unwrap_or(settings.token_ttl);
    settings.incoming = flag(env, "TWILIO_INCOMING_ALLOW", false)?;
    settings.allowed_countries = env.parsed("ALLOWED_COUNTRY_CODES", settings::countries)?.unwrap_or_default();
    let code = |text: &str| text.trim_start_matches('+').parse().ok().and_then(CountryCode::new);
    let country = env.parsed("DEFAULT_COUNTRY", |text| code(text).ok_or("it is not a valid country calling code"))?;
    settings.default_country = country.unwrap_or(settings.default_country);
    settings.call_metrics = flag(env, "CALL_METRICS", false)?;
    Ok(settings)
}

fn unusable(error: VoiceSettingsError) -> BadVariable {
    let name = match error {
        VoiceSettingsError::TokenTtl => "TOKEN_TTL_SECONDS",
        VoiceSettingsError::TimeLimit => "TWILIO_CALL_TIME_LIMIT",
        VoiceSettingsError::From => "TWILIO_FROM",
        _ => "TWILIO_ML_APP_SID",
    };
    bad(name)(error)
}

fn make_call(env: &Environment) -> Result<Access, BadVariable> {
    match env.text("MAKE_CALL_ACCESS") {
        None | Some("twilio") => Ok(Access::provider()),
        Some("public") => {
            tracing::warn!("MAKE_CALL_ACCESS is public: anybody who finds this server can see where calls would go");
            Ok(Access::Public)
        }
        Some(_) => Err(BadVariable { name: "MAKE_CALL_ACCESS", why: "must be twilio or public".to_owned() }),
    }
}

fn users(env: &Environment) -> Result<UserJwt, BadVariable> {
    let users = match (env.secret("USER_JWT_SECRET"), env.text("USER_JWT_PUBLIC_KEY")) {
        (Some(secret), None) => {
            if secret.expose_secret().len() < 32 {
                tracing::warn!("USER_JWT_SECRET has fewer than 32 bytes: it may be guessed");
            }
            UserJwt::with_secret(&secret).map_err(bad("USER_JWT_SECRET"))?
        }
        // Where a variable can have no line breaks, they are written as \n.
        (None, Some(pem)) => UserJwt::with_public_key(&pem.replace("\\n", "\n")).map_err(bad("USER_JWT_PUBLIC_KEY"))?,
        _ => {
            let why = "or USER_JWT_PUBLIC_KEY must be set, and not both: by it users are known";
            return Err(BadVariable { name: "USER_JWT_SECRET", why: why.to_owned() });
        }
    };
    let users = env.text("USER_JWT_CLAIM").map_or(users.clone(), |name| users.claim(name));
    let users = env.text("USER_JWT_AUDIENCE").map_or(users.clone(), |audience| users.audience(audience));
    Ok(env.text("USER_JWT_ISSUER").map_or(users.clone(), |issuer| users.issuer(issuer)))
}

fn failures(env: &Environment) -> Result<Option<VendorFailures>, BadVariable> {
    let Some(url) = env.secret("SLACK_WEBHOOK_URL") else { return Ok(None) };
    let why = "must be an address that begins with https://".to_owned();
    let slack = Slack::new(url).map_err(|_| BadVariable { name: "SLACK_WEBHOOK_URL", why })?;
    Ok(Some(VendorFailures::new(Arc::new(slack), Arc::new(SystemClock))))
}
