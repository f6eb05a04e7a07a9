//! Settings from an admin server.

use std::{
    error::Error,
    sync::{Arc, OnceLock},
};

use responder::{
    branch::{
        Branch,
        remote::{AdminClient, LoadError, LoadedSettings, Reloader, RemoteSettings},
    },
    http::{BoxError, Endpoints},
    settings::Values,
    store::BranchKey,
};
use secrecy::SecretString;

use super::{
    config::{self, Config},
    database::Store,
    environment::{BadVariable, Environment},
    events::Events,
    posting::Posting,
    server::bad,
};

/// The way to the admin server.
pub(crate) struct Way {
    client: AdminClient,
    token: SecretString,
}

/// If there is one, and the token that it asks for.
pub(crate) fn read(env: &Environment, key: &BranchKey) -> Result<Option<Way>, BadVariable> {
    let Some(url) = env.text("ADMIN_DASHBOARD_URL") else { return Ok(None) };
    let token: SecretString = env.required("BRANCH_TOKEN")?.into();
    let client = AdminClient::new(url, key.clone(), &token).map_err(bad("ADMIN_DASHBOARD_URL or BRANCH_TOKEN"))?;
    Ok(Some(Way { client, token }))
}

/// Settings that an admin server has, or had.
pub(crate) struct Remote {
    settings: RemoteSettings,
    values: Values,
}

impl Way {
    /// With a copy of the settings in the store of the branch, which is switched on and off there, too. Gives what is
    /// to begin with: the environment, with the settings in place of its own.
    pub(crate) async fn load(
        self,
        store: &Arc<dyn Store>,
        env: &Environment,
    ) -> Result<(Config, Remote), Box<dyn Error>> {
        let settings = RemoteSettings::new(self.client, &self.token, store.clone(), Some(store.clone()));
        let loaded = settings.load(|values| Ok(Config::read(&over(env, values))?)).await;
        match loaded {
            Ok(LoadedSettings { values, settings: config, .. }) => Ok((config, Remote { settings, values })),
            Err(LoadError::Unusable(why)) => Err(why),
            Err(error) => Err(error.into()),
        }
    }
}

impl Remote {
    /// Has other settings count while the branch is at work.
    pub(crate) fn reloader(self, counting: Counting) -> Arc<Reloader> {
        let counting = Arc::new(counting);
        Arc::new(Reloader::new(self.settings, self.values, move |before, now| {
            let counting = Arc::clone(&counting);
            async move { counting.change(&before, &now).await }
        }))
    }
}

fn over(env: &Environment, values: &Values) -> Environment {
    env.with(values.said().map(|(setting, value)| (setting.variable, value)))
}

/// Where settings count.
pub(crate) struct Counting {
    pub(crate) env: Environment,
    pub(crate) branch: Arc<Branch>,
    pub(crate) posting: Arc<Posting>,
    /// Who may ask for what; there as soon as anybody can ask.
    pub(crate) table: Arc<OnceLock<Endpoints>>,
}

impl Counting {
    /// All of them, or, if something can't be used, none.
    async fn change(&self, before: &Values, now: &Values) -> Result<(), BoxError> {
        let (was, env) = (over(&self.env, before), over(&self.env, now));
        let (settings, keys) = (config::settings(&env)?, config::keys(&env, self.branch.key())?);
        let (telephony, events) = (config::telephony(&env)?, Events::read(&env)?);
        // What counted and what counts: a setting that is emptied is another thing than one that is left to us.
        let differs = |names: &[&'static str]| names.iter().any(|name| was.text(name) != env.text(name));
        // What waits to be posted, and the pace of the account, are not touched without need.
        if differs(&["DEBUG_WEBHOOK_URL"]) {
            self.posting.turn_to(&events).await?;
        }
        if differs(&["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]) {
            self.branch.reconnect(Arc::new(telephony));
        }
        self.branch.reconfigure(settings.branch, settings.script);
        if let Some(table) = self.table.get() {
            table.set_keys(keys);
        }
        Ok(())
    }
}
