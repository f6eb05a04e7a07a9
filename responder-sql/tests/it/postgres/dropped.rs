//! Futures that are dropped half-way: a request timed out, a connection was closed.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use super::{
    case::{codes, load, open, opening, own, request, with_event},
    server::Place,
};
use responder_core::store::{Committed, EmergencyStore, Opened};

/// Wherever a commit is dropped, it is written whole or not at all, and the next one goes through.
#[tokio::test]
async fn a_commit_that_is_dropped_is_whole_or_not_there() {
    let place = Place::new();
    let store = place.open().await;
    let id = open(&store, 1).await;
    let (mut finished, mut dropped) = (0, 0);
    for polls in 0..60 {
        let before = load(&store, id).await;
        let commit = with_event(&before, polls);
        let is_over = at_most(polls % 6, store.commit(&commit)).await.is_some();
        if is_over {
            finished += 1
        } else {
            dropped += 1
        }

        // A commit that conflicts stands behind what is under way.
        let stale = with_event(&before, 2000 + polls);
        let behind = store.commit(&stale).await;
        let is_written = store.was_committed(id, commit.id).await.unwrap().is_some();
        assert_eq!(behind.is_err(), is_written, "dropped after {polls} polls");
        assert_eq!(codes(&store, id).await.contains(&polls), is_written, "dropped after {polls} polls");
        assert!(is_written || !is_over, "an acknowledged commit is gone");

        let next = with_event(&load(&store, id).await, 1000 + polls);
        assert!(matches!(store.commit(&next).await.unwrap(), Committed::Written(_)));
    }
    assert!(dropped > 0 && finished > 0, "{dropped} dropped, {finished} finished");
}

/// Whoever asked has gone while the claim was under way: nobody would carry the commands out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_that_reach_nobody_are_put_back() {
    let place = Place::new();
    let store = place.open().await;
    let opening = opening(&store, 1).await;
    let _ = store.open(&opening).await.unwrap();
    let lock = place.lock("LOCK TABLE commands IN EXCLUSIVE MODE").await;
    let claiming = {
        let store = store.clone();
        tokio::spawn(async move { store.claim(&request()).await })
    };
    place.until_one_waits().await;
    claiming.abort();
    assert!(claiming.await.unwrap_err().is_cancelled());
    drop(lock);
    place.until("(SELECT bool_and(claims = 1 AND NOT is_claimed) FROM commands)").await;
    let claimed = store.claim(&request()).await.unwrap();
    assert_eq!(claimed.len(), opening.commit.commands.len(), "{claimed:?}");
    assert!(claimed.iter().all(|claimed| claimed.ticket.claim == 2 && !claimed.may_have_run), "{claimed:?}");
}

/// The same for the call of a report whose sender hung up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_claimed_with_an_opening_that_reaches_nobody_is_put_back() {
    let place = Place::new();
    let store = place.open().await;
    let opening = opening(&store, 1).await.claiming(own());
    let lock = place.lock("LOCK TABLE commands IN EXCLUSIVE MODE").await;
    let reporting = {
        let (store, opening) = (store.clone(), opening.clone());
        tokio::spawn(async move { store.open(&opening).await })
    };
    place.until_one_waits().await;
    reporting.abort();
    assert!(reporting.await.unwrap_err().is_cancelled());
    drop(lock);
    place.until("EXISTS (SELECT FROM commands WHERE claims = 1 AND NOT is_claimed)").await;
    let claimed = store.claim(&request()).await.unwrap();
    assert_eq!(claimed.len(), opening.commit.commands.len(), "{claimed:?}");
    assert_eq!(claimed.iter().filter(|claimed| claimed.ticket.claim == 2).count(), 1, "{claimed:?}");
    assert!(claimed.iter().all(|claimed| !claimed.may_have_run), "{claimed:?}");
    let Opened::Created(written) = store.open(&opening).await.unwrap() else { panic!("the opening is gone") };
    assert_eq!(written.claimed, [], "what was put back is claimed");
}

/// The result of `future`, unless it needs more than `most` polls: then it is dropped.
async fn at_most<T>(most: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(move |context| {
        if polls == most {
            return Poll::Ready(None);
        }
        polls += 1;
        let poll = future.as_mut().poll(context).map(Some);
        if poll.is_pending() && polls == most {
            return Poll::Ready(None);
        }
        poll
    })
    .await
}
