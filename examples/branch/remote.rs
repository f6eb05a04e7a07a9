//! Settings from an admin server.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use responder::{
    branch::{
        Branch,
        remote::{AdminClient, Reloader, RemoteSettings},
    },
    http::{BoxError, Endpoints},
    settings::Values,
    store::BranchKey,
};
use secrecy::SecretString;

use super::{
    config,
    database::Store,
    environment::{BadVariable, Environment},
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

impl Way {
    /// With a copy of the settings in the store of the branch, which is switched on and off there, too.
    pub(crate) fn to(self, store: &Arc<dyn Store>) -> RemoteSettings {
        RemoteSettings::new(self.client, &self.token, store.clone(), Some(store.clone()))
    }
}

/// The environment, with settings in place of its own.
pub(crate) fn overlaid(env: &Environment, values: &Values) -> Environment {
    env.with(values.iter().map(|(setting, value)| (setting.variable, value)))
}

/// Has other settings count while the branch is at work. The table is there as soon as anybody can ask.
pub(crate) fn reloader(
    remote: RemoteSettings,
    values: Values,
    env: Environment,
    branch: &Arc<Branch>,
    table: &Arc<OnceLock<Endpoints>>,
) -> Arc<Reloader> {
    let (branch, table) = (Arc::clone(branch), Arc::clone(table));
    let account = Mutex::new(account(&values));
    let apply = move |values: &Values| {
        let env = overlaid(&env, values);
        let (settings, keys) = (config::settings(&env)?, config::keys(&env, branch.key())?);
        let telephony = config::telephony(&env)?;
        let mut account = account.lock().unwrap_or_else(PoisonError::into_inner);
        // A client keeps the pace of its account, so that it is not replaced without need.
        if *account != self::account(values) {
            branch.reconnect(Arc::new(telephony));
            *account = self::account(values);
        }
        branch.reconfigure(settings.branch, settings.script);
        if let Some(table) = table.get() {
            table.set_keys(keys);
        }
        Ok::<_, BoxError>(())
    };
    Arc::new(Reloader::new(remote, values, apply))
}

fn account(values: &Values) -> Vec<Option<String>> {
    ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"].iter().map(|name| values.get(name).map(str::to_owned)).collect()
}
