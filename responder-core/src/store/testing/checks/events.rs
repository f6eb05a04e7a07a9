//! Number 11: a stream of events can be resumed.

use std::{pin::Pin, sync::Arc};

use crate::store::{
    Commit, EventId, StoredEvent, codec,
    testing::{
        Finding, Lab, Passed, Violation,
        case::{blank, breathe, event, load, north, open_quiet, south, together, written},
        finding::{ensure, ensure_eq},
    },
};

/// 1, 2, 3, … across the emergencies of the branch, and pages join without a seam.
pub async fn c11_event_ids_have_no_gaps(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let mut last = EventId::START;
    for n in 1..=3 {
        let loaded = open_quiet(&*store, north(), n).await?;
        let commit = Commit { events: vec![event(n), event(n + 10)], ..blank(&loaded) };
        let first = written(&*store, &commit).await?.first_event;
        let seen = store.events(&north(), last, 1000).await?.len() as u64;
        last = last.plus(seen);
        ensure_eq!(first, Some(EventId::from_u64(last.as_u64() - 1)), "the id of the first event of the commit");
        let silent = written(&*store, &blank(&load(&*store, loaded.state.id()).await?)).await?;
        ensure_eq!(silent.first_event, None, "the first event of a commit without any");
    }
    let all = store.events(&north(), EventId::START, 1000).await?;
    let numbers: Vec<_> = all.iter().map(|event| event.id.as_u64()).collect();
    ensure_eq!(numbers, (1..=last.as_u64()).collect::<Vec<_>>(), "all ids");
    let mut paged = Vec::new();
    while let Some(page) = Some(store.events(&north(), paged.last().map_or(EventId::START, id_of), 2).await?)
        .filter(|page| !page.is_empty())
    {
        ensure!(page.len() <= 2, "a page is larger than asked for");
        paged.extend(page);
    }
    ensure!(paged == all, "the pages do not make up the whole");
    ensure_eq!(store.events(&north(), EventId::from_u64(u64::MAX), 10).await?, [], "events after the end of ids");
    Ok(Passed::Checked)
}

/// What happened outside of any emergency stands in line with the rest, to the byte, and belongs to none.
pub async fn c11_events_of_no_emergency_are_in_line(lab: &mut dyn Lab) -> Finding {
    let store = lab.store();
    let loaded = open_quiet(&*store, north(), 1).await?;
    let start = EventId::from_u64(store.events(&north(), EventId::START, 1000).await?.len() as u64);
    ensure_eq!(store.record(&north(), &[event(1), event(2)]).await?, Some(start.plus(1)), "the id of the first");
    let commit = Commit { events: vec![event(3)], ..blank(&loaded) };
    ensure_eq!(written(&*store, &commit).await?.first_event, Some(start.plus(3)), "the next event of an emergency");
    ensure_eq!(store.record(&north(), &[]).await?, None, "the id of the first of no events");
    ensure_eq!(store.record(&north(), &[event(4)]).await?, Some(start.plus(4)), "the id after that");
    let (now, id) = (store.now().await?, Some(loaded.state.id()));
    let found = store.events(&north(), start, 1000).await?;
    let whose: Vec<_> = found.iter().map(|event| event.emergency).collect();
    ensure_eq!(whose, vec![None, None, id, None], "whose they are");
    let texts = (1..=4).map(|n| codec::encode("event", &event(n))).collect::<Result<Vec<_>, _>>()?;
    ensure_eq!(found.iter().map(|event| event.json.clone()).collect::<Vec<_>>(), texts, "what they say");
    ensure!(found.iter().all(|event| event.at <= now), "an event is of a later time than the store's");
    ensure_eq!(store.events(&north(), start.plus(1), 1).await?.len(), 1, "a page that begins between two");
    ensure_eq!(store.events(&south(), EventId::START, 1).await?, [], "events of another branch");
    let own = store.events_of(loaded.state.id(), start, 1000).await?;
    ensure_eq!(own.iter().map(id_of).collect::<Vec<_>>(), vec![start.plus(3)], "events of the emergency itself");
    Ok(Passed::Checked)
}

/// Many writers of many emergencies, and a reader who goes on from the last id seen: it gets every event, once.
pub async fn c11_a_reader_misses_nothing(lab: &mut dyn Lab) -> Finding {
    const WRITERS: u32 = 6;
    const EACH: u32 = 8;
    let store = lab.store();
    let mut loaded = Vec::new();
    for n in 1..=WRITERS {
        loaded.push(open_quiet(&*store, north(), n).await?);
    }
    let start = EventId::from_u64(store.events(&north(), EventId::START, 10_000).await?.len() as u64);
    let writing = Arc::new(());
    let writers = loaded.into_iter().map(|mut loaded| {
        let (store, writing) = (store.clone(), writing.clone());
        let job: Side = Box::pin(async move {
            for n in 0..EACH {
                written(&*store, &Commit { events: vec![event(n)], ..blank(&loaded) }).await?;
                loaded = load(&*store, loaded.state.id()).await?;
            }
            drop(writing);
            Ok(())
        });
        job
    });
    let writers: Vec<_> = writers.collect();
    let reader: Side = Box::pin(async move {
        let (mut last, end) = (start, start.plus(u64::from(WRITERS * EACH)));
        while last < end {
            let is_over = Arc::strong_count(&writing) == 1;
            let page = store.events(&north(), last, 1000).await?;
            ensure!(!(page.is_empty() && is_over), "the events end at {last}, not at {end}");
            for event in page {
                ensure_eq!(event.id, last.plus(1), "the next event that a reader sees");
                last = event.id;
            }
            breathe().await;
        }
        Ok(())
    });
    together(lab, writers.into_iter().chain([reader]).collect()).await.into_iter().collect::<Result<(), _>>()?;
    Ok(Passed::Checked)
}

/// A writer or the reader.
type Side = Pin<Box<dyn Future<Output = Result<(), Violation>> + Send>>;

const fn id_of(event: &StoredEvent) -> EventId {
    event.id
}
