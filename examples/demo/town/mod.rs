//! A town: three branches and their admin server, a phone network, and people who have emergencies.

mod director;
mod past;
mod servers;
mod site;
mod stories;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::future::try_join_all;
use responder::{Timestamp, driver::Clock, store::MemoryStore};
use responder_sim::Simulator;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;

pub(crate) use self::{
    director::Director,
    servers::{ADMIN, OpenBranch},
    site::Mode,
};
use self::{
    past::Doors,
    servers::{Premises, open_admin},
    site::SITES,
};
use crate::{
    cast,
    network_time::NetworkClock,
    operator::Operator,
    stage::{self, Trouble},
};

/// Where the dashboard is, if nothing else is asked for.
const DASHBOARD_PORT: u16 = 8080;

/// Somebody who looks after the branches at night; they may report and cancel, and nothing else.
const DESK: &str = "night-desk";

/// All of it, until it is dropped. Nothing is left then.
pub(crate) struct Town {
    pub(crate) network: Arc<Simulator>,
    pub(crate) branches: Vec<OpenBranch>,
    /// The address of the dashboard.
    pub(crate) dashboard: String,
    /// Whether it is another one than was asked for.
    pub(crate) is_elsewhere: bool,
    /// Of the first user.
    pub(crate) password: String,
    /// Who reports and cancels in the admin server.
    pub(crate) desk: Operator,
    /// The logs of the branches.
    _folder: TempDir,
}

impl Town {
    /// Plays its past, then opens everything. Time must be paused: it is resumed when the past is over.
    pub(crate) async fn open(port: Option<u16>, mode: Mode) -> Result<Self, Trouble> {
        let (listener, is_elsewhere) = listen(port).await?;
        let doors = Doors::new();
        let start = Timestamp::from_micros(Timestamp::now().as_micros() - micros(past::SPAN));
        let network = doors.known_to(Simulator::builder().start_time(start).calls_per_second(0.0)).start().await?;
        let network = Arc::new(network);
        network.set_default_phone(cast::willing().hanging_up_talking_after(Duration::from_secs(45)));
        let clock: Arc<dyn Clock> = Arc::new(NetworkClock(Arc::clone(&network)));
        let stores = SITES.map(|_| Arc::new(MemoryStore::new(Arc::clone(&clock))));
        past::play(&network, &doors, &stores, mode).await?;
        tokio::time::resume();

        let premises = SITES.into_iter().map(Premises::take).collect::<Result<Vec<_>, _>>()?;
        // Half of a token: somebody types it.
        let (password, folder) = (stage::random_token()?[..16].to_owned(), tempfile::tempdir()?);
        let dashboard = open_admin(listener, &premises, &network, clock, &password).await?;
        let desk = furnish(&dashboard, &password, &network, mode).await?;
        let open =
            premises.into_iter().zip(stores).map(|(plot, store)| plot.open(store, &network, &dashboard, &folder));
        let branches = try_join_all(open).await?;
        for open in &branches {
            stage::register(&network, open.site.own_numbers(), open.branch.links());
        }
        Ok(Self { network, branches, dashboard, is_elsewhere, password, desk, _folder: folder })
    }
}

/// What the first user enters; gives another one, who works at night.
async fn furnish(dashboard: &str, password: &str, network: &Simulator, mode: Mode) -> Result<Operator, Trouble> {
    let admin = Operator::log_in(dashboard, ADMIN, password).await?;
    for site in SITES {
        admin.enter(site.key, &site.settings(network, mode)).await?;
    }
    let theirs = stage::random_token()?;
    let permissions: serde_json::Map<_, _> =
        SITES.iter().map(|site| (site.key.to_owned(), json!(["view", "trigger"]))).collect();
    let user = json!({ "username": DESK, "password": theirs, "permissions": permissions });
    match admin.post("/api/users", &user).await? {
        (true, _) => Operator::log_in(dashboard, DESK, &theirs).await,
        (false, answer) => Err(format!("the user {DESK} was not added: {answer}").into()),
    }
}

/// The port that was asked for, which must be free; else the usual one, or any other.
async fn listen(port: Option<u16>) -> Result<(TcpListener, bool), Trouble> {
    let at = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        let listener = TcpListener::bind(at(port)).await;
        return Ok((listener.map_err(|error| format!("port {port} can't be had: {error}"))?, false));
    }
    match TcpListener::bind(at(DASHBOARD_PORT)).await {
        Ok(listener) => Ok((listener, false)),
        Err(_) => Ok((TcpListener::bind(at(0)).await?, true)),
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
