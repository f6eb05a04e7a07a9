//! One emergency from its report to the end, in a world of its own: one thread, one clock that nobody waits for, no
//! sockets.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use responder::{
    Timestamp,
    driver::Clock,
    script::path,
    store::{EmergencyStore, EventId, MemoryStore, StoredEvent},
};
use responder_sim::{DialIn, NumberConfig, Sid, Simulator, Trace};
use tokio::time::{Instant, sleep};

use crate::{
    cast,
    cells::{Cell, Moment},
    front::Front,
    node::{BRANCH, HOST, Node, TOKEN, Tampering},
    plan::{Calls, Customer, Plan},
    post::{Letter, Post},
    scene::{Busy, PhoneFault, Scene},
};

/// Anything that keeps a world from being set up.
pub(crate) type Trouble = Box<dyn Error + Send + Sync>;

/// What is known of a world that has come to rest, or has not.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) trace: Trace,
    pub(crate) letters: Vec<Letter>,
    /// When the report was taken in, and the name that was answered.
    pub(crate) taken_in: Option<(Timestamp, String)>,
    /// Whether everything has come to rest in the longest time that an emergency may take.
    pub(crate) is_at_rest: bool,
    pub(crate) hung_up: Vec<Sid>,
    pub(crate) blows: Vec<Timestamp>,
    pub(crate) struck: Vec<Cell>,
    pub(crate) phone_faults: Vec<PhoneFault>,
    /// What the branch itself says, for whoever has to find out what went wrong; nothing is judged by it.
    pub(crate) timeline: Vec<StoredEvent>,
}

/// Asks the provider to repeat what failed, as every URL does that the branch hands out itself.
const RETRIES: &str = "#rc=3&rp=5xx,ct,rt&rt=4000";

/// What still happens after the end must be on the record, too.
const AFTERMATH: Duration = Duration::from_secs(180);

/// Between two looks at whether all is over.
const LOOK: Duration = Duration::from_secs(5);

const MOST_REPORTS: u32 = 100;

const MOST_EVENTS: u32 = 10_000;

/// Plays a plan to its end.
pub(crate) fn play(plan: &Plan, seed: u64, tampering: &Arc<dyn Tampering>) -> Result<Record, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let front = Front::new(seed, Arc::clone(tampering));
        let scene = open(plan.clone(), seed, &front, tampering)?;
        let record = run(&scene, &front).await;
        // They know the network and are known to it.
        front.close();
        Ok(record)
    })
}

fn open(plan: Plan, seed: u64, front: &Front, tampering: &Arc<dyn Tampering>) -> Result<Arc<Scene>, Trouble> {
    let origin: Timestamp = "2026-11-21T03:00:00Z".parse()?;
    let clock: Arc<dyn Clock> = Arc::new(RuntimeClock { origin, start: Instant::now() });
    let door = front.clone();
    let network = Simulator::builder()
        .start_time(origin)
        .seed(seed)
        .host_service(HOST, tower::service_fn(move |request| door.clone().ask(request)))
        .in_process()?;
    register_numbers(&network);
    for (number, scripts) in &plan.phones {
        network.set_phone_calls(number, scripts.iter().cloned());
    }
    let post = Arc::new(Post::new(Arc::clone(&clock)));
    let nodes = plan.nodes;
    let store: Arc<dyn EmergencyStore> = Arc::new(MemoryStore::new(Arc::clone(&clock)));
    let scene = Arc::new(Scene::new(Arc::new(network), clock, Arc::clone(&store), Arc::clone(&post), plan));
    let (employer, tampering, door) = (Arc::downgrade(&scene), Arc::clone(tampering), front.clone());
    let hired = AtomicU64::new(0);
    scene.hire_by(move || {
        door.bury();
        let Some(scene) = employer.upgrade() else { return };
        let number = hired.fetch_add(1, Ordering::SeqCst);
        let node = Node::start(&scene, tampering.as_ref(), number, seed);
        door.add(node.expect("BUG: the first of them could be started"));
    });
    for _ in 0..nodes {
        scene.hire();
    }
    Ok(scene)
}

/// What one enters at the provider for each number.
fn register_numbers(network: &Simulator) {
    let at = |path: &str| format!("https://{HOST}{path}{RETRIES}");
    for number in [cast::BRANCH, cast::AUTOMATED] {
        let config = NumberConfig::voice(at(path::INCOMING_CALL))
            .with_voice_fallback(at(path::CALL_FALLBACK))
            .with_status_callback(at(path::CUSTOMER_CALL_ENDED))
            .with_sms(at(path::SMS_REPLY));
        network.set_number(number, config);
    }
}

