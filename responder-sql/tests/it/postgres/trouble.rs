//! Servers that break, hang, and lose answers.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use responder_core::store::{Committed, EmergencyStore, Opened, StoreError};
use responder_sql::{OpenError, PostgresStore};

use super::{
    case::{codes, load, open, opening, own, request, with_event},
    proxy::Proxy,
    server::{self, Place},
};

/// Shorter than usual, so that nobody waits for tests.
const PATIENCE: Duration = Duration::from_millis(600);

/// Patience, and what a busy machine adds to it.
const AT_ONCE: Duration = Duration::from_secs(4);

/// As when the server was restarted: old connections are replaced, and nobody hears of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_were_cut_are_replaced_unnoticed() {
    let place = Place::new();
    let store = place.open().await;
    let id = open(&store, 1).await;
    for code in 0..5 {
        place.cut().await;
        let commit = with_event(&load(&store, id).await, code);
        assert!(matches!(store.commit(&commit).await.unwrap(), Committed::Written(_)));
    }
    assert_eq!(codes(&store, id).await, [0, 1, 2, 3, 4]);
}

/// The server has committed, and the line breaks before it says so: the commit is looked up, not made twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_written_once_and_keeps_its_claims() {
    let place = Place::new();
    let direct = place.open().await;
    let proxy = Proxy::start().await;
    let store = place.builder_at(proxy.url()).connections(3).open().await.unwrap();
    let id = open(&store, 1).await;
    for code in 0..10 {
        let commit = with_event(&load(&store, id).await, code);
        proxy.swallow_answers();
        assert!(matches!(store.commit(&commit).await.unwrap(), Committed::Written(_)), "commit {code}");
    }
    assert_eq!(codes(&direct, id).await, (0..10).collect::<Vec<_>>());

    let second = opening(&direct, 2).await.with_claims(own());
    proxy.swallow_answers();
    let Opened::Created(written) = store.open(&second).await.unwrap() else { panic!("refused") };
    assert_eq!(written.claimed.len(), 1, "the claims of an opening whose answer was lost");
    assert!(direct.holds(&written.claimed[0].ticket).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_keeps_nobody_waiting() {
    let place = Place::new();
    let direct = place.open().await;
    let id = open(&direct, 1).await;
    let proxy = Proxy::start().await;
    let store = place.builder_at(proxy.url()).connections(3).patience(PATIENCE).open().await.unwrap();
    let loaded = load(&store, id).await;

    proxy.hang();
    let begin = Instant::now();
    let (commit, request) = (with_event(&loaded, 1), request());
    let (read, write, claim) = tokio::join!(store.load(id), store.commit(&commit), store.claim(&request));
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    assert!(matches!(write, Err(StoreError::Unknown(_))), "{write:?}");
    // Behind the read, it was never begun.
    assert!(matches!(claim, Err(StoreError::Unavailable(_) | StoreError::Unknown(_))), "{claim:?}");
    assert!(begin.elapsed() < AT_ONCE, "{:?}", begin.elapsed());

    proxy.go_on();
    assert!(matches!(store.commit(&commit).await.unwrap(), Committed::Written(_)));
    assert_eq!(codes(&direct, id).await, [1]);
}

/// A person with a console has begun something and gone for lunch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_somebody_locks_is_unavailable_and_others_go_on() {
    let place = Place::new();
    let store = place.builder().patience(Duration::from_secs(6)).open().await.unwrap();
    let id = open(&store, 1).await;
    let mut elsewhere = opening(&store, 2).await;
    elsewhere.branch = "south".parse().unwrap();
    let commit = with_event(&load(&store, id).await, 1);
    let lock = place.lock("SELECT FROM branches WHERE branch = 'north' FOR UPDATE").await;

    let blocked = {
        let (store, commit) = (store.clone(), commit.clone());
        tokio::spawn(async move { store.commit(&commit).await })
    };
    place.until_one_waits().await;
    assert!(matches!(store.open(&elsewhere).await.unwrap(), Opened::Created(_)), "another branch is held up");
    let (again, load, claim) = (opening(&store, 3).await, store.load(id).await, store.claim(&request()).await);
    assert!(load.is_ok() && claim.is_ok(), "readers and dispatchers are held up");
    let refused = store.open(&again).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_) | StoreError::Unknown(_))), "{refused:?}");
    let refused = blocked.await.unwrap();
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");

    drop(lock);
    assert!(matches!(store.commit(&commit).await.unwrap(), Committed::Written(_)));
}

