//! Judges an emergency by what the outside world has seen: the record of the phone network, and the mail of the office.

use std::{collections::BTreeMap, time::Duration};

use responder::Timestamp;
use responder_sim::{CallRecord, Direction, Exchange, MessageRecord, Side, Sound, Talk, Trace};

use crate::{
    cast::{self, who},
    plan::Plan,
    world::Record,
};

/// A talk that was shorter has helped nobody. Ours must last ten seconds, but of those that were nearly as long some
/// seem to have been: what customers hear just before counts as part of it, and callbacks take their time.
const SHORTEST_TALK: Duration = Duration::from_secs(5);

/// How much longer than its limit somebody may be on hold: the piece that is being played ends first, and the store
/// may be away.
const HOLD_SLACK: Duration = Duration::from_secs(60);

/// The longest time in which nobody is called while somebody holds.
const LONGEST_LULL: Duration = Duration::from_secs(150);

/// How long two calls to one number may last if the answer to one of them was lost.
const LONGEST_PAIR: Duration = Duration::from_secs(90);

/// From the report to the first call, if the node that was to place it dies or nobody knows whether it was placed.
const FIRST_CALL_WITHIN: Duration = Duration::from_secs(120);

/// How often a call is asked for that the provider does not place.
const PLACINGS: usize = 2;

/// A caller who is gone by then need not have heard a word.
const WORDS_WITHIN: Duration = Duration::from_secs(30);

/// Everything that is wrong, one sentence each.
pub(crate) fn judge(plan: &Plan, record: &Record) -> Vec<String> {
    let mut bench = Bench { plan, record, trace: &record.trace, wrong: Vec::new() };
    bench.is_taken_in();
    bench.comes_to_rest();
    bench.is_not_lost();
    bench.everybody_is_told();
    bench.who_accepted_in_vain_is_asked_to_call();
    bench.nobody_is_given_up_untried();
    bench.callers_are_answered();
    bench.holds_are_short_and_not_in_vain();
    bench.nothing_after_the_end();
    bench.one_call_per_number();
    bench.who_passes_is_left_alone();
    bench.who_talks_has_accepted();
    bench.an_acceptance_is_kept();
    bench.wrong
}

struct Bench<'a> {
    plan: &'a Plan,
    record: &'a Record,
    trace: &'a Trace,
    wrong: Vec<String>,
}

