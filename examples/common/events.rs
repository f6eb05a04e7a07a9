//! Who else hears of what happens: a service that gets every event, and whoever looks for a fault.

use std::{fmt::Display, sync::Arc};

use responder::{
    branch::Branch,
    driver::Webhooks,
    http::branch::Firehose,
    notify::{AllowedHosts, Compression, Webhook, WebhookClient, WebhookSender},
    settings,
    signature::WebhookSecret,
    store::{DeliveryStore, StoreError, TargetName, WorkerId},
};
use secrecy::SecretString;

use super::environment::{BadVariable, Environment, Variable, plain, secret};

pub(crate) const URL: Variable =
    secret("DEBUG_WEBHOOK_URL", "where every event is posted, and the log by /debug_firehose if it does not say");
pub(crate) const SECRET: Variable =
    secret("DEBUG_WEBHOOK_SECRET", "whsec_… that events are signed with; two apart by a space while it is changed");
pub(crate) const GZIP: Variable = plain("DEBUG_WEBHOOK_GZIP", "off", "compress events above 8 KiB");
pub(crate) const HOSTS: Variable =
    plain("WEBHOOK_ALLOWED_HOSTS", "", "hosts that may be posted to although their address is not public");

/// All of them, for a service that has no others in a table.
const VARIABLES: &[Variable] = &[URL, SECRET, GZIP, HOSTS];

/// Under which name the store knows who gets events: what waits follows it to a new address.
const TARGET: &str = "debug";

/// What is set.
#[derive(Clone)]
pub(crate) struct Events {
    name: TargetName,
    hook: Option<Webhook>,
    sender: Arc<dyn WebhookSender>,
    target: Option<SecretString>,
}

impl Events {
    /// As the environment of this process says.
    pub(crate) fn find() -> Result<Self, BadVariable> {
        Self::read(&Environment::read(VARIABLES, |name| std::env::var(name).ok())?)
    }

    pub(crate) fn read(env: &Environment) -> Result<Self, BadVariable> {
        let allowed = env.parsed(HOSTS.name, str::parse::<AllowedHosts>)?.unwrap_or_default();
        let sender = WebhookClient::new(allowed).map_err(bad(HOSTS.name))?;
        let (sender, target): (Arc<dyn WebhookSender>, _) = (Arc::new(sender), env.secret(URL.name));
        let name: TargetName = TARGET.parse().map_err(bad(URL.name))?;
        let hook = target.clone().map(|target| hook(env, name.clone(), target, sender.clone())).transpose()?;
        Ok(Self { name, hook, sender, target })
    }

    /// What `/debug_firehose` posts with.
    pub(crate) fn firehose(&self) -> Arc<Firehose> {
        let hostname = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        let firehose = Firehose::new(Arc::clone(&self.sender), hostname.trim());
        self.aim(&firehose);
        Arc::new(firehose)
    }

    /// Has `/debug_firehose` post there.
    pub(crate) fn aim(&self, firehose: &Firehose) {
        firehose.set_target(self.target.clone());
    }

    /// What delivers the events, if somebody gets them: all from now on. Whoever gets them no more is forgotten.
    pub(crate) async fn webhooks(
        &self,
        branch: &Arc<Branch>,
        deliveries: Arc<dyn DeliveryStore>,
    ) -> Result<Option<Webhooks>, StoreError> {
        let Some(hook) = self.hook.clone() else {
            deliveries.unsubscribe(branch.key(), &self.name).await?;
            return Ok(None);
        };
        let webhooks = Webhooks::new(branch.clone(), deliveries, hook, WorkerId::unique());
        webhooks.subscribe().await?;
        Ok(Some(webhooks))
    }
}

fn hook(
    env: &Environment,
    name: TargetName,
    url: SecretString,
    sender: Arc<dyn WebhookSender>,
) -> Result<Webhook, BadVariable> {
    let hook = Webhook::new(name, url, sender).map_err(bad(URL.name))?;
    let short = env.parsed(GZIP.name, settings::flag)?.unwrap_or(false);
    let hook = hook.compressed(if short { Compression::Gzip } else { Compression::Off });
    let secrets = env.parsed(SECRET.name, |text| {
        text.split_whitespace().map(str::parse::<WebhookSecret>).collect::<Result<Vec<_>, _>>()
    })?;
    if secrets.is_none() {
        tracing::warn!("DEBUG_WEBHOOK_SECRET is missing: whoever gets the events can't tell whether they are ours");
    }
    Ok(secrets.unwrap_or_default().into_iter().fold(hook, Webhook::signed_with))
}

fn bad<E: Display>(name: &'static str) -> impl FnOnce(E) -> BadVariable {
    move |error| BadVariable { name, why: format!("can't be used: {error}") }
}
