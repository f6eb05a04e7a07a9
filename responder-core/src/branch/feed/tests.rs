//! Followers: nothing lost, nothing twice, and one look for all.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{FutureExt, future::join_all};

use super::*;
use crate::{
    Timestamp,
    branch::BranchSettings,
    driver::ManualClock,
    emergency::{Contact, Event, Policy},
    script::{Links, Script},
    store::{MemoryStore, MockEmergencyStore},
    telephony::MockTelephony,
};

fn branch(store: Arc<dyn EmergencyStore>) -> Arc<Branch> {
    let number = |text: &str| text.parse().expect("a number");
    let policy = Policy { recipients: vec![Contact::unnamed(number("+15005550009"))], ..Policy::default() };
    let settings = BranchSettings::new(policy, number("+15005550006")).expect("settings");
    let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
    let (key, telephony) = ("tuc".parse().expect("a key"), Arc::new(MockTelephony::new()));
    Arc::new(Branch::new(key, settings, store, telephony, Script::default(), links))
}

fn memory() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(Arc::new(ManualClock::new(Timestamp::default()))))
}

async fn record(branch: &Branch, store: &MemoryStore, count: usize) {
    store.record(branch.key(), &vec![Event::NobodyAccepted; count]).await.expect("recorded");
    branch.announce_work();
}

/// The numbers of the next `count` events.
async fn next(follower: &mut Follower, count: usize) -> Vec<u64> {
    let mut ids = Vec::new();
    while ids.len() < count {
        let events = follower.next().await.expect("not ended");
        assert!(events.len() <= usize::try_from(BATCH).expect("small"), "a batch is bounded");
        ids.extend(events.iter().map(|noted| noted.stored.id.as_u64()));
    }
    ids
}

/// A store that tells how often it was asked for events, and fails as long as it is told to.
fn watched(memory: Arc<MemoryStore>) -> (Arc<MockEmergencyStore>, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (asked, failures) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, failing) = (Arc::clone(&asked), Arc::clone(&failures));
    let mut store = MockEmergencyStore::new();
    store.expect_changed().returning(|_, seen| seen);
    store.expect_events().returning(move |branch, after, limit| {
        counted.fetch_add(1, Ordering::SeqCst);
        if failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(StoreError::Unavailable("away".into()));
        }
        memory.events(branch, after, limit).now_or_never().expect("at once")
    });
    (Arc::new(store), asked, failures)
}

