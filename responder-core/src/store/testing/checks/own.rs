//! Numbers 3, 8 and 10: commands that are claimed with the commit that gives them.

use std::time::Duration;

use crate::{
    emergency::{CommandId, CommandKind, Outcome},
    store::{
        Claimed, Commit, Committed, EmergencyStore, Opened, Task, Written,
        testing::{
            Crash, Finding, Lab, Passed, Violation,
            case::{
                LEASE, blank, claim, command, give, ids, load, north, open_calling, open_quiet, own, settling, written,
            },
            finding::{ensure, ensure_eq},
        },
    },
};

/// Those that were asked for, in the order of claims, and nobody else gets them.
pub async fn c08_a_commit_claims_its_own_commands(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let other = open_quiet(&*store, north(), 1).await?.state.id();
    let loaded = open_quiet(&*store, north(), 2).await?;
    let id = loaded.state.id();
    give(&*store, other, vec![command(other, 900, CommandKind::PlaceCall)]).await?;
    let mut commit = blank(&loaded);
    let kinds = [CommandKind::SendMail, CommandKind::EndCall, CommandKind::PlaceCall, CommandKind::EndCall];
    commit.commands = (900..).zip(kinds).map(|(number, kind)| command(id, number, kind)).collect();
    let commit = commit.with_claims(own(&[CommandKind::EndCall, CommandKind::PlaceCall], 2));
    let now = store.now().await?;
    let claimed = committed(&*store, &commit).await?.claimed;

    let expected = [902, 901].map(|number| CommandId { emergency: id, number });
    ensure_eq!(ids(&claimed), expected, "what is claimed with a commit");
    for one in &claimed {
        let given = commit.commands.iter().find(|command| command.id == one.id());
        ensure!(given.is_some_and(|given| one.task == Task::Run(given.clone())), "another command than was given");
        ensure!(one.lease_until >= now + LEASE && !one.may_have_run, "its lease: {one:?}");
        ensure!(store.holds(&one.ticket).await?, "what was claimed with a commit is not held");
    }
    let rest = claim(&*store, north(), 100).await?;
    let expected = [(other, 900), (id, 903), (id, 900)].map(|(emergency, number)| CommandId { emergency, number });
    ensure_eq!(ids(&rest), expected, "what is left for others");
    written(&*store, &settling(&load(&*store, id).await?, claimed[0].id(), Outcome::Done)).await?;
    ensure!(!store.holds(&claimed[0].ticket).await?, "a settled command is held");
    Ok(Passed::Checked)
}

/// The same for an opening.
pub async fn c08_an_opening_claims_its_own_commands(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let (opening, call) = open_calling(&*store, north(), 1).await?;
    ensure_eq!(call.kind, CommandKind::PlaceCall, "what was claimed");
    ensure!(store.holds(&call.ticket).await?, "what was claimed with an opening is not held");
    let rest = claim(&*store, north(), 100).await?;
    ensure_eq!(rest.len(), opening.commit.commands.len() - 1, "what is left for others");
    ensure!(!ids(&rest).contains(&call.id()), "others get what was claimed with the opening");
    Ok(Passed::Checked)
}

/// Whoever repeats a commit because its answer was lost learns what it has claimed; not what has ended since.
pub async fn c03_a_repeated_commit_gets_its_claims(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let (opening, call) = open_calling(&*store, north(), 1).await?;
    let repeat = store.open(&opening).await?;
    ensure!(claims_of(&repeat) == Some(std::slice::from_ref(&call)), "the repeat of an opening gets {repeat:?}");

    let id = opening.commit.emergency();
    let loaded = load(&*store, id).await?;
    let commands = vec![command(id, 900, CommandKind::EndCall), command(id, 901, CommandKind::EndCall)];
    let commit = Commit { commands, ..blank(&loaded) }.with_claims(own(&[CommandKind::EndCall], 2));
    let first = committed(&*store, &commit).await?;
    ensure_eq!(first.claimed.len(), 2, "commands claimed with a commit");
    ensure_eq!(committed(&*store, &commit).await?, first, "the answer to the repeat of a commit");
    written(&*store, &settling(&load(&*store, id).await?, first.claimed[0].id(), Outcome::Done)).await?;
    ensure_eq!(ids(&committed(&*store, &commit).await?.claimed), [first.claimed[1].id()], "without what was settled");
    store.put_back(&first.claimed[1].ticket, Duration::ZERO).await?;
    ensure_eq!(ids(&committed(&*store, &commit).await?.claimed), [], "without what was put back");
    lab.advance(LEASE).await;
    let repeat = store.open(&opening).await?;
    ensure!(claims_of(&repeat) == Some(&[]), "the repeat of an opening gets {repeat:?} after the lease");
    Ok(Passed::Checked)
}

/// Whoever has it dies; somebody else gets it when the lease is over, and is told that it may have been carried out.
pub async fn c10_what_was_claimed_with_a_commit_comes_back(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let (_, call) = open_calling(&*store, north(), 1).await?;
    drop(store);
    // A store that can't outlive a crash has lost its worker, at least.
    let _: Crash = lab.crash().await;
    let store = lab.store();
    ensure!(!ids(&claim(&*store, north(), 100).await?).contains(&call.id()), "it can be claimed during its lease");
    lab.advance(LEASE).await;
    let again = claim(&*store, north(), 1).await?;
    ensure_eq!(ids(&again), [call.id()], "what is claimed first after the lease");
    ensure!(again[0].may_have_run, "nobody is told that it may have been carried out");
    ensure!(!store.holds(&call.ticket).await?, "the old claim is held");
    Ok(Passed::Checked)
}

async fn committed(store: &dyn EmergencyStore, commit: &Commit) -> Result<Written, Violation> {
    match store.commit(commit).await? {
        Committed::Written(written) => Ok(written),
        Committed::AlreadySettled { .. } => Err(Violation("a command that was not settled is said to be".to_owned())),
    }
}

fn claims_of(opened: &Opened) -> Option<&[Claimed]> {
    match opened {
        Opened::Created(written) => Some(&written.claimed),
        _ => None,
    }
}
