//! What has happened in the town before somebody looks: the same scenarios, played on the same phone network by
//! branches with the same settings, while its clock jumps from one event to the next. Nothing is made up but the times
//! at which emergencies are reported.

use std::{
    collections::HashMap,
    convert::Infallible,
    num::NonZeroU32,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::try_join_all;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use responder::{
    Timestamp,
    branch::Branch,
    driver::{Dispatcher, DispatcherSettings},
    http::{Body, Endpoints, Key, Keys, Signatures, branch::endpoints},
    script::Links,
    settings::Settings,
    signature::AuthTokens,
    store::MemoryStore,
    telephony::TwilioClient,
};
use responder_sim::{Simulator, SimulatorBuilder};
use serde_json::Value;
use tokio::{sync::watch, time::sleep};

use super::{
    site::{Mode, SITES, Site, values},
    stories::{Late, Story, scenario},
};
use crate::stage::{self, Trouble};

/// How long ago the first of them was.
pub(crate) const SPAN: Duration = Duration::from_secs(WEEKS * WEEK_SECS);

const WEEKS: u64 = 6;
const WEEK_SECS: u64 = 7 * 24 * 3600;

/// Before somebody looks, it is quiet for so long at least.
const QUIET: Duration = Duration::from_secs(2 * 3600);

/// Nobody is asked to look at an alert that is older.
const ALERTS_ARE_OLD: Duration = Duration::from_secs(31 * 24 * 3600);

/// What happens, each as often as the others.
const MIX: [&str; 10] = [
    "plain",
    "plain",
    "plain",
    "plain",
    "no-answer",
    "no-answer",
    "voicemail",
    "sms-accept",
    "customer-hangs-up",
    "bridge-fails",
];

/// The branch in which nobody accepted last night, and how long ago that was.
const LAST_NIGHT: (&str, Duration) = ("rex", Duration::from_secs(7 * 3600));

/// Where branches of the past are asked, without a socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doors(HashMap<&'static str, Arc<OnceLock<Endpoints>>>);

impl Doors {
    /// One for each branch.
    pub(crate) fn new() -> Self {
        Self(SITES.iter().map(|site| (site.key, Arc::default())).collect())
    }

    /// Lets the network in.
    pub(crate) fn known_to(&self, network: SimulatorBuilder) -> SimulatorBuilder {
        self.0.iter().fold(network, |network, (key, door)| {
            let door = Arc::clone(door);
            network.host_service(host(key), tower::service_fn(move |request| ask(Arc::clone(&door), request)))
        })
    }
}

fn host(key: &str) -> String {
    format!("{key}.example.com")
}

async fn ask(door: Arc<OnceLock<Endpoints>>, request: Request<Full<Bytes>>) -> Result<Response<Body>, Infallible> {
    match door.get() {
        Some(endpoints) => Ok(endpoints.serve(request, None).await),
        None => Ok(Response::new(Body::default())),
    }
}

/// A branch of the past at work.
struct Before {
    site: Site,
    branch: Arc<Branch>,
    endpoints: Endpoints,
    network: Arc<Simulator>,
    token: String,
    start: Timestamp,
}

/// Plays the past of all branches, from the network's time on until now.
pub(crate) async fn play(
    network: &Arc<Simulator>,
    doors: &Doors,
    stores: &[Arc<MemoryStore>],
    mode: Mode,
) -> Result<(), Trouble> {
    let branches = SITES.iter().zip(stores).map(|(site, store)| async {
        let before = Before::open(*site, network, doors, Arc::clone(store), mode)?;
        before.play().await
    });
    try_join_all(branches).await?;
    sleep(Timestamp::now().since(network.now())).await;
    Ok(())
}

impl Before {
    fn open(
        site: Site,
        network: &Arc<Simulator>,
        doors: &Doors,
        store: Arc<MemoryStore>,
        mode: Mode,
    ) -> Result<Self, Trouble> {
        let settings = Settings::read(&values(&site.settings(network, mode)))?;
        let telephony = TwilioClient::builder(network.account_sid(), network.auth_token().into())
            .base_url(network.url())
            .calls_per_second(NonZeroU32::new(1000).expect("BUG: not zero"))
            .transport(network.transport())
            .build()?;
        let links = Links::new(format!("http://{}", host(site.key)).parse()?);
        stage::register(network, site.own_numbers(), &links);
        let (key, telephony) = (site.key.parse()?, Arc::new(telephony));
        let branch = Branch::new(key, settings.branch, store.clone(), telephony, settings.script, links);
        let branch = Arc::new(branch.with_control(store));
        let token = stage::random_token()?;
        let keys = Keys {
            signatures: Signatures::Checked(AuthTokens::new(network.auth_token().into())?),
            intake_token: Some(Key::new(token.as_str().into())?),
            ..Keys::default()
        };
        let table = endpoints(&branch).keys(keys).build()?;
        let door = doors.0.get(site.key).ok_or("there is no door for a branch")?;
        let endpoints = door.get_or_init(|| table).clone();
        Ok(Self { site, branch, endpoints, network: Arc::clone(network), token, start: network.now() })
    }

    async fn play(self) -> Result<(), Trouble> {
        let (stop, mut stopped) = watch::channel(false);
        // In one process all work is announced; a look every second would take its time in six weeks.
        let settings = DispatcherSettings { longest_sleep: Duration::from_secs(3600), ..DispatcherSettings::default() };
        let dispatcher = Dispatcher::new(Arc::clone(&self.branch), "before".parse()?).with(settings);
        let working = tokio::spawn(dispatcher.run(async move {
            // A past that is gone is over, too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        }));
        for (after, story) in chronicle(self.site) {
            let due = self.start + after;
            sleep(due.since(self.network.now())).await;
            self.tell(&story).await?;
        }
        stop.send_replace(true);
        working.await?;
        Ok(())
    }

    /// One emergency, from its report to its end.
    async fn tell(&self, story: &Story) -> Result<(), Trouble> {
        story.prepare(&self.network);
        let report = Request::post("/webhook").header("content-type", "application/json");
        let (status, answer) = self.ask(report.body(story.report().to_string())?).await?;
        let Some(id) = answer["emergency_id"].as_str() else {
            return Err(format!("a report of the past was answered {status}: {answer}").into());
        };
        story.act(&self.network).await?;
        loop {
            sleep(Duration::from_secs(20)).await;
            let (_, emergency) = self.ask(Request::get(format!("/api/emergencies/{id}")).body(String::new())?).await?;
            if emergency["phase"] == "concluded" {
                return Ok(());
            }
        }
    }

    async fn ask(&self, mut request: Request<String>) -> Result<(u16, Value), Trouble> {
        request.headers_mut().insert("authorization", format!("Bearer {}", self.token).parse()?);
        let (head, body) = self.endpoints.serve(request, None).await.into_parts();
        Ok((head.status.as_u16(), serde_json::from_slice(&body.collect().await?.to_bytes())?))
    }
}

/// What happens in a branch, and how long after the beginning; the same whenever it is played.
fn chronicle(site: Site) -> Vec<(Duration, Story)> {
    let mut dice = Dice(u64::from(site.key.as_bytes()[0]));
    let mut times = Vec::new();
    for week in 0..WEEKS {
        for _ in 0..dice.below(4) + 2 {
            times.push(Duration::from_secs(week * WEEK_SECS + dice.below(WEEK_SECS)));
        }
    }
    times.retain(|after| *after + QUIET < SPAN);
    let told = |(number, after): (usize, Duration)| {
        let nobody = SPAN - after > ALERTS_ARE_OLD && dice.below(3) == 0;
        let name = if nobody { "nobody-accepts" } else { MIX[usize::try_from(dice.below(10)).unwrap_or(0)] };
        let late =
            Late { technician: Duration::from_secs(dice.below(12)), customer: Duration::from_secs(dice.below(40)) };
        (after, Story::new(site, scenario(name), number).with_late(late))
    };
    let mut all: Vec<_> = times.into_iter().enumerate().map(told).collect();
    if site.key == LAST_NIGHT.0 {
        all.push((SPAN - LAST_NIGHT.1, Story::new(site, scenario("nobody-accepts"), all.len())));
    }
    all.sort_by_key(|(after, _)| *after);
    all
}

/// Numbers that look random and are always the same (Knuth's linear congruential generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