impl<'a> Bench<'a> {
    fn require(&mut self, holds: bool, wrong: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(wrong());
        }
    }

    fn is_taken_in(&mut self) {
        self.require(self.record.taken_in.is_some(), || "the report was not taken in".to_owned());
    }

    /// Not stuck: no call is alive, nobody waits, and that within the time that was promised.
    fn comes_to_rest(&mut self) {
        self.require(self.record.is_at_rest, || "it has not come to rest in the longest time it may take".to_owned());
        for call in self.trace.calls.iter().filter(|call| call.ended.is_none()) {
            self.wrong.push(format!("the call from {} to {} is still alive", who(&call.from), who(&call.to)));
        }
        for queue in self.trace.queues.iter().filter(|queue| !queue.members.is_empty()) {
            self.wrong.push(format!("somebody waits in {}", queue.name));
        }
    }

    /// Technician and customer have talked, or everybody to be alerted was alerted; each emergency for itself.
    fn is_not_lost(&mut self) {
        for (begin, end) in self.emergencies() {
            let is_then = |at: Timestamp| begin <= at && end.is_none_or(|end| at < end);
            let has_talked = self.trace.talks().any(|(_, talk)| is_then(talk.from) && length(talk) >= SHORTEST_TALK);
            if has_talked {
                continue;
            }
            for to in [cast::OFFICE, cast::BOSS] {
                let alerts = self.alerts().filter(|text| text.to == to && is_then(text.created));
                let is_told = alerts.clone().any(|text| text.status == "delivered");
                self.require(is_told, || {
                    format!("nobody talked, and {} was not alerted ({} alerts)", who(to), alerts.count())
                });
            }
            let is_mailed = self.record.letters.iter().any(|it| it.subject.starts_with("ALERT") && is_then(it.at));
            self.require(is_mailed, || "nobody talked, and no alert was mailed".to_owned());
        }
    }

    /// The first call comes soon; who is called gets the details in writing; recipients hear of it.
    fn everybody_is_told(&mut self) {
        if let Some(taken_in) = self.record.taken_in {
            let first = self.ours_to(cast::TECHNICIAN).map(|call| call.created).min();
            let waited = first.map(|at| at.since(taken_in));
            let refused = |it: &&Exchange| it.field("To") == Some(cast::TECHNICIAN) && it.fault.is_some();
            let tried = self.requests("CreateCall").filter(refused).count();
            let is_soon = waited.is_some_and(|waited| waited <= FIRST_CALL_WITHIN);
            // The provider refused until it was said that nobody could be called, or they decided by text before.
            let has_decided = !self.accepts(cast::TECHNICIAN).is_empty();
            self.require(is_soon || tried >= PLACINGS || has_decided, || {
                format!("the technician was called after {waited:?}")
            });
        }
        for number in self.technicians() {
            let is_called = self.ours_to(number).next().is_some();
            let is_told = self.texts_to(number).any(|text| text.body.starts_with("EMERGENCY"));
            self.require(!is_called || is_told, || format!("{} was called and got no details", who(number)));
        }
        for number in [cast::OFFICE, cast::BOSS] {
            let is_told = self.texts_to(number).any(|text| text.status == "delivered");
            self.require(is_told, || format!("{} heard of nothing", who(number)));
        }
    }

    /// Whoever was told that the emergency is theirs, and has not talked to the customer, is asked in writing to call.
    fn who_accepted_in_vain_is_asked_to_call(&mut self) {
        if self.trace.talks().any(|(_, talk)| length(talk) >= SHORTEST_TALK) {
            return;
        }
        for number in self.technicians() {
            let accepted = self.ours_to(number).flat_map(|call| &call.heard);
            let accepted = accepted.filter(|heard| says(&heard.what, "This emergency is yours"));
            let Some(at) = accepted.map(|heard| heard.from).max() else { continue };
            let has_passed = self.passes(number).iter().any(|passed| *passed > at);
            let asks = |text: &&MessageRecord| text.body.to_lowercase().contains("please call");
            let gives_up = |text: &&MessageRecord| text.body.contains("could not connect you");
            let mut later = self.texts_to(number).filter(|text| text.created > at);
            let is_asked = later.any(|text| asks(&text) || gives_up(&text));
            self.require(has_passed || is_asked, || format!("{} accepted and was not asked to call", who(number)));
        }
    }

    /// Before it is said that nobody accepted, everybody was called.
    fn nobody_is_given_up_untried(&mut self) {
        let gave_up =
            |text: &&MessageRecord| text.body.contains("NOBODY ACCEPTED") || text.body.contains("NO TECHNICIAN");
        let Some(at) = self.alerts().filter(gave_up).map(|text| text.created).min() else { return };
        for number in self.technicians() {
            let called = self.ours_to(number).any(|call| call.created <= at);
            let tried = self.requests("CreateCall").filter(|it| it.field("To") == Some(number)).count();
            self.require(called || tried >= PLACINGS, || format!("given up, and {} was never called", who(number)));
        }
    }

    /// Whoever calls is spoken to, and is not cut off without a word.
    fn callers_are_answered(&mut self) {
        let calls: Vec<&CallRecord> =
            self.trace.calls.iter().filter(|call| call.direction == Direction::Inbound).collect();
        for call in calls {
            let failed = call.heard.iter().any(|heard| heard.what == Sound::ApplicationError);
            self.require(!failed, || format!("{} heard the provider's words of failure", who(&call.from)));
            self.require(!call.heard_text("does not work at the moment"), || {
                format!("{} was told to call again because something does not work", who(&call.from))
            });
            let Some(ended) = call.ended else { continue };
            let by_phone = self.record.hung_up.contains(&call.sid) || call.talks.iter().any(|t| t.to == Some(ended));
            let words = call.texts().count();
            let is_short = by_phone && ended.since(call.created) < WORDS_WITHIN;
            self.require(words > 0 || is_short, || format!("{} heard no word", who(&call.from)));
            let last = call.heard.iter().rfind(|heard| !matches!(heard.what, Sound::HoldMusic));
            let is_said = last.is_some_and(|heard| matches!(heard.what, Sound::Said(_)));
            let was_ended_by_us = self.requests("UpdateCall").any(|it| it.about.as_ref() == Some(&call.sid));
            self.require(by_phone || is_said || was_ended_by_us, || {
                format!("{} was cut off without a word", who(&call.from))
            });
        }
    }

    /// Nobody holds longer than the limit, nor while nobody is sought.
    fn holds_are_short_and_not_in_vain(&mut self) {
        let limit = self.plan.policy.timing.hold_limit + HOLD_SLACK;
        let holds = self.trace.calls.iter().flat_map(|call| call.holds.iter().map(move |hold| (call, hold)));
        for (call, hold) in holds {
            let Some(to) = hold.to else { continue };
            let lasted = to.since(hold.from);
            self.require(lasted <= limit, || format!("{} held for {} s", who(&call.from), lasted.as_secs()));
            let lull = self.lull(hold.from, to);
            self.require(lull <= LONGEST_LULL, || {
                format!("{} held, and for {} s nobody was called", who(&call.from), lull.as_secs())
            });
        }
    }

    /// The longest time in which no call of ours is under way.
    fn lull(&self, from: Timestamp, to: Timestamp) -> Duration {
        let mut quiet_since = from;
        let mut longest = Duration::ZERO;
        let mut calls: Vec<_> =
            self.trace.calls.iter().filter(|call| call.direction == Direction::OutboundApi).collect();
        calls.sort_by_key(|call| call.created);
        for call in calls {
            if call.created > quiet_since {
                longest = longest.max(call.created.min(to).since(quiet_since));
            }
            quiet_since = quiet_since.max(call.ended.unwrap_or(to));
        }
        longest.max(to.since(quiet_since))
    }

    /// Once it is reported that it is over, nobody is called for it any more.
    fn nothing_after_the_end(&mut self) {
        let all = self.emergencies();
        let reports: Vec<Timestamp> =
            self.record.letters.iter().filter(|it| it.subject.contains("is over")).map(|it| it.at).collect();
        self.require(!reports.is_empty(), || "nobody was told that it is over".to_owned());
        for (begin, end) in all {
            let is_then = |at: Timestamp| begin <= at && end.is_none_or(|end| at < end);
            let Some(over) = reports.iter().copied().find(|at| is_then(*at)) else {
                self.wrong.push("nobody was told that one of them is over".to_owned());
                continue;
            };
            let calls = self.trace.calls.iter().filter(|call| call.direction == Direction::OutboundApi);
            let late: Vec<&str> =
                calls.filter(|call| call.created > over && is_then(call.created)).map(|call| who(&call.to)).collect();
            self.require(late.is_empty(), || format!("called after the end: {late:?}"));
        }
    }

    /// One call at a time, except where the answer to one was lost: then only for a while, and one of them in vain.
    fn one_call_per_number(&mut self) {
        for number in self.technicians().into_iter().chain([cast::GENERAL_LINE]) {
            let mut calls: Vec<&CallRecord> = self.ours_to(number).collect();
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
        self.require(is_excused, || format!("{} had two calls at a time, for {} s", who(number), overlap.as_secs()));
        self.require(overlap <= LONGEST_PAIR, || {
            format!("{} had two calls at a time for {} s", who(number), overlap.as_secs())
        });
        let both_talk = !first.talks.is_empty() && !second.talks.is_empty();
        self.require(!both_talk, || format!("{} talked in both of two calls", who(number)));
    }

    /// Whether whoever placed a call may not have heard that it was placed.
    fn was_answer_lost(&self, call: &CallRecord) -> bool {
        let sid = call.sid.as_str();
        let is_its = |it: &&Exchange| it.answer.as_ref().is_some_and(|answer| answer.contains(sid));
        let answered = self.requests("CreateCall").find(is_its);
        let near = |at: &Timestamp| at.since(call.created).max(call.created.since(*at)) < Duration::from_secs(90);
        answered.is_none_or(|it| it.fault.is_some()) || self.record.blows.iter().any(near)
    }

    /// Whoever passes is not called again before everybody else was, or has passed as well.
    fn who_passes_is_left_alone(&mut self) {
        let technicians = self.technicians();
        for number in technicians.clone() {
            let passes = self.passes(number);
            for at in passes {
                let end = self.emergency_at(at).1;
                let calls = self.ours_to(number).map(|call| call.created);
                let later = calls.filter(|begun| *begun > at && end.is_none_or(|end| *begun < end));
                let Some(again) = later.min() else { continue };
                if self.accepts(number).iter().any(|accepted| at < *accepted && *accepted < again) {
                    continue;
                }
                let skipped = technicians.iter().filter(|other| **other != number).find(|other| {
                    let mut asked = self.requests("CreateCall").filter(|it| it.field("To") == Some(**other));
                    let called = asked.any(|it| at < it.began && it.began < again);
                    !called && !self.passes(other).iter().any(|passed| *passed < again)
                });
                self.require(skipped.is_none(), || {
                    let skipped = skipped.map_or("", |other| who(other));
                    format!("{} passed and was called again before {skipped}", who(number))
                });
            }
        }
    }

    /// When somebody passed, by key or text, and was told that it counts.
    fn passes(&self, number: &str) -> Vec<Timestamp> {
        let is_told = |call: &&CallRecord| call.heard_text("You have passed it on");
        let keys = self.ours_to(number).filter(is_told).flat_map(|call| &call.pressed).filter(|it| it.keys == "9");
        let answers = self.texts_to(number).filter(|text| text.body.contains("passed on. Somebody else"));
        let is_answered = |at: Timestamp| answers.clone().any(|answer| answer.created >= at);
        let texts = self.trace.messages.iter().filter(|text| text.from == number && text.body == "9");
        let texts = texts.map(|text| text.created).filter(|at| is_answered(*at));
        keys.map(|it| it.at).chain(texts).collect()
    }

    /// When somebody accepted, by key or text.
    fn accepts(&self, number: &str) -> Vec<Timestamp> {
        let keys = self.ours_to(number).flat_map(|call| &call.pressed).filter(|it| it.keys == "1").map(|it| it.at);
        let texts = self.trace.messages.iter().filter(|text| text.from == number && text.body == "1");
        keys.chain(texts.map(|text| text.created)).collect()
    }

    /// Nobody is connected with a customer who has not accepted, by key or by text.
    fn who_talks_has_accepted(&mut self) {
        let talks: Vec<(&CallRecord, &Talk)> =
            self.trace.talks().filter(|(call, _)| call.direction == Direction::OutboundApi).collect();
        for (call, talk) in talks {
            let whoever = call.to == cast::GENERAL_LINE;
            let theirs = self.technicians().into_iter().filter(|number| whoever || *number == call.to);
            let has_accepted = theirs.into_iter().any(|number| self.accepts(number).iter().any(|at| *at <= talk.from));
            self.require(has_accepted, || format!("{} talked without having accepted", who(&call.to)));
        }
    }

    /// As long as it is somebody's, nobody else is asked: not before they pass, or can't be connected.
    fn an_acceptance_is_kept(&mut self) {
        for number in self.technicians() {
            for at in self.ours_to(number).filter_map(acceptance_on) {
                let end = self.emergency_at(at).1;
                let notification = |it: &&Exchange| {
                    let callback = it.field("StatusCallback").unwrap_or_default();
                    let is_later = it.began > at && end.is_none_or(|end| it.began < end);
                    is_later && callback.contains("/technician_call_ended")
                };
                let Some(asked) = self.requests("CreateCall").find(notification) else { continue };
                let has_passed = self.passes(number).iter().any(|passed| at < *passed && *passed <= asked.began);
                let mut texts = self.texts_to(number);
                let is_given_up = texts.any(|text| text.body.contains("could not connect you"));
                self.require(has_passed || is_given_up, || {
                    let other = asked.field("To").map_or("", who);
                    format!("it was said to be {}'s, and {other} was asked", who(number))
                });
            }
        }
    }

    fn technicians(&self) -> Vec<&'static str> {
        cast::TECHNICIANS.into_iter().take(1 + self.plan.policy.escalation.len()).collect()
    }

    fn ours_to<'n>(&self, number: &'n str) -> impl Iterator<Item = &'a CallRecord> + use<'a, 'n> {
        let ours = self.trace.calls.iter().filter(|call| call.direction == Direction::OutboundApi);
        ours.filter(move |call| call.to == number)
    }

    fn texts_to<'n>(&self, number: &'n str) -> impl Iterator<Item = &'a MessageRecord> + Clone + use<'a, 'n> {
        self.trace.messages.iter().filter(move |text| text.to == number && text.direction != "inbound")
    }

    fn alerts(&self) -> impl Iterator<Item = &'a MessageRecord> + Clone + use<'a> {
        self.trace.messages.iter().filter(|text| text.body.starts_with("ALERT"))
    }

    fn requests<'n>(&self, operation: &'n str) -> impl Iterator<Item = &'a Exchange> + use<'a, 'n> {
        let ours = self.trace.requests.iter().filter(|it| it.side == Side::In);
        ours.filter(move |it| it.operation.as_deref() == Some(operation))
    }

    /// The begin of the emergency that is handled at a time, and of the next one.
    fn emergency_at(&self, at: Timestamp) -> (Timestamp, Option<Timestamp>) {
        let all = self.emergencies();
        all.into_iter().rfind(|(begin, _)| *begin <= at).unwrap_or((at, None))
    }

    /// When each emergency began, and when the next one did: by the names in the addresses that came with calls.
    fn emergencies(&self) -> Vec<(Timestamp, Option<Timestamp>)> {
        let mut begins: BTreeMap<String, Timestamp> = BTreeMap::new();
        for request in self.requests("CreateCall") {
            let name = request.field("Url").and_then(|url| url.split("emergency_id=").nth(1)).unwrap_or_default();
            let name = name.split('&').next().unwrap_or_default().to_owned();
            begins.entry(name).or_insert(request.began);
        }
        let mut begins: Vec<Timestamp> = begins.into_values().collect();
        begins.sort();
        if let Some(first) = begins.first_mut() {
            *first = self.record.taken_in.map_or(*first, |at| at.min(*first));
        } else {
            begins.extend(self.record.taken_in);
        }
        let ends = begins.iter().skip(1).copied().map(Some).chain([None]);
        begins.iter().copied().zip(ends).collect()
    }
}

/// When the key was pressed that made the emergency theirs: they may pass before they are told that it counts.
fn acceptance_on(call: &CallRecord) -> Option<Timestamp> {
    let told = call.heard.iter().find(|heard| says(&heard.what, "This emergency is yours"))?;
    call.pressed.iter().filter(|it| it.keys == "1" && it.at <= told.from).map(|it| it.at).max()
}

fn says(sound: &Sound, part: &str) -> bool {
    matches!(sound, Sound::Said(text) if text.contains(part))
}

fn length(talk: &Talk) -> Duration {
    talk.to.map_or(Duration::ZERO, |to| to.since(talk.from))
}
