//! One node: what runs on each machine.

use std::{
    error::Error,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use responder::{
    branch::{Branch, BranchSettings},
    driver::{BackgroundTask, Dispatcher, LogPump},
    emergency::{Contact, Policy},
    http::{self, Key, Keys, Signatures},
    script::{Links, Script},
    store::WorkerId,
    timeline::file::{LogFile, LogSettings},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{database::Stores, ending, events::Events, phones::Phones};

/// A node at work.
pub(crate) struct Node {
    address: SocketAddr,
    branch: Arc<Branch>,
    working: BackgroundTask,
    posting: Option<BackgroundTask>,
    pumping: Option<BackgroundTask>,
    server: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Node {
    /// The same branch on each node: same name, same settings, same keys, same database. Each event is posted by one of
    /// them, and each has a log with all.
    pub(crate) async fn start(
        phones: &Phones,
        links: &Links,
        (store, deliveries): Stores,
        token: &str,
        events: &Events,
        log: PathBuf,
    ) -> Result<Self, Box<dyn Error>> {
        let policy = Policy { recipients: vec![Contact::unnamed(phones.office)], ..Policy::default() };
        let mut settings = BranchSettings::new(policy, phones.number)?;
        settings.max_active_emergencies = 10;
        let script = Script { company_name: "Teton Heating".into(), ..Script::default() };
        let (key, telephony) = ("rexburg".parse()?, phones.telephony.clone());
        let branch = Branch::new(key, settings, store, telephony, script, links.clone());
        let branch = Arc::new(branch.with_log(Arc::new(LogFile::new(log, LogSettings::default()))));
        let keys = Keys {
            signatures: Signatures::Checked(phones.tokens.clone()),
            intake_token: Some(Key::new(token.into())?),
            ..Keys::default()
        };
        let firehose = http::branch::firehose_rows(&branch, &events.firehose());
        let endpoints = http::branch::endpoints(&branch).endpoints(firehose).keys(keys).build()?;
        let webhooks = events.webhooks(&branch, deliveries).await?;
        let posting = webhooks.map(|webhooks| webhooks.with_sleeper(phones.sleeper.clone()).start());
        let pumping = LogPump::new(Arc::clone(&branch)).map(LogPump::start);
        // A name of its own, by which the store knows what it has claimed.
        let working =
            Dispatcher::new(Arc::clone(&branch), WorkerId::unique()).with_sleeper(phones.sleeper.clone()).start();

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let router: axum::Router = responder::axum::router(endpoints);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            let stop = async { drop(stopped.await) };
            let served =
                ending::in_time(stop, |stop| axum::serve(listener, service).with_graceful_shutdown(stop)).await;
            if let Some(Err(error)) = served {
                tracing::error!(%error, "a node serves no more");
            }
        });
        Ok(Self { address, branch, working, posting, pumping, server, stop })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn branch(&self) -> Arc<Branch> {
        Arc::clone(&self.branch)
    }

    /// Answers what is being asked, finishes what is under way, and claims nothing more.
    pub(crate) async fn stop(self) {
        self.branch.end_streams();
        let _ = self.stop.send(());
        let _ = self.server.await;
        self.working.stop().await;
        if let Some(posting) = self.posting {
            posting.stop().await;
        }
        if let Some(pumping) = self.pumping {
            pumping.stop().await;
        }
    }
}
