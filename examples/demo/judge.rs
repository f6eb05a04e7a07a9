//! Judges a play by the network's own record. What our state says is only looked at for the outcome.

use std::{fmt::Display, ops::RangeInclusive, time::Duration};

use responder::Timestamp;
use responder_sim::{CallRecord, Direction, MessageRecord, Talk, Trace};

use crate::{cast::who, play::Record};

/// Compares what had to happen with what is on the record.
#[derive(Debug)]
pub(crate) struct Judge<'a> {
    record: &'a Record,
    wrong: Vec<String>,
}

impl<'a> Judge<'a> {
    pub(crate) const fn new(record: &'a Record) -> Self {
        Self { record, wrong: Vec::new() }
    }

    /// The record of the network.
    pub(crate) const fn trace(&self) -> &'a Trace {
        &self.record.trace
    }

    /// Everything that is not as it had to be, one sentence each.
    pub(crate) fn verdict(mut self) -> Vec<String> {
        self.nothing_is_left_over();
        self.wrong
    }

    /// Notes a difference, if there is one.
    pub(crate) fn expect(&mut self, holds: bool, expected: impl Display, found: impl Display) {
        if !holds {
            self.wrong.push(format!("expected: {expected}; the record says: {found}"));
        }
    }

    /// How it ended, as operators are told, and that the timeline says so.
    pub(crate) fn outcome(&mut self, outcome: &str) {
        let emergency = &self.record.emergency;
        let found = emergency["outcome"].as_str().unwrap_or("not concluded");
        self.expect(found == outcome, format_args!("outcome {outcome}"), found);
        let timeline = emergency["timeline"].as_array();
        let last = timeline.and_then(|timeline| timeline.iter().rfind(|event| event["event"] == "emergency_concluded"));
        let told = last.and_then(|event| event["data"]["outcome"].as_str()).unwrap_or("nothing");
        self.expect(told == outcome, format_args!("emergency_concluded with {outcome}"), told);
    }

    /// That somebody pressed this, on one call of ours or more.
    pub(crate) fn pressed(&mut self, number: &str, keys: &str) {
        let all: Vec<&str> = self.calls_to(number).flat_map(|call| &call.pressed).map(|it| it.keys.as_str()).collect();
        self.expect(all.contains(&keys), format_args!("{} presses {keys}", who(number)), format_args!("{all:?}"));
    }

    /// How long we waited, in seconds, before we called a number again.
    pub(crate) fn pause_between_calls(&mut self, number: &str, seconds: RangeInclusive<u64>) {
        let calls: Vec<_> = self.calls_to(number).collect();
        let pauses: Vec<u64> =
            calls.windows(2).map(|two| length(two[0].ended.unwrap_or(two[1].created), Some(two[1].created))).collect();
        let expected = format!("{} to {} s between calls to {}", seconds.start(), seconds.end(), who(number));
        let holds = !pauses.is_empty() && pauses.iter().all(|pause| seconds.contains(pause));
        self.expect(holds, expected, format_args!("{pauses:?} s"));
    }

    /// How often we called a number.
    pub(crate) fn called(&mut self, number: &str, times: usize) {
        let found = self.calls_to(number).count();
        self.expect(found == times, format_args!("{times} calls to {}", who(number)), found);
    }

    /// That two people talked, once, for about so many seconds.
    pub(crate) fn talked(&mut self, one: &str, other: &str, seconds: RangeInclusive<u64>) {
        let lengths: Vec<u64> = self.talks(one, other).map(|(_, talk)| length(talk.from, talk.to)).collect();
        let expected =
            format!("one talk of {} to {} s of {} and {}", seconds.start(), seconds.end(), who(one), who(other));
        self.expect(matches!(lengths[..], [one] if seconds.contains(&one)), expected, format_args!("{lengths:?} s"));
    }

    /// How many conversations there were at all.
    pub(crate) fn talks_in_all(&mut self, times: usize) {
        let found = self.trace().talks().count();
        self.expect(found == times, format_args!("{times} talks in all"), found);
    }

    /// How long a caller was on hold, all calls together.
    pub(crate) fn held(&mut self, number: &str, seconds: RangeInclusive<u64>) {
        let holds = self.trace().calls_from(number).flat_map(|call| &call.holds);
        let found: u64 = holds.map(|hold| length(hold.from, hold.to)).sum();
        let expected = format!("{} on hold for {} to {} s", who(number), seconds.start(), seconds.end());
        self.expect(seconds.contains(&found), expected, format_args!("{found} s"));
    }

    /// That somebody heard a text with this in it.
    pub(crate) fn heard(&mut self, number: &str, part: &str) {
        let calls: Vec<_> = self.calls_of(number).collect();
        let texts: Vec<&str> = calls.iter().flat_map(|call| call.texts()).collect();
        let holds = calls.iter().any(|call| call.heard_text(part));
        self.expect(holds, format_args!("{} hears {part:?}", who(number)), format_args!("{texts:?}"));
    }

    /// That nobody with this number heard a text with this in it.
    pub(crate) fn not_heard(&mut self, number: &str, part: &str) {
        let holds = !self.calls_of(number).any(|call| call.heard_text(part));
        self.expect(holds, format_args!("{} does not hear {part:?}", who(number)), "they did");
    }

    /// That a text with this in it was delivered, once.
    pub(crate) fn texted(&mut self, number: &str, part: &str) {
        self.texted_times(number, part, 1);
    }

    /// How many texts with this in them were delivered.
    pub(crate) fn texted_times(&mut self, number: &str, part: &str, times: usize) {
        let bodies: Vec<&str> = self.texts_to(number).map(|text| text.body.as_str()).collect();
        let delivered = self.texts_to(number).filter(|text| text.status == "delivered" && text.body.contains(part));
        let found = delivered.count();
        let expected = format!("{times} texts to {} with {part:?}", who(number));
        self.expect(found == times, expected, format_args!("{found} among {bodies:?}"));
    }

    /// That somebody has a number in writing.
    pub(crate) fn texted_number(&mut self, number: &str, of: &str) {
        let holds = self.texts_to(number).any(|text| text.status == "delivered" && text.body.contains(of));
        self.expect(holds, format_args!("{} has the number of {} in writing", who(number), who(of)), "no such text");
    }

    /// When a text with this in it was sent, in seconds after the first call that we placed.
    pub(crate) fn text_after(&self, number: &str, part: &str) -> Option<u64> {
        let start = self.trace().calls.iter().find(|call| call.direction == Direction::OutboundApi)?.created;
        self.texts_to(number).find(|text| text.body.contains(part)).map(|text| text.created.since(start).as_secs())
    }

    /// That nobody is on the line for nothing, and nothing of ours was refused or misunderstood.
    fn nothing_is_left_over(&mut self) {
        let trace = self.trace();
        for call in trace.calls.iter().filter(|call| !call.status.is_over()) {
            self.expect(false, format_args!("the call to {} has ended", who(&call.to)), call.status);
        }
        for queue in trace.queues.iter().filter(|queue| !queue.deleted) {
            self.expect(false, format_args!("queue {} is deleted", queue.name), "it is still there");
        }
        for text in trace.messages.iter().filter(|text| matches!(text.status.as_str(), "queued" | "sending" | "sent")) {
            self.expect(false, format_args!("the text to {} is delivered", who(&text.to)), &text.status);
        }
    }

    /// That no document of ours was refused and no request failed; for plays in which nothing of that kind is ordered.
    pub(crate) fn no_notices(&mut self) {
        for notice in &self.trace().notices {
            self.expect(false, "no notice of the provider", format_args!("{} {}", notice.code, notice.text));
        }
    }

    /// The calls that we placed to a number.
    pub(crate) fn calls_to<'n>(&self, number: &'n str) -> impl Iterator<Item = &'a CallRecord> + use<'a, 'n> {
        let calls = self.trace().calls.iter().filter(|call| call.direction == Direction::OutboundApi);
        calls.filter(move |call| call.to == number)
    }

    /// The texts that we sent to a number.
    pub(crate) fn texts_to<'n>(&self, number: &'n str) -> impl Iterator<Item = &'a MessageRecord> + use<'a, 'n> {
        self.trace().messages.iter().filter(move |text| text.to == number && text.direction != "inbound")
    }

    /// The conversations of two people.
    pub(crate) fn talks<'n>(
        &self,
        one: &'n str,
        other: &'n str,
    ) -> impl Iterator<Item = (&'a CallRecord, &'a Talk)> + use<'a, 'n> {
        let is_theirs = move |call: &CallRecord, talk: &Talk| {
            let ours = if call.direction == Direction::Inbound { &call.from } else { &call.to };
            (ours == one && talk.number == other) || (ours == other && talk.number == one)
        };
        self.trace().talks().filter(move |(call, talk)| is_theirs(call, talk))
    }

    fn calls_of<'n>(&self, number: &'n str) -> impl Iterator<Item = &'a CallRecord> + use<'a, 'n> {
        let at_the_end = move |call: &&CallRecord| match call.direction {
            Direction::Inbound => call.from == number,
            Direction::OutboundApi | Direction::OutboundDial => call.to == number,
        };
        self.trace().calls.iter().filter(at_the_end)
    }
}

fn length(from: Timestamp, to: Option<Timestamp>) -> u64 {
    to.map_or(Duration::MAX, |to| to.since(from)).as_secs()
}
