//! What is shown, read from the store.

use std::time::Duration;

use askama::Template;
use responder_core::{
    CallSid, Timestamp,
    branch::Branch,
    emergency::{AttemptNo, Emergency, Event, LegStage, Phase, Stage},
    http::branch::{Status, condition},
    script::code_of,
    store::{Listing, Loaded, StoreError, StoredEvent},
    timeline::{Blocks, Record, UtcOffset},
};

use super::words::{self, Who};
use crate::chart::{Chart, Drawing, Incoming, Outgoing, span};

/// Emergencies that are over and still shown.
const PAST: usize = 10;

/// Entries of a timeline that are shown, the newest.
const LONGEST_TIMELINE: usize = 150;

/// How soon a page that hears nothing looks again, in seconds; while calls go on, so that their bars grow.
const AGAIN: u32 = 30;
const AGAIN_WHILE_OPEN: u32 = 5;

/// The part of the page that changes.
#[derive(Template)]
#[template(path = "status/live.html")]
pub(super) struct Live {
    now_ms: i64,
    again_secs: u32,
    /// For whoever listens: changes when something of weight does.
    said: String,
    condition: Condition,
    trouble: Option<String>,
    open: Vec<EmergencyView>,
    past: Vec<EmergencyView>,
    nothing_now: &'static str,
    nothing_before: &'static str,
}

struct Condition {
    class: &'static str,
    word: &'static str,
    message: &'static str,
    meaning: String,
}

struct EmergencyView {
    id: String,
    code: String,
    title: String,
    is_open: bool,
    opened_at: String,
    opened_shown: String,
    opened_ms: i64,
    lasts: String,
    outcome: &'static str,
    moments: Vec<Moment>,
    facts: Vec<Fact>,
    chart: Drawing,
    timeline: Vec<Entry>,
    left_out: usize,
}

/// One thing that goes on.
struct Moment {
    class: &'static str,
    words: String,
    since_ms: Option<i64>,
    lasts: String,
}

struct Fact {
    name: &'static str,
    value: String,
}

struct Entry {
    at: String,
    shown: String,
    /// As the log has them.
    icon: &'static str,
    title: String,
    class: &'static str,
    words: String,
}

impl Live {
    pub(super) async fn read(branch: &Branch) -> Result<Self, StoreError> {
        let (store, key) = (branch.store(), branch.key());
        let (status, message) = condition(branch).await?;
        let open = store.open_emergencies(key).await?;
        let recent = store.list(key, None, u32::try_from(PAST + open.len()).unwrap_or(u32::MAX)).await?;
        let now = store.now().await?;
        let trouble = trouble(&open);
        let past = recent.emergencies.iter().filter(|loaded| loaded.state.is_concluded()).take(PAST);
        let past = views(branch, now, past).await?;
        let open = views(branch, now, open.emergencies.iter().rev()).await?;
        Ok(Self {
            now_ms: millis(now),
            again_secs: if open.is_empty() { AGAIN } else { AGAIN_WHILE_OPEN },
            said: said(status, &open),
            condition: Condition::new(status, message, branch.settings().max_active_emergencies),
            trouble,
            open,
            past,
            nothing_now: "No emergency is open.",
            nothing_before: "There has been no emergency yet.",
        })
    }

    /// When the store does not answer.
    pub(super) fn unreadable() -> Self {
        let meaning = "Calls that are up go on. This page looks again by itself.".to_owned();
        let message = "The store of this branch does not answer.";
        Self {
            now_ms: millis(Timestamp::now()),
            again_secs: AGAIN_WHILE_OPEN,
            said: message.to_owned(),
            condition: Condition { class: "state-error", word: "Error", message, meaning },
            trouble: None,
            open: Vec::new(),
            past: Vec::new(),
            nothing_now: "Nobody can tell at the moment.",
            nothing_before: "Nobody can tell at the moment.",
        }
    }
}

impl Condition {
    fn new(status: Status, message: &'static str, most: u32) -> Self {
        let (class, word, meaning) = match status {
            Status::Ready => {
                ("state-ready", "Ready", "Whoever reports an emergency now has a technician called at once.".into())
            }
            Status::InUse if most == 1 => {
                ("state-in-use", "In Use", "Another report is answered “busy” until this one is dealt with.".into())
            }
            Status::InUse => {
                let meaning = format!("{most} can be handled at a time; a report beyond that is answered “busy”.");
                ("state-in-use", "In Use", meaning)
            }
            Status::Error => {
                ("state-error", "Error", "Look at the emergencies below: somebody may still need help.".into())
            }
            Status::Disabled => {
                ("state-disabled", "Disabled", "Reports are refused until it is switched on again.".into())
            }
        };
        Self { class, word, message, meaning }
    }
}

