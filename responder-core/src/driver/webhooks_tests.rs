use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::*;
use crate::{
    CallSid, CountryCode, E164,
    branch::BranchSettings,
    driver::Clock,
    emergency::{Emergency, EmergencyId, Event, Intake, Policy, Report},
    notify::{TargetError, WebhookAnswer, WebhookError, WebhookPost, WebhookSender},
    script::{Links, Script},
    store::{BranchKey, CommitId, EmergencyStore, MemoryStore, Opening},
    telephony::MockTelephony,
};

/// Time as tokio's tests have it.
#[derive(Debug)]
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000) + self.0.elapsed()
    }
}

/// A service that takes or refuses, and remembers what it was sent: `webhook-id` and body.
#[derive(Debug, Default)]
struct Service {
    refuses: Mutex<Vec<String>>,
    heard: Mutex<Vec<(String, Value)>>,
    taken: Mutex<Vec<(String, Value)>>,
}

impl Service {
    /// Refuses whatever holds this text.
    fn refuse(&self, texts: &[&str]) {
        *self.refuses.lock().unwrap_or_else(PoisonError::into_inner) = texts.iter().map(ToString::to_string).collect();
    }

    fn names(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.iter().filter_map(|(_, body)| body["event"].as_str().map(str::to_owned)).collect()
    }
}

#[async_trait]
impl WebhookSender for Service {
    fn check(&self, _: &str) -> Result<(), TargetError> {
        Ok(())
    }

    async fn post(&self, post: WebhookPost) -> Result<WebhookAnswer, WebhookError> {
        let id = post.headers["webhook-id"].to_str().expect("text").to_owned();
        let body: Value = serde_json::from_slice(&post.body).expect("JSON");
        let refuses = self.refuses.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((id.clone(), body.clone()));
        if refuses.iter().any(|text| body.to_string().contains(text)) {
            return Ok(WebhookAnswer { status: 500, retry_after: None });
        }
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push((id, body));
        Ok(WebhookAnswer { status: 204, retry_after: None })
    }
}

struct House {
    store: Arc<MemoryStore>,
    service: Arc<Service>,
    webhooks: Webhooks,
}

impl House {
    async fn build() -> Self {
        let store = Arc::new(MemoryStore::new(Arc::new(PausedClock(Instant::now()))));
        let service = Arc::<Service>::default();
        let webhooks = Self::webhooks(&store, &service);
        webhooks.subscribe().await.expect("a subscription");
        Self { store, service, webhooks }
    }

    fn webhooks(store: &Arc<MemoryStore>, service: &Arc<Service>) -> Webhooks {
        let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
        let settings = BranchSettings::new(policy, "+15005550006".parse().expect("a number")).expect("settings");
        let links = Links::new("https://help.example.com".parse().expect("a URL"));
        let (telephony, script) = (Arc::new(MockTelephony::new()), Script::default());
        let branch = Branch::new(north(), settings, store.clone(), telephony, script, links);
        let hook = Webhook::new("hook".parse().expect("a name"), "https://hooks.example".into(), service.clone());
        Webhooks::new(Arc::new(branch), store.clone(), hook.expect("a target"), WorkerId::unique())
    }

    /// An emergency, and how its events are called in order.
    async fn emergency(&self, n: u128) -> (EmergencyId, Vec<String>) {
        let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
        let intake = Intake::check(report, CountryCode::NORTH_AMERICA).expect("an intake");
        let policy = Policy { recipient_emails: vec!["office@example.com".into()], ..Policy::default() };
        let now = self.store.now().await.expect("the time");
        let opened = Emergency::open(EmergencyId::new(now, n), now, intake, Arc::new(policy));
        let names = opened.events.iter().map(|event| event.name().to_owned()).collect();
        let id = opened.state.id();
        let opening = Opening::of(north(), 100, opened, CommitId::from_random(n));
        let _ = self.store.open(&opening).await.expect("an opening");
        (id, names)
    }

    async fn call(&self, n: u32) {
        let (from, call_sid) = (None::<E164>, format!("CA{n:032}").parse::<CallSid>().expect("a call"));
        self.store.record(&north(), &[Event::StrangerCalled { from, call_sid }]).await.expect("a record");
    }
}

