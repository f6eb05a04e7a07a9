//! Numbers 12 and 13: time.

use std::time::Duration;

use crate::{
    Timestamp,
    emergency::{CommandKind, Input, Outcome},
    store::{
        Claimed, Commit, EmergencyStore, EventId, Loaded,
        testing::{
            Finding, Lab, Passed, Violation,
            case::{
                LEASE, blank, claim, command, commit_id, conclude, event, give, load, north, open, open_quiet,
                settling, written,
            },
            finding::{ensure, ensure_eq},
        },
    },
};

const SECOND: Duration = Duration::from_secs(1);

/// Only the deadline of the latest state is ever due, from its time on; a concluded emergency has none.
pub async fn c12_a_commit_replaces_the_deadline(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let mut loaded = open_quiet(&*store, north(), 1).await?;
    for _ in 0..3 {
        let deadline = deadline(&loaded)?;
        let left = deadline.since(loaded.now);
        ensure!(left > SECOND, "the machine wants to be asked again at once");
        lab.advance(left - SECOND).await;
        ensure_eq!(store.due(&north(), 10).await?, [], "what is due a second before the deadline");
        lab.advance(SECOND).await;
        let due = store.due(&north(), 10).await?;
        ensure_eq!(due.iter().map(|due| due.deadline).collect::<Vec<_>>(), [deadline], "the deadlines due");
        ensure_eq!(due[0].id, loaded.state.id(), "whose deadline it is");
        let current = load(&*store, loaded.state.id()).await?;
        written(&*store, &Commit::of(&current, Input::Timeout, commit_id()).0).await?;
        ensure_eq!(store.due(&north(), 10).await?, [], "what is due once the time-out is handled");
        loaded = load(&*store, loaded.state.id()).await?;
    }
    conclude(lab, loaded.state.id()).await?;
    lab.advance(Duration::from_secs(86_400)).await;
    ensure_eq!(store.due(&north(), 10).await?, [], "what is due after the conclusion");
    Ok(Passed::Checked)
}

/// The earliest of deadlines and commands, counted by the store's clock.
pub async fn c12_next_wake_is_the_earliest(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let all = CommandKind::ALL;
    ensure_eq!(store.next_wake(&north(), &all).await?, None, "when to wake for an empty branch");
    let loaded = open_quiet(&*store, north(), 1).await?;
    let id = loaded.state.id();
    let expected = deadline(&loaded)?.since(store.now().await?);
    let to_deadline = store.next_wake(&north(), &all).await?.unwrap_or_default();
    ensure!(close(to_deadline, expected), "the next deadline is in {expected:?}, not in {to_deadline:?}");

    give(&*store, id, vec![command(id, 900, CommandKind::SendMail)]).await?;
    ensure_eq!(store.next_wake(&north(), &all).await?, Some(Duration::ZERO), "when to wake for a command");
    let others = store.next_wake(&north(), &[CommandKind::PlaceCall]).await?.unwrap_or_default();
    ensure!(close(others, expected), "a command of a kind that was not asked for wakes in {others:?}");

    let claimed = claim(&*store, north(), 1).await?;
    let to_lease = store.next_wake(&north(), &all).await?.unwrap_or_default();
    ensure!(close(to_lease, LEASE.min(expected)), "a claimed command wakes in {to_lease:?}");
    store.put_back(&claimed[0].ticket, SECOND * 3).await?;
    let to_retry = store.next_wake(&north(), &all).await?.unwrap_or_default();
    ensure!(close(to_retry, SECOND * 3), "a command put back for 3 s wakes in {to_retry:?}");
    lab.advance(Duration::from_secs(86_400)).await;
    ensure_eq!(store.next_wake(&north(), &all).await?, Some(Duration::ZERO), "when to wake when all is overdue");
    let late = store.health(&north()).await?.late_by;
    ensure!(late > Duration::from_secs(86_000), "nothing was done for a day, and it is late by {late:?}");
    Ok(Passed::Checked)
}

/// What can't be handled now is put off, unless it has moved on; the most overdue comes first.
pub async fn c12_a_deferred_emergency_steps_aside(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let first = open(&*store, north(), 1).await?.state.id();
    lab.advance(SECOND).await;
    let second = open(&*store, north(), 2).await?.state.id();
    lab.advance(Duration::from_secs(86_400)).await;
    let due = store.due(&north(), 10).await?;
    ensure_eq!(due.iter().map(|due| due.id).collect::<Vec<_>>(), [first, second], "what is due, in order");
    ensure_eq!(store.due(&north(), 1).await?, due[..1], "the most overdue");
    ensure!(store.defer(&due[0], SECOND * 30).await?, "what is due can't be put off");
    ensure_eq!(store.due(&north(), 10).await?, due[1..], "what is due besides");
    ensure!(!store.defer(&due[0], SECOND * 30).await?, "a deadline that is no longer so is put off");
    lab.advance(SECOND * 31).await;
    let ids: Vec<_> = store.due(&north(), 10).await?.iter().map(|due| due.id).collect();
    ensure_eq!(ids, [second, first], "what is due after the pause");
    Ok(Passed::Checked)
}

/// Loads, events and leases carry the store's time.
pub async fn c13_times_are_those_of_the_store(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    for n in 1..=2 {
        lab.advance(Duration::from_secs(5000)).await;
        let before = store.now().await?;
        let loaded = load(&*store, id).await?;
        let receipt = written(&*store, &Commit { events: vec![event(n)], ..blank(&loaded) }).await?;
        give(&*store, id, vec![command(id, 900 + n, CommandKind::SendMail)]).await?;
        let claimed = claim(&*store, north(), 1).await?;
        let after = store.now().await?;
        let during = |time: Timestamp| before <= time && time <= after;
        ensure!(during(loaded.now), "an emergency is loaded at {}, not at {before}", loaded.now);
        let first = receipt.first_event.map_or(0, EventId::as_u64);
        let events = store.events(&north(), EventId::from_u64(first.saturating_sub(1)), 1).await?;
        ensure!(events.iter().all(|event| during(event.at)), "an event was stored at another time: {events:?}");
        let taken = claimed.iter().all(|claimed| during(claimed.lease_until - LEASE));
        ensure!(taken && claimed.len() == 1, "a lease runs by another clock: {claimed:?}");
        written(&*store, &settled(&*store, &claimed[0]).await?).await?;
    }
    Ok(Passed::Checked)
}

async fn settled(store: &dyn EmergencyStore, claimed: &Claimed) -> Result<Commit, Violation> {
    let loaded = load(store, claimed.id().emergency).await?;
    Ok(settling(&loaded, claimed.id(), Outcome::Done))
}

fn deadline(loaded: &Loaded) -> Result<Timestamp, Violation> {
    loaded.state.poll_timeout().ok_or_else(|| Violation("an open emergency has no deadline".to_owned()))
}

/// Clocks that can't be stopped may have moved on a little.
fn close(found: Duration, expected: Duration) -> bool {
    found <= expected && expected - found < Duration::from_secs(1)
}