/// The same for one emergency: what shares a transaction with it is not undone with it.
#[tokio::test]
async fn an_emergency_that_somebody_locks_holds_up_no_other() {
    let place = Place::new();
    let store = place.builder().patience(Duration::from_secs(4)).open().await.unwrap();
    let (id, other) = (open(&store, 1).await, open(&store, 2).await);
    let (stuck, beside) = (with_event(&load(&store, id).await, 1), with_event(&load(&store, other).await, 2));
    let mut elsewhere = opening(&store, 3).await;
    elsewhere.branch = "south".parse().unwrap();
    let lock = place.lock(&format!("SELECT FROM emergencies WHERE id = '{id}' FOR UPDATE")).await;
    let begin = Instant::now();
    let (refused, beside, elsewhere) =
        tokio::join!(store.commit(&stuck), async { (store.commit(&beside).await, begin.elapsed()) }, async {
            (store.open(&elsewhere).await, begin.elapsed())
        },);
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(matches!(beside.0, Ok(Committed::Written(_))), "{beside:?}");
    assert!(matches!(elsewhere.0, Ok(Opened::Created(_))), "{elsewhere:?}");
    assert!(beside.1.max(elsewhere.1) < Duration::from_secs(2), "{:?} {:?}", beside.1, elsewhere.1);
    drop(lock);
    assert!(matches!(store.commit(&stuck).await.unwrap(), Committed::Written(_)));
}

/// Two branches are locked, and one of them is free again soon.
#[tokio::test]
async fn a_branch_that_stays_locked_holds_up_no_other_that_was() {
    let place = Place::new();
    let store = place.builder().patience(Duration::from_secs(4)).open().await.unwrap();
    let (first, second) = (opening(&store, 1).await, opening(&store, 2).await);
    let (mut there, mut later) = (opening(&store, 3).await, opening(&store, 4).await);
    let south: responder_core::store::BranchKey = "south".parse().unwrap();
    (there.branch, later.branch) = (south.clone(), south);
    assert!(matches!(store.open(&there).await.unwrap(), Opened::Created(_)));
    let id = open(&store, 5).await;
    let stuck = with_event(&load(&store, id).await, 1);
    let north = place.lock("SELECT FROM branches WHERE branch = 'north' FOR UPDATE").await;
    let south = place.lock("SELECT FROM branches WHERE branch = 'south' FOR UPDATE").await;
    let stuck = {
        let store = store.clone();
        tokio::spawn(async move { store.commit(&stuck).await })
    };
    place.until_one_waits().await;
    let (refused, also, written, ()) =
        tokio::join!(store.open(&first), store.open(&second), store.open(&later), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(south);
        });
    assert!(refused.is_err() && also.is_err() && stuck.await.unwrap().is_err());
    assert!(matches!(written, Ok(Opened::Created(_))), "{written:?}");
    drop(north);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unusable_at_once() {
    let begin = Instant::now();
    for url in ["postgres://nobody@127.0.0.1:1/none", "postgres://nobody@localhost/none?host=/nowhere", "mysql://x", ""]
    {
        let opened = PostgresStore::builder(url).patience(PATIENCE).open().await;
        assert!(matches!(opened, Err(OpenError::Unusable(_))), "{url}: {opened:?}");
    }
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://nobody@{}/none", silent.local_addr().unwrap());
    let opened = PostgresStore::builder(url).patience(PATIENCE / 2).open().await;
    assert!(matches!(opened, Err(OpenError::Unusable(_))), "{opened:?}");
    assert!(begin.elapsed() < AT_ONCE, "{:?}", begin.elapsed());
}

/// It falls silent after it has let us in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_is_unusable_soon() {
    let place = Place::new();
    for answer in [b"server_encoding".as_slice(), b"pg_try_advisory", b"exists"] {
        let proxy = Proxy::start().await;
        proxy.hang_at(answer);
        let begin = Instant::now();
        let opened = place.builder_at(proxy.url()).patience(PATIENCE / 2).open().await;
        assert!(matches!(opened, Err(OpenError::Unusable(_))), "{opened:?}");
        assert!(begin.elapsed() < AT_ONCE + PATIENCE / 2 * 6, "{:?}", begin.elapsed());
    }
}

/// As a standby does: its tables may be up to date.
#[tokio::test]
async fn a_server_that_only_reads_is_unusable() {
    let place = Place::new();
    place.open().await;
    let url = server::url();
    let separator = if url.contains('?') { '&' } else { '?' };
    let opened = place.builder_at(format!("{url}{separator}options[default_transaction_read_only]=on")).open().await;
    let error = opened.expect_err("a store that can't write");
    assert!(error.source().is_some_and(|why| why.to_string().contains("only reads")), "{error:?}");
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let place = Place::new();
    let store = place.open().await;
    let id = open(&store, 1).await;
    store.close().await;
    store.close().await;
    assert!(matches!(store.load(id).await, Err(StoreError::Unavailable(_))));
    let other = place.open().await;
    let commit = with_event(&load(&other, id).await, 1);
    assert!(matches!(store.commit(&commit).await, Err(StoreError::Unavailable(_))));
}
