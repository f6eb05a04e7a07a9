//! Number 10, during a deploy: builds of two versions share a store.

use std::{sync::Arc, time::Duration};

use crate::{
    emergency::{CommandKind, EmergencyId, Input},
    store::{
        Card, Commit, EmergencyStore, LEFT_TO_NEWER, Listing, Loaded, StoreError,
        codec::Formats,
        testing::{
            Finding, Lab, Passed, Violation,
            case::{blank, claim, command, commit_id, give, ids, load, north, of_call, open, open_quiet, written},
            finding::{ensure, ensure_eq},
        },
    },
};

const SECOND: Duration = Duration::from_secs(1);

/// The older build neither reads nor overwrites it, knows that it is there, and goes on with everything else.
pub async fn c10_a_newer_state_is_left_to_newer_builds(lab: &mut dyn Lab) -> Finding {
    let (older, newer) = both(lab);
    let ours = open(&*older, north(), 1).await?;
    let shared = open(&*older, north(), 2).await?;
    let stale = of_call(&shared, 1);
    written(&*newer, &of_call(&load(&*newer, shared.state.id()).await?, 2)).await?;
    let theirs = load(&*newer, shared.state.id()).await?;

    let loaded = older.load(theirs.state.id()).await;
    ensure!(matches!(loaded, Err(StoreError::Newer)), "a newer state is loaded as {loaded:?}");
    let overwritten = older.commit(&stale).await;
    ensure!(matches!(overwritten, Err(StoreError::Conflict)), "a newer state is overwritten: {overwritten:?}");
    ensure!(load(&*newer, theirs.state.id()).await? == theirs, "the newer state has changed");
    for listing in [older.open_emergencies(&north()).await?, older.list(&north(), None, 10).await?] {
        ensure_eq!(readable(&listing), [ours.state.id()], "what the older build can read");
        ensure_eq!(listing.newer, [theirs.state.id()], "what the older build leaves to newer ones");
        ensure_eq!(listing.unreadable, [], "what nobody can read");
    }
    let health = older.health(&north()).await?;
    ensure_eq!((health.open, health.unreadable.len()), (2, 1), "open and unreadable emergencies");
    let report = &health.unreadable[0];
    ensure_eq!((report.id, report.next_deadline), (theirs.state.id(), theirs.state.poll_timeout()), "what is known");
    ensure!(report.card == Some(Card::of(&theirs.state)), "its card is not what was written");

    ensure_eq!(newer.health(&north()).await?.unreadable, [], "what the newer build can't read");
    ensure_eq!(newer.open_emergencies(&north()).await?.emergencies.len(), 2, "what the newer build can read");
    written(&*older, &of_call(&ours, 3)).await?;
    Ok(Passed::Checked)
}

/// Neither commands, also those that it gave itself, nor deadlines.
pub async fn c10_work_on_a_newer_state_is_left_to_newer_builds(lab: &mut dyn Lab) -> Finding {
    let (older, newer) = both(lab);
    let id = open_quiet(&*older, north(), 1).await?.state.id();
    let given = [command(id, 900, CommandKind::SendText), command(id, 901, CommandKind::SendMail)];
    give(&*older, id, given[..1].to_vec()).await?;
    give(&*newer, id, given[1..].to_vec()).await?;
    ensure_eq!(ids(&claim(&*older, north(), 10).await?), [], "what the older build claims");
    let deadline = load(&*newer, id).await?.state.poll_timeout().unwrap_or_default();
    let wake = older.next_wake(&north(), &CommandKind::ALL).await?.unwrap_or_default();
    let expected = deadline.since(older.now().await?) + LEFT_TO_NEWER;
    ensure!(wake <= expected && expected - wake < SECOND, "the older build wakes in {wake:?}, not in {expected:?}");
    ensure_eq!(newer.next_wake(&north(), &CommandKind::ALL).await?, Some(Duration::ZERO), "when the newer one wakes");
    let late = SECOND * 31;
    lab.advance(late).await;
    ensure!(older.health(&north()).await?.late_by >= late, "the older build does not see that nobody works");
    ensure_eq!(ids(&claim(&*newer, north(), 10).await?), [given[0].id, given[1].id], "what the newer build claims");

    let ours = open(&*older, north(), 2).await?.state.id();
    let claimed = claim(&*older, north(), 10).await?;
    ensure!(!claimed.is_empty() && claimed.iter().all(|one| one.id().emergency == ours), "it claims {claimed:?}");
    Ok(Passed::Checked)
}

/// Newer builds see its deadline at once; older ones after a time in which any that runs would have come.
pub async fn c10_a_newer_state_that_nobody_comes_for_is_everybodys(lab: &mut dyn Lab) -> Finding {
    let (older, newer) = both(lab);
    let id = open_quiet(&*newer, north(), 1).await?.state.id();
    let loaded = load(&*newer, id).await?;
    let deadline = loaded.state.poll_timeout().unwrap_or_default();
    lab.advance(deadline.since(loaded.now)).await;
    ensure_eq!(due(&*newer).await?, [id], "what is due for the newer build");
    lab.advance(LEFT_TO_NEWER - SECOND).await;
    ensure_eq!(due(&*older).await?, [], "what is due for the older build while a newer one may come");
    lab.advance(SECOND).await;
    let overdue = older.due(&north(), 10).await?;
    ensure_eq!(due(&*older).await?, [id], "what is due for the older build when no newer one has come");
    ensure_eq!(overdue[0].deadline, deadline, "its deadline");
    ensure_eq!(older.next_wake(&north(), &[]).await?, Some(Duration::ZERO), "when the older build wakes");
    ensure!(older.defer(&overdue[0], SECOND * 30).await?, "the older build can't put it off");
    ensure_eq!(due(&*older).await?, [], "what is due for the older build after that");

    let commit = Commit::of(&load(&*newer, id).await?, Input::Timeout, commit_id()).0;
    written(&*newer, &commit).await?;
    written(&*newer, &blank(&load(&*newer, id).await?)).await?;
    ensure_eq!(due(&*newer).await?, [], "what is due once a newer build has come");
    Ok(Passed::Checked)
}

/// Two builds on one store.
fn both(lab: &dyn Lab) -> (Arc<dyn EmergencyStore>, Arc<dyn EmergencyStore>) {
    (lab.store(), lab.store_as_of(Formats::OWN.and_next()))
}

fn readable(listing: &Listing) -> Vec<EmergencyId> {
    listing.emergencies.iter().map(|loaded: &Loaded| loaded.state.id()).collect()
}

async fn due(store: &dyn EmergencyStore) -> Result<Vec<EmergencyId>, Violation> {
    Ok(store.due(&north(), 10).await?.into_iter().map(|due| due.id).collect())
}
