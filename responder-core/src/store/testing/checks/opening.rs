//! Numbers 6 and 7: who is let in.

use std::time::Duration;

use crate::store::{
    Availability, EmergencyStore, EventId, Idempotency, KEY_LIFE, Opened, Opening,
    testing::{
        Finding, Lab, Passed, Violation,
        case::{NO_LIMIT, claim, conclude, ids, north, opening, south, together},
        finding::{ensure, ensure_eq},
    },
};

const SECOND: Duration = Duration::from_secs(1);

/// Key, then disabled, then limit.
pub async fn c06_open_decides_in_order(lab: &mut dyn Lab) -> Finding {
    let (store, branches) = (lab.store(), lab.branches());
    let first = keyed(&*store, 1, 1).await?;
    ensure!(matches!(store.open(&first).await?, Opened::Created(_)), "the first opening is refused");
    let existing = Opened::Existing(first.commit.emergency());

    let busy = Opening { idempotency: None, ..keyed(&*store, 2, 2).await? };
    ensure_eq!(store.open(&busy).await?, Opened::Busy, "one more than the limit");
    ensure_eq!(store.open(&keyed(&*store, 3, 1).await?).await?, existing, "a repeat at the limit");
    ensure_eq!(store.open(&reused(&*store, 4).await?).await?, Opened::KeyReused, "another body at the limit");

    branches.set_availability(&north(), Availability::Disabled).await?;
    ensure_eq!(store.open(&busy).await?, Opened::Disabled, "disabled, and at the limit");
    ensure_eq!(store.open(&keyed(&*store, 5, 1).await?).await?, existing, "a repeat while disabled");
    ensure_eq!(store.open(&reused(&*store, 6).await?).await?, Opened::KeyReused, "another body while disabled");

    let elsewhere = Opening { branch: south(), ..keyed(&*store, 7, 1).await? };
    let answer = store.open(&elsewhere).await?;
    ensure!(matches!(answer, Opened::Created(_)), "the same key in another branch gets {answer:?}");
    Ok(Passed::Checked)
}

/// A key is known for 7 days and then forgotten, and the new report with it is remembered for 7 days again.
pub async fn c06_keys_live_seven_days(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let first = unlimited(keyed(&*store, 1, 1).await?);
    let _ = store.open(&first).await?;
    lab.advance(KEY_LIFE - SECOND * 60).await;
    let answer = store.open(&unlimited(keyed(&*store, 2, 1).await?)).await?;
    ensure_eq!(answer, Opened::Existing(first.commit.emergency()), "a repeat within 7 days");
    lab.advance(SECOND * 61).await;
    let second = unlimited(reused(&*store, 3).await?);
    let answer = store.open(&second).await?;
    ensure!(matches!(answer, Opened::Created(_)), "the key after 7 days gets {answer:?}");
    let answer = store.open(&unlimited(reused(&*store, 4).await?)).await?;
    ensure_eq!(answer, Opened::Existing(second.commit.emergency()), "the repeat of the new report");
    let answer = store.open(&unlimited(keyed(&*store, 5, 1).await?)).await?;
    ensure_eq!(answer, Opened::KeyReused, "the old report with the key of the new one");
    Ok(Passed::Checked)
}

/// What is refused leaves nothing behind: no state, no events, no commands, no key.
pub async fn c06_a_refusal_writes_nothing(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let refused = Opening { limit: 0, ..keyed(&*store, 1, 1).await? };
    ensure_eq!(store.open(&refused).await?, Opened::Busy, "an opening with limit 0");
    ensure!(store.load(refused.commit.emergency()).await?.is_none(), "a refused emergency is there");
    ensure_eq!(store.events(&north(), EventId::START, 10).await?, [], "the events of a refused emergency");
    ensure_eq!(ids(&claim(&*store, north(), 10).await?), [], "the commands of a refused emergency");
    let receipt = store.was_committed(refused.commit.emergency(), refused.commit.id).await?;
    ensure_eq!(receipt, None, "the receipt of a refused emergency");
    let answer = store.open(&reused(&*store, 2).await?).await?;
    ensure!(matches!(answer, Opened::Created(_)), "the key of a refused opening is kept: {answer:?}");
    Ok(Passed::Checked)
}

/// The same report many times at once becomes one emergency, and all are told which.
pub async fn c06_racing_repeats_become_one(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let mut openings = Vec::new();
    for n in 1..=6 {
        openings.push(unlimited(keyed(&*store, n, 1).await?));
    }
    let racing = openings.into_iter().map(|opening| {
        let store = store.clone();
        async move { (opening.commit.emergency(), store.open(&opening).await) }
    });
    let mut created = Vec::new();
    let mut existing = Vec::new();
    for (id, answer) in together(lab, racing.collect()).await {
        match answer? {
            Opened::Created(_) => created.push(id),
            Opened::Existing(id) => existing.push(id),
            other => return Err(Violation(format!("a repeat in a race gets {other:?}"))),
        }
    }
    ensure_eq!(created.len(), 1, "emergencies made of one report");
    ensure!(existing.iter().all(|id| *id == created[0]), "the repeats are told another emergency");
    Ok(Passed::Checked)
}

/// Many openings at once: exactly as many get in as the limit says.
pub async fn c07_the_limit_holds_in_a_race(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let mut openings = Vec::new();
    for n in 1..=12 {
        openings.push(Opening { limit: 3, ..opening(&*store, north(), n).await? });
    }
    let racing = openings.into_iter().map(|opening| {
        let store = store.clone();
        async move { store.open(&opening).await }
    });
    let answers = together(lab, racing.collect()).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let created = answers.iter().filter(|answer| matches!(answer, Opened::Created(_))).count();
    let busy = answers.iter().filter(|answer| **answer == Opened::Busy).count();
    ensure_eq!((created, busy), (3, 9), "emergencies let in and turned away with a limit of 3");
    Ok(Passed::Checked)
}

/// An emergency that no longer occupies its branch makes room; those of other branches never count.
pub async fn c07_only_occupying_emergencies_count(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let first = Opening { limit: 1, ..opening(&*store, north(), 1).await? };
    let _ = store.open(&first).await?;
    let elsewhere = Opening { limit: 1, ..opening(&*store, south(), 2).await? };
    let answer = store.open(&elsewhere).await?;
    ensure!(matches!(answer, Opened::Created(_)), "another branch is busy, too: {answer:?}");
    let second = Opening { limit: 1, ..opening(&*store, north(), 3).await? };
    ensure_eq!(store.open(&second).await?, Opened::Busy, "the second while the first is active");
    let concluded = conclude(lab, first.commit.emergency()).await?;
    ensure!(!concluded.state.occupies_branch(), "a concluded emergency occupies its branch");
    let third = Opening { limit: 1, ..opening(&*store, north(), 4).await? };
    let answer = store.open(&third).await?;
    ensure!(matches!(answer, Opened::Created(_)), "the next after the first was concluded gets {answer:?}");
    Ok(Passed::Checked)
}

async fn keyed(store: &dyn EmergencyStore, n: u32, body: u8) -> Result<Opening, Violation> {
    let key = Idempotency { key: "report-1 'quoted' é".into(), body_hash: [body; 32] };
    Ok(Opening { limit: 1, ..opening(store, north(), n).await?.with_idempotency(key) })
}

async fn reused(store: &dyn EmergencyStore, n: u32) -> Result<Opening, Violation> {
    keyed(store, n, 99).await
}

fn unlimited(opening: Opening) -> Opening {
    Opening { limit: NO_LIMIT, ..opening }
}
