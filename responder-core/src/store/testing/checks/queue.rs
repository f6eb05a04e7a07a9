//! Numbers 8 and 9: who gets which command.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    emergency::{CommandId, CommandKind},
    store::{
        ClaimRequest, EventId, Task,
        testing::{
            Finding, Lab, Passed, Violation,
            case::{
                LEASE, call, claim, command, give, ids, named, north, of_call, open, open_quiet, request, south,
                together, written,
            },
            finding::{ensure, ensure_eq},
        },
    },
};

const SECOND: Duration = Duration::from_secs(1);

/// Priority before due time before id, whatever the order of giving.
pub async fn c08_claims_come_by_priority_then_time_then_id(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let early = open_quiet(&*store, north(), 1).await?.state.id();
    let late = open_quiet(&*store, north(), 2).await?.state.id();
    let of = |id, number, kind| vec![command(id, number, kind)];
    give(&*store, late, of(late, 900, CommandKind::SendMail)).await?;
    give(&*store, late, of(late, 902, CommandKind::EndCall)).await?;
    give(&*store, early, of(early, 910, CommandKind::EndCall)).await?;
    give(&*store, late, of(late, 901, CommandKind::EndCall)).await?;
    lab.advance(SECOND).await;
    give(&*store, early, of(early, 903, CommandKind::EndCall)).await?;
    give(&*store, late, of(late, 904, CommandKind::PlaceCall)).await?;
    lab.advance(SECOND).await;

    let expected = [(late, 904), (early, 910), (late, 901), (late, 902), (early, 903), (late, 900)];
    let expected = expected.map(|(emergency, number)| CommandId { emergency, number });
    let first = claim(&*store, north(), 2).await?;
    ensure_eq!(ids(&first), expected[..2], "the first two");
    // Put back, a command is due later than those of its priority that waited on.
    store.put_back(&first[1].ticket, Duration::ZERO).await?;
    let rest = claim(&*store, north(), 10).await?;
    let expected = [expected[2], expected[3], expected[4], expected[1], expected[5]];
    ensure_eq!(ids(&rest), expected, "the rest");
    Ok(Passed::Checked)
}

/// Kinds that were not asked for stay where they are.
pub async fn c08_only_wanted_kinds_are_claimed(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    let given: Vec<_> = (900..).zip(CommandKind::ALL).map(|(number, kind)| command(id, number, kind)).collect();
    give(&*store, id, given.clone()).await?;
    let wanted = [CommandKind::SendMail, CommandKind::FetchCall];
    let claimed = store.claim(&ClaimRequest { kinds: wanted.to_vec(), ..request(north(), 10) }).await?;
    let kinds: Vec<_> = claimed.iter().map(|claimed| claimed.kind).collect();
    ensure_eq!(kinds, [CommandKind::FetchCall, CommandKind::SendMail], "the kinds that were asked for");
    let none = store.claim(&ClaimRequest { kinds: Vec::new(), ..request(north(), 10) }).await?;
    ensure_eq!(ids(&none), [], "what is claimed of no kind");
    let rest = claim(&*store, north(), 10).await?;
    ensure_eq!(rest.len(), given.len() - 2, "what is left for others");
    Ok(Passed::Checked)
}

/// Nothing of one branch is found under another.
pub async fn c08_branches_do_not_mix(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let mine = open(&*store, north(), 1).await?;
    let theirs = open(&*store, south(), 2).await?;
    written(&*store, &of_call(&mine, 1)).await?;
    let first = store.events(&south(), EventId::START, 1).await?;
    ensure_eq!(first.first().map(|event| event.id), Some(EventId::from_u64(1)), "the first id of the second branch");
    ensure!(store.find_call(&south(), &call(1)).await?.is_none(), "a call is found from another branch");
    let claimed = claim(&*store, north(), 100).await?;
    let is_mine = claimed.iter().all(|claimed| claimed.id().emergency == mine.state.id());
    ensure!(is_mine && !claimed.is_empty(), "the commands of another branch are claimed");
    let listed = store.list(&south(), None, 10).await?.emergencies;
    ensure_eq!(listed.iter().map(|one| one.state.id()).collect::<Vec<_>>(), [theirs.state.id()], "the list");
    ensure_eq!(listed[0].branch, south(), "the branch of what is listed");
    let open = store.open_emergencies(&north()).await?.emergencies;
    ensure_eq!(open.iter().map(|one| one.state.id()).collect::<Vec<_>>(), [mine.state.id()], "the open ones");
    lab.advance(Duration::from_secs(86_400)).await;
    let due = store.due(&south(), 10).await?;
    ensure_eq!(due.iter().map(|due| due.id).collect::<Vec<_>>(), [theirs.state.id()], "what is due");
    ensure_eq!(store.health(&south()).await?.open, 1, "the open ones of the second branch");
    Ok(Passed::Checked)
}

/// Many workers at once: each command goes to exactly one.
pub async fn c08_racing_workers_never_share_a_command(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    let given: Vec<_> = (900..940).map(|number| command(id, number, CommandKind::SendText)).collect();
    give(&*store, id, given.clone()).await?;
    let workers = (0..8).map(|n| {
        let request = ClaimRequest { worker: named(&format!("worker-{n}")), ..request(north(), 3) };
        let store = store.clone();
        async move {
            let mut mine = Vec::new();
            loop {
                let claimed = store.claim(&request).await?;
                if claimed.is_empty() {
                    return Ok::<_, Violation>(mine);
                }
                mine.extend(ids(&claimed));
            }
        }
    });
    let all = together(lab, workers.collect()).await.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    let distinct: BTreeSet<_> = all.iter().copied().collect();
    ensure_eq!(all.len(), distinct.len(), "claims and distinct commands among them");
    ensure_eq!(distinct, given.iter().map(|command| command.id).collect::<BTreeSet<_>>(), "what was claimed");
    Ok(Passed::Checked)
}

/// An earlier command that is under way, or waits for later, holds back no other of the same emergency.
pub async fn c09_commands_do_not_wait_for_each_other(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let id = open_quiet(&*store, north(), 1).await?.state.id();
    let given: Vec<_> = (900..903).map(|number| command(id, number, CommandKind::SendText)).collect();
    give(&*store, id, given.clone()).await?;
    let first = claim(&*store, north(), 1).await?;
    ensure_eq!(ids(&first), [given[0].id], "the first");
    let second = claim(&*store, north(), 1).await?;
    ensure_eq!(ids(&second), [given[1].id], "the second, while the first is under way");
    store.put_back(&second[0].ticket, LEASE).await?;
    let third = claim(&*store, north(), 10).await?;
    ensure_eq!(ids(&third), [given[2].id], "the third, while the second waits");
    ensure!(third[0].task == Task::Run(given[2].clone()), "another command is read than was written");
    Ok(Passed::Checked)
}
