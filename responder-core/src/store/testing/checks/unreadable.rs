//! Number 10: what becomes of what can't be done or read.

use std::time::Duration;

use crate::{
    emergency::{CommandKind, Outcome},
    store::{
        Card, Commit, MOST_LOST_CLAIMS, StoreError, Task,
        testing::{
            Finding, Lab, Passed, Spoil,
            case::{LEASE, claim, command, commit_id, give, ids, is_run, load, north, open, open_quiet, written},
            finding::{ensure, ensure_eq},
        },
    },
};

const SECOND: Duration = Duration::from_secs(1);

/// Five claims without a word, then a report of it, which is repeated until it is settled.
pub async fn c10_lost_claims_end_as_abandoned(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    let given = command(id, 900, CommandKind::SendText);
    give(&*store, id, vec![given.clone()]).await?;
    for n in 1..=MOST_LOST_CLAIMS {
        let claimed = claim(&*store, north(), 10).await?;
        ensure_eq!(ids(&claimed), [given.id], "what is claimed");
        ensure!(is_run(&claimed[0]), "claim {n} is handed out as {:?}", claimed[0].task);
        ensure_eq!(claimed[0].ticket.claim, n, "the number of the claim");
        ensure_eq!(claimed[0].may_have_run, n > 1, "whether it may have run");
        lab.advance(LEASE + SECOND).await;
    }
    for _ in 0..2 {
        let claimed = claim(&*store, north(), 10).await?;
        ensure_eq!(ids(&claimed), [given.id], "what is claimed in the end");
        let report = Task::Report(given.clone(), Outcome::Abandoned);
        ensure!(claimed[0].task == report, "after five lost claims it is handed out as {:?}", claimed[0].task);
        lab.advance(LEASE + SECOND).await;
    }
    Ok(Passed::Checked)
}

/// However often it is put back, it stays a command to carry out: whoever puts it back knows why.
pub async fn c10_a_command_put_back_is_not_lost(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    give(&*store, id, vec![command(id, 900, CommandKind::SendText)]).await?;
    for n in 1..=MOST_LOST_CLAIMS * 2 {
        let claimed = claim(&*store, north(), 10).await?;
        ensure!(claimed.len() == 1 && is_run(&claimed[0]), "claim {n} gets {claimed:?}");
        ensure!(!claimed[0].may_have_run, "a command that was only ever put back may not have run");
        ensure!(store.put_back(&claimed[0].ticket, SECOND).await?, "it can't be put back");
        ensure!(!store.put_back(&claimed[0].ticket, SECOND).await?, "it can be put back twice");
        ensure_eq!(ids(&claim(&*store, north(), 10).await?), [], "what is claimed before it is due again");
        lab.advance(SECOND).await;
    }
    Ok(Passed::Checked)
}

/// It is handed out, so that somebody hears of it, and can be settled; others are not held up.
pub async fn c10_an_unreadable_command_is_handed_out_as_such(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    let given = [command(id, 900, CommandKind::SendText), command(id, 901, CommandKind::SendText)];
    give(&*store, id, given.to_vec()).await?;
    lab.spoil(Spoil::Command(given[0].id)).await;
    let claimed = claim(&*store, north(), 10).await?;
    ensure_eq!(ids(&claimed), [given[0].id, given[1].id], "what is claimed");
    ensure!(claimed[0].task == Task::Unreadable, "it is handed out as {:?}", claimed[0].task);
    ensure_eq!(claimed[0].kind, CommandKind::SendText, "its kind, which stands beside it");
    ensure!(claimed[1].task == Task::Run(given[1].clone()), "its neighbour is handed out as {:?}", claimed[1].task);
    let loaded = load(&*store, id).await?;
    written(&*store, &Commit::abandoning(&loaded, given[0].id, commit_id())).await?;
    lab.advance(LEASE + SECOND).await;
    ensure_eq!(ids(&claim(&*store, north(), 10).await?), [given[1].id], "what is claimed after it was abandoned");
    Ok(Passed::Checked)
}

/// It is an error to load, is listed with what people must know, and everything else goes on.
pub async fn c10_an_unreadable_state_hides_nothing_else(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let good = open(&*store, north(), 1).await?;
    let bad = open(&*store, north(), 2).await?;
    ensure_eq!(store.health(&north()).await?.unreadable, [], "what is unreadable at first");
    let (good_id, bad_id) = (good.state.id(), bad.state.id());
    lab.spoil(Spoil::State(bad_id)).await;
    let loaded = store.load(bad_id).await;
    ensure!(matches!(loaded, Err(StoreError::Corrupt { .. })), "an unreadable state is loaded as {loaded:?}");
    for listing in [store.open_emergencies(&north()).await?, store.list(&north(), None, 10).await?] {
        let readable: Vec<_> = listing.emergencies.iter().map(|one| one.state.id()).collect();
        ensure_eq!(readable, [good_id], "what can be read");
        ensure_eq!(listing.unreadable, [bad_id], "what can't be read");
    }
    let health = store.health(&north()).await?;
    ensure_eq!(health.open, 2, "open emergencies");
    ensure_eq!(health.unreadable.len(), 1, "unreadable emergencies");
    let report = &health.unreadable[0];
    ensure_eq!((report.id, report.opened_at), (bad_id, bad.state.opened_at()), "what is known of it");
    ensure_eq!(report.next_deadline, bad.state.poll_timeout(), "its deadline");
    ensure!(report.card == Some(Card::of(&bad.state)), "its card is not what was written");
    Ok(Passed::Checked)
}
