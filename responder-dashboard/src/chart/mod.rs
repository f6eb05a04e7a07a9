//! The calls of an emergency on a time axis: who was rung, held and talked with, and when.
//!
//! Pure: from the times of the calls and the events between them to bars, and from bars to places in a drawing.

mod draw;
mod words;

#[cfg(test)]
mod tests;

use std::time::Duration;

use responder_core::{
    CallSid, Timestamp,
    emergency::{AttemptNo, AttemptTimes, Event, LegTimes},
};

pub(crate) use draw::Drawing;
pub(crate) use words::span;

/// A call that we placed.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// To whom, and how it ended.
    pub(crate) label: String,
    pub(crate) number: AttemptNo,
    pub(crate) times: AttemptTimes,
}

/// A call that came in.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) label: String,
    pub(crate) call: CallSid,
    pub(crate) times: LegTimes,
}

/// All calls of one emergency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chart {
    pub(crate) begin: Timestamp,
    pub(crate) end: Timestamp,
    /// By the time at which they began.
    pub(crate) lanes: Vec<Lane>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) label: String,
    pub(crate) bars: Vec<Bar>,
    /// Whether it goes on.
    pub(crate) is_open: bool,
}

/// One part of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) kind: Kind,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// What a call is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It is on its way through the provider.
    Placing,
    /// The phone rings.
    Ring,
    /// Somebody, or something, is on the line.
    Line,
    /// The customer waits.
    Hold,
    /// The two talk.
    Talk,
    /// The customer leaves a message.
    Message,
}

/// What is drawn at least, so that a few seconds do not fill the axis.
const SHORTEST: Duration = Duration::from_secs(10);

impl Chart {
    /// The calls as they were until `now`. `events` are in order.
    pub(crate) fn new(
        begin: Timestamp,
        now: Timestamp,
        outgoing: &[Outgoing],
        incoming: &[Incoming],
        events: &[(Timestamp, Event)],
    ) -> Self {
        let placed = outgoing.iter().map(|call| placed(call, events, now));
        let came_in = incoming.iter().map(|call| came_in(call, events, now));
        let mut lanes: Vec<Lane> = placed.chain(came_in).filter(|lane| !lane.bars.is_empty()).collect();
        lanes.sort_by_key(|lane| lane.bars.first().map(|bar| bar.from));
        let last = lanes.iter().filter_map(|lane| lane.bars.last()).map(|bar| bar.to).max();
        let end = last.unwrap_or(now).max(begin + SHORTEST);
        Self { begin, end, lanes }
    }
}

/// A technician's call: on its way, ringing, on the line, and talking in between.
fn placed(call: &Outgoing, events: &[(Timestamp, Event)], now: Timestamp) -> Lane {
    let AttemptTimes { wanted, rang, answered, ended } = call.times;
    let mut steps = vec![(wanted, Kind::Placing)];
    // Who has answered was rung, also when nobody told us.
    steps.extend(rang.or(answered.map(|_| wanted)).map(|at| (at, Kind::Ring)));
    steps.extend(answered.map(|at| (at, Kind::Line)));
    let mut is_talking = false;
    for (at, event) in events {
        match event {
            Event::Bridged { attempt, .. } => {
                is_talking = *attempt == call.number;
                steps.extend(is_talking.then_some((*at, Kind::Talk)));
            }
            Event::TalkEnded { .. } if is_talking => {
                is_talking = false;
                steps.push((*at, Kind::Line));
            }
            _ => {}
        }
    }
    lane(&call.label, steps, ended, now)
}

/// A customer's call: answered by us, on hold, talking, leaving a message.
fn came_in(call: &Incoming, events: &[(Timestamp, Event)], now: Timestamp) -> Lane {
    let mut steps = vec![(call.times.called, Kind::Line)];
    let mut is_talking = false;
    for (at, event) in events {
        match event {
            Event::CustomerOnHold { call_sid } if *call_sid == call.call => steps.push((*at, Kind::Hold)),
            Event::VoicemailOffered { call_sid } if *call_sid == call.call => steps.push((*at, Kind::Message)),
            Event::Bridged { customer, .. } => {
                is_talking = *customer == call.call;
                steps.extend(is_talking.then_some((*at, Kind::Talk)));
            }
            Event::TalkEnded { .. } if is_talking => {
                is_talking = false;
                steps.push((*at, Kind::Line));
            }
            _ => {}
        }
    }
    lane(&call.label, steps, call.times.ended, now)
}

/// Each step lasts until the next begins, the last one until the call ends. Callbacks come late and out of order, so
/// that no step may begin before the one before it, or after the end.
fn lane(label: &str, steps: Vec<(Timestamp, Kind)>, ended: Option<Timestamp>, now: Timestamp) -> Lane {
    let end = ended.unwrap_or(now);
    let mut bars: Vec<Bar> = Vec::new();
    for (at, kind) in steps {
        let from = at.max(bars.last().map_or(at, |bar| bar.from)).min(end);
        if let Some(before) = bars.last_mut() {
            before.to = from;
        }
        bars.push(Bar { kind, from, to: end });
    }
    let mut joined: Vec<Bar> = Vec::new();
    for bar in bars.into_iter().filter(|bar| bar.from < bar.to) {
        match joined.last_mut() {
            Some(before) if before.kind == bar.kind => before.to = bar.to,
            _ => joined.push(bar),
        }
    }
    Lane { label: label.to_owned(), bars: joined, is_open: ended.is_none() }
}
