//! Who is told what, and in time.

use std::time::Duration;

use responder::Timestamp;
use responder_sim::{Exchange, MessageRecord};

use super::{Bench, Case, PLACINGS, Rule, was_refused};
use crate::cast::{self, who};

/// From the report to the first call, if the node that was to place it dies or nobody knows whether it was placed.
const FIRST_CALL_WITHIN: Duration = Duration::from_secs(120);

impl Bench<'_> {
    pub(super) fn judge_who_is_told(&mut self, case: &Case<'_>) {
        self.first_call_is_soon(case);
        for number in self.technicians() {
            let is_called = case.placed_to(number).next().is_some();
            let is_told = case.texts_to(number).any(|text| text.body.starts_with("EMERGENCY"));
            self.require(Rule::DetailsInWriting, !is_called || is_told, || {
                format!("{} was called and got no details", who(number))
            });
        }
        for number in [cast::OFFICE, cast::BOSS] {
            let is_told = case.texts_to(number).any(|text| text.status == "delivered");
            self.require(Rule::RecipientsHear, is_told, || format!("{} heard of nothing", who(number)));
        }
        self.everybody_is_tried(case);
        self.who_accepted_in_vain_is_asked_to_call(case);
    }

    /// Unless they decided by text before it, or the provider refused to place it until then.
    fn first_call_is_soon(&mut self, case: &Case<'_>) {
        let limit = case.begun + FIRST_CALL_WITHIN;
        let called = case.placed_to(cast::TECHNICIAN).map(|call| call.created).min();
        let is_soon = called.is_some_and(|at| at <= limit);
        let has_decided = self.decides_by_text(case, cast::TECHNICIAN, limit);
        let is_refused = refusals(case, cast::TECHNICIAN, limit) >= PLACINGS;
        self.require(Rule::FirstCallIsSoon, is_soon || has_decided || is_refused, || {
            format!("the technician was called after {:?}", called.map(|at| at.since(case.begun)))
        });
    }

    /// Before it is said that nobody accepted, everybody was called.
    fn everybody_is_tried(&mut self, case: &Case<'_>) {
        let gave_up =
            |text: &&MessageRecord| text.body.contains("NOBODY ACCEPTED") || text.body.contains("NO TECHNICIAN");
        let Some(at) = case.alerts().filter(gave_up).map(|text| text.created).min() else { return };
        for number in self.technicians() {
            let is_called = case.placed_to(number).any(|call| call.created <= at);
            let is_refused = refusals(case, number, at) >= PLACINGS;
            let has_decided = self.decides_by_text(case, number, at);
            self.require(Rule::EverybodyIsTried, is_called || is_refused || has_decided, || {
                format!("given up, and {} was never called", who(number))
            });
        }
    }

    /// Whose the emergency is at its end without a talk is asked in writing to call the customer.
    fn who_accepted_in_vain_is_asked_to_call(&mut self, case: &Case<'_>) {
        if case.has_talk() {
            return;
        }
        for claim in self.claims(case).into_iter().filter(|claim| claim.until.is_none()) {
            let asks = |text: &MessageRecord| text.body.to_lowercase().contains("please call");
            let is_asked = case.texts_to(claim.number).any(|text| text.created >= claim.decided && asks(text));
            self.require(Rule::AskedToCall, is_asked, || {
                format!("{} accepted and was not asked to call", who(claim.number))
            });
        }
    }

    fn decides_by_text(&self, case: &Case<'_>, number: &str, until: Timestamp) -> bool {
        case.texts_from(number).any(|text| text.created <= until && matches!(text.body.as_str(), "1" | "9"))
    }
}

/// How often the provider refused to call a number until then.
fn refusals(case: &Case<'_>, number: &str, until: Timestamp) -> usize {
    let theirs = |it: &&Exchange| it.field("To") == Some(number) && it.began <= until && was_refused(it);
    case.asked_for("CreateCall").filter(theirs).count()
}
