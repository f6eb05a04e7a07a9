//! What is shown of an emergency.

use std::time::Duration;

use responder_core::{
    CallSid, E164, Timestamp,
    emergency::{AttemptNo, Event},
    script::code_of,
};

use super::{
    icon::Icon,
    seen::{CallState, LegState, Seen, SeenEvent, SeenPhase},
    words::{self, Who},
};
use crate::chart::{Chart, Drawing, Incoming, Outgoing, span};

/// Entries of a timeline that are shown, the newest.
const LONGEST_TIMELINE: usize = 150;

/// One emergency.
pub(crate) struct EmergencyView {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) title: String,
    pub(crate) is_open: bool,
    pub(crate) opened_at: String,
    pub(crate) opened_shown: String,
    pub(crate) opened_ms: i64,
    pub(crate) lasts: String,
    pub(crate) outcome: &'static str,
    /// How good that is, as a class.
    pub(crate) grade: &'static str,
    /// Whether somebody has to call the customer now.
    pub(crate) is_urgent: bool,
    /// Where they can be called.
    pub(crate) customer: Option<String>,
    pub(crate) moments: Vec<Moment>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) chart: Drawing,
    pub(crate) timeline: Vec<Entry>,
    pub(crate) left_out: usize,
    /// Where all of it is told, from this page.
    pub(crate) all_at: String,
    /// Whether it is all that is on its page.
    pub(crate) is_whole_page: bool,
    /// Whether whoever looks may cancel it.
    pub(crate) may_cancel: bool,
}

/// One thing that goes on.
pub(crate) struct Moment {
    pub(crate) class: &'static str,
    pub(crate) icon: Icon,
    pub(crate) words: String,
    pub(crate) since_ms: Option<i64>,
    pub(crate) lasts: String,
}

pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    /// Whom a tap on it calls.
    pub(crate) number: Option<String>,
    /// What else is to be said.
    pub(crate) note: &'static str,
}

pub(crate) struct Entry {
    pub(crate) at: String,
    pub(crate) shown: String,
    pub(crate) icon: Icon,
    /// As the log has it.
    pub(crate) title: String,
    pub(crate) class: &'static str,
    /// None if there are no words for it here.
    pub(crate) words: Option<String>,
}

impl EmergencyView {
    pub(crate) fn new(e: &Seen, now: Timestamp) -> Self {
        let (who, is_open) = (Who::of(e), e.is_open());
        let (grade, outcome) = match e.phase {
            SeenPhase::Seeking => ("", "A technician is being sought."),
            SeenPhase::Accepted => ("good", "A technician has accepted."),
            SeenPhase::Closing { nobody_accepted: true } => {
                ("bad", "Nobody accepted. Call the customer; a technician may still accept by text.")
            }
            SeenPhase::Closing { nobody_accepted: false } => ("", "It is being brought to its end."),
            SeenPhase::Concluded { outcome, .. } => (words::grade(outcome), words::outcome(outcome)),
        };
        let shown = e.events.len().min(LONGEST_TIMELINE);
        let newest = e.events.iter().rev().take(shown);
        Self {
            id: e.id.to_string(),
            code: code_of(e.id),
            title: title(e),
            is_open,
            opened_at: e.opened_at.to_string(),
            opened_shown: if is_open { clock(e.opened_at) } else { day_and_clock(e.opened_at) },
            opened_ms: millis(e.opened_at),
            lasts: running(now.since(e.opened_at)),
            outcome,
            grade,
            is_urgent: e.phase == SeenPhase::Closing { nobody_accepted: true },
            customer: e.customer.number.map(|number| number.to_string()),
            moments: if is_open { moments(e, &who, now) } else { Vec::new() },
            facts: facts(e, &who),
            chart: Drawing::of(&chart(e, &who, now)),
            timeline: newest.map(|seen| Entry::new(seen, &who)).collect(),
            left_out: e.events.len() - shown,
            all_at: format!("api/emergencies/{}", e.id),
            is_whole_page: false,
            may_cancel: false,
        }
    }
}

impl Entry {
    fn new(seen: &SeenEvent, who: &Who<'_>) -> Self {
        let (class, words) = seen.event.as_ref().map(|event| words::event(event, who)).unzip();
        Self {
            at: seen.at.to_string(),
            shown: clock(seen.at),
            icon: Icon::of(seen.event.as_ref()),
            title: seen.title.clone(),
            class: class.unwrap_or_default(),
            words,
        }
    }

    /// In a sentence, for who hears the page.
    pub(crate) fn said(&self) -> String {
        self.words.clone().unwrap_or_else(|| format!("Something that this version has no words for: {}", self.title))
    }
}

/// What somebody who looks for it would call it.
pub(crate) fn title(e: &Seen) -> String {
    let named = [&e.customer.name, &e.customer.address].into_iter().find(|text| !text.trim().is_empty());
    named.map_or_else(|| "Emergency".to_owned(), Clone::clone)
}

