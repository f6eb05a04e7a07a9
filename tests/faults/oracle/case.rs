//! What belongs to which emergency: by the names in the addresses, and by the code in what is written.

use std::collections::{BTreeMap, BTreeSet};

use responder::{Timestamp, script::code_of};
use responder_sim::{CallRecord, Direction, Exchange, MessageRecord, Sid, Side, Talk};

use super::{SHORTEST_TALK, length};
use crate::{cast, post::Letter, world::Record};

/// One emergency, and what was seen of it.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    /// When it was reported, or seen for the first time.
    pub(super) begun: Timestamp,
    /// When it was reported to be over.
    pub(super) over: Option<Timestamp>,
    pub(super) calls: Vec<&'a CallRecord>,
    /// To and from people.
    pub(super) texts: Vec<&'a MessageRecord>,
    pub(super) letters: Vec<&'a Letter>,
    /// In both directions.
    pub(super) requests: Vec<&'a Exchange>,
}

/// The letters of a name.
const NAME_LENGTH: usize = 26;

const NAMED_BY: &str = "emergency_id=";

/// Every emergency of which anything was seen, oldest first.
pub(super) fn all(record: &Record) -> Vec<Case<'_>> {
    let reported = record.taken_in.iter().map(|(at, name)| (name.as_str(), *at));
    let asked = record.trace.requests.iter().flat_map(|it| names(it).into_iter().map(|name| (name, it.began)));
    let holds = record.trace.calls.iter().flat_map(|call| &call.holds);
    let held = holds.filter_map(|hold| Some((hold.queue.get(..NAME_LENGTH)?, hold.from)));
    let mut begins: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for (name, at) in reported.chain(asked).chain(held) {
        let begun = begins.entry(name).or_insert(at);
        *begun = at.min(*begun);
    }
    let sorting = Sorting::new(record, begins);
    sorting.begins.keys().map(|name| sorting.case(name)).collect()
}

/// The names of emergencies in the addresses of a request and of its answer.
fn names(request: &Exchange) -> BTreeSet<&str> {
    let parts = [request.url.as_str(), request.answer.as_deref().unwrap_or_default()];
    let fields = request.fields.iter().map(|(_, value)| value.as_str());
    parts
        .into_iter()
        .chain(fields)
        .flat_map(|part| part.split(NAMED_BY).skip(1))
        .filter_map(|rest| rest.get(..NAME_LENGTH))
        .collect()
}

struct Sorting<'a> {
    record: &'a Record,
    begins: BTreeMap<&'a str, Timestamp>,
    codes: Vec<(String, &'a str)>,
    /// Calls and texts by what their addresses say.
    named: BTreeMap<&'a Sid, &'a str>,
}

impl<'a> Sorting<'a> {
    fn new(record: &'a Record, begins: BTreeMap<&'a str, Timestamp>) -> Self {
        let code = |name: &&'a str| name.parse().ok().map(|id| (code_of(id), *name));
        let codes = begins.keys().filter_map(code).collect();
        let mut sorting = Self { record, begins, codes, named: BTreeMap::new() };
        for request in &record.trace.requests {
            let Some(name) = names(request).into_iter().next() else { continue };
            if let Some(about) = &request.about {
                sorting.named.entry(about).or_insert(name);
            }
        }
        let placed = record.trace.calls.iter().map(|call| &call.sid);
        for sid in placed.chain(record.trace.messages.iter().map(|text| &text.sid)) {
            let made = |it: &&Exchange| {
                it.side == Side::In && it.answer.as_ref().is_some_and(|answer| answer.contains(sid.as_str()))
            };
            let made = record.trace.requests.iter().find(made).and_then(|it| names(it).into_iter().next());
            if let Some(name) = made {
                sorting.named.entry(sid).or_insert(name);
            }
        }
        sorting
    }

