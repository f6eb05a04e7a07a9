//! Number 15: what is read is what was written.

use std::time::Duration;

use crate::{
    emergency::{CommandKind, Event, Outcome},
    store::{
        Availability, Commit, Committed, EventId, Idempotency, Listing, Opened, Task, codec,
        testing::{
            Crash, Finding, Lab, Passed,
            case::{
                LEASE, blank, call, claim, command, conclude, event, give, load, named, north, of_call, open, opening,
                settling, written,
            },
            finding::{ensure, ensure_eq},
        },
    },
};

/// States, events, commands and outcomes come back equal, to the byte, with every character that JSON, SQL or a C
/// string could stumble over.
pub async fn c15_what_is_read_is_what_was_written(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let opening = opening(&*store, north(), 1).await?;
    let id = opening.commit.emergency();
    let _ = store.open(&opening).await?;
    let loaded = load(&*store, id).await?;
    ensure!(loaded.state == opening.commit.state, "another state is read than was written");
    let texts = |state| codec::encode("state", state);
    ensure_eq!(texts(&loaded.state)?, texts(&opening.commit.state)?, "the text of the state");

    let odd = "\u{0}\u{1}\u{7f}\u{feff}\u{2028}'\"\\ %_?$1 \u{10ffff}".to_owned();
    let events = vec![Event::MailError { error: odd.clone() }, Event::MailError { error: String::new() }];
    let receipt = written(&*store, &Commit { events: events.clone(), ..blank(&loaded) }).await?;
    let first = receipt.first_event.map_or(0, EventId::as_u64);
    let read = store.events(&north(), EventId::from_u64(first.saturating_sub(1)), 10).await?;
    let expected = events.iter().map(|event| codec::encode("event", event)).collect::<Result<Vec<_>, _>>()?;
    ensure_eq!(read.iter().map(|event| event.json.clone()).collect::<Vec<_>>(), expected, "the texts of the events");

    let mut given = opening.commit.commands.clone();
    given.extend((900..).zip(CommandKind::ALL).map(|(number, kind)| command(id, number, kind)));
    give(&*store, id, given.split_off(opening.commit.commands.len())).await?;
    for claimed in claim(&*store, north(), 100).await? {
        let number = claimed.id().number;
        let kinds = (900..).zip(CommandKind::ALL).map(|(number, kind)| command(id, number, kind));
        let written = opening.commit.commands.iter().cloned().chain(kinds).find(|command| command.id.number == number);
        let read = if let Task::Run(command) = claimed.task { Some(command) } else { None };
        ensure!(read.is_some() && read == written, "command {number} is not read as it was written");
    }
    let outcome = Outcome::Rejected { code: Some(u32::MAX), reason: odd };
    let command = opening.commit.commands[0].id;
    written(&*store, &settling(&load(&*store, id).await?, command, outcome.clone())).await?;
    let again = store.commit(&settling(&load(&*store, id).await?, command, Outcome::Done)).await?;
    ensure!(again == Committed::AlreadySettled { first: outcome }, "the outcome is not read as it was written");
    Ok(Passed::Checked)
}

/// Open ones oldest first, all newest first and page by page, concluded ones by their end.
pub async fn c15_lists_are_complete_and_in_order(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let mut all = Vec::new();
    for n in 1..=5 {
        all.push(open(&*store, north(), n).await?.state.id());
        lab.advance(Duration::from_secs(1)).await;
    }
    let before = store.now().await?;
    conclude(lab, all[3]).await?;
    lab.advance(Duration::from_secs(1)).await;
    let between = store.now().await?;
    conclude(lab, all[0]).await?;

    let ids = |listing: Listing| -> Vec<_> { listing.emergencies.iter().map(|one| one.state.id()).collect() };
    ensure_eq!(ids(store.open_emergencies(&north()).await?), [all[1], all[2], all[4]], "the open ones");
    ensure_eq!(ids(store.concluded_since(&north(), before).await?), [all[0], all[3]], "the concluded ones");
    ensure_eq!(ids(store.concluded_since(&north(), between).await?), [all[0]], "those concluded later");
    ensure_eq!(ids(store.list(&north(), None, 2).await?), [all[4], all[3]], "the first page");
    ensure_eq!(ids(store.list(&north(), Some(all[3]), 10).await?), [all[2], all[1], all[0]], "the rest");
    ensure_eq!(ids(store.list(&named("empty"), None, 10).await?), [], "a branch without any");
    Ok(Passed::Checked)
}

/// After a crash everything that was acknowledged is there, and work goes on where it stood.
pub async fn c15_a_crash_loses_nothing(lab: &mut dyn Lab) -> Finding {
    let (store, branches) = (lab.store(), lab.branches());
    let key = Idempotency { key: "report-1".into(), body_hash: [1; 32] };
    let first = opening(&*store, north(), 1).await?.with_idempotency(key);
    let id = first.commit.emergency();
    let _ = store.open(&first).await?;
    let claimed = claim(&*store, north(), 1).await?;
    let commit = Commit { events: vec![event(1)], ..of_call(&load(&*store, id).await?, 1) };
    let receipt = written(&*store, &commit).await?;
    let events = store.events(&north(), EventId::START, 1000).await?;
    branches.set_availability(&north(), Availability::Disabled).await?;
    drop((store, branches));

    if let Crash::Unsupported(reason) = lab.crash().await {
        return Ok(Passed::Skipped(reason));
    }
    let store = lab.store();
    let loaded = load(&*store, id).await?;
    ensure!(loaded.state == commit.state && loaded.version == receipt.version, "the state is not the last one");
    ensure!(store.events(&north(), EventId::START, 1000).await? == events, "the events are not those before");
    ensure_eq!(store.was_committed(id, commit.id).await?, Some(receipt), "the receipt");
    ensure!(store.find_call(&north(), &call(1)).await?.is_some(), "a binding is gone");
    ensure_eq!(lab.branches().availability(&north()).await?, Availability::Disabled, "the branch");
    let repeat = opening(&*store, north(), 2).await?;
    let repeat = repeat.with_idempotency(Idempotency { key: "report-1".into(), body_hash: [1; 32] });
    ensure_eq!(store.open(&repeat).await?, Opened::Existing(id), "the repeat of the report");
    ensure!(store.holds(&claimed[0].ticket).await?, "a lease is gone");
    lab.advance(LEASE).await;
    let rest = claim(&*store, north(), 100).await?;
    let expected = first.commit.commands.len() + commit.commands.len();
    ensure_eq!(rest.len(), expected, "the commands");
    ensure!(
        rest.iter().any(|one| one.id() == claimed[0].id() && one.may_have_run),
        "the claimed one is not among them"
    );
    let next = written(&*store, &Commit { events: vec![event(2)], ..blank(&loaded) }).await?;
    let last = events.last().map_or(EventId::START, |event| event.id);
    ensure_eq!(next.first_event, Some(last.plus(1)), "the next event id");
    Ok(Passed::Checked)
}