fn facts(e: &Seen, who: &Who<'_>) -> Vec<Fact> {
    let fact = |name, value: &str, number: Option<E164>, note| Fact {
        name,
        value: value.to_owned(),
        number: number.map(|number| number.to_string()),
        note,
    };
    let (customer, technician) = (&e.customer, e.technician.number);
    let facts = [
        fact("What happened", &customer.description, None, ""),
        fact("Address", &customer.address, None, ""),
        fact("Call back at", &customer.callback, customer.number, ""),
        fact(
            "Technician",
            &who.is_written(technician),
            Some(technician),
            if e.is_accepted { "has accepted" } else { "" },
        ),
    ];
    facts.into_iter().filter(|fact| !fact.value.trim().is_empty()).collect()
}

/// Since when a customer talks.
fn connected(e: &Seen, call: &CallSid, called: Timestamp) -> Timestamp {
    let joins = |seen: &&SeenEvent| matches!(&seen.event, Some(Event::Bridged { customer, .. }) if customer == call);
    e.events.iter().rev().find(joins).map_or(called, |seen| seen.at)
}

/// Everything that goes on: who is called, who holds, who talks.
pub(crate) fn moments(e: &Seen, who: &Who<'_>, now: Timestamp) -> Vec<Moment> {
    let moment = |class, icon, words, since: Timestamp| Moment {
        class,
        icon,
        words,
        since_ms: Some(millis(since)),
        lasts: running(now.since(since)),
    };
    let mut moments = Vec::new();
    for attempt in &e.attempts {
        let (name, times) = (who.is(attempt.to), attempt.times);
        moments.push(match attempt.state {
            CallState::Placing => {
                moment("placing", Icon::CallOut, format!("A call to {name} is being placed"), times.wanted)
            }
            CallState::Ringing => {
                moment("ring", Icon::Ringing, format!("The phone of {name} rings"), times.rang.unwrap_or(times.wanted))
            }
            CallState::Line => {
                moment("line", Icon::Call, format!("{name} is on the line"), times.answered.unwrap_or(times.wanted))
            }
            CallState::Ended(_) => continue,
        });
    }
    for leg in &e.legs {
        let (name, times) = (who.calls(leg.from), leg.times);
        moments.push(match leg.state {
            LegState::Arriving => moment("line", Icon::CallIn, format!("{name} has called"), times.called),
            LegState::Holding => {
                moment("hold", Icon::Hold, format!("{name} is on hold"), times.holding_since.unwrap_or(times.called))
            }
            LegState::Talking => moment(
                "talk",
                Icon::Talk,
                format!("{name} talks with the technician"),
                connected(e, &leg.call, times.called),
            ),
            LegState::Leaving => moment("line", Icon::HungUp, format!("{name} hears how it goes on"), times.called),
            LegState::Ended => continue,
        });
    }
    if moments.is_empty() {
        let words = match e.phase {
            SeenPhase::Seeking => format!("Nobody is on the phone; {} is next", who.is(e.technician.number)),
            SeenPhase::Accepted => {
                format!("{} has accepted; the customer's call is awaited", who.is(e.technician.number))
            }
            SeenPhase::Closing { .. } | SeenPhase::Concluded { .. } => {
                "Nobody is on the phone; a late call or text still counts".to_owned()
            }
        };
        moments.push(Moment { class: "placing", icon: Icon::Waiting, words, since_ms: None, lasts: String::new() });
    }
    moments
}

fn chart(e: &Seen, who: &Who<'_>, now: Timestamp) -> Chart {
    let events: Vec<(Timestamp, Event)> =
        e.events.iter().filter_map(|seen| Some((seen.at, seen.event.clone()?))).collect();
    let outgoing = e.attempts.iter().enumerate().map(|(number, attempt)| Outgoing {
        label: words::attempt(attempt, &who.is(attempt.to)),
        number: AttemptNo(u16::try_from(number).unwrap_or(u16::MAX)),
        times: attempt.times,
    });
    let incoming = e.legs.iter().map(|leg| Incoming {
        label: format!("{} calls in", who.calls(leg.from)),
        call: leg.call.clone(),
        times: leg.times,
    });
    let (outgoing, incoming): (Vec<_>, Vec<_>) = (outgoing.collect(), incoming.collect());
    Chart::new(e.opened_at, now, &outgoing, &incoming, &events)
}

pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_micros() / 1000
}

/// `08:15:30`, in UTC: the page changes it to the time of whoever looks at it.
pub(crate) fn clock(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(11..19).map_or_else(|| text.clone(), str::to_owned)
}

/// `2027-01-15 08:15`.
pub(crate) fn day_and_clock(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock}"),
        _ => text,
    }
}

/// As a clock that runs: `0:07`, `12:30`, `1:02:03`.
pub(crate) fn running(since: Duration) -> String {
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
