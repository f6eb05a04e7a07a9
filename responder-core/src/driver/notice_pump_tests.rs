use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use tokio::time::{Instant, sleep};

use super::*;
use crate::{
    access::{Actor, AuditAction, AuditEntry},
    driver::Clock,
    store::{AuditLog, MemoryStore},
    telephony::{Answer, MessageInfo, MessageStatus, MockTelephony},
};

/// Time as tokio's tests have it.
#[derive(Debug)]
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000) + self.0.elapsed()
    }
}

/// What the provider makes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Takes,
    CannotBeReached,
    Refuses,
    SaysItFailed,
    CutsOff,
}

struct House {
    store: Arc<MemoryStore>,
    mood: Arc<Mutex<Mood>>,
    /// Texts that the provider has taken, and how often it was asked.
    taken: Arc<Mutex<Vec<String>>>,
    asked: Arc<AtomicU32>,
}

impl House {
    fn build() -> Self {
        let store = Arc::new(MemoryStore::new(Arc::new(PausedClock(Instant::now()))));
        Self { store, mood: Arc::new(Mutex::new(Mood::Takes)), taken: Arc::default(), asked: Arc::default() }
    }

    fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    fn pump(&self) -> NoticePump {
        let mut telephony = MockTelephony::new();
        let (mood, taken, asked) = (self.mood.clone(), self.taken.clone(), self.asked.clone());
        telephony.expect_send_text().returning(move |text| {
            asked.fetch_add(1, Ordering::SeqCst);
            let mood = *mood.lock().unwrap_or_else(PoisonError::into_inner);
            let source = || "a test".into();
            match mood {
                Mood::Takes => taken.lock().unwrap_or_else(PoisonError::into_inner).push(text.body.clone()),
                Mood::CannotBeReached => return Err(TelephonyError::NotSent { source: source() }),
                Mood::Refuses => {
                    let message = "to +15005550090".to_owned();
                    return Err(TelephonyError::Rejected { status: 401, code: Some(20003), message });
                }
                Mood::SaysItFailed => return Err(TelephonyError::Unknown { status: Some(503), source: None }),
                Mood::CutsOff => {
                    return Err(TelephonyError::Unknown { status: None, source: Some(source()) });
                }
            }
            let sid = format!("SM{:032}", asked.load(Ordering::SeqCst)).parse().expect("a name");
            let value = MessageInfo { sid, status: MessageStatus::Queued, error_code: None };
            Ok(Answer { value, provider_time: None })
        });
        let number = |text: &str| text.parse().expect("a number");
        let notices =
            Notices { telephony: Arc::new(telephony), from: number("+15005550006"), to: number("+15005550090") };
        NoticePump::new(self.store.clone(), notices, WorkerId::unique())
    }

    async fn record(&self, action: AuditAction, branch: &str) {
        let actor = Actor { id: None, name: "ada".to_owned() };
        let entry = AuditEntry::new(actor, action).at_branch(branch.parse().expect("a key"));
        self.store.record_audit(&entry).await.expect("recorded");
    }

    /// The branches that were told of, in order.
    fn told(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.iter().map(|text| text.split(' ').nth(1).expect("a word").to_owned()).collect()
    }
}