async fn views(
    branch: &Branch,
    now: Timestamp,
    loaded: impl Iterator<Item = &Loaded>,
) -> Result<Vec<EmergencyView>, StoreError> {
    let mut views = Vec::new();
    for loaded in loaded {
        let events = branch.timeline(loaded.state.id()).await?;
        views.push(EmergencyView::new(&loaded.state, &events, now));
    }
    Ok(views)
}

fn trouble(open: &Listing) -> Option<String> {
    let count = open.unreadable.len() + open.newer.len();
    let they = if count == 1 { "An open emergency" } else { "Some open emergencies" };
    let reason = match (open.unreadable.is_empty(), open.newer.is_empty()) {
        (true, true) => return None,
        (true, false) => "belongs to a newer version of this server, which looks after it",
        (false, _) => "can't be read by this server; whoever gets copies was told to take over",
    };
    Some(format!("{they} ({count}) {reason}."))
}

/// One sentence for who hears the page instead of seeing it.
fn said(status: Status, open: &[EmergencyView]) -> String {
    let newest = open.iter().find_map(|emergency| emergency.timeline.first());
    match (newest, status) {
        (Some(entry), _) => entry.words.clone(),
        (None, Status::Ready) => "The branch is ready.".to_owned(),
        (None, Status::InUse) => "An emergency is being handled.".to_owned(),
        (None, Status::Error) => "The branch reports an error.".to_owned(),
        (None, Status::Disabled) => "The branch is switched off.".to_owned(),
    }
}

impl EmergencyView {
    fn new(e: &Emergency, stored: &[StoredEvent], now: Timestamp) -> Self {
        let who = Who::of(e);
        let (is_open, outcome) = match e.phase() {
            Phase::Seeking => (true, "A technician is being sought."),
            Phase::Accepted => (true, "A technician has accepted."),
            Phase::Closing { .. } => (true, "It is being brought to its end."),
            Phase::Concluded { outcome, .. } => (false, words::outcome(outcome)),
        };
        let shown = stored.len().min(LONGEST_TIMELINE);
        let newest = stored.iter().rev().take(shown);
        Self {
            id: e.id().to_string(),
            code: code_of(e.id()),
            title: title(e),
            is_open,
            opened_at: e.opened_at().to_string(),
            opened_shown: if is_open { clock(e.opened_at()) } else { day_and_clock(e.opened_at()) },
            opened_ms: millis(e.opened_at()),
            lasts: running(now.since(e.opened_at())),
            outcome,
            moments: if is_open { moments(e, &who, stored, now) } else { Vec::new() },
            facts: facts(e, &who),
            chart: Drawing::of(&chart(e, &who, stored, now)),
            timeline: newest.map(|event| Entry::new(event, &who)).collect(),
            left_out: stored.len() - shown,
        }
    }
}

impl Entry {
    fn new(stored: &StoredEvent, who: &Who<'_>) -> Self {
        let (class, words) = match stored.event() {
            Ok(event) => words::event(&event, who),
            Err(_) => ("", "Something that this version has no words for.".to_owned()),
        };
        let (title, icon) = as_logged(stored).unwrap_or_default();
        Self { at: stored.at.to_string(), shown: clock(stored.at), icon, title, class, words }
    }
}

/// Title and picture of an event: read off the block that the log has for it, so that the two can't differ.
fn as_logged(stored: &StoredEvent) -> Option<(String, &'static str)> {
    let mut text = String::new();
    Record::of(&stored.json).ok()?.print(&mut text, stored.at, UtcOffset::UTC);
    let block = Blocks::new(text.as_bytes()).next()?;
    Some((block.title().into_owned(), block.icon()))
}

/// What somebody who looks for it would call it.
fn title(e: &Emergency) -> String {
    let intake = e.intake();
    let named = [&intake.customer_name, &intake.address].into_iter().find(|text| !text.trim().is_empty());
    named.map_or_else(|| "Emergency".to_owned(), Clone::clone)
}

fn facts(e: &Emergency, who: &Who<'_>) -> Vec<Fact> {
    let intake = e.intake();
    let technician = match (e.is_accepted(), who.is_written(e.technician().number)) {
        (true, name) => format!("{name}, who has accepted"),
        (false, name) => name,
    };
    let facts = [
        ("Reported", intake.description.clone()),
        ("Address", intake.address.clone()),
        ("Callback", intake.callback_text.clone()),
        ("Technician", technician),
    ];
    facts.into_iter().filter(|(_, value)| !value.trim().is_empty()).map(|(name, value)| Fact { name, value }).collect()
}

