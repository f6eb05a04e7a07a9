//! Events on their way to somebody else's service, posted by three nodes, of which one is killed again and again while
//! it waits for an answer: each arrives, and those of one emergency in order. A repeat is the same.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use responder::store::StoredEvent;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    common::{
        patience::within,
        place::serve,
        receiver::{Heard, SECRET},
    },
    database::Database,
    kills,
    lab::{Lab, Plot},
};

const NODES: usize = 3;

/// Nothing takes longer, unless it hangs.
const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_are_killed_lose_no_event_on_its_way_sqlite() {
    killed_while_posting(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_are_killed_lose_no_event_on_its_way() {
    killed_while_posting(Database::Postgres).await;
}

/// The service, which can keep everybody waiting.
#[derive(Default)]
struct Service {
    heard: watch::Sender<Heard>,
    way: watch::Sender<Way>,
}

/// How it answers.
#[derive(Default)]
struct Way {
    /// Nobody gets an answer.
    holds: bool,
    /// What is kept waiting has been taken already: whoever dies now has posted it, and does not know.
    takes_first: bool,
    /// Who is kept waiting.
    waiting: [usize; NODES],
}

impl Service {
    async fn start() -> (Arc<Self>, String) {
        let service = Arc::new(Self::default());
        service.heard.send_modify(|heard| heard.is_open = true);
        let router = Router::new().route("/hook/{node}", post(take)).with_state(Arc::clone(&service));
        (service, format!("{}/hook/{{node}}", serve(router).await))
    }

    fn note(&self, headers: &HeaderMap, body: &Bytes) -> StatusCode {
        let mut status = 400;
        self.heard.send_modify(|heard| match heard.note(headers, body) {
            Ok(answer) => status = answer,
            Err(wrong) => heard.wrong.push(wrong),
        });
        StatusCode::from_u16(status).unwrap_or_default()
    }

    fn hold(&self, takes_first: bool) {
        self.way.send_modify(|way| (way.holds, way.takes_first) = (true, takes_first));
    }

    /// Waits until some node has posted something, and has no answer; tells which.
    async fn keeps_waiting(&self) -> usize {
        let somebody = |way: &Way| way.waiting.iter().position(|waiting| *waiting > 0);
        let mut ways = self.way.subscribe();
        let waits = ways.wait_for(|way| somebody(way).is_some());
        somebody(&timeout(LIMIT, waits).await.expect("a request").expect("a service")).expect("somebody")
    }

    fn go_on(&self) {
        self.way.send_modify(|way| way.holds = false);
    }
}

/// Somebody who waits for an answer. When they are gone, they wait no more.
struct Waiting<'a>(&'a Service, usize);

impl<'a> Waiting<'a> {
    fn begin(service: &'a Service, node: usize) -> Self {
        service.way.send_modify(|way| way.waiting[node] += 1);
        Self(service, node)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.way.send_modify(|way| way.waiting[self.1] -= 1);
    }
}

async fn take(
    State(service): State<Arc<Service>>,
    Path(node): Path<usize>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let takes_first = service.way.borrow().takes_first;
    let taken = takes_first.then(|| service.note(&headers, &body));
    {
        let _waiting = Waiting::begin(&service, node);
        let _ = service.way.subscribe().wait_for(|way| !way.holds).await;
    }
    taken.unwrap_or_else(|| service.note(&headers, &body))
}

async fn killed_while_posting(database: Database) {
    let turns = (kills() / 5).max(NODES);
    let (service, url) = Service::start().await;
    let mut lab = Lab::open(database, NODES, Plot::Plain).await;
    lab.settings = [
        ("DEBUG_WEBHOOK_URL", url.as_str()),
        ("DEBUG_WEBHOOK_SECRET", SECRET),
        ("WEBHOOK_ALLOWED_HOSTS", "127.0.0.1"),
        ("MAX_ACTIVE_EMERGENCIES", "1000"),
        ("RUST_LOG", "warn"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into();
    let mut nodes: Vec<_> = (0..NODES).map(|no| Some(lab.start(no))).collect();
    assert!(lab.answers().await, "nodes");

    for turn in 0..turns {
        service.hold(turn.is_multiple_of(2));
        let keys: Vec<_> = (0..NODES).map(|n| format!("{turn}-{n}")).collect();
        let reports = keys.iter().map(|key| lab.report_by(key));
        let reported = futures_util::future::join_all(reports).await;
        assert!(reported.iter().all(Option::is_some), "turn {turn}: reports were not taken in");
        let no = service.keeps_waiting().await;
        let node = nodes[no].take().expect("a node");
        node.end().await.unwrap_or_else(|why| panic!("turn {turn}: {why}"));
        service.go_on();
        nodes[no] = Some(lab.start(no));
        // Many that are called at a time would make a test of the machine.
        assert!(lab.cancel_all().await, "turn {turn}: not everything has ended");
    }

    // What was under way when a node died may still add an event when all others have arrived.
    let mut events = Vec::new();
    let all_arrive = within(2 * LIMIT, async || {
        events = lab.house.events().await;
        sleep(Duration::from_millis(200)).await;
        service.heard.borrow().lanes == lanes(&events)
    });
    let all_have_arrived = all_arrive.await;
    let heard = service.heard.borrow();
    assert_eq!(heard.wrong, Vec::<String>::new());
    if !all_have_arrived {
        assert_eq!(heard.lanes, lanes(&events), "each event, in the order of its emergency");
    }
    assert!(heard.repeated as usize >= turns / 2, "{} repeats: nobody was killed between", heard.repeated);
    println!("{database:?}: {turns} nodes killed, {} events, {} repeats", events.len(), heard.repeated);
}

/// What must have been heard, by emergency.
fn lanes(events: &[StoredEvent]) -> BTreeMap<String, Vec<(u64, String)>> {
    let mut lanes = BTreeMap::<_, Vec<_>>::new();
    for event in events {
        let name = event.event().map(|event| event.name().to_owned()).unwrap_or_default();
        let lane = event.emergency.map(|id| id.to_string()).unwrap_or_default();
        lanes.entry(lane).or_default().push((event.id.as_u64(), name));
    }
    lanes
}
