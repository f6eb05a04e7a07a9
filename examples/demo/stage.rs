//! One branch and a phone network, put together: what a service of your own does to embed Responder, with the
//! network's address in place of the real one.

use std::{
    error::Error,
    future::IntoFuture,
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use responder::{
    branch::{Branch, BranchSettings},
    driver::{Clock, Dispatcher, DispatcherSettings},
    emergency::Policy,
    http::{Access, Endpoints, Key, Keys, Signatures, branch::endpoints},
    script::{Links, Script},
    signature::AuthTokens,
    sql::SqliteStore,
    telephony::TwilioClient,
};
use responder_sim::{ClockMode, NumberConfig, Simulator, TimeHold};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    cast,
    network_time::{NetworkClock, NetworkSleeper, Pace},
};

/// Anything that keeps the stage from being set.
pub(crate) type Trouble = Box<dyn Error + Send + Sync>;

/// What differs from one performance to the next.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) clock: ClockMode,
    pub(crate) policy: Policy,
    pub(crate) max_active_emergencies: u32,
    pub(crate) recording_notice: Option<String>,
}

/// A branch that is open, and the network that its phones are in.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) network: Arc<Simulator>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) branch: Arc<Branch>,
    /// Who reports emergencies, and who asks about them, shows this; it is also the password of the status page.
    pub(crate) token: String,
    client: reqwest::Client,
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
    /// Time stands until somebody acts.
    opening: Mutex<Option<TimeHold>>,
    /// Goes away with the stage, and the database with it.
    folder: TempDir,
}

/// A jump of the clock comes after so much silence: enough for a commit to reach the disk, also on a busy machine.
pub(crate) const QUIET: Duration = Duration::from_millis(25);

impl Setting {
    /// Real time or a clock that jumps, and the defaults of the cast.
    pub(crate) fn new(clock: ClockMode) -> Self {
        Self { clock, policy: cast::policy(), max_active_emergencies: 1, recording_notice: None }
    }

    /// A clock that jumps over the time in which nothing happens.
    pub(crate) fn accelerated() -> Self {
        Self::new(ClockMode::Auto { quiet: QUIET })
    }
}

impl Stage {
    /// Starts everything, on free ports of the loopback interface.
    pub(crate) async fn open(setting: Setting) -> Result<Self, Trouble> {
        let network = Arc::new(Simulator::builder().clock(setting.clock).start().await?);
        let opening = Mutex::new(Some(network.hold_time()));
        let clock: Arc<dyn Clock> = Arc::new(NetworkClock(Arc::clone(&network)));
        let folder = tempfile::tempdir()?;
        let store = Arc::new(SqliteStore::open(folder.path().join("responder.db"), clock).await?);

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let public = format!("http://{}", listener.local_addr()?);
        let clock = setting.clock;
        let branch = Arc::new(branch(setting, &network, Arc::clone(&store), &public)?);
        register(&network, [cast::BRANCH, cast::AUTOMATED], branch.links());

        let token = random_token()?;
        let pages = responder_dashboard::rows(&branch, &Access::operator());
        let endpoints = endpoints(&branch).endpoints(pages).keys(keys(&network, &token)?).build()?;
        let (stop, stopped) = watch::channel(false);
        let server = serve(listener, endpoints, stopped.clone());
        let dispatcher = dispatch(&branch, &network, clock, stopped)?;
        let running = vec![tokio::spawn(server), tokio::spawn(dispatcher)];
        Ok(Self { network, store, branch, token, client: reqwest::Client::new(), stop, running, opening, folder })
    }

    /// The address of the branch.
    pub(crate) fn url(&self) -> &str {
        self.branch.links().public().as_str()
    }

    /// Asks the branch by GET. Time stands meanwhile.
    pub(crate) async fn get(&self, path: &str) -> Result<(u16, Value), Trouble> {
        self.ask(self.client.get(format!("{}{path}", self.url()))).await
    }

