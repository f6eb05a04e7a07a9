//! Dashboards that do not read what they are sent.

use responder_sim::ClockMode;
use serde_json::Value;

use crate::{
    come_and_go,
    common::{stream::Stream, town::Town},
};

const EMERGENCIES: usize = 15;

const SLOW: usize = 100;

/// Of each person.
const PAGES: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_in_nobodys_way_and_misses_nothing() {
    let town = Town::with(&["tuc"], ClockMode::Faster(20)).await;
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    ada.save(&town.settings("tuc")).await;
    let _branch = town.branch("tuc").await;
    let mut slow = Vec::new();
    for _ in 0..SLOW / PAGES {
        let person = town.log_in().await;
        for _ in 0..PAGES {
            slow.push(Stream::open(person.request("GET", "events")).await.expect("a stream"));
        }
    }
    let mut quick = Stream::open(ada.request("GET", "events")).await.expect("a stream");
    let mut heard = Vec::new();
    for _ in 0..EMERGENCIES {
        come_and_go(&town, "tuc").await;
        // Nobody waits for the others.
        heard.extend(read(&mut quick, 1).await);
    }
    assert!(heard.windows(2).all(|two| two[1] == two[0] + 1), "{heard:?}");
    for stream in &mut slow {
        assert_eq!(read(stream, EMERGENCIES).await, heard, "it comes late, and whole");
    }
}

/// The numbers of events, until so many emergencies are over.
async fn read(stream: &mut Stream, mut emergencies: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    while emergencies > 0 {
        let data: Value = serde_json::from_str(&stream.next().await.expect("it goes on")).expect("JSON");
        numbers.push(data["id"].as_u64().expect("a number"));
        emergencies -= usize::from(data["event"] == "emergency_concluded");
    }
    numbers
}