fn north() -> BranchKey {
    "north".parse().expect("a branch")
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_refused_event_holds_up_its_own_emergency_alone() {
    let house = House::build().await;
    let ((first, names), (second, _)) = (house.emergency(1).await, house.emergency(2).await);
    assert!(names.len() > 1, "an emergency without a sequence of events: {names:?}");
    house.call(1).await;
    house.service.refuse(&[&first.to_string()]);
    let working = house.webhooks.clone().start();
    sleep(2 * MINUTE).await;
    let taken: Vec<_> = house.service.taken.lock().expect("a lock").clone();
    let of = |id: EmergencyId| {
        let is_its = move |body: &&(String, Value)| body.1["data"]["emergency_id"] == id.to_string();
        let names = taken.iter().filter(is_its).map(|(_, body)| body["event"].as_str().unwrap_or("").to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!((of(first), of(second)), (Vec::new(), names.clone()));
    assert!(house.service.names().contains(&"stranger_called".to_owned()));

    let tried = house.service.heard.lock().expect("a lock").iter().filter(|(id, _)| id.contains("_1_")).count();
    assert!((4..=8).contains(&tried), "{tried} tries in two minutes");
    house.service.refuse(&[]);
    sleep(4 * MINUTE).await;
    working.stop().await;
    let taken = house.service.taken.lock().expect("a lock").clone();
    assert_eq!(taken.len(), 2 * names.len() + 1);
    let ids: HashMap<_, _> = taken.iter().map(|(id, body)| (id, body)).collect();
    assert_eq!(ids.len(), taken.len(), "each message has an id of its own");
    let late: Vec<_> = taken[names.len() + 1..].iter().map(|(_, body)| body["event"].clone()).collect();
    assert_eq!(late, names);
    for (id, body) in house.service.heard.lock().expect("a lock").iter() {
        assert_eq!(ids[id], body, "a repeat is the same");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_day_events_are_left_out_and_a_gap_says_so() {
    let house = House::build().await;
    house.call(1).await;
    house.call(2).await;
    house.service.refuse(&[""]);
    let working = house.webhooks.clone().start();
    sleep(23 * 60 * MINUTE).await;
    house.call(3).await;
    // The two are too old by then, and the third is not.
    sleep(2 * 60 * MINUTE).await;
    house.service.refuse(&[]);
    sleep(60 * MINUTE).await;
    assert_eq!(house.service.names(), ["webhook_gap", "stranger_called"]);
    let taken = house.service.taken.lock().expect("a lock").clone();
    assert_eq!(taken[0].1["data"], serde_json::json!({ "events": 2, "first": 1, "last": 2 }));
    assert!(taken[1].0.starts_with("evt_north_3_"), "{}", taken[1].0);
    let tries = house.service.heard.lock().expect("a lock").len();
    assert!((50..=80).contains(&tries), "{tries} tries in a day");
    working.stop().await;
}

/// Two nodes, of which one stops in between: nothing is posted twice, nothing is lost.
#[tokio::test(start_paused = true)]
async fn nodes_share_the_work_and_one_can_stop() {
    let house = House::build().await;
    let other = House::webhooks(&house.store, &house.service).start();
    let working = house.webhooks.clone().start();
    let mut expected = 0;
    for n in 1..=20 {
        expected += house.emergency(n).await.1.len();
        if n == 10 {
            sleep(Duration::from_millis(60)).await;
        }
    }
    working.stop().await;
    sleep(2 * MINUTE).await;
    other.stop().await;
    let taken = house.service.taken.lock().expect("a lock");
    let ids: std::collections::HashSet<_> = taken.iter().map(|(id, _)| id).collect();
    assert_eq!((taken.len(), ids.len()), (expected, expected));
}

/// A service that never answers costs a lane its time, and is asked again.
#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_a_failure() {
    #[derive(Debug)]
    struct Silent(watch::Sender<u32>);

    #[async_trait]
    impl WebhookSender for Silent {
        fn check(&self, _: &str) -> Result<(), TargetError> {
            Ok(())
        }

        async fn post(&self, _: WebhookPost) -> Result<WebhookAnswer, WebhookError> {
            self.0.send_modify(|asked| *asked += 1);
            std::future::pending().await
        }
    }

    let house = House::build().await;
    house.call(1).await;
    let (asked, mut seen) = watch::channel(0);
    let hook = Webhook::new("hook".parse().expect("a name"), "https://x".into(), Arc::new(Silent(asked)));
    let working = Webhooks { hook: hook.expect("a target"), ..house.webhooks.clone() }.start();
    let began = Instant::now();
    seen.wait_for(|asked| *asked == 3).await.expect("a service");
    // Twice 15 s for an answer, and pauses of 2 and 4 s.
    assert!((34..40).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    working.stop().await;
}

#[tokio::test]
async fn pauses_grow_are_spread_and_can_be_asked_for() {
    let house = House::build().await;
    let pause = |id: &str, tries, asked| house.webhooks.pause(id, tries, asked).as_secs_f64();
    for (tries, about) in [(1, 2.0), (2, 4.0), (5, 32.0), (11, 1800.0), (40, 1800.0), (u32::MAX, 1800.0)] {
        let pause = pause("id", tries, None);
        assert!((about * 0.87..=about * 1.13).contains(&pause), "{tries}: {pause}");
    }
    assert_ne!(pause("one", 1, None), pause("two", 1, None));
    assert!((100.0..140.0).contains(&pause("id", 1, Some(Duration::from_secs(120)))));
    assert!(pause("id", 1, Some(Duration::MAX)) < 2100.0, "nobody can ask for more than the longest");
    let gone = Undelivered::Refused { status: 410, retry_after: None };
    assert!(pause("id", 1, gone.retry_after()) > 1500.0);
}