/// Everything that goes on: who is called, who holds, who talks.
fn moments(e: &Emergency, who: &Who<'_>, stored: &[StoredEvent], now: Timestamp) -> Vec<Moment> {
    let moment = |class, words, since: Timestamp| Moment {
        class,
        words,
        since_ms: Some(millis(since)),
        lasts: running(now.since(since)),
    };
    let mut moments = Vec::new();
    for attempt in e.attempts().iter().filter(|attempt| attempt.is_live()) {
        let (name, times) = (who.is(attempt.to), attempt.times());
        moments.push(match attempt.stage {
            Stage::Placing | Stage::Unknown(_) | Stage::Queued => {
                moment("placing", format!("A call to {name} is being placed"), times.wanted)
            }
            Stage::Ringing => moment("ring", format!("The phone of {name} rings"), times.rang.unwrap_or(times.wanted)),
            Stage::InProgress => {
                moment("line", format!("{name} is on the line"), times.answered.unwrap_or(times.wanted))
            }
            Stage::Ended(_) => continue,
        });
    }
    for leg in e.legs().iter().filter(|leg| leg.is_live()) {
        let (name, times) = (who.calls(leg.from), leg.times());
        moments.push(match leg.stage {
            LegStage::Arriving => moment("line", format!("{name} has called"), times.called),
            LegStage::Holding => {
                moment("hold", format!("{name} is on hold"), times.holding_since.unwrap_or(times.called))
            }
            LegStage::Talking => {
                moment("talk", format!("{name} talks with the technician"), connected(&leg.call, stored, times.called))
            }
            LegStage::Leaving(_) => moment("line", format!("{name} hears how it goes on"), times.called),
            LegStage::Ended => continue,
        });
    }
    if moments.is_empty() {
        let words = match e.phase() {
            Phase::Seeking => format!("Nobody is on the phone; {} is next", who.is(e.technician().number)),
            Phase::Accepted => {
                format!("{} has accepted; the customer's call is awaited", who.is(e.technician().number))
            }
            Phase::Closing { .. } | Phase::Concluded { .. } => {
                "Nobody is on the phone; late news is awaited".to_owned()
            }
        };
        moments.push(Moment { class: "placing", words, since_ms: None, lasts: String::new() });
    }
    moments
}

/// Since when a customer talks.
fn connected(call: &CallSid, stored: &[StoredEvent], called: Timestamp) -> Timestamp {
    let joins =
        |stored: &&StoredEvent| matches!(stored.event(), Ok(Event::Bridged { customer, .. }) if customer == *call);
    stored.iter().rev().find(joins).map_or(called, |stored| stored.at)
}

fn chart(e: &Emergency, who: &Who<'_>, stored: &[StoredEvent], now: Timestamp) -> Chart {
    let events: Vec<(Timestamp, Event)> =
        stored.iter().filter_map(|stored| Some((stored.at, stored.event().ok()?))).collect();
    let outgoing = e.attempts().iter().enumerate().map(|(number, attempt)| Outgoing {
        label: words::attempt(attempt, &who.is(attempt.to)),
        number: AttemptNo(u16::try_from(number).unwrap_or(u16::MAX)),
        times: attempt.times(),
    });
    let incoming = e.legs().iter().map(|leg| Incoming {
        label: format!("{} calls in", who.calls(leg.from)),
        call: leg.call.clone(),
        times: leg.times(),
    });
    let (outgoing, incoming): (Vec<_>, Vec<_>) = (outgoing.collect(), incoming.collect());
    Chart::new(e.opened_at(), now, &outgoing, &incoming, &events)
}

fn millis(at: Timestamp) -> i64 {
    at.as_micros() / 1000
}

/// `08:15:30`, in UTC: the page changes it to the time of whoever looks at it.
fn clock(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(11..19).map_or_else(|| text.clone(), str::to_owned)
}

/// `2027-01-15 08:15`.
fn day_and_clock(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock}"),
        _ => text,
    }
}

/// As a clock that runs: `0:07`, `12:30`, `1:02:03`.
fn running(since: Duration) -> String {
    let (hours, minutes, seconds) = (since.as_secs() / 3600, since.as_secs() / 60 % 60, since.as_secs() % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// What is said of an end in a timeline.
pub(super) fn seconds(seconds: u64) -> String {
    span(Duration::from_secs(seconds))
}
