//! Numbers 1, 2 and 3: all or nothing, and once.

use std::{pin::Pin, sync::Arc};

use crate::{
    emergency::{AttemptNo, CommandKind, EmergencyId, LegNo, Line, Outcome},
    store::{
        Bind, Commit, CommitId, EmergencyStore, EventId, Opening, StoreError, StoredEvent,
        testing::{
            Finding, Lab, Passed, Violation,
            case::{
                blank, breathe, call, claim, command, event, ids, load, named, north, of_call, open, open_quiet,
                opening, settling, together, written,
            },
            finding::{ensure, ensure_eq},
        },
    },
};

/// Every part of a commit is there once it is written.
pub async fn c01_a_commit_is_seen_whole(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let before = open_quiet(&*store, north(), 1).await?;
    let id = before.state.id();
    let mut commit = of_call(&before, 7);
    commit.events.push(event(1));
    commit.commands = vec![command(id, 900, CommandKind::SendMail)];
    commit.binds.push(Bind::Call(call(8), Line::Stray(AttemptNo(0))));
    commit.binds.push(Bind::Message(named("SM1")));
    let receipt = written(&*store, &commit).await?;

    let after = load(&*store, id).await?;
    ensure_eq!(after.version, before.version.next(), "the version");
    ensure_eq!(receipt.version, after.version, "the version of the receipt");
    ensure!(after.state == commit.state, "another state is read than was written");
    ensure_eq!(ids(&claim(&*store, north(), 10).await?), [commit.commands[0].id], "the commands");
    let leg = Line::Leg(LegNo(0));
    ensure_eq!(store.find_call(&north(), &call(7)).await?, Some((id, leg)), "the call of the customer");
    let stray = Line::Stray(AttemptNo(0));
    ensure_eq!(store.find_call(&north(), &call(8)).await?, Some((id, stray)), "the call that was bound");
    ensure_eq!(store.find_message(&north(), &named("SM1")).await?, Some(id), "the text that was bound");
    let first = receipt.first_event.map_or(0, EventId::as_u64);
    let events = store.events_of(id, EventId::from_u64(first.saturating_sub(1)), 100).await?;
    let found = events.iter().map(StoredEvent::event).collect::<Result<Vec<_>, _>>()?;
    ensure!(found == commit.events, "other events are read than were written, or not from the id of the receipt on");
    Ok(Passed::Checked)
}

/// Whoever finds a call by its id finds the state and the events that know it.
pub async fn c01_readers_never_see_half(lab: &mut dyn Lab) -> Finding {
    const CALLS: u32 = 5;
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    let writing = Arc::new(());
    let writer: Side = {
        let (store, writing) = (store.clone(), writing.clone());
        Box::pin(async move {
            for n in 0..CALLS {
                let commit = of_call(&load(&*store, id).await?, n);
                written(&*store, &commit).await?;
            }
            drop(writing);
            Ok(())
        })
    };
    let reader: Side = Box::pin(async move {
        let mut seen = 0;
        while seen < CALLS {
            let is_over = Arc::strong_count(&writing) == 1;
            if store.find_call(&north(), &call(seen)).await?.is_some() {
                knows_call(&*store, id, seen).await?;
                seen += 1;
            } else {
                ensure!(!is_over, "call {seen} was committed, and is not found");
                breathe().await;
            }
        }
        Ok(())
    });
    together(lab, vec![writer, reader]).await.into_iter().collect::<Result<(), _>>()?;
    Ok(Passed::Checked)
}

async fn knows_call(store: &dyn EmergencyStore, id: EmergencyId, n: u32) -> Result<(), Violation> {
    let loaded = load(store, id).await?;
    ensure!(loaded.state.legs().iter().any(|leg| leg.call == call(n)), "call {n} is found before its state");
    let (events, text) = (store.events_of(id, EventId::START, 1000).await?, call(n).to_string());
    ensure!(events.iter().any(|event| event.json.contains(&text)), "call {n} is found before its events");
    Ok(())
}

/// One of two sides that run at once.
type Side = Pin<Box<dyn Future<Output = Result<(), Violation>> + Send>>;

