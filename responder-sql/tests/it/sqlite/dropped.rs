//! Futures that are dropped half-way: a request timed out, a connection was closed.

use std::sync::Arc;

use responder_core::{
    CountryCode,
    driver::SystemClock,
    emergency::{Emergency, EmergencyId, Event, Input, Intake, Policy, Report},
    store::{
        Availability, BranchControl, Commit, CommitId, Committed, EmergencyStore, EventId, Loaded, Opened, Opening,
    },
};
use responder_sql::SqliteStore;

use crate::polls::at_most;

/// Wherever a commit is dropped, it is written whole or not at all, and the next one goes through.
#[tokio::test]
async fn a_commit_that_is_dropped_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("responder.db"), Arc::new(SystemClock)).await.unwrap();
    let id = open(&store).await;
    let (mut finished, mut dropped) = (0, 0);
    for polls in 0..60 {
        let before = store.load(id).await.unwrap().unwrap();
        let commit = with_event(&before, polls);
        let is_over = at_most(polls, store.commit(&commit)).await.is_some();
        if is_over {
            finished += 1
        } else {
            dropped += 1
        }

        // What is under way on the connection goes on; a write after it stands behind it.
        store.set_availability(&"south".parse().unwrap(), Availability::Enabled).await.unwrap();
        let after = store.load(id).await.unwrap().unwrap();
        let is_written = store.was_committed(id, commit.id).await.unwrap().is_some();
        let has_event = codes(&store, id).await.contains(&polls);
        assert_eq!(after.version != before.version, is_written, "dropped after {polls} polls");
        assert_eq!(has_event, is_written, "dropped after {polls} polls");
        assert!(is_written || !is_over, "an acknowledged commit is gone");

        let next = with_event(&store.load(id).await.unwrap().unwrap(), 1000 + polls);
        assert!(matches!(store.commit(&next).await.unwrap(), Committed::Written(_)));
    }
    assert!(dropped > 0 && finished > 0, "{dropped} dropped, {finished} finished");
}

async fn open(store: &SqliteStore) -> EmergencyId {
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let intake = Intake::check(report, CountryCode::new(1).unwrap()).unwrap();
    let now = store.now().await.unwrap();
    let id = EmergencyId::new(now, 1);
    let opened = Emergency::open(id, now, intake, Arc::new(Policy::default()));
    let opening = Opening::of("north".parse().unwrap(), 1, opened, CommitId::from_random(0));
    assert!(matches!(store.open(&opening).await.unwrap(), Opened::Created(_)));
    id
}

fn with_event(loaded: &Loaded, code: u32) -> Commit {
    let (mut commit, _) = Commit::of(loaded, Input::Timeout, CommitId::from_random(u128::from(code) + 1));
    commit.events.push(Event::FallbackUsed { call_sid: "CA1".parse().unwrap(), code: Some(code) });
    commit
}

async fn codes(store: &SqliteStore, id: EmergencyId) -> Vec<u32> {
    let events = store.events_of(id, EventId::START, 10_000).await.unwrap();
    let codes = events.into_iter().filter_map(|event| match event.event().unwrap() {
        Event::FallbackUsed { code, .. } => code,
        _ => None,
    });
    codes.collect()
}
