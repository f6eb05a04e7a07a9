//! The contract of tries to log in.

use std::sync::Arc;

use crate::{
    Timestamp,
    access::{Tries, TrySubject},
    store::{
        AdminStore, MOST_SUBJECTS, TryChange,
        testing::{
            Crash, Finding, Lab, Passed, Violation,
            case::together,
            finding::{ensure, ensure_eq},
        },
    },
};

/// In the order in which it was asked for, with the time.
pub async fn t01_what_was_written_last_is_read(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let before = lab.store().now().await?;
    let (one, two) = (tries(3, before), tries(u32::MAX, Timestamp::from_micros(-7)));
    ensure!(store.change_tries(&[to(1, None, one), to(2, None, two)]).await?, "a change is refused");
    let (now, known) = store.tries(&[subject(2), subject(3), subject(1)]).await?;
    ensure_eq!(known, [two, None, one], "what is known");
    ensure!((before..=lab.store().now().await?).contains(&now), "the store's time: {now}");
    ensure_eq!(store.tries(&[]).await?.1, [], "what is known of nobody");
    ensure!(store.change_tries(&[to(1, one, two), to(2, two, None)]).await?, "a change is refused");
    ensure_eq!(store.tries(&[subject(1), subject(2)]).await?.1, [two, None], "what is known after another change");
    Ok(Passed::Checked)
}

/// All or none.
pub async fn t02_changes_from_something_else_write_nothing(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let now = lab.store().now().await?;
    let (one, two) = (tries(1, now), tries(2, now));
    ensure!(store.change_tries(&[to(1, None, one)]).await?, "a change is refused");
    for seen in [None, two, tries(1, Timestamp::default())] {
        let changes = [to(2, None, two), to(1, seen, two)];
        ensure!(!store.change_tries(&changes).await?, "a change from {seen:?} is written");
        ensure_eq!(store.tries(&[subject(1), subject(2)]).await?.1, [one, None], "what is known");
    }
    ensure!(!store.change_tries(&[to(3, one, two)]).await?, "a change of what is not there is written");
    Ok(Passed::Checked)
}

/// The same when they come at once.
pub async fn t02_one_of_many_racing_changes_is_written(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let now = lab.store().now().await?;
    let mut seen = None;
    for round in 1..=5 {
        let jobs = (0..8).map(|other| {
            let store = Arc::clone(&store);
            // Each has a subject of its own, too.
            let changes = [to(0, seen, tries(round, now)), to(100 * round + other, None, tries(1, now))];
            async move { store.change_tries(&changes).await }
        });
        let mut written = 0;
        for result in together(lab, jobs.collect()).await {
            written += u32::from(result?);
        }
        ensure_eq!(written, 1, "how many were written");
        seen = tries(round, now);
        let others: Vec<_> = (0..8).map(|other| subject(100 * round + other)).collect();
        let known = store.tries(&others).await?.1.into_iter().flatten().count();
        ensure_eq!(known, 1, "subjects of those that were not written");
    }
    Ok(Passed::Checked)
}

/// And who is slowed down stays, as long as there is somebody else to go.
pub async fn t03_the_table_does_not_grow_for_ever(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let now = lab.store().now().await?;
    ensure!(store.change_tries(&[to(0, None, tries(Tries::FREE + 1, now))]).await?, "a change is refused");
    fill(&*store, 1, tries(1, now)).await?;
    ensure_eq!(count(&*store).await?, MOST_SUBJECTS, "subjects in a full table");
    ensure!(store.change_tries(&[to(MOST_SUBJECTS, None, tries(1, now))]).await?, "a change is refused");
    ensure_eq!(count(&*store).await?, 2, "who is slowed down, and who came last");
    ensure_eq!(store.tries(&[subject(0)]).await?.1, [tries(Tries::FREE + 1, now)], "who is slowed down");

    // Those whose life is over go before those with few tries.
    lab.advance(Tries::LIFE).await;
    let later = lab.store().now().await?;
    fill(&*store, MOST_SUBJECTS + 1, tries(1, later)).await?;
    ensure!(store.change_tries(&[to(1, None, tries(1, later))]).await?, "a change is refused");
    ensure_eq!(count(&*store).await?, MOST_SUBJECTS, "subjects after those whose life is over have gone");
    ensure_eq!(store.tries(&[subject(0)]).await?.1, [None], "somebody whose life is over");
    ensure_eq!(store.tries(&[subject(MOST_SUBJECTS + 1)]).await?.1, [tries(1, later)], "somebody whose life is not");
    Ok(Passed::Checked)
}

/// That is what they are stored for.
pub async fn t04_tries_outlast_a_crash(lab: &mut dyn Lab) -> Finding {
    let store = lab.admin();
    let one = tries(7, lab.store().now().await?);
    ensure!(store.change_tries(&[to(1, None, one)]).await?, "a change is refused");
    drop(store);
    if let Crash::Unsupported(reason) = lab.crash().await {
        return Ok(Passed::Skipped(reason));
    }
    ensure_eq!(lab.admin().tries(&[subject(1)]).await?.1, [one], "after a crash");
    Ok(Passed::Checked)
}

/// Adds all but one that there is room for, from this number on.
async fn fill(store: &dyn AdminStore, from: u32, known: Option<Tries>) -> Result<(), Violation> {
    let all: Vec<_> = (from..from + MOST_SUBJECTS - 1).map(|n| to(n, None, known)).collect();
    for some in all.chunks(500) {
        ensure!(store.change_tries(some).await?, "a change is refused");
    }
    Ok(())
}

/// Those that the check on room has added.
async fn count(store: &dyn AdminStore) -> Result<u32, Violation> {
    let all: Vec<_> = (0..2 * MOST_SUBJECTS + 1).map(subject).collect();
    let mut count = 0;
    for some in all.chunks(5000) {
        count += store.tries(some).await?.1.into_iter().flatten().count();
    }
    u32::try_from(count).map_err(|_| Violation("more than anybody can count".to_owned()))
}

const fn to(n: u32, seen: Option<Tries>, now: Option<Tries>) -> TryChange {
    TryChange { subject: subject(n), seen, now }
}

const fn tries(count: u32, last: Timestamp) -> Option<Tries> {
    Some(Tries { count, last })
}

const fn subject(n: u32) -> TrySubject {
    TrySubject::from_bytes((n as u128).to_be_bytes())
}
