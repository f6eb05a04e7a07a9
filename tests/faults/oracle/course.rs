//! From the report to the end.

use std::time::Duration;

use responder::Timestamp;
use responder_sim::{CallRecord, Direction, Exchange};

use super::{Bench, Case, Rule};
use crate::cast::{self, who};

/// How long two calls to one number may last if the answer to one of them was lost.
const LONGEST_PAIR: Duration = Duration::from_secs(90);

/// Longer than a node may hold what it has claimed.
const LEASE: Duration = Duration::from_secs(60);

impl Bench<'_> {
    pub(super) fn judge_the_course(&mut self) {
        self.require(Rule::TakenIn, self.record.taken_in.is_some(), || "the report was not taken in".to_owned());
        self.comes_to_rest();
        self.one_call_per_number();
    }

    pub(super) fn judge_the_end(&mut self, case: &Case<'_>) {
        self.is_not_lost(case);
        self.end_is_reported(case);
        self.nothing_after_the_end(case);
    }

    /// Not stuck: no call is alive, nobody waits, and that within the time that was promised.
    fn comes_to_rest(&mut self) {
        let rule = Rule::ComesToRest;
        let is_at_rest = self.record.is_at_rest;
        self.require(rule, is_at_rest, || "it has not come to rest in the longest time it may take".to_owned());
        for call in self.trace.calls.iter().filter(|call| call.ended.is_none()) {
            self.require(rule, false, || {
                format!("the call from {} to {} is still alive", who(&call.from), who(&call.to))
            });
        }
        for queue in &self.trace.queues {
            self.require(rule, queue.members.is_empty(), || format!("somebody waits in {}", queue.name));
        }
    }

    /// Technician and customer have talked, or everybody to be alerted was, before it was said to be over.
    fn is_not_lost(&mut self, case: &Case<'_>) {
        if case.has_talk() {
            return;
        }
        for to in [cast::OFFICE, cast::BOSS] {
            let alerts = || case.alerts().filter(|text| text.to == to);
            let is_told = alerts().any(|text| text.status == "delivered");
            self.require(Rule::NotLost, is_told, || {
                format!("nobody talked, and {} was not alerted ({} alerts)", who(to), alerts().count())
            });
            // The provider may take its time.
            let asked = case.asked_for("CreateMessage").filter(|it| it.field("To") == Some(to));
            let asked = asked.filter(|it| it.field("Body").is_some_and(|body| body.starts_with("ALERT")));
            let first = asked.map(|it| it.began).min();
            let is_late = first.zip(case.over).is_some_and(|(alert, over)| alert > over + self.held_up(over));
            self.require(Rule::AlertComesFirst, !is_late, || format!("{} was alerted after the end", who(to)));
        }
        let mailed = case.letters.iter().filter(|it| it.subject.starts_with("ALERT")).map(|it| it.at).min();
        self.require(Rule::NotLost, mailed.is_some(), || "nobody talked, and no alert was mailed".to_owned());
        let is_late = mailed.zip(case.over).is_some_and(|(alert, over)| alert > over + self.held_up(over));
        self.require(Rule::AlertComesFirst, !is_late, || "the alert was mailed after the end".to_owned());
    }

    /// How late something may be done: what a node had in hand that died or stood still then, others take up when its
    /// lease has ended.
    fn held_up(&self, at: Timestamp) -> Duration {
        let is_near = |blow: &Timestamp| *blow <= at && at.since(*blow) < LEASE;
        if self.record.blows.iter().any(is_near) { LEASE } else { Duration::ZERO }
    }

    fn end_is_reported(&mut self, case: &Case<'_>) {
        self.require(Rule::EndIsReported, case.over.is_some(), || "nobody was told that it is over".to_owned());
        let is_said = case.outcome().contains("have spoken");
        let has_talked = case.talks().next().is_some();
        self.require(Rule::ReportIsTrue, has_talked || !is_said, || {
            "a talk was reported, and there was none".to_owned()
        });
    }

    /// Once it is reported that it is over, nobody is called for it any more.
    fn nothing_after_the_end(&mut self, case: &Case<'_>) {
        let Some(over) = case.over else { return };
        let late: Vec<&str> = case.placed().filter(|call| call.created > over).map(|call| who(&call.to)).collect();
        self.require(Rule::NothingAfterTheEnd, late.is_empty(), || format!("called after the end: {late:?}"));
    }

    /// One call at a time, except where the answer to one was lost: then only for a while, and one of them in vain.
    fn one_call_per_number(&mut self) {
        for number in self.technicians().into_iter().chain([cast::GENERAL_LINE]) {
            let ours = self.trace.calls.iter().filter(|call| call.direction == Direction::OutboundApi);
            let mut calls: Vec<&CallRecord> = ours.filter(|call| call.to == number).collect();
            calls.sort_by_key(|call| call.created);
            for (place, first) in calls.iter().enumerate() {
                for second in &calls[place + 1..] {
                    self.pair(number, first, second);
                }
            }
        }
    }

    fn pair(&mut self, number: &str, first: &CallRecord, second: &CallRecord) {
        let ended = [first.ended, second.ended].into_iter().flatten().min();
        let Some(ended) = ended.filter(|ended| *ended > second.created) else { return };
        if first.ended.is_some_and(|ended| ended <= second.created) {
            return;
        }
        let overlap = ended.since(second.created);
        let is_excused = self.was_answer_lost(first) || self.was_answer_lost(second);
        self.require(Rule::OneCallPerNumber, is_excused && overlap <= LONGEST_PAIR, || {
            format!("{} had two calls at a time, for {} s", who(number), overlap.as_secs())
        });
        let both_talk = !first.talks.is_empty() && !second.talks.is_empty();
        self.require(Rule::OneCallPerNumber, !both_talk, || format!("{} talked in both of two calls", who(number)));
    }

    /// Whether whoever placed a call may not have heard that it was placed.
    pub(super) fn was_answer_lost(&self, call: &CallRecord) -> bool {
        let sid = call.sid.as_str();
        let is_its = |it: &&Exchange| it.answer.as_ref().is_some_and(|answer| answer.contains(sid));
        let answered = self.requests("CreateCall").find(is_its);
        let near = |at: &Timestamp| at.since(call.created).max(call.created.since(*at)) < Duration::from_secs(90);
        answered.is_none_or(|it| it.fault.is_some()) || self.record.blows.iter().any(near)
    }
}