#[tokio::test(start_paused = true)]
async fn two_hundred_followers_cost_one_look() {
    let memory = memory();
    let (store, asked, _) = watched(Arc::clone(&memory));
    let branch = branch(store);
    let mut followers = Vec::new();
    for _ in 0..200 {
        followers.push(branch.follow(None, None).await.expect("a follower"));
    }
    let before = asked.load(Ordering::SeqCst);
    for round in 0..10 {
        record(&branch, &memory, 1).await;
        let heard = join_all(followers.iter_mut().map(|follower| next(follower, 1))).await;
        assert!(heard.iter().all(|ids| *ids == [round + 1]), "{heard:?}");
    }
    let looks = asked.load(Ordering::SeqCst) - before;
    assert!((10..=30).contains(&looks), "{looks} looks for 10 events and 200 followers");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_or_repeated_at_any_pace() {
    let memory = memory();
    let branch = branch(memory.clone());
    record(&branch, &memory, 300).await;
    let mut late = branch.follow(Some(EventId::START), None).await.expect("a follower");
    let mut slow = branch.follow(Some(EventId::from_u64(299)), None).await.expect("a follower");
    let mut now = branch.follow(None, None).await.expect("a follower");
    assert_eq!(next(&mut slow, 1).await, [300]);
    let mut heard = Vec::new();
    for _ in 0..40 {
        record(&branch, &memory, 50).await;
        heard.extend(next(&mut now, 50).await);
    }
    assert_eq!(heard, (301..=2300).collect::<Vec<_>>());
    assert_eq!(next(&mut late, 2300).await, (1..=2300).collect::<Vec<_>>());
    // Far behind what is kept by now.
    assert_eq!(next(&mut slow, 2000).await, (301..=2300).collect::<Vec<_>>());
    for follower in [&mut late, &mut slow, &mut now] {
        assert!(follower.next().now_or_never().is_none(), "no more than there is");
    }
    let state = branch.feed().state();
    assert!(state.kept.len() <= KEPT && state.bytes <= KEPT_BYTES);
}

/// What is announced to nobody is found within a second.
#[tokio::test(start_paused = true)]
async fn a_look_needs_no_hint() {
    let memory = memory();
    let branch = branch(memory.clone());
    let mut follower = branch.follow(None, None).await.expect("a follower");
    let begin = tokio::time::Instant::now();
    memory.record(branch.key(), &[Event::NobodyAccepted]).await.expect("recorded");
    assert_eq!(next(&mut follower, 1).await, [1]);
    assert!(begin.elapsed() <= Duration::from_millis(1021), "{:?}", begin.elapsed());
}

/// A reader comes from another node, where the event was seen before our own look.
#[tokio::test(start_paused = true)]
async fn what_another_node_has_shown_is_not_repeated() {
    let memory = memory();
    let branch = branch(memory.clone());
    let _first = branch.follow(None, None).await.expect("a follower");
    memory.record(branch.key(), &[Event::NobodyAccepted, Event::Cancelled]).await.expect("recorded");
    let mut follower = branch.follow(Some(EventId::from_u64(2)), None).await.expect("a follower");
    assert_eq!(follower.position(), EventId::from_u64(2));
    record(&branch, &memory, 1).await;
    assert_eq!(next(&mut follower, 1).await, [3]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_for_a_while_loses_nothing() {
    let memory = memory();
    let (store, _, failures) = watched(Arc::clone(&memory));
    let branch = branch(store);
    failures.store(3, Ordering::SeqCst);
    let mut follower = branch.follow(None, None).await.expect("it comes back in time");
    let mut late = branch.follow(Some(EventId::START), None).await.expect("a follower");
    failures.store(5, Ordering::SeqCst);
    record(&branch, &memory, 2).await;
    assert_eq!(next(&mut follower, 2).await, [1, 2]);
    failures.store(2, Ordering::SeqCst);
    assert_eq!(next(&mut late, 2).await, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_for_nobody() {
    let memory = memory();
    let (store, asked, _) = watched(Arc::clone(&memory));
    let branch = branch(store);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nobody has followed yet");
    record(&branch, &memory, 7).await;
    let mut follower = branch.follow(Some(EventId::START), None).await.expect("a follower");
    assert_eq!(next(&mut follower, 7).await.len(), 7);
    drop(follower);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = asked.load(Ordering::SeqCst);
    record(&branch, &memory, 1).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(asked.load(Ordering::SeqCst), before, "nobody follows any more");
    assert!(!branch.feed().state().is_running && branch.feed().state().kept.is_empty());
    let follower = branch.follow(None, None).await.expect("a follower");
    assert_eq!(follower.position(), EventId::from_u64(8), "from now on, not from when somebody last followed");
}

#[tokio::test(start_paused = true)]
async fn there_are_no_more_than_a_thousand() {
    let branch = branch(memory());
    let mut followers = Vec::new();
    for _ in 0..MOST_FOLLOWERS {
        followers.push(branch.follow(None, None).await.expect("a follower"));
    }
    assert!(matches!(branch.follow(None, None).await, Err(FollowError::TooMany)));
    followers.pop();
    assert!(branch.follow(None, None).await.is_ok());
}

#[tokio::test]
async fn the_last_event_is_found_in_few_steps() {
    for last in (0..40).chain([100, 1000, 4095, 4096, 4097]) {
        let memory = memory();
        let (store, asked, _) = watched(Arc::clone(&memory));
        let branch = "tuc".parse().expect("a key");
        memory.record(&branch, &vec![Event::NobodyAccepted; last]).await.expect("recorded");
        let last = u64::try_from(last).expect("small");
        for known in [0, 1, last / 2, last, last + 1, last + 1000] {
            asked.store(0, Ordering::SeqCst);
            let found = last_event(&*store, &branch, EventId::from_u64(known)).await.expect("found");
            assert_eq!(found.as_u64(), last, "from {known}");
            assert!(asked.load(Ordering::SeqCst) <= 30, "{last} from {known}: {} steps", asked.load(Ordering::SeqCst));
        }
    }
}
