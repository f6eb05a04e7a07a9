//! The contract of the outbox of records.

use std::{sync::Arc, time::Duration};

use crate::{
    access::{AuditId, Recorded},
    store::{
        AdminStore, AuditClaim, AuditQuery, AuditRequest, Lease, TargetName,
        testing::{
            Crash, Finding, Lab, Passed, Violation,
            case::{LEASE, named, together},
            finding::{ensure, ensure_eq},
            people::entry,
        },
    },
};

/// From now on, and each reader for itself.
pub async fn o01_a_reader_gets_what_comes_after_it(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.record_audit(&entry("before")).await?;
    ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries for nobody");
    store.follow_audit(&reader()).await?;
    ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries from before");
    record(&*store, 2).await?;
    store.follow_audit(&reader()).await?;
    store.follow_audit(&named("other")).await?;
    record(&*store, 1).await?;
    let all = store.audit(&AuditQuery { limit: 3, ..AuditQuery::default() }).await?;
    let claimed = claimed(&*store, 9).await?;
    ensure_eq!(claimed.entries, all.iter().rev().cloned().collect::<Vec<Recorded>>(), "the entries");
    let other = store.claim_audit(&AuditRequest { reader: named("other"), ..request(9) }).await?;
    ensure_eq!(other.map(|claim| ids(&claim)), Some(vec![all[0].id]), "what another reader gets");
    Ok(Passed::Checked)
}

/// Page by page, and what is not done comes again.
pub async fn o02_entries_come_in_order(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.follow_audit(&reader()).await?;
    let all = record(&*store, 5).await?;
    ensure_eq!(store.claim_audit(&request(0)).await?, None, "entries of a request for none");
    let page = claimed(&*store, 2).await?;
    ensure_eq!(ids(&page), all[..2], "the first page");
    ensure!(store.release_audit(&page.ticket, Some(all[1]), Duration::ZERO).await?, "a release is not taken");
    let page = claimed(&*store, 2).await?;
    ensure_eq!((ids(&page), page.tries), (all[2..4].to_vec(), 1), "the second page");
    ensure!(store.keep_audit(&page.ticket, all[2], lease()).await?, "what is done is not noted");
    ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries beside those under way");
    ensure!(store.release_audit(&page.ticket, None, Duration::ZERO).await?, "a release is not taken");
    let rest = claimed(&*store, 9).await?;
    ensure_eq!(ids(&rest), all[3..], "what was not done");
    ensure!(store.release_audit(&rest.ticket, Some(all[4]), Duration::ZERO).await?, "a release is not taken");
    ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries after the last");
    let late = record(&*store, 1).await?;
    ensure_eq!(ids(&claimed(&*store, 9).await?), late, "what came later");
    Ok(Passed::Checked)
}

/// Numbers may be given in another order than that in which entries become visible.
pub async fn o02_none_is_left_out_in_a_race(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.follow_audit(&reader()).await?;
    let recording = (0..8).map(|_| {
        let store = Arc::clone(&store);
        let job: std::pin::Pin<Box<dyn Future<Output = Result<Vec<AuditId>, Violation>> + Send>> =
            Box::pin(async move { record(&*store, 20).await });
        job
    });
    let reading = {
        let store = Arc::clone(&store);
        let job: std::pin::Pin<Box<dyn Future<Output = Result<Vec<AuditId>, Violation>> + Send>> =
            Box::pin(async move {
                let mut seen = Vec::new();
                for _ in 0..200 {
                    read(&*store, &mut seen).await?;
                    crate::store::testing::case::breathe().await;
                }
                Ok(seen)
            });
        job
    };
    let mut results = together(lab, recording.chain([reading]).collect()).await;
    let mut seen = results.pop().unwrap_or_else(|| Ok(Vec::new()))?;
    while read(&*store, &mut seen).await? > 0 {}
    let mut all = results.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    all.sort_unstable();
    ensure_eq!(all.len(), 160, "how many were recorded");
    ensure_eq!(seen, all, "what was read while others recorded");
    Ok(Passed::Checked)
}

/// However many ask.
pub async fn o03_racing_workers_never_share_entries(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.follow_audit(&reader()).await?;
    record(&*store, 3).await?;
    let jobs = (0..8).map(|_| {
        let store = Arc::clone(&store);
        async move { store.claim_audit(&request(1)).await }
    });
    let mut claims = 0;
    for claimed in together(lab, jobs.collect()).await {
        claims += usize::from(claimed?.is_some());
    }
    ensure_eq!(claims, 1, "claims at a time");
    Ok(Passed::Checked)
}

/// A worker that dies loses nothing.
pub async fn o03_a_lost_claim_comes_again(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.follow_audit(&reader()).await?;
    let all = record(&*store, 2).await?;
    for tries in 1..=3 {
        let lost = claimed(&*store, 9).await?;
        ensure_eq!((ids(&lost), lost.tries), (all.clone(), tries), "what was claimed and lost");
        lab.advance(LEASE / 2).await;
        ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries under a lease");
        lab.advance(LEASE / 2).await;
    }
    let kept = claimed(&*store, 9).await?;
    lab.advance(LEASE / 2).await;
    ensure!(store.keep_audit(&kept.ticket, all[0], lease()).await?, "what is done is not noted");
    lab.advance(LEASE * 3 / 4).await;
    ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries under a lease that was begun anew");
    lab.advance(LEASE / 4).await;
    let rest = claimed(&*store, 9).await?;
    ensure_eq!((ids(&rest), rest.tries), (vec![all[1]], 1), "what was left");
    Ok(Passed::Checked)
}

