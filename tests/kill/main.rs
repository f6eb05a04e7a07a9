//! kill -9: whatever the moment, the emergency goes on and ends as it should, and nobody is called twice at a time.
//!
//! The branch is a process of its own, the phone network another (this one); both run 20 times as fast as real time.

mod judge;
mod lab;

use std::time::Duration;

use futures_util::{StreamExt, stream};
use lab::{Lab, UNSPEAKABLE, within};
use tokio::time::sleep;

/// When the branch is killed.
#[derive(Clone, Debug)]
enum Moment {
    /// By itself, at a place in the code and the given pass of it.
    Place(String),
    /// From outside, so long after the report.
    After(Duration),
}

/// Runs at a time: the machine has few cores, and time goes fast.
const AT_A_TIME: usize = 2;

/// How long an emergency may take in real time: twenty minutes of its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// Places in the code, and which pass of each. An emergency passes the commits about twenty times, and asks the
/// provider four times.
const PLACES: &[(&str, &[u32])] = &[
    ("before_commit", &[1, 2, 3, 5, 8, 11, 14]),
    ("after_commit", &[1, 2, 3, 5, 8, 11, 14]),
    ("before_request", &[1, 2, 3, 4]),
    ("after_request", &[1, 2, 3, 4]),
    ("before_outcome", &[1, 2, 3, 4]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_place() {
    let passes = |(place, passes): &(&str, &[u32])| {
        passes.iter().map(|pass| Moment::Place(format!("{place}:{pass}"))).collect::<Vec<_>>()
    };
    run_all(PLACES.iter().flat_map(passes).collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_fifty_moments() {
    // Golden-ratio steps: spread over the two seconds in which most of an emergency happens, and the same every time.
    let moments = (1..=50_u32).map(|no| Moment::After(Duration::from_millis(u64::from(no * 1236 % 2000))));
    run_all(moments.collect()).await;
}

/// At the most talkative level, across a whole emergency and a clean end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_tells_no_secrets() {
    let lab = Lab::open().await;
    let branch = lab.start(None);
    assert!(lab.report().await.is_some(), "the branch takes reports");
    assert!(played(&lab).await, "the emergency ends");
    let (is_clean, console) = branch.stop().await;
    assert!(is_clean, "asked to end, it ends");
    assert!(console.lines().any(|line| line.contains("TRACE")), "the console is talkative");
    for secret in UNSPEAKABLE {
        let line = console.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is on the console: {}", line.unwrap_or_default());
    }
    assert_eq!(judge::faults(&lab.trace()), Vec::<String>::new());
}

async fn run_all(moments: Vec<Moment>) {
    let count = moments.len();
    let runs = stream::iter(moments.into_iter().map(run)).buffer_unordered(AT_A_TIME);
    let (killed, faults): (Vec<bool>, Vec<Vec<String>>) = runs.collect::<Vec<_>>().await.into_iter().unzip();
    let (killed, faults) = (killed.into_iter().filter(|killed| *killed).count(), faults.concat());
    println!("{count} emergencies, the branch killed in {killed}: {} faults", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(killed * 10 >= count * 9, "passes that are never reached prove nothing");
}

/// One emergency, in which the branch is killed once and started again. Tells whether it was, and what went wrong.
async fn run(moment: Moment) -> (bool, Vec<String>) {
    let lab = Lab::open().await;
    let kill_at = match &moment {
        Moment::Place(place) => Some(place.as_str()),
        Moment::After(_) => None,
    };
    let mut branch = lab.start(kill_at);
    let reporting = lab.report();
    let killing = async {
        let was_killed = match &moment {
            Moment::Place(_) => {
                within(PATIENCE, async || branch.has_ended() || lab.is_over().await).await;
                branch.has_ended()
            }
            Moment::After(span) => {
                within(Duration::from_secs(10), async || lab.emergencies().await.is_some()).await;
                sleep(*span).await;
                true
            }
        };
        let _ = branch.kill().await;
        (was_killed, lab.start(None))
    };
    let (reported, (was_killed, restarted), ended) = tokio::join!(reporting, killing, played(&lab));
    let mut faults = match (reported, ended) {
        (None, _) => vec!["the report was not taken in".to_owned()],
        (_, false) => vec!["it did not end".to_owned()],
        _ => judge::faults(&lab.trace()),
    };
    within(Duration::from_secs(10), async || lab.emergencies().await.is_some()).await;
    let emergencies = lab.emergencies().await.unwrap_or_default();
    if emergencies.len() != 1 || emergencies[0]["outcome"] != "connected" {
        let outcomes: Vec<_> = emergencies.iter().map(|emergency| emergency["outcome"].to_string()).collect();
        faults.push(format!("outcomes: {}", outcomes.join(", ")));
    }
    let _ = restarted.kill().await;
    if let Some(last) = faults.last_mut() {
        last.push_str(&story(&lab));
    }
    (was_killed, faults.iter().map(|fault| format!("{moment:?}: {fault}")).collect())
}

/// The customer calls a while after the report, and again whenever the line breaks before they have talked. True when
/// the emergency has ended.
async fn played(lab: &Lab) -> bool {
    let mut call = None;
    let mut calls = 0;
    within(PATIENCE, async || {
        let trace = lab.trace();
        let is_cut =
            call.as_ref().is_none_or(|sid| trace.call(sid).is_some_and(|c| c.ended.is_some() && c.talks.is_empty()));
        if is_cut && calls < 6 && !trace.calls.is_empty() {
            sleep(Duration::from_millis(300)).await;
            call = Some(lab.dial());
            calls += 1;
        }
        lab.is_over().await
    })
    .await
}

/// Who was called when, for whoever has to find out what went wrong.
fn story(lab: &Lab) -> String {
    let trace = lab.trace();
    let begin = trace.calls.iter().map(|call| call.created).min();
    let at = |time: responder::Timestamp| begin.map_or(0, |begin| time.since(begin).as_secs());
    let line = |call: &responder_sim::CallRecord| {
        let talks: Vec<_> = call.talks.iter().map(|talk| (at(talk.from), talk.to.map(at))).collect();
        let heard: Vec<_> = call.texts().map(|text| text.chars().take(40).collect::<String>()).collect();
        format!(
            "\n    {} -> {} {:?} at {} until {:?}, talks {talks:?}, heard {heard:?}",
            call.from,
            call.to,
            call.status,
            at(call.created),
            call.ended.map(at)
        )
    };
    trace.calls.iter().map(line).collect()
}