/// A commit from an old version is refused, and leaves no trace.
pub async fn c02_a_conflict_writes_nothing(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let before = open_quiet(&*store, north(), 1).await?;
    let id = before.state.id();
    written(&*store, &of_call(&before, 1)).await?;
    let current = load(&*store, id).await?;
    let events = store.events_of(id, EventId::START, 1000).await?;

    let mut stale = of_call(&before, 2);
    stale.commands = vec![command(id, 900, CommandKind::SendMail)];
    let refused = store.commit(&stale).await;
    ensure!(matches!(refused, Err(StoreError::Conflict)), "a commit from an old version gets {refused:?}");
    let after = load(&*store, id).await?;
    ensure!(after.state == current.state && after.version == current.version, "a refused commit changed the state");
    ensure!(store.events_of(id, EventId::START, 1000).await? == events, "a refused commit left events");
    ensure!(store.find_call(&north(), &call(2)).await?.is_none(), "a refused commit left a binding");
    ensure_eq!(ids(&claim(&*store, north(), 10).await?), [], "commands of a refused commit");
    ensure_eq!(store.was_committed(id, stale.id).await?, None, "the receipt of a refused commit");
    Ok(Passed::Checked)
}

/// Many commits from the same version: one is written, the others are refused.
pub async fn c02_one_of_many_racing_commits_wins(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let before = open_quiet(&*store, north(), 1).await?;
    let racing = (1..=8).map(|n| {
        let (store, commit) = (store.clone(), Commit { events: vec![event(n)], ..blank(&before) });
        async move { store.commit(&commit).await }
    });
    let results = together(lab, racing.collect()).await;
    let won = results.iter().filter(|result| result.is_ok()).count();
    let lost = results.iter().filter(|result| matches!(result, Err(StoreError::Conflict))).count();
    ensure_eq!((won, lost), (1, 7), "commits that were written and refused");
    let after = load(&*store, before.state.id()).await?;
    ensure_eq!(after.version, before.version.next(), "the version after the race");
    Ok(Passed::Checked)
}

/// A commit that took place is known by its id, one that did not is not.
pub async fn c03_a_commit_can_be_looked_up(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let opening = opening(&*store, north(), 1).await?;
    let id = opening.commit.emergency();
    ensure_eq!(store.was_committed(id, opening.commit.id).await?, None, "the receipt before the opening");
    let _ = store.open(&opening).await?;
    let commit = of_call(&load(&*store, id).await?, 1);
    let receipt = written(&*store, &commit).await?;
    written(&*store, &of_call(&load(&*store, id).await?, 2)).await?;
    ensure_eq!(store.was_committed(id, commit.id).await?, Some(receipt), "the receipt of a commit");
    let first = store.was_committed(id, opening.commit.id).await?;
    ensure!(first.is_some(), "an opening that took place is not known");
    ensure_eq!(store.was_committed(id, CommitId::from_random(u128::MAX)).await?, None, "the receipt of nothing");
    Ok(Passed::Checked)
}

/// A commit that is repeated because its answer was lost is written once, and the repeat gets the first receipt; also
/// when others have followed, and also one that settles a command.
pub async fn c03_a_repeated_commit_is_written_once(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let loaded = open(&*store, north(), 1).await?;
    let id = loaded.state.id();
    let Some(claimed) = claim(&*store, north(), 1).await?.pop() else {
        return Err(Violation("an opened emergency has nothing to claim".to_owned()));
    };
    let mut commit = settling(&loaded, claimed.id(), Outcome::Done);
    commit.events.push(event(1));
    let receipt = written(&*store, &commit).await?;
    written(&*store, &of_call(&load(&*store, id).await?, 2)).await?;
    let events = store.events_of(id, EventId::START, 1000).await?.len();

    ensure_eq!(written(&*store, &commit).await?, receipt, "the receipt of the repeat");
    ensure_eq!(store.events_of(id, EventId::START, 1000).await?.len(), events, "events after the repeat");
    Ok(Passed::Checked)
}

/// The same for an opening.
pub async fn c03_a_repeated_opening_is_written_once(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let mut opening = opening(&*store, north(), 1).await?;
    opening.limit = 1;
    let first = store.open(&opening).await?;
    ensure_eq!(store.open(&opening).await?, first, "the answer to the repeat");
    let events = store.events(&north(), EventId::START, 1000).await?.len();
    ensure_eq!(events, opening.commit.events.len(), "events after the repeat");
    let other = Commit { id: CommitId::from_random(u128::MAX), ..opening.commit.clone() };
    let clash = store.open(&Opening { commit: other, ..opening }).await;
    ensure!(matches!(clash, Err(StoreError::Conflict)), "another opening with the same id gets {clash:?}");
    Ok(Passed::Checked)
}
