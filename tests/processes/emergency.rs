//! One emergency, from the report to the end.

use std::time::Duration;

use responder_sim::CallRecord;
use tokio::time::sleep;

use crate::{common::patience::within, judge, lab::Lab};

/// How long an emergency may take in real time: twenty minutes of its own.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Reports one, lets something `happen` meanwhile, and tells what went wrong.
pub(crate) async fn play(lab: &Lab, happen: impl Future<Output = ()>) -> Vec<String> {
    let (reported, ended, ()) = tokio::join!(lab.report(), played(lab), happen);
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
    if let Some(last) = faults.last_mut() {
        last.push_str(&story(lab));
    }
    faults
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
    let line = |call: &CallRecord| {
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