const SOME: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn what_is_done_is_told_once_and_in_order_and_nothing_from_before() {
    let house = House::build();
    house.record(AuditAction::BranchDisabled, "long-ago").await;
    let telling = house.pump().start();
    sleep(SOME).await;
    for n in 0..120 {
        house.record(AuditAction::Login, "nobody").await;
        house.record(AuditAction::BranchDisabled, &format!("b{n}")).await;
    }
    sleep(SOME).await;
    telling.stop().await;
    assert_eq!(house.told(), (0..120).map(|n| format!("b{n}")).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn whatever_the_provider_fails_with_all_is_told_when_it_is_back() {
    for mood in [Mood::CannotBeReached, Mood::Refuses, Mood::SaysItFailed] {
        let house = House::build();
        house.becomes(mood);
        let telling = house.pump().start();
        sleep(SOME).await;
        for branch in ["one", "two", "three"] {
            house.record(AuditAction::BranchDisabled, branch).await;
        }
        sleep(Duration::from_secs(12 * 3600)).await;
        let asked = house.asked.load(Ordering::SeqCst);
        assert!((140..170).contains(&asked), "every five minutes: {mood:?} {asked}");
        house.becomes(Mood::Takes);
        sleep(Duration::from_secs(6 * 60)).await;
        telling.stop().await;
        assert_eq!(house.told(), ["one", "two", "three"], "{mood:?}");
        let texts = house.taken.lock().expect("no panic").clone();
        assert!(texts.iter().all(|text| text.contains(" That was at 2027-01-15 08:0")), "{texts:?}");
    }
}

/// It may have been sent, each time.
#[tokio::test(start_paused = true)]
async fn a_text_without_an_answer_is_tried_again_but_not_for_ever() {
    let house = House::build();
    let telling = house.pump().start();
    sleep(SOME).await;
    house.becomes(Mood::CutsOff);
    house.record(AuditAction::BranchDisabled, "one").await;
    sleep(Duration::from_secs(12 * 3600)).await;
    assert_eq!(house.asked.load(Ordering::SeqCst), MOST_UNSURE);
    house.becomes(Mood::Takes);
    house.record(AuditAction::BranchDisabled, "two").await;
    sleep(SOME).await;
    telling.stop().await;
    assert_eq!(house.told(), ["two"], "it holds up nobody");
}

#[tokio::test(start_paused = true)]
async fn after_a_day_a_notice_is_left_out_and_those_after_it_are_not() {
    let house = House::build();
    house.becomes(Mood::CannotBeReached);
    let telling = house.pump().start();
    sleep(SOME).await;
    house.record(AuditAction::BranchDisabled, "old").await;
    sleep(BUDGET / 2).await;
    house.record(AuditAction::BranchDisabled, "new").await;
    sleep(BUDGET / 2 + LONGEST_PAUSE).await;
    house.becomes(Mood::Takes);
    sleep(LONGEST_PAUSE * 2).await;
    telling.stop().await;
    assert_eq!(house.told(), ["new"]);
}

/// The one that was being sent may come twice; here nobody had begun.
#[tokio::test(start_paused = true)]
async fn what_one_pump_has_not_told_another_tells() {
    let house = House::build();
    let pump = house.pump();
    pump.follow().await.expect("followed");
    house.record(AuditAction::BranchDisabled, "one").await;
    house.record(AuditAction::BranchDisabled, "two").await;
    let request = AuditRequest { reader: reader(), worker: WorkerId::unique(), max: 9, lease: LEASE };
    let dead = house.store.claim_audit(&request).await.expect("a store").expect("entries");
    house.store.keep_audit(&dead.ticket, dead.entries[0].id, LEASE).await.expect("a store");
    let (first, second) = (pump.start(), house.pump().start());
    sleep(LEASE.span() / 2).await;
    assert_eq!(house.told(), [""; 0], "as long as the lease lasts");
    sleep(LEASE.span()).await;
    first.stop().await;
    second.stop().await;
    assert_eq!(house.told(), ["two"]);
}

#[tokio::test(start_paused = true)]
async fn who_is_told_nothing_for_a_while_does_not_hear_of_it_later() {
    let house = House::build();
    house.pump().follow().await.expect("followed");
    NoticePump::forget(&*house.store).await.expect("forgotten");
    house.record(AuditAction::BranchDisabled, "meanwhile").await;
    let telling = house.pump().start();
    sleep(SOME).await;
    house.record(AuditAction::BranchDisabled, "since").await;
    sleep(SOME).await;
    telling.stop().await;
    assert_eq!(house.told(), ["since"]);
}

#[test]
fn pauses_grow_from_two_seconds_to_five_minutes() {
    let failed = TelephonyError::NotSent { source: "a test".into() };
    let pauses: Vec<u64> = (1..=10).map(|tries| pause(tries, &failed).as_secs()).collect();
    assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert_eq!(pause(u32::MAX, &failed), LONGEST_PAUSE);
    let limited = |secs| TelephonyError::RateLimited { retry_after: Some(Duration::from_secs(secs)) };
    assert_eq!(pause(1, &limited(20)).as_secs(), 20, "as it asked");
    assert_eq!(pause(1, &limited(86_400)), LONGEST_PAUSE);
}
