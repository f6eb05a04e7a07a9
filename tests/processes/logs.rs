//! The log, while whoever writes it is killed, and while it is put aside: in the end each event of the store stands in
//! it, or in what was put aside, once and in order.

use std::{
    fs::{self, OpenOptions},
    path::Path,
    time::Duration,
};

use responder::{
    store::{EventId, StoredEvent},
    timeline::{
        Blocks, Record,
        file::{Archived, LogFile, LogSettings, archives},
    },
};
use tokio::time::sleep;

use crate::{
    database::Database,
    dice::Dice,
    kills,
    lab::{Lab, Plot},
};

/// A log is put aside after so many bytes: some ten events.
const SHORT: &str = "3000";

/// Emergencies that are reported at a time.
const REPORTS: usize = 3;

/// Events that say something: several files of them.
const ENOUGH: usize = 60;

macro_rules! logs {
    ($database:expr) => {
        use super::*;

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_log_whose_writer_is_killed_holds_each_event_once() {
            one_writer($database, (kills() / 4).max(5)).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_log_of_two_processes_holds_each_event_once() {
            two_writers($database, (kills() / 4).max(5)).await;
        }
    };
}

mod sqlite {
    logs!(Database::Sqlite);
}

mod postgres {
    logs!(Database::Postgres);
}

/// A lab whose nodes write one short log.
async fn lab(database: Database, nodes: usize) -> Lab {
    let mut lab = Lab::open(database, nodes, Plot::Long).await;
    let log = lab.log(0).display().to_string();
    lab.settings = [("LOG_PATH", log.as_str()), ("LOG_ROTATE_BYTES", SHORT), ("MAX_ACTIVE_EMERGENCIES", "1000")]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
    lab.settings.push(("RUST_LOG", "warn".to_owned()));
    lab
}

/// Killed at any moment, and now and then in the middle of a block.
async fn one_writer(database: Database, lives: usize) {
    let (lab, mut dice, mut torn) = (lab(database, 1).await, Dice::new(1, 1), 0);
    let log = lab.log(0);
    for life in 0..lives {
        let node = lab.start(0);
        assert!(lab.answers().await, "life {life}");
        let span = dice.millis(0..=700);
        tokio::select! {
            () = happens(&lab, life) => {}
            () = sleep(span) => {}
        }
        node.end().await.unwrap_or_else(|why| panic!("life {life}: {why}"));
        if dice.percent(60) {
            torn += usize::from(tear(&log, &mut dice));
        }
    }
    let last = lab.start(0);
    assert!(lab.answers().await, "the last one");
    fill(&lab).await;
    let (is_clean, console) = last.stop().await;
    assert!(is_clean, "{console}");
    assert!(torn > 0, "no block was torn");
    let fragments = judge(&log, &lab.house.events().await);
    // A block can also be torn where what is left of it is still whole, or nothing.
    assert!(fragments <= torn, "{fragments} fragments of {torn} torn blocks");
    println!("{database:?}: {lives} lives, {torn} blocks torn, {fragments} fragments");
}

/// Two nodes take turns, of which one always begins before the other is stopped or killed.
async fn two_writers(database: Database, turns: usize) {
    let (lab, mut dice) = (lab(database, 2).await, Dice::new(2, 1));
    let mut nodes = vec![lab.start(0)];
    assert!(lab.answers().await, "the first one");
    for turn in 0..turns {
        nodes.push(lab.start((turn + 1) % 2));
        let span = dice.millis(100..=900);
        tokio::select! {
            () = happens(&lab, turn) => {}
            () = sleep(span) => {}
        }
        let old = nodes.remove(0);
        if dice.percent(50) {
            old.end().await.unwrap_or_else(|why| panic!("turn {turn}: {why}"));
        } else {
            let (is_clean, console) = old.stop().await;
            assert!(is_clean, "turn {turn}: {console}");
        }
        assert!(lab.answers().await, "turn {turn}");
    }
    fill(&lab).await;
    for node in nodes {
        assert!(node.stop().await.0, "asked to end, it ends");
    }
    assert_eq!(judge(&lab.log(0), &lab.house.events().await), 0, "nobody has torn a block");
}

/// Emergencies, and an operator who clears the log, by a node and beside it. Does not end by itself.
async fn happens(lab: &Lab, life: usize) {
    report(lab, life).await;
    for no in 0_usize.. {
        sleep(Duration::from_millis(100)).await;
        if no.is_multiple_of(2) {
            lab.order(reqwest::Method::DELETE, "/api/logs").await;
        } else {
            let log = LogFile::new(lab.log(0), LogSettings::default());
            log.archive(Archived::Resolved).expect("put aside");
        }
    }
}

async fn report(lab: &Lab, life: usize) {
    let keys: Vec<_> = (0..REPORTS).map(|no| format!("{life}-{no}")).collect();
    futures_util::future::join_all(keys.iter().map(|key| lab.report_by(key))).await;
}

/// Reports more, if nodes have died too soon for much to happen.
async fn fill(lab: &Lab) {
    for more in 1000..1020 {
        if lab.house.events().await.len() > ENOUGH {
            return;
        }
        report(lab, more).await;
    }
    panic!("hardly anything happens");
}

/// Cuts the last block, as if the process had been killed while it wrote it. False if there is none.
fn tear(log: &Path, dice: &mut Dice) -> bool {
    let text = fs::read(log).unwrap_or_default();
    let Some(last) = Blocks::new(&text).last() else { return false };
    let (start, end) = (last.start() as u64, last.end() as u64);
    let file = OpenOptions::new().write(true).open(log).expect("a log");
    file.set_len(dice.among(start..=end - 1)).expect("cut");
    true
}

/// What a block of the log, or an event of the store, says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    id: EventId,
    emergency: Option<String>,
    event: String,
    data: String,
}

impl Said {
    fn by(id: EventId, emergency: Option<String>, record: &Record<'_>) -> Self {
        let data: serde_json::Value =
            record.data().and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
        // Blocks have an empty object where events have nothing.
        let data = if data.is_null() { "{}".to_owned() } else { data.to_string() };
        Self { id, emergency, event: record.event.to_string(), data }
    }
}

/// That the log and what was put aside hold the events as they are; gives how many blocks say nothing.
fn judge(log: &Path, events: &[StoredEvent]) -> usize {
    let (mut found, mut fragments) = (Vec::new(), 0);
    let files = archives(log).expect("archives");
    let count = files.len();
    for file in files.into_iter().chain([log.to_owned()]) {
        let text = fs::read(file).unwrap_or_default();
        for block in Blocks::new(&text) {
            match Record::read(&block.payload()) {
                Some(record) => {
                    let emergency = record.emergency_id.as_deref().map(str::to_owned);
                    found.extend(record.id.map(|id| Said::by(id, emergency, &record)));
                }
                None => fragments += 1,
            }
        }
    }
    let of = |event: &StoredEvent| {
        let record = Record::of(&event.json).expect("an event");
        Said::by(event.id, event.emergency.map(|id| id.to_string()), &record)
    };
    let expected: Vec<_> = events.iter().map(of).collect();
    assert!(expected.len() > ENOUGH && count > 3, "{} events, put aside {count} times", expected.len());
    let differ = found.iter().zip(&expected).position(|(found, expected)| found != expected);
    if let Some(at) = differ {
        panic!("event {at}: the log has {:?}, the store {:?}", found[at].id, expected[at].id);
    }
    assert_eq!(found.len(), expected.len(), "the log is as long as the store");
    fragments
}
