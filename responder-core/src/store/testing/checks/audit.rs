//! The contract of the record of what was done.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use crate::{
    access::{Actor, AuditAction, AuditEntry, AuditId, UserId},
    store::{
        AdminStore, AuditQuery,
        testing::{
            Crash, Finding, Lab, Passed, Violation,
            case::{north, south, together},
            finding::{ensure, ensure_eq},
            people::entry,
        },
    },
};

async fn ids(store: &dyn AdminStore, query: AuditQuery) -> Result<Vec<AuditId>, Violation> {
    Ok(store.audit(&query).await?.into_iter().map(|recorded| recorded.id).collect())
}

/// Numbers rise in the order of recording, also in a race.
pub async fn a01_numbers_rise(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let first = store.record_audit(&entry("first")).await?;
    let second = store.record_audit(&entry("second")).await?;
    ensure!(second > first, "{second} came after {first}");
    let jobs = (0..8).map(|n| {
        let store = Arc::clone(&store);
        async move { store.record_audit(&entry(&n.to_string())).await }
    });
    let mut raced = Vec::new();
    for id in together(lab, jobs.collect()).await {
        raced.push(id?);
    }
    raced.sort_unstable();
    raced.dedup();
    ensure!(raced.len() == 8 && raced[0] > second, "numbers were given twice: {raced:?}");
    Ok(Passed::Checked)
}

/// Entries come newest first, those that were asked for, page by page.
pub async fn a02_pages_have_what_was_asked_for(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let mut all = Vec::new();
    for n in 0..6 {
        let branch = if n % 2 == 0 { north() } else { south() };
        let entry = if n == 5 { entry("none") } else { entry("some").at_branch(branch) };
        all.push(store.record_audit(&entry).await?);
    }
    let newest: Vec<_> = all.iter().rev().copied().collect();
    let query = |branch, before, limit| AuditQuery { branch, before, limit };
    ensure_eq!(ids(&*store, query(None, None, 100)).await?, newest, "all of them");
    ensure_eq!(ids(&*store, query(None, None, 2)).await?, newest[..2], "the first page");
    ensure_eq!(ids(&*store, query(None, Some(newest[1]), 2)).await?, newest[2..4], "the second page");
    ensure_eq!(ids(&*store, query(Some(north()), None, 100)).await?, [all[4], all[2], all[0]], "those of a branch");
    ensure_eq!(ids(&*store, query(Some(north()), Some(all[4]), 1)).await?, [all[2]], "its second page");
    ensure_eq!(ids(&*store, query(None, Some(all[0]), 10)).await?, [], "what is before the first");
    Ok(Passed::Checked)
}

/// Times are those of the store.
pub async fn a03_records_have_the_time_of_the_store(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let mut times = vec![lab.store().now().await?];
    for n in 0..2 {
        store.record_audit(&entry(&n.to_string())).await?;
        times.push(lab.store().now().await?);
        lab.advance(Duration::from_secs(60)).await;
    }
    let found = store.audit(&AuditQuery { limit: 2, ..AuditQuery::default() }).await?;
    let [second, first] = found.as_slice() else { return Err(Violation("not both are there".into())) };
    ensure!((times[0]..=times[1]).contains(&first.at), "the first was recorded at {}", first.at);
    ensure!(second.at.since(first.at) >= Duration::from_secs(60), "the second was recorded at {}", second.at);
    Ok(Passed::Checked)
}

/// What is read is what was recorded, also after a crash.
pub async fn a04_records_are_read_as_they_were_written(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let actor = Actor { id: Some(UserId::from_u64(7)), name: "Zoë \"O'Hara\" \\ 🚒".into() };
    let full = AuditEntry::new(actor, AuditAction::SettingsChanged)
        .at_branch(north())
        .about("a\nsubject\0")
        .changing(Some(json!({ "a": [1, null, "x\u{0}"] })), Some(json!("***cdef")))
        .from_address("2001:db8::1".parse().ok());
    let bare = AuditEntry::new(Actor::server(), AuditAction::Login);
    for entry in [&full, &bare] {
        store.record_audit(entry).await?;
    }
    let read = async |store: Arc<dyn AdminStore>| {
        let all = store.audit(&AuditQuery { limit: 10, ..AuditQuery::default() }).await?;
        Ok::<_, Violation>(all.into_iter().map(|recorded| recorded.entry).collect::<Vec<_>>())
    };
    ensure!(read(store.clone()).await? == [bare.clone(), full.clone()], "what is read is something else");
    drop(store);
    if let Crash::Unsupported(reason) = lab.crash().await {
        return Ok(Passed::Skipped(reason));
    }
    ensure!(read(lab.admin()).await? == [bare, full], "after a crash it is something else");
    Ok(Passed::Checked)
}
