//! Dashboards that come back as browsers do.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use responder_sim::ClockMode;
use tokio::{task::JoinHandle, time::sleep};

use crate::{
    come_and_go,
    common::{
        patience::until,
        rogue::Gate,
        stream::Stream,
        town::{Town, token},
    },
};

const BRANCHES: [&str; 3] = ["tuc", "poc", "rex"];

/// Of each branch, and of all branches at once.
const OF_EACH: usize = 20;
const OF_ALL: usize = 20;

/// A browser waits for two seconds.
const COMES_BACK_AFTER: Duration = Duration::from_millis(100);

/// That a stream was opened again: then a page looks at everything.
const AGAIN: &str = "again";

/// What a dashboard has heard: of one branch numbers, of all branches their keys.
type Heard = Arc<Mutex<Vec<(Option<u64>, String)>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_dashboard_hears_each_event_once_and_in_order_whatever_is_cut() {
    let mut town = Town::with(&BRANCHES, ClockMode::Faster(20)).await;
    let mut ways = Vec::new();
    for place in &mut town.places {
        let way = Gate::before(&place.at).await;
        place.told.clone_from(&way.at);
        ways.push(way);
    }
    let _admin = town.admin().await;
    let ada = town.log_in().await;
    let mut branches = Vec::new();
    for key in BRANCHES {
        ada.before(key).save(&town.settings(key)).await;
        branches.push(town.branch(key).await);
    }
    let front = Gate::before(&town.admin_at).await;
    let crowd = Crowd::open(&town, &front).await;

    come_and_go_everywhere(&town).await;
    crowd.hears_all(&town).await;
    // The way to one branch is cut while something happens there.
    ways[0].close();
    come_and_go_everywhere(&town).await;
    ways[0].open();
    crowd.hears_all(&town).await;
    // So are all ways to the dashboards.
    front.close();
    come_and_go_everywhere(&town).await;
    front.open();
    crowd.hears_all(&town).await;
    // And a branch that restarts goes on counting.
    branches[1].kill().await;
    branches[1] = town.branch("poc").await;
    come_and_go_everywhere(&town).await;
    crowd.hears_all(&town).await;

    crowd.looks_again_when_a_branch_comes_back(&ways[2]).await;
}

async fn come_and_go_everywhere(town: &Town) {
    tokio::join!(come_and_go(town, "tuc"), come_and_go(town, "poc"), come_and_go(town, "rex"));
}

struct Crowd {
    of_each: Vec<(&'static str, Heard)>,
    of_all: Vec<Heard>,
    tasks: Vec<JoinHandle<()>>,
}

impl Crowd {
    async fn open(town: &Town, front: &Gate) -> Self {
        let mut crowd = Self { of_each: Vec::new(), of_all: Vec::new(), tasks: Vec::new() };
        // Nobody has so many pages open in one browser.
        let mut people = Vec::new();
        for _ in 0..OF_EACH {
            people.push(town.log_in().await.cookie);
        }
        let mut cookies = people.iter().cycle();
        let mut get = |path: &str| {
            town.http.get(format!("{}{path}", front.at)).header("cookie", cookies.next().expect("somebody"))
        };
        for key in BRANCHES {
            for _ in 0..OF_EACH {
                let heard = crowd.add(get(&format!("/api/branch/{key}/events?unnamed"))).await;
                crowd.of_each.push((key, heard));
            }
        }
        for _ in 0..OF_ALL {
            let heard = crowd.add(get("/api/events?unnamed")).await;
            crowd.of_all.push(heard);
        }
        crowd
    }

    async fn add(&mut self, request: reqwest::RequestBuilder) -> Heard {
        let heard = Heard::default();
        let mut stream = Stream::open(request.try_clone().expect("no body")).await.expect("a stream");
        // It begins where the stream does.
        stream.begins().await;
        self.tasks.push(tokio::spawn(follow(request, stream, Arc::clone(&heard))));
        heard
    }

    /// Waits until each has heard everything, and looks at what that was.
    async fn hears_all(&self, town: &Town) {
        for key in BRANCHES {
            let all = numbers_of(town, key).await;
            let last = *all.last().expect("something has happened");
            for (_, heard) in self.of_each.iter().filter(|(branch, _)| *branch == key) {
                until(async || heard.lock().expect("a list").iter().any(|(id, _)| *id >= Some(last))).await;
                let heard: Vec<u64> = heard.lock().expect("a list").iter().filter_map(|(id, _)| *id).collect();
                let begin = all.iter().position(|id| *id == heard[0]).expect("one of those that are stored");
                let upto = heard.iter().position(|id| *id == last).expect("the last one");
                assert_eq!(heard[..=upto], all[begin..], "{key}");
            }
            for heard in &self.of_all {
                until(async || heard.lock().expect("a list").iter().any(|(_, data)| data == key || data == AGAIN))
                    .await;
            }
        }
        self.of_all.iter().for_each(|heard| heard.lock().expect("a list").clear());
    }

    /// Also without an event: what such a page shows is from before.
    async fn looks_again_when_a_branch_comes_back(&self, way: &Gate) {
        way.close();
        let hears_of_it = async || {
            for heard in &self.of_all {
                until(async || heard.lock().expect("a list").iter().any(|(_, data)| data == "rex")).await;
                heard.lock().expect("a list").clear();
            }
        };
        hears_of_it().await;
        way.open();
        hears_of_it().await;
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Listens for ever. Whoever is cut off comes back with the last number.
async fn follow(request: reqwest::RequestBuilder, mut stream: Stream, heard: Heard) {
    loop {
        while let Some(data) = stream.next().await {
            let id = data.starts_with('{').then_some(stream.last).flatten();
            heard.lock().expect("a list").push((id, data));
        }
        let last = stream.last;
        stream = loop {
            sleep(COMES_BACK_AFTER).await;
            let mut request = request.try_clone().expect("no body");
            if let Some(last) = last {
                request = request.header("last-event-id", last);
            }
            if let Ok(mut stream) = Stream::open(request).await {
                stream.last = last;
                heard.lock().expect("a list").push((None, AGAIN.to_owned()));
                break stream;
            }
        };
    }
}

/// Of everything that is stored in a branch, by its own word.
async fn numbers_of(town: &Town, key: &str) -> Vec<u64> {
    let request = |query: &str| town.http.get(format!("{}/api/events{query}", town.at(key))).bearer_auth(token(key));
    let mut tip = Stream::open(request("")).await.expect("a stream");
    tip.begins().await;
    let (last, mut numbers) = (tip.last.expect("a number"), Vec::new());
    let mut all = Stream::open(request("?after=0")).await.expect("a stream");
    while numbers.last() != Some(&last) {
        all.next().await.expect("the stream goes on");
        numbers.extend(all.last);
    }
    numbers
}
