//! Numbers 4 and 5: how commands end.

use std::time::Duration;

use crate::{
    emergency::{CommandId, CommandKind, EmergencyId, Outcome},
    store::{
        Claimed, Commit, Committed, EmergencyStore, Task,
        testing::{
            Finding, Lab, Passed, Violation,
            case::{
                LEASE, blank, call, claim, command, give, ids, is_run, load, north, open_quiet, settling, together,
                written,
            },
            finding::{ensure, ensure_eq},
        },
    },
};

/// A later outcome writes nothing and gets the first; one of an unknown command is refused.
pub async fn c04_the_first_outcome_counts(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let (id, claimed) = one_claimed(&*store).await?;
    let first = Outcome::CallPlaced { call: call(1) };
    written(&*store, &settling(&load(&*store, id).await?, claimed.id(), first.clone())).await?;
    let before = load(&*store, id).await?;

    let second = settling(&before, claimed.id(), Outcome::CallPlaced { call: call(2) });
    let answer = store.commit(&second).await?;
    ensure!(answer == Committed::AlreadySettled { first }, "a second outcome gets {answer:?} instead of the first");
    ensure_eq!(load(&*store, id).await?.version, before.version, "the version after a second outcome");
    let stranger = CommandId { emergency: id, number: 12_345 };
    let unknown = store.commit(&settling(&before, stranger, Outcome::Done)).await;
    ensure!(unknown.is_err(), "the outcome of a command that never was gets {unknown:?}");
    lab.advance(LEASE * 10).await;
    ensure_eq!(ids(&claim(&*store, north(), 10).await?), [], "commands to claim after the outcome");
    Ok(Passed::Checked)
}

/// The lease is over, and even another worker has it: what did happen still counts, and the other's comes second.
pub async fn c04_an_outcome_counts_after_its_lease(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let (id, alone) = one_claimed(&*store).await?;
    lab.advance(LEASE + Duration::from_secs(1)).await;
    written(&*store, &settling(&load(&*store, id).await?, alone.id(), Outcome::Unknown)).await?;

    give(&*store, id, vec![command(id, 901, CommandKind::PlaceCall)]).await?;
    let claimed = claim(&*store, north(), 10).await?.pop();
    let claimed = claimed.ok_or_else(|| Violation("a second command can't be claimed".to_owned()))?;
    lab.advance(LEASE + Duration::from_secs(1)).await;
    let again = claim(&*store, north(), 1).await?;
    ensure_eq!(ids(&again), [claimed.id()], "what is claimed after the lease");
    let fact = Outcome::CallPlaced { call: call(1) };
    written(&*store, &settling(&load(&*store, id).await?, claimed.id(), fact.clone())).await?;
    let answer = store.commit(&settling(&load(&*store, id).await?, claimed.id(), Outcome::Unknown)).await?;
    ensure!(answer == Committed::AlreadySettled { first: fact }, "the second worker gets {answer:?}");
    Ok(Passed::Checked)
}

/// Two workers with two outcomes, each reloading on a conflict: one settles, the other learns what did.
pub async fn c04_racing_outcomes_settle_once(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let (id, claimed) = one_claimed(&*store).await?;
    let racing = (1..=6).map(|n| {
        let (store, command) = (store.clone(), claimed.id());
        let outcome = Outcome::CallPlaced { call: call(n) };
        async move {
            for _ in 0..1000 {
                let commit = settling(&load(&*store, id).await?, command, outcome.clone());
                match store.commit(&commit).await {
                    Ok(Committed::Written(_)) => return Ok((outcome, true)),
                    Ok(Committed::AlreadySettled { first }) => return Ok((first, false)),
                    Err(error) if error.is_retryable() => {}
                    Err(error) => return Err(Violation::from(error)),
                }
            }
            Err(Violation("a thousand conflicts in a row".to_owned()))
        }
    });
    let results = together(lab, racing.collect()).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let winners: Vec<_> = results.iter().filter(|(_, won)| *won).collect();
    ensure_eq!(winners.len(), 1, "outcomes that settled the command");
    let agree = results.iter().all(|(first, _)| *first == winners[0].0);
    ensure!(agree, "the workers are told different first outcomes");
    Ok(Passed::Checked)
}