/// Late words of a worker, and words that are said twice.
pub async fn o04_who_lost_a_claim_changes_nothing(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.follow_audit(&reader()).await?;
    let all = record(&*store, 3).await?;
    let late = claimed(&*store, 9).await?;
    lab.advance(LEASE).await;
    ensure!(store.keep_audit(&late.ticket, all[0], lease()).await?, "it does not count after the lease");
    lab.advance(LEASE).await;
    let next = claimed(&*store, 9).await?;
    ensure!(!store.keep_audit(&late.ticket, all[1], lease()).await?, "it counts although somebody else has claimed");
    ensure!(!store.release_audit(&late.ticket, Some(all[2]), Duration::ZERO).await?, "a late release counts");
    ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries after a late release");
    ensure!(store.release_audit(&next.ticket, Some(all[1]), LEASE).await?, "a release is not taken");
    ensure!(!store.release_audit(&next.ticket, Some(all[2]), Duration::ZERO).await?, "a release counts twice");
    ensure!(!store.keep_audit(&next.ticket, all[2], lease()).await?, "it counts after the release");
    lab.advance(LEASE).await;
    ensure_eq!(ids(&claimed(&*store, 9).await?), all[2..], "what is left");
    Ok(Passed::Checked)
}

/// After the delay, and no earlier.
pub async fn o05_what_is_released_comes_again(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.follow_audit(&reader()).await?;
    let all = record(&*store, 2).await?;
    let first = claimed(&*store, 9).await?;
    ensure!(store.release_audit(&first.ticket, Some(all[0]), LEASE * 2).await?, "a release is not taken");
    let more = record(&*store, 1).await?;
    lab.advance(LEASE).await;
    ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries before the delay is over");
    lab.advance(LEASE).await;
    ensure_eq!(ids(&claimed(&*store, 9).await?), [all[1], more[0]], "what is left");
    Ok(Passed::Checked)
}

/// And follows anew.
pub async fn o06_a_reader_can_be_forgotten(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.unfollow_audit(&reader()).await?;
    store.follow_audit(&reader()).await?;
    record(&*store, 1).await?;
    store.unfollow_audit(&reader()).await?;
    ensure_eq!(store.claim_audit(&request(9)).await?, None, "entries for somebody who is forgotten");
    store.follow_audit(&reader()).await?;
    let new = record(&*store, 1).await?;
    ensure_eq!(ids(&claimed(&*store, 9).await?), new, "what came after following anew");
    Ok(Passed::Checked)
}

/// Nothing is lost, and what is done does not come again.
pub async fn o07_progress_outlasts_a_crash(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    store.follow_audit(&reader()).await?;
    let all = record(&*store, 3).await?;
    let claim = claimed(&*store, 9).await?;
    ensure!(store.keep_audit(&claim.ticket, all[0], lease()).await?, "what is done is not noted");
    drop(store);
    if let Crash::Unsupported(reason) = lab.crash().await {
        return Ok(Passed::Skipped(reason));
    }
    let store = lab.admin();
    store.follow_audit(&reader()).await?;
    lab.advance(LEASE).await;
    ensure_eq!(ids(&claimed(&*store, 9).await?), all[1..], "what was not done before the crash");
    Ok(Passed::Checked)
}

/// Reads what there is; how many those were.
async fn read(store: &dyn AdminStore, seen: &mut Vec<AuditId>) -> Result<usize, Violation> {
    let Some(claim) = store.claim_audit(&request(7)).await? else { return Ok(0) };
    let found = ids(&claim);
    ensure!(store.release_audit(&claim.ticket, found.last().copied(), Duration::ZERO).await?, "a release is not taken");
    seen.extend(&found);
    Ok(found.len())
}

async fn record(store: &dyn AdminStore, count: usize) -> Result<Vec<AuditId>, Violation> {
    let mut recorded = Vec::new();
    for n in 0..count {
        recorded.push(store.record_audit(&entry(&n.to_string())).await?);
    }
    Ok(recorded)
}

async fn claimed(store: &dyn AdminStore, max: u32) -> Result<AuditClaim, Violation> {
    store.claim_audit(&request(max)).await?.ok_or_else(|| Violation("what waits is not handed out".to_owned()))
}

fn ids(claim: &AuditClaim) -> Vec<AuditId> {
    claim.entries.iter().map(|recorded| recorded.id).collect()
}

fn request(max: u32) -> AuditRequest {
    AuditRequest { reader: reader(), worker: named("worker-1"), max, lease: lease() }
}

fn reader() -> TargetName {
    named("reader")
}

const fn lease() -> Lease {
    Lease::for_deadline(Duration::from_secs(LEASE.as_secs() / 2))
}
