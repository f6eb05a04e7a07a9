//! Nodes of a branch as processes: killed, paused, and cut off, whatever happens, the emergency goes on and ends as it
//! should, and nobody is called twice at a time.
//!
//! The phone network is this process; all run 20 times as fast as real time. `RESPONDER_KILLS=200` kills as often.

#[path = "../common/mod.rs"]
mod common;
mod database;
#[path = "../faults/dice.rs"]
#[expect(dead_code, reason = "what the faults draw, and these do not")]
mod dice;
mod emergency;
mod events;
mod judge;
mod killed;
mod lab;
mod line;
mod logs;
mod node;
mod nodes;
mod proxy;

use std::time::Duration;

use database::Database;
use emergency::play;
use lab::{Lab, Plot, UNSPEAKABLE};

/// At the most talkative level, across a whole emergency and a clean end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_tells_no_secrets() {
    tells_no_secrets(Database::Sqlite).await;
}

/// Nor what the database is told, or its password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_tells_no_secrets_with_a_server() {
    tells_no_secrets(Database::Postgres).await;
}

async fn tells_no_secrets(database: Database) {
    let lab = Lab::open(database, 1, Plot::Plain).await;
    let node = lab.start(0);
    let faults = play(&lab, async {}).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let (is_clean, console) = node.stop().await;
    assert!(is_clean, "asked to end, it ends");
    assert!(console.lines().any(|line| line.contains("TRACE")), "the console is talkative");
    let url = if database == Database::Postgres { database::server() } else { String::new() };
    let password = url.split('@').next().and_then(|before| before.rsplit_once(':')).map(|(_, password)| password);
    for secret in UNSPEAKABLE.iter().copied().chain(password.filter(|password| !password.starts_with('/'))) {
        let line = console.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is on the console: {}", line.unwrap_or_default());
    }
}

/// How often a node is killed, in all tests of one database together: the full run by `RESPONDER_KILLS`.
fn kills() -> usize {
    std::env::var("RESPONDER_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(30)
}

/// A moment of the two seconds in which most of an emergency happens: by golden-ratio steps, spread, and the same every
/// time.
fn moment(no: usize) -> Duration {
    Duration::from_millis(u64::try_from(no).unwrap_or(0) * 1236 % 2000)
}