    /// Posts JSON to the branch. Time stands meanwhile.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value), Trouble> {
        self.ask(self.client.post(format!("{}{path}", self.url())).json(body)).await
    }

    /// The same with the token, for whoever needs more in a request than the above.
    pub(crate) async fn ask(&self, request: reqwest::RequestBuilder) -> Result<(u16, Value), Trouble> {
        let _standing = self.network.hold_time();
        let answer = request.bearer_auth(&self.token).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// For somebody who acts at certain times; time stands from now on until they wait.
    pub(crate) fn pace(&self) -> Pace {
        let pace = Pace::new(&self.network);
        *self.opening.lock().unwrap_or_else(PoisonError::into_inner) = None;
        pace
    }

    /// Finishes what is under way and closes everything.
    pub(crate) async fn close(self) -> Result<(), Trouble> {
        self.branch.end_streams();
        self.stop.send_replace(true);
        for task in self.running {
            task.await?;
        }
        self.store.close().await;
        self.folder.close()?;
        Ok(())
    }
}

fn branch(setting: Setting, network: &Simulator, store: Arc<SqliteStore>, public: &str) -> Result<Branch, Trouble> {
    let mut settings = BranchSettings::new(setting.policy, cast::BRANCH.parse()?)?;
    settings.automated_number = cast::AUTOMATED.parse()?;
    settings.max_active_emergencies = setting.max_active_emergencies;
    // The network takes one call a second, as the real one does; asking faster shows that it makes us wait.
    let telephony = TwilioClient::builder(network.account_sid(), network.auth_token().into())
        .base_url(network.url())
        .calls_per_second(NonZeroU32::new(1000).expect("BUG: not zero"))
        .build()?;
    let script =
        Script { company_name: "Ivy Plumbing".into(), recording_notice: setting.recording_notice, ..Script::default() };
    let links = Links::new(public.parse()?);
    let key = "demo".parse()?;
    Ok(Branch::new(key, settings.checked()?, store.clone(), Arc::new(telephony), script, links).with_control(store))
}

/// What one enters at the provider for each number.
pub(crate) fn register<N: Into<String>>(network: &Simulator, numbers: impl IntoIterator<Item = N>, links: &Links) {
    for number in numbers {
        let to = links.for_number();
        let config = NumberConfig::voice(to.incoming_call)
            .with_voice_fallback(to.call_fallback)
            .with_status_callback(to.call_ended)
            .with_sms(to.text);
        network.set_number(number, config);
    }
}

fn keys(network: &Simulator, token: &str) -> Result<Keys, Trouble> {
    Ok(Keys {
        signatures: Signatures::Checked(AuthTokens::new(network.auth_token().into())?),
        intake_token: Some(Key::new(token.into())?),
        operator_password: Some(Key::new(token.into())?),
        ..Keys::default()
    })
}

async fn serve(listener: TcpListener, endpoints: Endpoints, stopped: watch::Receiver<bool>) {
    let service = responder::axum::router(endpoints).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(until(stopped));
    if let Err(error) = serving.into_future().await {
        eprintln!("the server of the branch has ended: {error}");
    }
}

fn dispatch(
    branch: &Arc<Branch>,
    network: &Arc<Simulator>,
    clock: ClockMode,
    stopped: watch::Receiver<bool>,
) -> Result<impl Future<Output = ()> + use<>, Trouble> {
    let mut settings = DispatcherSettings::default();
    if let ClockMode::Auto { .. } = clock {
        // In one process all work is announced; a look every second would make each second of a long wait cost time.
        settings.longest_sleep = Duration::from_secs(900);
    }
    let sleeper = Arc::new(NetworkSleeper::new(Arc::clone(network)));
    let dispatcher = Dispatcher::new(Arc::clone(branch), "demo".parse()?).with(settings).with_sleeper(sleeper);
    Ok(dispatcher.run(until(stopped)))
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // A stage that is gone has stopped, too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// A secret that was never used before.
pub(crate) fn random_token() -> Result<String, Trouble> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
