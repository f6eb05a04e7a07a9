//! What is said, and said again.

use std::collections::BTreeMap;

use responder_sim::{CallRecord, Exchange, HookKind, Side};

use super::keys::is_put_off;
use super::{Bench, Rule, says};
use crate::cast::who;

impl Bench<'_> {
    pub(super) fn judge_documents(&mut self) {
        self.repeats_are_answered_alike();
        self.texts_are_answered();
        self.recording_is_announced();
    }

    /// The provider names each request, so that a repeat can be told: both get the same document or text.
    fn repeats_are_answered_alike(&mut self) {
        let mut by_name: BTreeMap<&str, Vec<&Exchange>> = BTreeMap::new();
        let is_answered = |it: &&Exchange| {
            let is_asking = matches!(it.hook, Some(HookKind::Voice | HookKind::Sms));
            it.side == Side::Out && is_asking && it.status == Some(200) && !is_stand_in(it)
        };
        for request in self.trace.requests.iter().filter(is_answered) {
            by_name.entry(request.token.as_deref().unwrap_or_default()).or_default().push(request);
        }
        for same in by_name.values() {
            let is_alike = same.windows(2).all(|two| two[0].answer == two[1].answer || self.went_on(two[0], two[1]));
            self.require(Rule::RepeatsAreAnsweredAlike, is_alike, || {
                let answers: Vec<_> = same.iter().map(|it| it.answer.as_deref().unwrap_or_default()).collect();
                format!("{} was answered in two ways: {answers:?}", same[0].url)
            });
        }
    }

    /// Whether something else was answered in between, so that one answer is of another state: for the same call, or,
    /// on hold and to a text, of anything, because where things stand is said again each time.
    fn went_on(&self, one: &Exchange, two: &Exchange) -> bool {
        let from = one.began.min(two.began);
        let until = one.ended.max(two.ended);
        let is_other = |it: &&Exchange| it.token.is_none() || it.token != one.token;
        let is_between = |it: &&Exchange| it.ended >= Some(from) && it.ended <= until;
        let mut between = self.trace.requests.iter().filter(is_other).filter(is_between);
        let says_state = one.url.contains("/hold?") || one.hook == Some(HookKind::Sms);
        between.any(|it| says_state || (it.about == one.about && it.hook == Some(HookKind::Voice)))
    }

    /// Customers hear it when they leave the queue, before they are connected.
    fn recording_is_announced(&mut self) {
        let Some(notice) = &self.plan.recording_notice else { return };
        let talks: Vec<_> = self.trace.talks().collect();
        for (_, talk) in talks {
            let Some(customer) = self.trace.call(&talk.with) else { continue };
            let is_told = was_told(customer, notice, talk.from);
            // The provider connects also when the document that says it can't be had.
            let mut asked = self.trace.requests.iter().filter(|it| it.about.as_ref() == Some(&customer.sid));
            let is_lost = asked.any(|it| {
                it.url.contains("/bridge_joined")
                    && it.status != Some(200)
                    && it.ended.is_some_and(|at| at <= talk.from)
            });
            self.require(Rule::RecordingIsAnnounced, is_told || is_lost, || {
                format!("{} was recorded without having been told", who(&customer.from))
            });
        }
    }
}

/// Whether a caller heard the notice in the time between the queue and the talk.
fn was_told(customer: &CallRecord, notice: &str, talk: responder::Timestamp) -> bool {
    let left = customer.holds.iter().filter_map(|hold| hold.to).filter(|at| *at <= talk).max();
    let mut heard = customer.heard.iter().filter(|heard| says(&heard.what, notice));
    left.is_some_and(|left| heard.any(|heard| left <= heard.from && heard.from <= talk))
}

/// An answer for as long as nobody knows what to answer: to ask again, or music.
fn is_stand_in(it: &Exchange) -> bool {
    let is_silent = it.answer.as_ref().is_some_and(|answer| !answer.contains("<Say"));
    is_put_off(it) || (it.url.contains("/hold?") && is_silent)
}
