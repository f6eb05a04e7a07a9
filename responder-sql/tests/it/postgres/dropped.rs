//! Futures that are dropped half-way: a request timed out, a connection was closed.

use std::time::Duration;

use super::{
    case::{codes, load, open, opening, own, request, with_event},
    server::Place,
};
use crate::polls::at_most;
use responder_core::store::{Committed, EmergencyStore, Opened, StoreError};

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
    let opening = opening(&store, 1).await.with_claims(own());
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

/// Whoever waited for too long asks once more and gets the claims; the first answer must not take them away again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_that_were_got_by_asking_again_stay_claimed() {
    let place = Place::new();
    let store = place.builder().patience(Duration::from_secs(3)).open().await.unwrap();
    let (first, second) = (opening(&store, 1).await, opening(&store, 2).await.with_claims(own()));
    // Each takes less than anybody's patience, and the second behind the first more than that.
    place.execute(&clock("SELECT pg_sleep(2.2);")).await;
    let busy = {
        let store = store.clone();
        tokio::spawn(async move { store.open(&first).await })
    };
    let name = place.name();
    let activity = format!("pg_stat_activity WHERE application_name = '{name}' AND wait_event = 'PgSleep'");
    place.until(&format!("EXISTS (SELECT FROM {activity})")).await;
    let late = store.open(&second).await;
    assert!(matches!(late, Err(StoreError::Unknown(_))), "{late:?}");
    assert!(matches!(busy.await.unwrap().unwrap(), Opened::Created(_)));
    place.execute(&clock("")).await;
    let Opened::Created(written) = store.open(&second).await.unwrap() else { panic!("refused") };
    assert_eq!(written.claimed.len(), 1, "the claims of the first answer");
    // Then whatever the first answer brought about has taken place.
    store.close().await;
    let other = place.open().await;
    assert!(other.holds(&written.claimed[0].ticket).await.unwrap(), "what was handed out is put back");
}

/// The store's clock, after something else.
fn clock(before: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION micros() RETURNS bigint LANGUAGE sql VOLATILE
         AS '{before} SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint'"
    )
}
