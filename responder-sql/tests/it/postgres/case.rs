//! Emergencies for tests.

use std::{sync::Arc, time::Duration};

use responder_core::{
    CountryCode,
    emergency::{CommandKind, Emergency, EmergencyId, Event, Input, Intake, Policy, Report},
    store::{ClaimRequest, Commit, CommitId, EmergencyStore, EventId, Lease, Loaded, Opened, Opening, OwnClaims},
};

pub(super) async fn opening(store: &impl EmergencyStore, n: u32) -> Opening {
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let intake = Intake::check(report, CountryCode::NORTH_AMERICA).unwrap();
    let now = store.now().await.unwrap();
    let opened = Emergency::open(EmergencyId::new(now, n.into()), now, intake, Arc::new(Policy::default()));
    Opening::of("north".parse().unwrap(), u32::MAX, opened, CommitId::from_random(n.into()))
}

pub(super) async fn open(store: &impl EmergencyStore, n: u32) -> EmergencyId {
    let opening = opening(store, n).await;
    assert!(matches!(store.open(&opening).await.unwrap(), Opened::Created(_)));
    opening.commit.emergency()
}

pub(super) async fn load(store: &impl EmergencyStore, id: EmergencyId) -> Loaded {
    store.load(id).await.unwrap().unwrap()
}

pub(super) fn with_event(loaded: &Loaded, code: u32) -> Commit {
    let (mut commit, _) = Commit::of(loaded, Input::Timeout, CommitId::from_random(u128::from(code) + 1_000_000));
    commit.events.push(Event::FallbackUsed { call_sid: "CA1".parse().unwrap(), code: Some(code) });
    commit
}

/// The codes of those events.
pub(super) async fn codes(store: &impl EmergencyStore, id: EmergencyId) -> Vec<u32> {
    let events = store.events_of(id, EventId::START, 10_000).await.unwrap();
    let codes = events.into_iter().filter_map(|event| match event.event().unwrap() {
        Event::FallbackUsed { code, .. } => code,
        _ => None,
    });
    codes.collect()
}

pub(super) fn request() -> ClaimRequest {
    ClaimRequest {
        branch: "north".parse().unwrap(),
        worker: "worker-1".parse().unwrap(),
        kinds: CommandKind::ALL.to_vec(),
        max: 100,
        lease: Lease::for_deadline(Duration::from_secs(100)),
    }
}

pub(super) fn own() -> OwnClaims {
    let ClaimRequest { worker, kinds, lease, .. } = request();
    OwnClaims { worker, kinds, max: 1, lease }
}
