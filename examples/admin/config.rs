//! What the environment asks for.

use std::{collections::HashSet, net::SocketAddr, sync::Arc};

use responder::{
    CountryCode, PublicUrl,
    access::{SessionToken, UserName},
    http::{
        Key, TrustedProxies,
        admin::{BranchClient, Notices, Site},
    },
    settings::{self, SettingsKeys, Values},
    store::BranchKey,
    telephony::TwilioClient,
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    database::Database,
    environment::{BadVariable, Environment, Variable},
    server::{self, bad},
    variables,
};

/// An admin server, ready to be put together.
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) public: Option<PublicUrl>,
    pub(crate) database: Database,
    pub(crate) keys: SettingsKeys,
    pub(crate) sites: Vec<Site>,
    pub(crate) branch_tokens: Vec<(String, Key)>,
    pub(crate) proxies: TrustedProxies,
    pub(crate) notices: Option<Notices>,
    pub(crate) provider_url: Option<String>,
    pub(crate) first_name: UserName,
    pub(crate) first_password: FirstPassword,
}

/// That of the first user.
pub(crate) enum FirstPassword {
    Given(SecretString),
    MadeUp(String),
}

impl FirstPassword {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Given(password) => password.expose_secret(),
            Self::MadeUp(password) => password,
        }
    }

    pub(crate) const fn is_made_up(&self) -> bool {
        matches!(self, Self::MadeUp(_))
    }
}

impl Config {
    pub(crate) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, BadVariable> {
        let branches = branches(&Environment::read(variables::SERVER, &get)?)?;
        let prefixes: Vec<String> = branches.iter().map(|(key, _)| prefix(key)).collect();
        let table = variables::all(&prefixes);
        apart(table)?;
        let env = Environment::read(table, &get)?;
        say_what_is_not_used(&env);
        let (mut sites, mut branch_tokens) = (Vec::new(), Vec::new());
        for (key, name) in branches {
            let (site, token) = site(&env, table, key, name)?;
            branch_tokens.extend(token.map(|token| (site.key.to_string(), token)));
            sites.push(site);
        }
        each_its_own(&env, table, &prefixes)?;
        let listen = server::listen(&env, "PORT")?;
        Ok(Self {
            listen,
            public: public(&env, listen)?,
            database: Database::read(&env, "admin")?,
            keys: keys(&env)?,
            sites,
            branch_tokens,
            proxies: env.parsed("TRUSTED_PROXIES", str::parse)?.unwrap_or_default(),
            notices: notices(&env)?,
            provider_url: env.text("TWILIO_API_URL").map(str::to_owned),
            first_name: env.text("ADMIN_USERNAME").unwrap_or("admin").parse().map_err(bad("ADMIN_USERNAME"))?,
            first_password: match env.secret("ADMIN_PASSWORD") {
                Some(password) => FirstPassword::Given(password),
                None => FirstPassword::MadeUp(SessionToken::random().text()),
            },
        })
    }
}

fn branches(env: &Environment) -> Result<Vec<(BranchKey, String)>, BadVariable> {
    let list = env.text("BRANCHES").unwrap_or("tuc=Tucson,poc=Pocatello,rex=Rexburg");
    let mut all: Vec<(BranchKey, String)> = Vec::new();
    for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (key, name) = entry.split_once('=').unwrap_or((entry, entry));
        let key: BranchKey = key.trim().parse().map_err(bad("BRANCHES"))?;
        if all.iter().any(|(known, _)| prefix(known) == prefix(&key)) {
            return Err(BadVariable { name: "BRANCHES", why: "names a branch twice".to_owned() });
        }
        all.push((key, name.trim().to_owned()));
    }
    if all.is_empty() { Err(BadVariable { name: "BRANCHES", why: "names no branch".to_owned() }) } else { Ok(all) }
}

/// No variable means two things, as those of a branch `database` would.
fn apart(table: &[Variable]) -> Result<(), BadVariable> {
    let mut names = HashSet::new();
    match table.iter().find(|variable| !names.insert(variable.name)) {
        None => Ok(()),
        Some(twice) => {
            let why = format!("names a branch whose variable {} means something else, too", twice.name);
            Err(BadVariable { name: "BRANCHES", why })
        }
    }
}

/// By its token a branch is known: one that two have would give each the settings of the other.
fn each_its_own(env: &Environment, table: &[Variable], prefixes: &[String]) -> Result<(), BadVariable> {
    let mut tokens = HashSet::new();
    for prefix in prefixes {
        let wanted = format!("{prefix}_TOKEN");
        let name = table.iter().map(|variable| variable.name).find(|name| *name == wanted).unwrap_or_default();
        if env.text(name).is_some_and(|token| !tokens.insert(token)) {
            let why = "is the token of another branch, too: each has its own".to_owned();
            return Err(BadVariable { name, why });
        }
    }
    Ok(())
}

