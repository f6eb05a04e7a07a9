//! What one node hears of another.

use std::time::Duration;

use responder_core::store::EmergencyStore;
use tokio::time::timeout;

use super::{
    case::{open, request},
    server::Place,
};

/// Far more than a hint takes.
const SOON: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_hears_of_what_another_commits() {
    let place = Place::new();
    let (here, there) = (place.open().await, place.open().await);
    let branch = request().branch;
    // The first is that it listens from now on.
    let mut seen = timeout(SOON, here.changed(&branch, 0)).await.unwrap();
    for n in 1..=3 {
        open(&there, n).await;
        seen = timeout(SOON, here.changed(&branch, seen)).await.unwrap();
    }
}

/// A connection that was lost comes back, and whatever was missed meanwhile is looked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_come_back_after_the_connection_was_lost() {
    let place = Place::new();
    let (here, there) = (place.open().await, place.open().await);
    let branch = request().branch;
    let seen = timeout(SOON, here.changed(&branch, 0)).await.unwrap();
    place.cut().await;
    let seen = timeout(SOON, here.changed(&branch, seen)).await.expect("nobody listens any more");
    open(&there, 1).await;
    timeout(SOON, here.changed(&branch, seen)).await.unwrap();
}

#[tokio::test]
async fn a_node_need_not_hear_of_itself_or_of_other_branches() {
    let place = Place::new();
    let (here, there) = (place.open().await, place.open().await);
    let (north, south) = (request().branch, "south".parse().unwrap());
    let seen = timeout(SOON, here.changed(&north, 0)).await.unwrap();
    let seen_there = timeout(SOON, there.changed(&north, 0)).await.unwrap();
    open(&here, 1).await;
    // By then the hint has gone round.
    timeout(SOON, there.changed(&north, seen_there)).await.unwrap();
    let nothing = timeout(Duration::from_millis(50), here.changed(&north, seen)).await;
    assert!(nothing.is_err(), "a node hears of its own commit");
    let first = timeout(Duration::from_millis(50), there.changed(&south, 0)).await;
    assert!(first.is_err(), "a branch that nobody touched has changed");
}
