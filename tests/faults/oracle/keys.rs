//! Whoever presses 1 or 9, or writes so, is told what it did.

use std::{collections::BTreeMap, time::Duration};

use responder::Timestamp;
use responder_sim::{CallRecord, Exchange, HookKind, Side, Sound};

use super::{Bench, Case, Rule};
use crate::cast::who;

/// What may follow on a 1: it counts, or why it no longer does.
const AFTER_ONE: [&str; 6] = [
    "This emergency is yours",
    "Connecting you now",
    "Someone else has already accepted",
    "The customer is no longer on the line",
    "The customer still has not called",
    "We could not connect you",
];
/// On a bridge call whose customer has just left the queue and may come back.
const STILL_WAITING: &str = "We are still waiting for the customer to call";
const AFTER_NINE: &str = "You have passed it on";
const OVER: &str = "There is nothing more to do";

/// What makes an emergency over may be seen so much later than it is said: texts are paced and tried again.
const SEEN_WITHIN: Duration = Duration::from_secs(90);

impl Bench<'_> {
    pub(super) fn keys_are_answered(&mut self, case: &Case<'_>) {
        for call in self.technicians().into_iter().flat_map(|number| case.placed_to(number)) {
            for taken in keys_taken(case, call) {
                self.key_is_answered(case, call, &taken);
            }
        }
    }

    fn key_is_answered(&mut self, case: &Case<'_>, call: &CallRecord, taken: &Taken) {
        let key = taken.key;
        if call.ended.is_some_and(|ended| ended <= taken.answered) {
            return;
        }
        let said = call.heard.iter().filter(|heard| heard.from >= taken.pressed).find_map(|heard| match &heard.what {
            Sound::Said(text) => Some((heard.from, text)),
            _ => None,
        });
        let Some((from, text)) = said else {
            let is_gone = self.has_hung_up(call) || case.was_hung_up_on(call);
            self.require(Rule::KeysAreAnswered, is_gone, || {
                format!("{} pressed {key} and heard nothing", who(&call.to))
            });
            return;
        };
        let is_answer = match key {
            '1' => AFTER_ONE.iter().chain([&STILL_WAITING]).any(|words| text.contains(words)),
            _ => text.contains(AFTER_NINE),
        };
        let is_over = text.contains(OVER) && is_over_by(case, from + SEEN_WITHIN);
        self.require(Rule::KeysAreAnswered, is_answer || is_over, || {
            format!("{} pressed {key} and heard {text:?}", who(&call.to))
        });
    }

    /// Whether the phone has ended this call by itself, as it was told to.
    fn has_hung_up(&self, call: &CallRecord) -> bool {
        let lasted = call.answered.zip(call.ended).map(|(from, to)| to.since(from));
        let scripts = self.plan.phones.iter().filter(|(number, _)| *number == call.to).flat_map(|(_, scripts)| scripts);
        scripts.into_iter().any(|script| script.hang_up_after.is_some() && script.hang_up_after == lasted)
    }

    /// Whoever was asked in writing and writes back gets an answer.
    pub(super) fn texts_are_answered(&mut self) {
        let asked = |number: &str, at| {
            let mut ours = self.trace.messages.iter().filter(|text| text.to == number && text.created < at);
            ours.any(|text| text.body.starts_with("EMERGENCY") && text.status == "delivered")
        };
        let texts = self.trace.messages.iter().filter(|it| it.direction == "inbound" && asked(&it.from, it.created));
        let texts: Vec<_> = texts.filter(|it| matches!(it.body.as_str(), "1" | "9")).collect();
        for text in texts {
            let about = |it: &&Exchange| it.about.as_ref() == Some(&text.sid) && it.side == Side::Out;
            let mut taken = self.trace.requests.iter().filter(about).filter(|it| it.status.is_some_and(|it| it < 300));
            let is_answered = taken.all(|it| it.answer.as_ref().is_some_and(|answer| answer.contains("<Message")));
            self.require(Rule::KeysAreAnswered, is_answered, || {
                format!("{} wrote {} and got no answer", who(&text.from), text.body)
            });
        }
    }
}

impl Case<'_> {
    pub(super) fn was_hung_up_on(&self, call: &CallRecord) -> bool {
        self.asked_for("UpdateCall").any(|it| it.about.as_ref() == Some(&call.sid))
    }
}

/// A key that we have taken in.
struct Taken {
    key: char,
    pressed: Timestamp,
    answered: Timestamp,
}

/// The keys of a call that were taken in. What came twice is answered once.
fn keys_taken(case: &Case<'_>, call: &CallRecord) -> Vec<Taken> {
    let is_asking = |it: &&&Exchange| it.about.as_ref() == Some(&call.sid) && it.hook == Some(HookKind::Voice);
    let asks = case.requests.iter().filter(is_asking);
    let asks = asks.filter(|it| it.url.contains("/technician_keys") && it.status == Some(200) && !is_put_off(it));
    let mut taken: BTreeMap<Option<&str>, Taken> = BTreeMap::new();
    for (it, key, answered) in asks.filter_map(|it| Some((it, key_of(it)?, it.ended?))) {
        let first = taken.entry(it.token.as_deref()).or_insert(Taken { key, pressed: it.began, answered });
        first.answered = first.answered.max(answered);
    }
    taken.into_values().collect()
}

fn key_of(it: &Exchange) -> Option<char> {
    let kept = || it.url.split("Digits=").nth(1);
    let digits = it.field("Digits").filter(|digits| !digits.is_empty()).or_else(kept)?;
    digits.chars().next().filter(|key| matches!(key, '1' | '9'))
}

/// Whether the answer was to ask again in a moment, as when the store is away.
pub(super) fn is_put_off(it: &Exchange) -> bool {
    it.answer.as_ref().is_some_and(|answer| answer.contains("again="))
}

/// Whether it was talked, or said to everybody that it ends, by then.
fn is_over_by(case: &Case<'_>, at: Timestamp) -> bool {
    let talked = case.talks().map(|(_, talk)| talk.from);
    let ended = case.alerts().map(|text| text.created).chain(case.over);
    talked.chain(ended).any(|seen| seen <= at)
}
