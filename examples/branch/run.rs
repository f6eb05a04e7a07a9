//! A branch, put together and at work.

use std::{error::Error, net::SocketAddr, sync::Arc};

use responder::{
    branch::{Branch, Reload},
    driver::{BackgroundTask, Clock, Dispatcher, LogPump, Sleeper},
    http::{self, Access, Endpoints, TableError, branch::ControlHooks},
    store::WorkerId,
    telephony::TwilioClient,
    timeline::{BranchEvent, file::LogFile},
};
use tokio::sync::Notify;

#[cfg(feature = "failpoints")]
use super::pace::time;
use super::{
    Place,
    config::{self, Config, Door, Parts},
    database::{Database, Store},
    ending,
    environment::Environment,
    posting::Posting,
    remote::{self, Counting, Remote},
};

/// Runs a branch until its place says that it ends, or somebody wants it to restart; `opened` is told when it takes
/// requests.
pub(crate) async fn run(
    env: Environment,
    log: Arc<LogFile>,
    mut place: Place,
    opened: impl FnOnce(&Arc<Branch>, SocketAddr),
) -> Result<(), Box<dyn Error>> {
    let (clock, sleeper) = time();
    let (config, store, remote) = configured(&env, &mut place, clock).await?;
    tokio::spawn(try_account(config.parts.telephony.clone()));
    let branch = Arc::new(config.parts.branch(&store).with_log(log));
    let posting = Posting::start(&config.events, &branch, store, Arc::clone(&sleeper)).await?;
    let (restart, table) = (Arc::new(Notify::new()), Arc::default());
    let reloader = remote.map(|remote| {
        let counting = Counting { env, branch: branch.clone(), posting: posting.clone(), table: Arc::clone(&table) };
        remote.reloader(counting)
    });
    let hooks = ControlHooks {
        reload: reloader.clone().map(|reloader| reloader as Arc<dyn Reload>),
        restart: Some(notifying(&restart)),
    };
    let endpoints = config.door.endpoints(&branch, &posting, hooks)?;
    let endpoints = table.get_or_init(|| endpoints).clone();

    let (listener, address) = place.listen(config.listen).await?;
    opened(&branch, address);
    let public_url = branch.links().public().to_string();
    branch.note(BranchEvent::AppStart { public_url, port: address.port(), messaging_loaded: true });
    if let Some(reloader) = &reloader {
        reloader.start(sleeper.clone());
    }
    let workers = Workers::start(&branch, posting, &sleeper);
    let router: axum::Router = responder::axum::router(endpoints);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = async move {
        end(place.stop, restart).await;
        // The server waits for open connections, and these would stay open.
        branch.end_streams();
    };
    let served = ending::in_time(stop, |stop| axum::serve(listener, service).with_graceful_shutdown(stop)).await;
    workers.stop().await;
    served.transpose()?;
    Ok(())
}

/// What is set, where it is kept, and the way to the admin server, if the settings are its.
async fn configured(
    env: &Environment,
    place: &mut Place,
    clock: Arc<dyn Clock>,
) -> Result<(Config, Arc<dyn Store>, Option<Remote>), Box<dyn Error>> {
    let key = config::key(env)?;
    let database = Database::read(env, key.as_str())?;
    match remote::read(env, &key)? {
        None => {
            // What is wrong with a variable is told before anything is opened.
            let config = Config::read(env)?;
            Ok((config, place.store(database, clock).await?, None))
        }
        Some(way) => {
            let store = place.store(database, clock).await?;
            let (config, remote) = way.load(&store, env).await?;
            Ok((config, store, Some(remote)))
        }
    }
}

impl Parts {
    fn branch(self, store: &Arc<dyn Store>) -> Branch {
        let Self { key, settings, links, telephony, mail } = self;
        let branch = Branch::new(key, settings.branch, store.clone(), telephony, settings.script, links);
        let branch = branch.with_control(store.clone());
        match mail {
            Some(mail) => branch.with_notifier(Arc::new(mail)),
            None => branch,
        }
    }
}

impl Door {
    fn endpoints(self, branch: &Arc<Branch>, posting: &Posting, hooks: ControlHooks) -> Result<Endpoints, TableError> {
        Endpoints::builder(branch.links().public().clone())
            .keys(self.keys)
            .trusted_proxies(self.proxies)
            .allowed_origins(self.origins)
            .endpoints(http::branch::rows(branch, self.intake))
            .endpoints(http::branch::firehose_rows(branch, posting.firehose()))
            // `responder::dashboard` for whoever has the feature `dashboard` on.
            .endpoints(responder_dashboard::rows(branch, &Access::operator()))
            .endpoints(http::branch::control(hooks))
            .build()
    }
}

/// What a branch does by itself: it calls and texts, writes its log, and posts its events.
struct Workers {
    dispatcher: BackgroundTask,
    pump: Option<BackgroundTask>,
    posting: Arc<Posting>,
}

impl Workers {
    /// Events are posted already.
    fn start(branch: &Arc<Branch>, posting: Arc<Posting>, sleeper: &Arc<dyn Sleeper>) -> Self {
        let dispatcher = Dispatcher::new(Arc::clone(branch), WorkerId::unique());
        let pump = LogPump::new(Arc::clone(branch));
        Self {
            dispatcher: dispatcher.with_sleeper(Arc::clone(sleeper)).start(),
            pump: pump.map(|pump| pump.with_sleeper(Arc::clone(sleeper)).start()),
            posting,
        }
    }

    /// After the server has ended: its last answers may still have brought work.
    async fn stop(self) {
        self.dispatcher.stop().await;
        self.posting.stop().await;
        if let Some(pump) = self.pump {
            pump.stop().await;
        }
    }
}

/// For whoever asks us to restart: we end, and the supervisor starts us.
fn notifying(restart: &Arc<Notify>) -> Arc<dyn Fn() + Send + Sync> {
    let restart = Arc::clone(restart);
    Arc::new(move || restart.notify_one())
}

async fn end(asked: impl Future<Output = ()>, restart: Arc<Notify>) {
    tokio::select! {
        () = asked => {}
        () = restart.notified() => {}
    }
}

/// Real time.
#[cfg(not(feature = "failpoints"))]
fn time() -> (Arc<dyn Clock>, Arc<dyn Sleeper>) {
    (Arc::new(responder::driver::SystemClock), Arc::new(responder::driver::TokioSleeper))
}

/// Says at the start what would else be found out at the first emergency. A branch starts all the same: the provider
/// may only be away.
async fn try_account(telephony: Arc<TwilioClient>) {
    match telephony.check_account().await {
        Ok(_) => tracing::info!("the provider knows the account"),
        Err(error) => tracing::error!(code = error.code(), "the provider does not accept the account, or is away"),
    }
}
