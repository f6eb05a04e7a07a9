//! The servers of the town: `examples/admin` and `examples/branch` as they are, in one process, each at an address of
//! its own.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::future::pending;
use responder::{
    branch::Branch,
    driver::Clock,
    store::{EventId, MemoryStore},
};
use responder_sim::Simulator;
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::oneshot,
    time::sleep,
};

use super::site::{SITES, Site};
use crate::{
    admin_server, branch_server,
    stage::{Trouble, random_token},
};

/// The first user.
pub(crate) const ADMIN: &str = "admin";

/// What a branch has before it is open: its port is taken, but whoever knocks is refused.
pub(crate) struct Premises {
    pub(crate) site: Site,
    /// By which it and the admin server know each other; it takes reports, too.
    pub(crate) token: String,
    /// Of its own status page.
    pub(crate) password: String,
    pub(crate) address: SocketAddr,
    socket: TcpSocket,
}

/// A branch that is open.
pub(crate) struct OpenBranch {
    pub(crate) site: Site,
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) branch: Arc<Branch>,
    /// The last event of its past.
    pub(crate) last: EventId,
}

/// Variables, as a server reads them from its environment.
type Variables = HashMap<String, String>;

impl Premises {
    /// On a free port of the loopback interface.
    pub(crate) fn take(site: Site) -> Result<Self, Trouble> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = socket.local_addr()?;
        Ok(Self { site, token: random_token()?, password: random_token()?, address, socket })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Opens the branch, and opens it again whenever it ends because somebody wants that, as its supervisor would.
    pub(crate) async fn open(
        self,
        store: Arc<MemoryStore>,
        network: &Simulator,
        admin: &str,
        folder: &TempDir,
    ) -> Result<OpenBranch, Trouble> {
        let variables = self.variables(network, admin, folder);
        let (site, url, token) = (self.site, self.url(), self.token);
        let (tell, told) = oneshot::channel();
        let (mut listener, mut tell) = (Some(self.socket.listen(1024)?), Some(tell));
        tokio::spawn(async move {
            loop {
                let opened = |branch: &Arc<Branch>, _: SocketAddr| {
                    if let Some(tell) = tell.take() {
                        // Whoever asked may have gone home.
                        let _ = tell.send(Arc::clone(branch));
                    }
                };
                if let Err(error) = run_branch(&variables, listener.take(), Arc::clone(&store), opened).await {
                    eprintln!("{} has ended: {error}", site.name);
                    sleep(Duration::from_secs(1)).await;
                }
            }
        });
        let branch = told.await?;
        let last = newest(&branch).await?;
        Ok(OpenBranch { site, url, token, branch, last })
    }

    fn variables(&self, network: &Simulator, admin: &str, folder: &TempDir) -> Variables {
        let log = folder.path().join(format!("{}.log", self.site.key));
        [
            ("BRANCH_NAME", self.site.key.to_owned()),
            ("PUBLIC_URL", self.url()),
            ("PORT", self.address.port().to_string()),
            ("ADMIN_DASHBOARD_URL", admin.to_owned()),
            ("BRANCH_TOKEN", self.token.clone()),
            ("OPERATOR_PASSWORD", self.password.clone()),
            ("LOG_PATH", log.display().to_string()),
            ("TWILIO_API_URL", network.url()),
            ("CALLS_PER_SECOND", "1000".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

async fn newest(branch: &Branch) -> Result<EventId, Trouble> {
    let mut last = EventId::START;
    while let Some(event) = branch.store().events(branch.key(), last, 1000).await?.last() {
        last = event.id;
    }
    Ok(last)
}

async fn run_branch(
    variables: &Variables,
    listener: Option<TcpListener>,
    store: Arc<MemoryStore>,
    opened: impl FnOnce(&Arc<Branch>, SocketAddr),
) -> Result<(), String> {
    let env = branch_server::variables(|name| variables.get(name).cloned()).map_err(|bad| bad.to_string())?;
    let log = branch_server::log(&env).map_err(|bad| bad.to_string())?;
    let place = branch_server::Place { store: Some(store), listener, stop: Box::pin(pending()) };
    branch_server::run(env, log, place, opened).await.map_err(|error| error.to_string())
}

/// Opens the admin server, whose first user has this password; gives its address.
pub(crate) async fn open_admin(
    listener: TcpListener,
    premises: &[Premises],
    network: &Simulator,
    clock: Arc<dyn Clock>,
    password: &str,
) -> Result<String, Trouble> {
    let url = format!("http://{}", listener.local_addr()?);
    let variables = admin_variables(&url, premises, network, password)?;
    let config = admin_server::Config::read(|name| variables.get(name).cloned()).map_err(|bad| bad.to_string())?;
    let store = Arc::new(MemoryStore::new(clock));
    let place = admin_server::Place { store: Some(store), listener: Some(listener), stop: Box::pin(pending()) };
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let opened = |_: SocketAddr| {
            // Whoever asked may have gone home.
            let _ = tell.send(());
        };
        let ran = admin_server::run(config, place, opened).await.map_err(|error| error.to_string());
        eprintln!("the admin server has ended: {}", ran.err().unwrap_or_default());
    });
    told.await?;
    Ok(url)
}

fn admin_variables(
    url: &str,
    premises: &[Premises],
    network: &Simulator,
    password: &str,
) -> Result<Variables, Trouble> {
    let names: Vec<_> = SITES.iter().map(|site| format!("{}={}", site.key, site.name)).collect();
    let mut variables: Variables = [
        ("PUBLIC_URL", url.to_owned()),
        ("BRANCHES", names.join(",")),
        ("SETTINGS_KEY", random_token()? + &random_token()?),
        ("ADMIN_USERNAME", ADMIN.to_owned()),
        ("ADMIN_PASSWORD", password.to_owned()),
        ("TWILIO_API_URL", network.url()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for one in premises {
        variables.insert(one.site.variable("URL"), one.url());
        variables.insert(one.site.variable("PUBLIC_URL"), one.url());
        variables.insert(one.site.variable("TOKEN"), one.token.clone());
    }
    Ok(variables)
}
