//! Three nodes on one database, asked one after the other; one of them is killed, paused for longer than a lease, or
//! cut off.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use crate::{
    common::patience::within,
    database::Database,
    emergency::play,
    kills,
    lab::{Lab, PACE, Plot},
    line::State,
    moment,
};

const NODES: usize = 3;

/// Emergencies at a time.
const AT_A_TIME: usize = 2;

/// What happens to the first node.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    None,
    /// For ever.
    Killed,
    /// And goes on after more than a lease as if nothing had been.
    Paused,
    /// From the database, and found again.
    CutOff(State),
}

/// How long a node has no database: a minute of its time.
const AWAY: Duration = Duration::from_millis(60_000 / PACE as u64);

/// Longer than the 40 s that a claim lasts.
const PAUSE: Duration = Duration::from_millis(50_000 / PACE as u64);

macro_rules! mishaps {
    ($database:expr) => {
        use super::*;

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn any_node_takes_any_callback() {
            run_all($database, Mishap::None, 2).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_node_that_is_killed_takes_nothing_with_it() {
            run_all($database, Mishap::Killed, kills() / 6).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_node_that_is_paused_does_no_harm() {
            run_all($database, Mishap::Paused, kills() / 6).await;
        }
    };
}

mod sqlite {
    mishaps!(Database::Sqlite);
}

mod postgres {
    mishaps!(Database::Postgres);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_node_whose_database_breaks_off_takes_nothing_with_it() {
        run_all(Database::Postgres, Mishap::CutOff(State::Cut), kills() / 6).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_node_whose_database_falls_silent_takes_nothing_with_it() {
        run_all(Database::Postgres, Mishap::CutOff(State::Silent), kills() / 6).await;
    }
}

async fn run_all(database: Database, mishap: Mishap, count: usize) {
    let runs = stream::iter((1..=count).map(|no| run(database, mishap, no))).buffer_unordered(AT_A_TIME);
    let faults = runs.collect::<Vec<_>>().await.concat();
    println!("{database:?}: {count} emergencies, {NODES} nodes, {mishap:?}: {} faults", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

async fn run(database: Database, mishap: Mishap, no: usize) -> Vec<String> {
    let plot = if no.is_multiple_of(2) { Plot::Plain } else { Plot::Long };
    let lab = Lab::open(database, NODES, plot).await;
    let mut nodes = vec![lab.start_victim(0, None)];
    nodes.extend((1..NODES).map(|node| lab.start(node)));
    let mut unexpected = Vec::new();
    let happens = async {
        let takes_part =
            async || lab.emergencies().await.is_some_and(|all| !all.is_empty()) && lab.proxy.answered()[0] > 0;
        if !within(Duration::from_secs(10), takes_part).await {
            unexpected.push("what happens, happens to a node that has no part in it".to_owned());
        }
        sleep(moment(no)).await;
        match mishap {
            Mishap::None => {}
            Mishap::Killed => unexpected.extend(nodes.remove(0).end().await.err()),
            Mishap::Paused => {
                nodes[0].pause().await;
                sleep(PAUSE).await;
                nodes[0].resume().await;
            }
            Mishap::CutOff(state) => {
                let line = lab.house.line().expect("a database with a line to it");
                line.becomes(state);
                sleep(AWAY).await;
                line.becomes(State::Whole);
            }
        }
    };
    let mut faults = play(&lab, happens).await;
    let answered = lab.proxy.answered();
    if answered.contains(&0) {
        faults.push(format!("requests were not spread: {answered:?}"));
    }
    for node in nodes {
        unexpected.extend(node.end().await.err());
    }
    faults.extend(unexpected);
    faults.iter().map(|fault| format!("{mishap:?} {no}: {fault}")).collect()
}
