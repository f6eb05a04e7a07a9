//! What goes out beside calls and texts: mail, and events to somebody else's service.

use std::sync::Arc;

use responder::{
    http::branch::Firehose,
    notify::{AllowedHosts, Compression, SmtpNotifier, Webhook, WebhookClient, WebhookSender},
    signature::WebhookSecret,
};
use secrecy::SecretString;

use super::{
    environment::{BadVariable, Environment},
    server::{bad, flag},
};

/// Under which name the store knows who gets events: what waits follows it to a new address.
pub(crate) const TARGET: &str = "debug";

/// What is set.
pub(crate) struct Outgoing {
    pub(crate) mail: Option<SmtpNotifier>,
    pub(crate) hook: Option<Webhook>,
    pub(crate) firehose: Firehose,
}

impl Outgoing {
    pub(crate) fn read(env: &Environment) -> Result<Self, BadVariable> {
        let allowed = env.parsed("WEBHOOK_ALLOWED_HOSTS", str::parse::<AllowedHosts>)?.unwrap_or_default();
        let sender = WebhookClient::new(allowed).map_err(bad("WEBHOOK_ALLOWED_HOSTS"))?;
        let (sender, target): (Arc<dyn WebhookSender>, _) = (Arc::new(sender), env.secret("DEBUG_WEBHOOK_URL"));
        let hook = target.clone().map(|target| hook(env, target, sender.clone())).transpose()?;
        let hostname = std::fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned();
        let firehose = Firehose { sender, target, hostname };
        Ok(Self { mail: mail(env)?, hook, firehose })
    }
}

fn mail(env: &Environment) -> Result<Option<SmtpNotifier>, BadVariable> {
    let Some(url) = env.secret("SMTP_URL") else { return Ok(None) };
    // Which of the two is wrong, the error says.
    SmtpNotifier::new(&url, env.required("MAIL_FROM")?).map(Some).map_err(bad("SMTP_URL or MAIL_FROM"))
}

fn hook(env: &Environment, url: SecretString, sender: Arc<dyn WebhookSender>) -> Result<Webhook, BadVariable> {
    let name = TARGET.parse().map_err(bad("DEBUG_WEBHOOK_URL"))?;
    let hook = Webhook::new(name, url, sender).map_err(bad("DEBUG_WEBHOOK_URL"))?;
    let hook =
        hook.compressed(if flag(env, "DEBUG_WEBHOOK_GZIP", false)? { Compression::Gzip } else { Compression::Off });
    let secrets = env.parsed("DEBUG_WEBHOOK_SECRET", |text| {
        text.split_whitespace().map(str::parse::<WebhookSecret>).collect::<Result<Vec<_>, _>>()
    })?;
    if secrets.is_none() {
        tracing::warn!("DEBUG_WEBHOOK_SECRET is missing: whoever gets the events can't tell whether they are ours");
    }
    Ok(secrets.unwrap_or_default().into_iter().fold(hook, Webhook::signed_with))
}