async fn run(scene: &Arc<Scene>, front: &Front) -> Record {
    let start = scene.clock.now();
    let taken_in = report(scene, front).await;
    tokio::spawn(customer(Arc::clone(scene), scene.busy()));
    if let Some(after) = scene.plan.texts_after {
        tokio::spawn(accept_by_text(Arc::clone(scene), after, scene.busy()));
    }
    let most = scene.plan.longest() + AFTERMATH;
    let is_at_rest = loop {
        sleep(LOOK).await;
        let is_over = || scene.is_over() && scene.is_quiet() && scene.network.next_due().is_none();
        if is_over() {
            sleep(AFTERMATH).await;
            if is_over() {
                break true;
            }
        }
        if taken_in.is_none() || scene.clock.now().since(start) > most {
            break false;
        }
    };
    let struck = scene.struck();
    Record {
        trace: scene.network.trace(),
        letters: scene.post.letters(),
        taken_in,
        is_at_rest,
        hung_up: scene.hung_up(),
        blows: scene.blows(),
        struck,
        phone_faults: scene.phone_faults(),
        timeline: timeline(scene).await,
    }
}

async fn timeline(scene: &Scene) -> Vec<StoredEvent> {
    let branch = BRANCH.parse().expect("BUG: it is a name");
    scene.store.events(&branch, EventId::from_u64(0), MOST_EVENTS).await.unwrap_or_default()
}

/// Reports an emergency as a patient reporter does: again and again, with the same key.
async fn report(scene: &Scene, front: &Front) -> Option<(Timestamp, String)> {
    let body = serde_json::json!({
        "chosen_phone": cast::TECHNICIAN,
        "customer_name": "Carla Example",
        "user_stated_callback_number": cast::CUSTOMER,
        "incident_address": "12 Elm Street",
        "emergency_description_text": "A pipe burst in the cellar and the water is rising.",
    });
    let body = Bytes::from(body.to_string());
    for _ in 0..MOST_REPORTS {
        let request = Request::post("/webhook")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json")
            .header("idempotency-key", "the-one")
            .body(Full::new(body.clone()));
        let answer = front.clone().ask(request.expect("BUG: it is well-formed")).await;
        if let Some(name) = name_in(answer.ok()).await {
            return Some((scene.clock.now(), name));
        }
        sleep(Duration::from_secs(2)).await;
    }
    None
}

/// The name of the emergency that was taken in.
async fn name_in(answer: Option<Response<Full<Bytes>>>) -> Option<String> {
    let answer = answer.filter(|answer| answer.status() == 200)?;
    let body = answer.into_body().collect().await.ok()?.to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
    Some(body["emergency_id"].as_str()?.to_owned())
}

/// Calls when it is time, and again when they were cut off before they have talked.
async fn customer(scene: Arc<Scene>, _busy: Busy) {
    let Customer { calls, redials, gives_up_after } = scene.plan.customer;
    match calls {
        Calls::After(span) => sleep(span).await,
        Calls::OnceAccepted(span) => {
            while matches!(scene.moment(), Some(Moment::Seeking)) {
                sleep(Duration::from_secs(1)).await;
            }
            sleep(span).await;
        }
        Calls::Never => return,
    }
    for _ in 0..=redials {
        let Ok(call) = scene.network.dial(DialIn::new(cast::CUSTOMER, cast::BRANCH)) else { return };
        if let Some(span) = gives_up_after {
            sleep(span).await;
            scene.hang_up_on(&call);
            return;
        }
        while scene.network.call(&call).is_some_and(|call| call.ended.is_none()) {
            sleep(Duration::from_secs(2)).await;
        }
        let has_talked = scene.network.call(&call).is_some_and(|call| !call.talks.is_empty());
        if has_talked || scene.moment().is_none() || scene.has_hung_up(&call) {
            return;
        }
        sleep(Duration::from_secs(15)).await;
    }
}

async fn accept_by_text(scene: Arc<Scene>, after: Duration, _busy: Busy) {
    sleep(after).await;
    // A number that nobody has set up would be a mistake of ours, and nobody would be called either.
    let _ = scene.network.text(cast::TECHNICIAN, cast::AUTOMATED, "1");
}

/// The time of the runtime.
#[derive(Debug)]
struct RuntimeClock {
    origin: Timestamp,
    start: Instant,
}

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        self.origin + self.start.elapsed()
    }
}
