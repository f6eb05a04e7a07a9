//! Deliveries: the contract of [`DeliveryStore`].

use std::time::Duration;

use crate::{
    Timestamp,
    emergency::EmergencyId,
    store::{
        AfterFailure, BranchKey, Commit, Delivery, DeliveryRequest, DeliveryStore, EmergencyStore, EventId, Gap, Lease,
        Message, TargetName,
        testing::{
            Crash, Finding, Lab, Passed, Violation,
            case::{LEASE, blank, event, load, named, north, open_quiet, south, together, written},
            finding::{ensure, ensure_eq},
        },
    },
};

/// From now on, once, and for nobody else.
pub async fn d01_a_target_gets_what_comes_after_it(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    let before = open_quiet(&*store, north(), 1).await?;
    ensure_eq!(deliveries.claim_deliveries(&request(north(), 9)).await?, [], "deliveries to nobody");
    deliveries.subscribe(&north(), &target()).await?;
    ensure_eq!(deliveries.claim_deliveries(&request(north(), 9)).await?, [], "deliveries from before");
    let first = add(&*store, before.state.id(), 2).await?;
    deliveries.subscribe(&north(), &target()).await?;
    deliveries.subscribe(&south(), &target()).await?;
    deliveries.subscribe(&north(), &named("other")).await?;
    let recorded = store.record(&north(), &[event(7)]).await?;
    let claimed = deliveries.claim_deliveries(&request(north(), 9)).await?;
    let seen: Vec<_> = claimed.iter().filter_map(id_of).collect();
    ensure_eq!(seen, recorded.into_iter().chain([first]).collect::<Vec<_>>(), "the first of each lane");
    let texts = store.events(&north(), EventId::from_u64(first.as_u64() - 1), 9).await?;
    let Message::Event(delivered) = &claimed[1].message else {
        return Err(Violation("a gap without anything missing".to_owned()));
    };
    ensure_eq!(*delivered, texts[0], "the event");
    ensure_eq!(deliveries.claim_deliveries(&request(south(), 9)).await?, [], "deliveries of another branch");
    let other = DeliveryRequest { target: named("other"), ..request(north(), 9) };
    let seen: Vec<_> = deliveries.claim_deliveries(&other).await?.iter().filter_map(id_of).collect();
    ensure_eq!(seen, recorded.into_iter().collect::<Vec<_>>(), "what another target gets");
    Ok(Passed::Checked)
}

/// Through several commits of several emergencies, and no event before the one ahead of it is done.
pub async fn d02_a_lane_goes_one_by_one(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    let (one, two) = (open_quiet(&*store, north(), 1).await?, open_quiet(&*store, north(), 2).await?);
    deliveries.subscribe(&north(), &target()).await?;
    let mut expected = Vec::new();
    for count in 1..=3 {
        let first = add(&*store, one.state.id(), count).await?;
        expected.extend((0..u64::from(count)).map(|n| first.plus(n)));
        add(&*store, two.state.id(), 2).await?;
    }
    let mut claimed = deliveries.claim_deliveries(&request(north(), 9)).await?;
    ensure_eq!(claimed.len(), 2, "deliveries at a time");
    claimed.retain(|delivery| delivery.ticket.lane == Some(one.state.id()));
    let late = add(&*store, one.state.id(), 1).await?;
    expected.push(late);
    let (mut seen, mut at_hand) = (Vec::new(), claimed.pop());
    while let Some(delivery) = at_hand {
        ensure_eq!(deliveries.claim_deliveries(&request(north(), 9)).await?, [], "deliveries beside those under way");
        ensure_eq!(delivery.tries, 1, "tries");
        seen.extend(id_of(&delivery));
        at_hand = deliveries.delivered(&delivery.ticket, lease()).await?;
    }
    ensure_eq!(seen, expected, "the events of the lane");
    Ok(Passed::Checked)
}

/// What happened outside of any emergency is a lane like the others.
pub async fn d02_events_of_no_emergency_have_a_lane(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    deliveries.subscribe(&north(), &target()).await?;
    store.record(&north(), &[event(1), event(2)]).await?;
    store.record(&north(), &[event(3)]).await?;
    store.record(&south(), &[event(4)]).await?;
    let mut claimed = deliveries.claim_deliveries(&request(north(), 9)).await?;
    let (mut seen, mut at_hand) = (Vec::new(), claimed.pop());
    while let Some(delivery) = at_hand {
        ensure_eq!(delivery.ticket.lane, None, "the lane");
        seen.extend(id_of(&delivery).map(EventId::as_u64));
        at_hand = deliveries.delivered(&delivery.ticket, lease()).await?;
    }
    ensure_eq!((claimed.len(), seen), (0, vec![1, 2, 3]), "the events of no emergency");
    Ok(Passed::Checked)
}