/// Where browsers reach this server. They keep no session for an address that is neither of this machine nor safe.
fn public(env: &Environment, listen: SocketAddr) -> Result<Option<PublicUrl>, BadVariable> {
    const NAME: &str = "PUBLIC_URL";
    let public: Option<PublicUrl> = env.parsed(NAME, str::parse)?;
    let Some(public) = public else {
        if listen.ip().is_loopback() {
            return Ok(None);
        }
        let why = "is missing: others reach this server at BIND, and browsers have to know it as https://…".to_owned();
        return Err(BadVariable { name: NAME, why });
    };
    if !public.is_https() && !public.is_on_loopback() {
        let why =
            "begins with http:// and is not of this machine: nobody could log in; it has to be https://".to_owned();
        return Err(BadVariable { name: NAME, why });
    }
    if public.is_https() && env.text("TRUSTED_PROXIES").is_none() {
        tracing::warn!(
            "TRUSTED_PROXIES is missing: behind a proxy everybody seems to come from one address, and wrong passwords \
             slow down the logins of all"
        );
    }
    Ok(Some(public))
}

fn prefix(key: &BranchKey) -> String {
    key.as_str().to_ascii_uppercase().replace('-', "_")
}

/// A branch, and the token that it shows.
fn site(
    env: &Environment,
    table: &'static [Variable],
    key: BranchKey,
    name: String,
) -> Result<(Site, Option<Key>), BadVariable> {
    let prefix = prefix(&key);
    let variable = |name: &str| -> &'static str {
        let wanted = format!("{prefix}_{name}");
        table.iter().map(|variable| variable.name).find(|known| *known == wanted).unwrap_or_default()
    };
    let (url, token) = (variable("URL"), variable("TOKEN"));
    let client = match env.text(url) {
        Some(address) => {
            let secret: SecretString = env.required(token)?.into();
            Some(BranchClient::new(address, &secret).map_err(bad(url))?)
        }
        None => None,
    };
    let defaults = Values::of(|setting| env.text(variable(setting.variable)));
    check(&defaults, &variable)?;
    let token = env.secret(token).map(Key::new).transpose().map_err(bad(token))?;
    let public_url = env.text(variable("PUBLIC_URL")).map(str::to_owned);
    Ok((Site { key, name, client, public_url, defaults }, token))
}

/// A default that can't be used is told now and not to whoever opens the settings.
fn check(defaults: &Values, variable: &impl Fn(&str) -> &'static str) -> Result<(), BadVariable> {
    let code = defaults.get("DEFAULT_COUNTRY").and_then(|code| settings::one_country(code).ok());
    for (setting, value) in defaults.iter() {
        let checked = setting.kind.canonical(value, code.unwrap_or(CountryCode::NORTH_AMERICA));
        checked.map_err(bad(variable(setting.variable)))?;
    }
    Ok(())
}

fn keys(env: &Environment) -> Result<SettingsKeys, BadVariable> {
    let (current, previous) = (env.secret("SETTINGS_KEY"), env.secret("SETTINGS_KEY_PREVIOUS"));
    if current.is_none() {
        tracing::warn!("SETTINGS_KEY is missing: no secret can be stored");
    }
    SettingsKeys::new(current, previous).map_err(bad("SETTINGS_KEY or SETTINGS_KEY_PREVIOUS"))
}

fn notices(env: &Environment) -> Result<Option<Notices>, BadVariable> {
    let number = |name| env.parsed(name, |text| settings::phone(text, CountryCode::NORTH_AMERICA));
    let Some(to) = number("NOTIFICATION_PHONE")? else {
        tracing::warn!("NOTIFICATION_PHONE is missing: nobody is told by text what is done with branches");
        return Ok(None);
    };
    env.required("TWILIO_PHONE_NUMBER")?;
    let missing = BadVariable { name: "TWILIO_PHONE_NUMBER", why: "is missing".to_owned() };
    let from = number("TWILIO_PHONE_NUMBER")?.ok_or(missing)?;
    let token = env.required("TWILIO_AUTH_TOKEN")?.to_owned();
    let mut client = TwilioClient::builder(env.required("TWILIO_ACCOUNT_SID")?, token.into());
    if let Some(url) = env.text("TWILIO_API_URL") {
        client = client.base_url(url);
    }
    let telephony = Arc::new(client.build().map_err(bad("TWILIO_ACCOUNT_SID or TWILIO_API_URL"))?);
    Ok(Some(Notices { telephony, from, to }))
}

fn say_what_is_not_used(env: &Environment) {
    for (name, instead) in [
        ("FLASK_SECRET_KEY", "sessions are kept in the database"),
        ("DATABASE_PATH", "the database is named by DATABASE_URL"),
    ] {
        if env.text(name).is_some() {
            tracing::warn!("{name} is not used: {instead}");
        }
    }
}
