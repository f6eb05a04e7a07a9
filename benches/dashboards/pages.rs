//! A dashboard, as its script keeps it up to date.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::Notify,
    task::JoinHandle,
    time::{interval, sleep},
};

use crate::{
    common::{stream::Stream, town::Town},
    figures::{Event, Micros, Row, now},
};

/// As in `static/live.js`.
const AFTER_EVENT: Duration = Duration::from_millis(150);

/// As in `static/admin.js`.
const ALERTS: Duration = Duration::from_secs(30);

pub(crate) struct Page {
    /// Which it shows; all of them if none.
    branch: Option<usize>,
    seen: Arc<Seen>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    /// By number, on the page of one branch.
    heard: Mutex<HashMap<u64, Micros>>,
    /// When it heard of each branch, on the page of all.
    notices: Mutex<Vec<(usize, Micros)>>,
    /// When the part that changes was asked for, and when it was there.
    looks: Mutex<Vec<(Micros, Micros)>>,
    news: Notify,
}

impl Page {
    /// One in four shows all branches, the others one. Each has a session of its own.
    pub(crate) async fn open(town: &Town, no: usize) -> Self {
        let branch = (!no.is_multiple_of(4)).then_some(no % town.places.len());
        let cookie = town.log_in().await.cookie;
        // A browser has connections of its own.
        let http = reqwest::Client::new();
        let base = town.admin_at.clone();
        let get = move |path: &str| http.get(format!("{base}{path}")).header("cookie", &cookie);
        let (page, events) = match branch.map(|branch| town.places[branch].key) {
            Some(key) => (format!("/branch/{key}"), format!("/api/branch/{key}/events?unnamed")),
            None => (String::new(), "/api/events?unnamed".to_owned()),
        };
        for path in [if page.is_empty() { "/" } else { &page }, "/alerts"] {
            let answer = get(path).send().await.expect("an answer");
            assert_eq!(answer.status(), 200, "{path}");
            answer.bytes().await.expect("a page");
        }
        if let Some(key) = branch.map(|branch| town.places[branch].key) {
            let answer = get(&format!("/api/branch/{key}/recordings?page=1")).send().await.expect("an answer");
            assert_eq!(answer.status(), 200);
            answer.bytes().await.expect("a list");
        }
        let mut stream = Stream::open(get(&events)).await.expect("a stream");
        stream.begins().await;
        let seen = Arc::new(Seen::default());
        let keys: Vec<_> = town.places.iter().map(|place| place.key).collect();
        let live = get(&format!("{page}/live")).header("accept", "text/html");
        let tasks = vec![
            tokio::spawn(listen(stream, keys, Arc::clone(&seen))),
            tokio::spawn(look(live, Arc::clone(&seen))),
            tokio::spawn(ask_for_alerts(get("/alerts"))),
        ];
        Self { branch, seen, tasks }
    }

    /// How long each event took to it.
    pub(crate) fn close(self, events: &[Event], row: &mut Row) {
        for task in self.tasks {
            // One that has ended was cut off, or has panicked.
            row.missing += usize::from(task.is_finished());
            task.abort();
        }
        let (heard, notices) = (self.seen.heard.lock().expect("a list"), self.seen.notices.lock().expect("a list"));
        let looks = self.seen.looks.lock().expect("a list");
        for event in events.iter().filter(|event| self.branch.is_none_or(|branch| branch == event.branch)) {
            let noticed = match self.branch {
                Some(_) => heard.get(&event.id).copied(),
                None => {
                    notices.iter().find(|(branch, at)| *branch == event.branch && *at >= event.at).map(|(_, at)| *at)
                }
            };
            let shown = looks.iter().find(|(begin, _)| *begin >= event.known).map(|(_, end)| *end);
            for (at, taken) in [(noticed, &mut row.heard), (shown, &mut row.shown)] {
                match at {
                    Some(at) => taken.push(at - event.at),
                    None => row.missing += 1,
                }
            }
        }
    }
}

async fn listen(mut stream: Stream, keys: Vec<&'static str>, seen: Arc<Seen>) {
    while let Some(data) = stream.next().await {
        match keys.iter().position(|key| *key == data) {
            Some(branch) => seen.notices.lock().expect("a list").push((branch, now())),
            None => {
                let id = stream.last.expect("a number");
                let again = seen.heard.lock().expect("a list").insert(id, now());
                assert!(again.is_none(), "{id} came twice");
            }
        }
        seen.news.notify_one();
    }
}

async fn look(live: reqwest::RequestBuilder, seen: Arc<Seen>) {
    loop {
        seen.news.notified().await;
        sleep(AFTER_EVENT).await;
        let begin = now();
        let answer = live.try_clone().expect("no stream").send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("a part of a page");
        seen.looks.lock().expect("a list").push((begin, now()));
    }
}

async fn ask_for_alerts(alerts: reqwest::RequestBuilder) {
    let mut ticks = interval(ALERTS);
    // It was asked for when the page was opened.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        alerts.try_clone().expect("no stream").send().await.expect("an answer");
    }
}