/// One that fails holds up itself alone, and the rest comes by how long it waits.
pub async fn d03_lanes_do_not_wait_for_each_other(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    let mut ids = Vec::new();
    for n in 1..=3 {
        ids.push(open_quiet(&*store, north(), n).await?.state.id());
    }
    deliveries.subscribe(&north(), &target()).await?;
    for id in ids.iter().rev() {
        add(&*store, *id, 2).await?;
        // Divided into lanes one after the other.
        ensure_eq!(deliveries.claim_deliveries(&request(north(), 0)).await?, [], "deliveries of a request for none");
        lab.advance(Duration::from_secs(1)).await;
    }
    let claimed = deliveries.claim_deliveries(&request(north(), 2)).await?;
    let lanes: Vec<_> = claimed.iter().filter_map(|delivery| delivery.ticket.lane).collect();
    ensure_eq!(lanes, vec![ids[2], ids[1]], "those that wait longest");
    let failed = deliveries.failed(&claimed[0].ticket, LEASE, Timestamp::default()).await?;
    ensure_eq!(failed, AfterFailure::Later { skipped: 0 }, "a failure");
    let next = deliveries.delivered(&claimed[1].ticket, lease()).await?;
    ensure_eq!(next.map(|next| next.ticket.lane), Some(Some(ids[1])), "the lane that goes on");
    let claimed = deliveries.claim_deliveries(&request(north(), 9)).await?;
    let lanes: Vec<_> = claimed.iter().filter_map(|delivery| delivery.ticket.lane).collect();
    ensure_eq!(lanes, vec![ids[0]], "what is left");
    Ok(Passed::Checked)
}

/// However many ask.
pub async fn d04_racing_workers_never_share_a_lane(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    for n in 1..=6 {
        let id = open_quiet(&*store, north(), n).await?.state.id();
        deliveries.subscribe(&north(), &target()).await?;
        add(&*store, id, 1).await?;
    }
    let worker = |_| {
        let deliveries = lab.deliveries();
        async move {
            let (mut seen, mut waiting) = (Vec::new(), deliveries.claim_deliveries(&request(north(), 2)).await?);
            while let Some(delivery) = waiting.pop() {
                seen.extend(id_of(&delivery));
                waiting.extend(deliveries.delivered(&delivery.ticket, lease()).await?);
                waiting.extend(deliveries.claim_deliveries(&request(north(), 1)).await?);
            }
            Ok::<_, Violation>(seen)
        }
    };
    let mut seen = Vec::new();
    for result in together(lab, (0..4).map(worker).collect()).await {
        seen.extend(result?);
    }
    let end = store.events(&north(), EventId::START, 10_000).await?;
    let start = end.iter().position(|one| seen.contains(&one.id)).unwrap_or_default();
    seen.sort_unstable();
    let expected: Vec<_> = end[start..].iter().map(|event| event.id).collect();
    ensure_eq!(seen, expected, "what all workers got together");
    Ok(Passed::Checked)
}

/// Whoever claimed it may be dead.
pub async fn d04_a_lost_claim_comes_again(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    deliveries.subscribe(&north(), &target()).await?;
    store.record(&north(), &[event(1)]).await?;
    let first = one(&*deliveries).await?;
    lab.advance(lease().span() - Duration::from_micros(1)).await;
    ensure_eq!(deliveries.claim_deliveries(&request(north(), 9)).await?, [], "deliveries before the lease is over");
    lab.advance(Duration::from_micros(1)).await;
    let second = one(&*deliveries).await?;
    ensure_eq!((first.tries, second.tries), (1, 2), "tries");
    ensure_eq!(first.message, second.message, "the message");
    ensure!(first.ticket != second.ticket, "two claims have one ticket");
    Ok(Passed::Checked)
}

/// A worker who was paused can neither move on what others deliver nor hold it up.
pub async fn d05_who_lost_a_claim_changes_nothing(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    deliveries.subscribe(&north(), &target()).await?;
    store.record(&north(), &[event(1), event(2)]).await?;
    let late = one(&*deliveries).await?;
    lab.advance(lease().span()).await;
    let ours = one(&*deliveries).await?;
    ensure_eq!(deliveries.delivered(&late.ticket, lease()).await?, None, "what a late worker gets");
    let failed = deliveries.failed(&late.ticket, Duration::ZERO, late.now).await?;
    ensure_eq!(failed, AfterFailure::NotOurs, "what a late worker is told");
    let Some(next) = deliveries.delivered(&ours.ticket, lease()).await? else {
        return Err(Violation("the lane ends before its second event".to_owned()));
    };
    ensure_eq!(id_of(&next), Some(EventId::from_u64(2)), "the second event");
    ensure_eq!(deliveries.delivered(&ours.ticket, lease()).await?, None, "what is said twice");
    // A lease that is over counts while nobody else has come.
    lab.advance(lease().span()).await;
    ensure_eq!(deliveries.delivered(&next.ticket, lease()).await?, None, "a lane at its end");
    // The lane starts over, and old tickets fit it no more.
    store.record(&north(), &[event(3)]).await?;
    let third = one(&*deliveries).await?;
    for old in [&late.ticket, &ours.ticket, &next.ticket] {
        ensure_eq!(deliveries.delivered(old, lease()).await?, None, "an old ticket in a new lane");
    }
    lab.advance(lease().span()).await;
    ensure_eq!(one(&*deliveries).await?.message, third.message, "the third event");
    Ok(Passed::Checked)
}