/// Withdrawn before anybody claimed it: it is handed out as a report until that is settled, never to be carried out.
pub async fn c05_a_withdrawn_command_is_only_reported(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    let wanted = command(id, 900, CommandKind::PlaceCall);
    give(&*store, id, vec![wanted.clone()]).await?;
    withdraw(&*store, id, wanted.id).await?;
    let report = Task::Report(wanted.clone(), Outcome::Withdrawn);
    for _ in 0..2 {
        let claimed = claim(&*store, north(), 10).await?;
        ensure_eq!(ids(&claimed), [wanted.id], "what is handed out of a withdrawn command");
        ensure!(claimed[0].task == report, "a withdrawn command is handed out as {:?}", claimed[0].task);
        lab.advance(LEASE + Duration::from_secs(1)).await;
    }
    written(&*store, &settling(&load(&*store, id).await?, wanted.id, Outcome::Withdrawn)).await?;
    ensure_eq!(ids(&claim(&*store, north(), 10).await?), [], "what is handed out after the report");
    Ok(Passed::Checked)
}

/// Once claimed, it may be under way: it goes on, and reports. Lost claims count as claims.
pub async fn c05_a_claimed_command_is_not_withdrawn(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let (id, claimed) = one_claimed(&*store).await?;
    withdraw(&*store, id, claimed.id()).await?;
    ensure!(store.holds(&claimed.ticket).await?, "a withdrawal ended a lease");
    lab.advance(LEASE + Duration::from_secs(1)).await;
    withdraw(&*store, id, claimed.id()).await?;
    let again = claim(&*store, north(), 10).await?;
    ensure!(again.len() == 1 && is_run(&again[0]), "a withdrawal after the claim was obeyed");
    store.put_back(&again[0].ticket, Duration::ZERO).await?;
    withdraw(&*store, id, claimed.id()).await?;
    let again = claim(&*store, north(), 10).await?;
    ensure!(again.len() == 1 && is_run(&again[0]), "a command whose claim was lost was withdrawn");
    let placed = Outcome::CallPlaced { call: call(1) };
    written(&*store, &settling(&load(&*store, id).await?, claimed.id(), placed)).await?;
    Ok(Passed::Checked)
}

/// Put back means: not carried out, for certain.
pub async fn c05_a_command_put_back_can_be_withdrawn(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let (id, claimed) = one_claimed(&*store).await?;
    let was_mine = store.put_back(&claimed.ticket, Duration::from_secs(60)).await?;
    ensure!(was_mine, "a claimed command can't be put back");
    withdraw(&*store, id, claimed.id()).await?;
    let again = claim(&*store, north(), 10).await?;
    ensure_eq!(ids(&again), [claimed.id()], "the report, due at once");
    ensure!(matches!(again[0].task, Task::Report(_, Outcome::Withdrawn)), "it is handed out as {:?}", again[0].task);
    Ok(Passed::Checked)
}

async fn one_claimed(store: &dyn EmergencyStore) -> Result<(EmergencyId, Claimed), Violation> {
    let id = open_quiet(store, north(), 1).await?.state.id();
    give(store, id, vec![command(id, 900, CommandKind::PlaceCall)]).await?;
    let claimed = claim(store, north(), 10).await?.pop();
    Ok((id, claimed.ok_or_else(|| Violation("a command that was given can't be claimed".to_owned()))?))
}

async fn withdraw(store: &dyn EmergencyStore, id: EmergencyId, command: CommandId) -> Result<(), Violation> {
    let loaded = load(store, id).await?;
    written(store, &Commit { withdraw: vec![command], ..blank(&loaded) }).await?;
    Ok(())
}