    /// Whose a code is that was written at that time. Two emergencies of one run may have the same.
    fn by_code(&self, written: &str, at: Timestamp) -> Option<&'a str> {
        let code = written.split("mergency ").nth(1).or_else(|| written.split("MERGENCY ").nth(1))?.get(..2)?;
        let theirs = self.codes.iter().filter(|(known, name)| known == code && self.begins[name] <= at);
        theirs.map(|(_, name)| *name).max()
    }

    fn of_text(&self, text: &MessageRecord) -> Option<&'a str> {
        let answer = || {
            let asked = self.record.trace.requests.iter().filter(|it| it.about.as_ref() == Some(&text.sid));
            asked.filter_map(|it| self.by_code(it.answer.as_deref()?, it.ended?)).next()
        };
        let named = self.named.get(&text.sid).copied();
        named.or_else(|| if text.direction == "inbound" { answer() } else { self.by_code(&text.body, text.created) })
    }

    fn case(&self, name: &str) -> Case<'a> {
        let trace = &self.record.trace;
        let is_its = |sid: &Sid| self.named.get(sid).is_some_and(|named| *named == name);
        let calls: Vec<&CallRecord> = trace.calls.iter().filter(|call| is_its(&call.sid)).collect();
        let letters = self.record.letters.iter().filter(|it| self.by_code(&it.subject, it.at) == Some(name));
        let letters: Vec<&Letter> = letters.collect();
        let is_about = |it: &&Exchange| names(it).contains(name) || it.about.as_ref().is_some_and(is_its);
        Case {
            begun: self.begins[name],
            over: letters.iter().find(|it| it.subject.contains("is over")).map(|it| it.at),
            calls,
            texts: trace.messages.iter().filter(|text| self.of_text(text) == Some(name)).collect(),
            letters,
            requests: trace.requests.iter().filter(is_about).collect(),
        }
    }
}

impl<'a> Case<'a> {
    /// Calls that were placed.
    pub(super) fn placed(&self) -> impl Iterator<Item = &'a CallRecord> {
        self.calls.iter().copied().filter(|call| call.direction == Direction::OutboundApi)
    }

    pub(super) fn placed_to(&self, number: &str) -> impl Iterator<Item = &'a CallRecord> {
        self.placed().filter(move |call| call.to == number)
    }

    pub(super) fn texts_to(&self, number: &str) -> impl Iterator<Item = &'a MessageRecord> + Clone {
        self.texts.iter().copied().filter(move |text| text.to == number && text.direction != "inbound")
    }

    pub(super) fn texts_from(&self, number: &str) -> impl Iterator<Item = &'a MessageRecord> {
        self.texts.iter().copied().filter(move |text| text.from == number && text.direction == "inbound")
    }

    pub(super) fn asked_for(&self, operation: &str) -> impl Iterator<Item = &'a Exchange> {
        let ours = self.requests.iter().copied().filter(|it| it.side == Side::In);
        ours.filter(move |it| it.operation.as_deref() == Some(operation))
    }

    /// Talks with somebody whom we called.
    pub(super) fn talks(&self) -> impl Iterator<Item = (&'a CallRecord, &'a Talk)> {
        self.placed().flat_map(|call| call.talks.iter().filter(|talk| talk.dialler).map(move |talk| (call, talk)))
    }

    /// Whether there was a talk that was long enough to help.
    pub(super) fn has_talk(&self) -> bool {
        self.talks().any(|(_, talk)| length(talk) >= SHORTEST_TALK)
    }

    pub(super) fn alerts(&self) -> impl Iterator<Item = &'a MessageRecord> {
        self.texts.iter().copied().filter(|text| text.body.starts_with("ALERT"))
    }

    /// How it ended, as the last letter says.
    pub(super) fn outcome(&self) -> &'a str {
        let report = self.letters.iter().find(|it| it.subject.contains("is over"));
        let sentence = report.and_then(|it| it.text.split("This emergency is over: ").nth(1));
        sentence.and_then(|rest| rest.split('.').next()).unwrap_or("not reported")
    }

    /// When the customers of this emergency were put on hold, and by which call.
    pub(super) fn holds(&self) -> impl Iterator<Item = (&'a CallRecord, &'a responder_sim::Hold)> {
        let callers = self.calls.iter().copied().filter(|call| call.from != cast::BRANCH);
        callers.flat_map(|call| call.holds.iter().map(move |hold| (call, hold)))
    }
}