/// The same after the pause, as often as it takes.
pub async fn d06_a_failure_comes_again(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    deliveries.subscribe(&north(), &target()).await?;
    store.record(&north(), &[event(1), event(2)]).await?;
    let pause = Duration::from_secs(7);
    for tries in 1..=3 {
        let delivery = one(&*deliveries).await?;
        ensure_eq!((delivery.tries, id_of(&delivery)), (tries, Some(EventId::from_u64(1))), "what comes again");
        let failed = deliveries.failed(&delivery.ticket, pause, Timestamp::default()).await?;
        ensure_eq!(failed, AfterFailure::Later { skipped: 0 }, "a failure");
        ensure_eq!(deliveries.next_delivery(&north(), &target()).await?, Some(pause), "the pause");
        lab.advance(pause - Duration::from_micros(1)).await;
        ensure_eq!(deliveries.claim_deliveries(&request(north(), 9)).await?, [], "deliveries within the pause");
        lab.advance(Duration::from_micros(1)).await;
    }
    Ok(Passed::Checked)
}

/// What is too old becomes a gap, which comes before the rest; a gap that is too old ends the lane.
pub async fn d06_what_is_too_old_becomes_a_gap(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    deliveries.subscribe(&north(), &target()).await?;
    let first = add(&*store, id, 2).await?;
    store.record(&north(), &[event(1)]).await?;
    let second = add(&*store, id, 1).await?;
    lab.advance(Duration::from_secs(10)).await;
    let fresh = add(&*store, id, 2).await?;
    let claimed = deliveries.claim_deliveries(&request(north(), 9)).await?;
    let Some(head) = claimed.into_iter().find(|delivery| delivery.ticket.lane.is_some()) else {
        return Err(Violation("the lane is not handed out".to_owned()));
    };
    let give_up = head.now - Duration::from_secs(5);
    let failed = deliveries.failed(&head.ticket, Duration::ZERO, give_up).await?;
    ensure_eq!(failed, AfterFailure::Later { skipped: 3 }, "events that are given up");
    let gap = one(&*deliveries).await?;
    let expected = Gap { emergency: Some(id), first, last: second, count: 3, since: gap.now };
    ensure!(is_about(&gap, expected), "the gap: found {:?}, expected {expected:?}", gap.message);
    let Some(next) = deliveries.delivered(&gap.ticket, lease()).await? else {
        return Err(Violation("the lane ends with the gap".to_owned()));
    };
    ensure_eq!((id_of(&next), next.tries), (Some(fresh), 1), "what follows the gap");

    // All of it: a gap alone, that grows with what comes, and is given up in the end.
    let failed = deliveries.failed(&next.ticket, Duration::ZERO, next.now).await?;
    ensure_eq!(failed, AfterFailure::Later { skipped: 2 }, "events that are given up at the end");
    let alone = one(&*deliveries).await?;
    let end = fresh.plus(1);
    let expected = Gap { emergency: Some(id), first: fresh, last: end, count: 2, since: alone.now };
    ensure!(is_about(&alone, expected), "the gap alone: found {:?}, expected {expected:?}", alone.message);
    let more = add(&*store, id, 1).await?;
    ensure_eq!(deliveries.claim_deliveries(&request(north(), 9)).await?, [], "deliveries beside the gap");
    lab.advance(Duration::from_secs(10)).await;
    let failed = deliveries.failed(&alone.ticket, Duration::ZERO, alone.now).await?;
    ensure_eq!(failed, AfterFailure::Later { skipped: 1 }, "an event that joins the gap");
    let grown = one(&*deliveries).await?;
    let expected = Gap { last: more, count: 3, since: grown.now, ..expected };
    ensure!(is_about(&grown, expected), "the gap that grew: found {:?}, expected {expected:?}", grown.message);
    let failed = deliveries.failed(&grown.ticket, Duration::ZERO, grown.now).await?;
    ensure!(matches!(failed, AfterFailure::GivenUp(gap) if gap.count == 3), "the gap is not given up: {failed:?}");
    add(&*store, id, 1).await?;
    ensure_eq!(one(&*deliveries).await?.tries, 1, "tries of the lane that starts over");
    Ok(Passed::Checked)
}

