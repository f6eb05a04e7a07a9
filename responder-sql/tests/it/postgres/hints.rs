//! What one node hears of another.

use std::{sync::Arc, time::Duration};

use responder_core::{
    CountryCode,
    branch::{Branch, BranchSettings},
    driver::{Dispatcher, DispatcherSettings},
    emergency::Policy,
    script::{Links, Script},
    settings,
    store::EmergencyStore,
    telephony::{MockTelephony, TelephonyError},
};
use tokio::time::timeout;

use super::{
    case::{open, request},
    log::Log,
    proxy::Proxy,
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

/// One that never looks by itself carries out what another has committed without a dispatcher.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispatcher_is_woken_by_what_another_node_commits() {
    let place = Place::new();
    let (here, there) = (place.open().await, place.open().await);
    let mut telephony = MockTelephony::new();
    telephony.expect_place_call().returning(|_| Err(TelephonyError::NotSent { source: "a test".into() }));
    telephony.expect_send_text().returning(|_| Err(TelephonyError::NotSent { source: "a test".into() }));
    let settings = BranchSettings::new(
        Policy {
            recipients: settings::contacts("+15005550009", CountryCode::NORTH_AMERICA).unwrap(),
            ..Policy::default()
        },
        "+15005550006".parse().unwrap(),
    );
    let links = Links::new("https://help.example.com".parse().unwrap());
    let (store, telephony) = (Arc::new(here), Arc::new(telephony));
    let branch = Branch::new(request().branch, settings.unwrap(), store, telephony, Script::default(), links);
    let never = DispatcherSettings { longest_sleep: Duration::from_secs(86_400), ..DispatcherSettings::default() };
    let dispatcher = Dispatcher::new(Arc::new(branch), "here".parse().unwrap()).with(never);
    let running = tokio::spawn(dispatcher.run(std::future::pending()));
    // It has looked around when it began, and when it began to listen.
    let activity = format!("pg_stat_activity WHERE application_name = '{}'", place.name());
    place.until(&format!("EXISTS (SELECT FROM {activity} AND query LIKE 'LISTEN%')")).await;
    place
        .until(&format!("(SELECT bool_and(state_change < clock_timestamp() - interval '0.3 s') FROM {activity})"))
        .await;
    open(&there, 1).await;
    place.until("EXISTS (SELECT FROM commands WHERE claims > 0)").await;
    running.abort();
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

/// A firewall forgets a connection, and again: nothing breaks, and nothing arrives on it any more.
#[tokio::test]
async fn hints_come_back_while_the_old_line_is_silent() {
    let (log, _guard) = Log::begin();
    let place = Place::new();
    let proxy = Proxy::start().await;
    let here = place.builder_at(proxy.url()).patience(Duration::from_millis(600)).open().await.unwrap();
    let branch = request().branch;
    let mut seen = timeout(SOON, here.changed(&branch, 0)).await.unwrap();
    for outages in 1..=2 {
        proxy.forget();
        seen = timeout(SOON * 2, here.changed(&branch, seen)).await.expect("nobody listens any more");
        assert_eq!(log.with("what other nodes do is noticed later").len(), outages);
    }
    proxy.forget();
    timeout(SOON, here.close()).await.expect("a store that can't be closed");
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
