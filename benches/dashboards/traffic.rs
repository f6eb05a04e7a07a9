//! Emergencies one after the other, and somebody who listens to the branches themselves.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use responder::Timestamp;
use responder_sim::{Behaviour, DialIn};
use serde_json::Value;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    common::{
        stream::Stream,
        town::{Town, emergency, token, told},
    },
    figures::{Event, Micros, now},
};

/// Longer than any of them takes.
const LONGEST: Duration = Duration::from_secs(90);

/// By the clock of the network. A branch that keeps real time takes less than ten seconds for no talk at all.
const TALKS: Duration = Duration::from_secs(240);

/// The customer calls so long after the report.
const CALLS_AFTER: Duration = Duration::from_millis(400);

pub(crate) struct Traffic {
    events: Arc<Mutex<Vec<Event>>>,
    /// The emergency that ended last, of each branch.
    ended: Vec<watch::Receiver<String>>,
}

impl Traffic {
    /// Tells people what to do, and begins to listen.
    pub(crate) async fn start(town: &Town) -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let mut ended = Vec::new();
        for (no, place) in town.places.iter().enumerate() {
            town.network.set_phone(&technician(no), Behaviour::answers_after_seconds(4).pressing(["1", "1"]));
            let request = town.http.get(format!("{}/api/events", place.at)).bearer_auth(token(place.key));
            let mut stream = Stream::open(request).await.expect("a stream");
            stream.begins().await;
            let (concluded, last) = watch::channel(String::new());
            tokio::spawn(listen(no, stream, Arc::clone(&events), concluded));
            ended.push(last);
        }
        Self { events, ended }
    }

    /// Plays emergencies in all branches until the time is over; how many.
    pub(crate) async fn play(&self, town: &Town, span: Duration) -> usize {
        let until = Instant::now() + span;
        let plays = (0..town.places.len()).map(|no| self.play_at(town, no, until));
        futures_util::future::join_all(plays).await.into_iter().sum()
    }

    async fn play_at(&self, town: &Town, no: usize, until: Instant) -> usize {
        let (place, mut ended) = (&town.places[no], self.ended[no].clone());
        let mut count = 0;
        while Instant::now() < until {
            let mut report = emergency("Carla");
            report["chosen_phone"] = technician(no).into();
            let request = town.http.post(format!("{}/webhook", place.at)).bearer_auth(token(place.key));
            let (status, answer) = told(request.json(&report)).await;
            assert_eq!(status, 200, "{answer}");
            let id = answer["emergency_id"].as_str().expect("an id").to_owned();
            sleep(CALLS_AFTER).await;
            let talks = Behaviour::default().hanging_up_talking_after(TALKS);
            let call = DialIn::new(format!("+150055501{no}1"), &place.number).behaving(talks);
            town.network.dial(call).expect("a number that is set up");
            let over = ended.wait_for(|last| *last == id);
            timeout(LONGEST, over).await.expect("it ends in time").expect("the stream goes on");
            count += 1;
        }
        count
    }

    /// What has happened in this time.
    pub(crate) fn events(&self, begin: Micros, end: Micros) -> Vec<Event> {
        let all = self.events.lock().expect("a list");
        all.iter().filter(|event| (begin..end).contains(&event.at)).copied().collect()
    }
}

async fn listen(branch: usize, mut stream: Stream, events: Arc<Mutex<Vec<Event>>>, concluded: watch::Sender<String>) {
    while let Some(data) = stream.next().await {
        let data: Value = serde_json::from_str(&data).expect("JSON");
        let at: Timestamp = data["timestamp"].as_str().and_then(|at| at.parse().ok()).expect("a time");
        let at = u64::try_from(at.as_micros()).expect("a time");
        let id = data["id"].as_u64().expect("a number");
        events.lock().expect("a list").push(Event { branch, id, at, known: now() });
        if data["event"] == "emergency_concluded" {
            concluded.send_replace(data["emergency_id"].as_str().unwrap_or_default().to_owned());
        }
    }
}

fn technician(no: usize) -> String {
    format!("+150055503{no}1")
}
