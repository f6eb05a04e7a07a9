//! Nodes of several versions on one database.

use std::error::Error;

use responder_core::store::{EmergencyStore, StoreError};
use responder_sql::{OpenError, PostgresStore};

use super::{
    case::{load, open, with_event},
    log::Log,
    server::Place,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_make_the_tables_once() {
    let place = Place::new();
    let opening: Vec<_> = (0..8).map(|_| tokio::spawn(place.builder().connections(3).open())).collect();
    let mut stores = Vec::new();
    for opened in opening {
        stores.push(opened.await.unwrap().unwrap());
    }
    let id = open(&stores[0], 1).await;
    for store in &stores {
        load(store, id).await;
    }
}

/// During a deploy old nodes go on, and are restarted.
#[tokio::test]
async fn a_newer_schema_that_only_adds_is_good_enough() {
    let place = Place::new();
    let before = place.open().await;
    let id = open(&before, 1).await;
    place.execute("ALTER TABLE emergencies ADD COLUMN mood text NOT NULL DEFAULT 'calm'").await;
    place.execute("INSERT INTO schema_versions (version, oldest_reader) VALUES (99, 1)").await;
    let after = place.open().await;
    for (store, code) in [(&before, 1), (&after, 2)] {
        let commit = with_event(&load(store, id).await, code);
        let _ = store.commit(&commit).await.unwrap();
    }
}

#[tokio::test]
async fn a_newer_schema_that_takes_away_is_refused() {
    let place = Place::new();
    let running = place.open().await;
    open(&running, 1).await;
    place.execute("INSERT INTO schema_versions (version, oldest_reader) VALUES (98, 99), (99, 1)").await;
    let refused = place.builder().open().await;
    assert!(matches!(refused, Err(OpenError::Newer { found: 99 })), "{refused:?}");
    // One that still runs is refused its next connection.
    place.cut().await;
    let refused = running.now().await;
    assert!(
        matches!(&refused, Err(StoreError::Unavailable(why)) if why.to_string().contains("schema 99")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn services_that_share_a_database_do_not_meet() {
    let (ours, theirs) = (Place::new(), Place::new());
    let (store, other) = (ours.open().await, theirs.open().await);
    let id = open(&store, 1).await;
    assert!(other.load(id).await.unwrap().is_none());
}

#[tokio::test]
async fn names_that_are_no_schema_are_refused() {
    let long = "x".repeat(49);
    for name in ["", "1st", "pg_mine", "Capital", "with space", "quote\"", &long] {
        let opened = PostgresStore::builder("postgres://nobody@127.0.0.1:1/none").schema(name).open().await;
        let error = opened.expect_err(name);
        assert!(error.source().is_some_and(|why| why.to_string().contains("a-z")), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn the_password_is_never_shown() {
    for url in ["postgres://user:sesame@127.0.0.1:1/none", "postgres://user:sesame@:no/", "postgres:sesame", "sesame"] {
        let builder = PostgresStore::builder(url);
        let shown = format!("{builder:?}");
        let error = builder.open().await.expect_err(url);
        let cause = error.source().map(ToString::to_string);
        assert!(!format!("{shown} {error} {error:?} {cause:?}").contains("sesame"), "{shown} {error:?} {cause:?}");
    }
}

/// Whoever mistypes a parameter, or has a password with a question mark in it.
#[tokio::test]
async fn a_parameter_that_is_not_known_is_refused_and_not_logged() {
    let (log, _guard) = Log::begin();
    for url in [
        "postgres://user@127.0.0.1:1/none?pasword=sesame",
        "postgres://user@127.0.0.1:1/none?sslmode=disable&sesame=1#x",
        "postgres://user:open?sesame@127.0.0.1:1/none",
    ] {
        let error = PostgresStore::builder(url).open().await.expect_err(url);
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains("means nothing"), "{url}: {cause}");
        assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
    }
    assert_eq!(log.with("sesame"), Vec::<String>::new());
    let known = "postgres://user@127.0.0.1:1/none?sslmode=disable&options%5Bwork_mem%5D=1MB&options[x]=1";
    let error = PostgresStore::builder(known).open().await.expect_err("nobody is there");
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    assert!(!cause.contains("means nothing"), "{cause}");
}