/// Nothing, work at once, the end of a pause.
pub async fn d07_the_next_delivery_is_known(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    let next = async || deliveries.next_delivery(&north(), &target()).await;
    ensure_eq!(next().await?, None, "the next delivery to nobody");
    deliveries.subscribe(&north(), &target()).await?;
    ensure_eq!(next().await?, None, "the next delivery of nothing");
    store.record(&north(), &[event(1)]).await?;
    ensure_eq!(next().await?, Some(Duration::ZERO), "the next delivery");
    let delivery = one(&*deliveries).await?;
    ensure_eq!(next().await?, Some(lease().span()), "the next delivery beside one under way");
    ensure_eq!(deliveries.delivered(&delivery.ticket, lease()).await?, None, "the one after the last");
    ensure_eq!(next().await?, None, "the next delivery when all is done");
    Ok(Passed::Checked)
}

/// What waited is gone; a new subscription begins with what is new.
pub async fn d08_a_target_can_be_forgotten(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    deliveries.unsubscribe(&north(), &target()).await?;
    deliveries.subscribe(&north(), &target()).await?;
    store.record(&north(), &[event(1), event(2)]).await?;
    let delivery = one(&*deliveries).await?;
    deliveries.unsubscribe(&north(), &target()).await?;
    ensure_eq!(deliveries.delivered(&delivery.ticket, lease()).await?, None, "what follows for a forgotten target");
    ensure_eq!(deliveries.next_delivery(&north(), &target()).await?, None, "the next delivery to a forgotten target");
    store.record(&north(), &[event(3)]).await?;
    deliveries.subscribe(&north(), &target()).await?;
    ensure_eq!(deliveries.claim_deliveries(&request(north(), 9)).await?, [], "deliveries from before");
    store.record(&north(), &[event(4)]).await?;
    ensure_eq!(id_of(&one(&*deliveries).await?), Some(EventId::from_u64(4)), "the first event after that");
    Ok(Passed::Checked)
}

/// What was delivered stays delivered, the rest is still to come.
pub async fn d09_deliveries_outlast_a_crash(lab: &mut dyn Lab) -> Finding {
    let (store, deliveries) = (lab.store(), lab.deliveries());
    deliveries.subscribe(&north(), &target()).await?;
    store.record(&north(), &[event(1), event(2), event(3)]).await?;
    let first = one(&*deliveries).await?;
    let second = deliveries.delivered(&first.ticket, lease()).await?;
    drop((store, deliveries));
    if let Crash::Unsupported(reason) = lab.crash().await {
        return Ok(Passed::Skipped(reason));
    }
    let deliveries = lab.deliveries();
    ensure_eq!(deliveries.claim_deliveries(&request(north(), 9)).await?, [], "deliveries while the lease lasts");
    lab.advance(lease().span()).await;
    let again = one(&*deliveries).await?;
    ensure_eq!(Some(&again.message), second.as_ref().map(|second| &second.message), "what was under way");
    let third = deliveries.delivered(&again.ticket, lease()).await?;
    ensure_eq!(third.as_ref().and_then(id_of), Some(EventId::from_u64(3)), "the rest");
    Ok(Passed::Checked)
}

fn target() -> TargetName {
    named("hook")
}

fn request(branch: BranchKey, max: u32) -> DeliveryRequest {
    DeliveryRequest { branch, target: target(), worker: named("worker-1"), max, lease: lease() }
}

const fn lease() -> Lease {
    Lease::for_deadline(Duration::from_secs(10))
}

/// The only delivery that is due.
async fn one(deliveries: &dyn DeliveryStore) -> Result<Delivery, Violation> {
    let mut claimed = deliveries.claim_deliveries(&request(north(), 9)).await?;
    match (claimed.pop(), claimed.len()) {
        (Some(delivery), 0) => Ok(delivery),
        (found, others) => Err(Violation(format!("one delivery is due; found {found:?} and {others} others"))),
    }
}

/// Adds events to an emergency; the id of the first.
async fn add(store: &dyn EmergencyStore, id: EmergencyId, count: u32) -> Result<EventId, Violation> {
    let loaded = load(store, id).await?;
    let commit = Commit { events: (0..count).map(event).collect(), ..blank(&loaded) };
    let first = written(store, &commit).await?.first_event;
    first.ok_or_else(|| Violation("a commit with events names none".to_owned()))
}

fn id_of(delivery: &Delivery) -> Option<EventId> {
    match &delivery.message {
        Message::Event(event) => Some(event.id),
        Message::Gap(_) => None,
    }
}

/// Whether it tells of that gap, which was made a moment ago at most.
fn is_about(delivery: &Delivery, expected: Gap) -> bool {
    matches!(&delivery.message, Message::Gap(gap) if Gap { since: expected.since, ..*gap } == expected)
}
