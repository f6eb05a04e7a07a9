//! Events on their way to somebody else's service.

use std::{sync::Arc, time::Duration};

use responder::{
    branch::{Branch, BranchSettings},
    driver::{SystemClock, WebhookSettings, Webhooks},
    emergency::Event,
    script::{Links, Script},
    sql::SqliteStore,
    store::{EmergencyStore, EventId, StoredEvent, WorkerId},
    telephony::TwilioClient,
};

use crate::{
    cast,
    common::receiver::Receiver,
    house::on_stage,
    network_time::NetworkSleeper,
    play::{self, Plot},
    stage::{Stage, Trouble},
    timeline::{Style, Timeline},
};

async fn all_events(stage: &Stage) -> Result<Vec<StoredEvent>, Trouble> {
    Ok(stage.store.events(stage.branch.key(), EventId::START, 10_000).await?)
}

/// What the receiver must have heard: the events in the order of the log, lane by lane.
fn lanes(events: &[StoredEvent]) -> std::collections::BTreeMap<String, Vec<(u64, String)>> {
    let mut lanes = std::collections::BTreeMap::<_, Vec<_>>::new();
    for event in events {
        let name = event.event().map(|event| event.name().to_owned()).unwrap_or_default();
        let lane = event.emergency.map(|id| id.to_string()).unwrap_or_default();
        lanes.entry(lane).or_default().push((event.id.as_u64(), name));
    }
    lanes
}

/// The service is away for the whole emergency; nobody on the phone notices, and it hears everything afterwards.
#[test]
fn a_service_that_was_away_hears_everything_signed_and_in_order() {
    let plot = Plot::new();
    on_stage(plot.setting(), async |stage: &Stage| {
        let receiver = Receiver::start().await;
        let sleeper = Arc::new(NetworkSleeper::new(Arc::clone(&stage.network)));
        let settings = WebhookSettings { longest_sleep: Duration::from_secs(900), ..WebhookSettings::default() };
        let store = Arc::clone(&stage.store);
        let webhooks = Webhooks::new(Arc::clone(&stage.branch), store, receiver.hook(), WorkerId::unique());
        webhooks.subscribe().await?;
        let working = webhooks.with(settings).with_sleeper(sleeper).start();
        let record = play::play(stage, &plot, &mut Timeline::new(Style::Silent)).await?;
        if record.emergency["outcome"] != "connected" {
            return Err(format!("the emergency ended otherwise: {}", record.emergency["outcome"]).into());
        }
        let refused = receiver.heard.borrow().refused;
        if refused == 0 {
            return Err("the service was never asked while it was away".into());
        }
        receiver.open();
        let expected = all_events(stage).await?;
        receiver.until(|heard| heard.count() >= expected.len()).await;
        working.stop().await;
        let heard = receiver.heard.borrow();
        if !heard.wrong.is_empty() || heard.lanes != lanes(&expected) {
            return Err(format!("{:?}\nheard {:?}\nof {:?}", heard.wrong, heard.lanes, lanes(&expected)).into());
        }
        Ok(())
    });
}

/// A branch that nobody calls.
fn lonely_branch(store: Arc<SqliteStore>) -> Result<Branch, Trouble> {
    let settings = BranchSettings::new(cast::policy(), cast::BRANCH.parse()?)?;
    let account = "AC00000000000000000000000000000001";
    let telephony = TwilioClient::builder(account, "a token".into()).base_url("http://127.0.0.1:9").build()?;
    let links = Links::new("https://help.example.com".parse()?);
    Ok(Branch::new("tuc".parse()?, settings, store, Arc::new(telephony), Script::default(), links))
}

/// Killed again and again, between any two steps, and opened again: everything arrives, and what comes twice is the
/// same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_killed_again_and_again_delivers_everything() -> Result<(), Trouble> {
    const EVENTS: u32 = 120;
    let folder = tempfile::tempdir()?;
    let open = async || SqliteStore::open(folder.path().join("responder.db"), Arc::new(SystemClock)).await;
    let receiver = Receiver::start().await;
    receiver.open();
    // Leases that end while the test waits for it.
    let deadline = Duration::from_millis(100);
    let settings = WebhookSettings { deadline, longest_sleep: deadline / 10, ..WebhookSettings::default() };
    for life in 0..=EVENTS / 10 {
        let store = Arc::new(open().await?);
        let branch = Arc::new(lonely_branch(store.clone())?);
        let webhooks = Webhooks::new(branch.clone(), store.clone(), receiver.hook(), WorkerId::unique());
        webhooks.subscribe().await?;
        let before = receiver.heard.borrow().count();
        let mut working = tokio::spawn(webhooks.with(settings.clone()).run(std::future::pending()));
        if life < EVENTS / 10 {
            let call =
                |n| Event::StrangerCalled { from: None, call_sid: format!("CA{n:032}").parse().expect("a call") };
            store.record(branch.key(), &(0..10).map(|n| call(life * 10 + n)).collect::<Vec<_>>()).await?;
            receiver.until(|heard| heard.count() > before + usize::try_from(life % 4).unwrap_or(0)).await;
        } else {
            receiver.until(|heard| heard.count() >= EVENTS as usize).await;
        }
        working.abort();
        let _ = (&mut working).await;
        drop(store);
    }
    let heard = receiver.heard.borrow();
    assert_eq!(heard.wrong, Vec::<String>::new());
    let numbers: Vec<_> = heard.lanes[""].iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=u64::from(EVENTS)).collect::<Vec<_>>());
    assert!(heard.repeated <= EVENTS, "{} came twice", heard.repeated);
    Ok(())
}
