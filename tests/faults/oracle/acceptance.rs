//! What an acceptance is worth.

use std::time::Duration;

use responder::Timestamp;
use responder_sim::{CallRecord, Exchange, HookKind, Side};

use super::claims::{Claim, is_lost_by};
use super::{Bench, Case, Rule};
use crate::cast::{self, who};

/// From an acceptance, or from when a customer is on hold, to an attempt at connecting the two.
const CONNECTED_WITHIN: Duration = Duration::from_secs(60);

/// After so long a call of which nothing is heard has been looked at.
const LOOKED_AFTER: Duration = Duration::from_secs(90);

/// A node may be about to ask the provider for a call when another one takes in that it is no longer wanted.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

/// Somebody may pass who has been handed the connection already; it is made for so long.
const CONNECTING: Duration = Duration::from_secs(15);

impl Bench<'_> {
    pub(super) fn judge_acceptances(&mut self, case: &Case<'_>) {
        let claims = self.claims(case);
        self.keys_are_answered(case);
        self.who_passes_is_left_alone(case);
        self.who_talks_has_accepted(case);
        self.one_owner(&claims);
        for claim in &claims {
            self.acceptance_works(case, claim);
            self.acceptance_is_kept(case, claim);
        }
    }

    /// Whoever holds while it is somebody's is connected, or it is tried.
    fn acceptance_works(&mut self, case: &Case<'_>, claim: &Claim) {
        for (call, hold) in case.holds() {
            let from = hold.from.max(claim.told);
            let ends = [hold.to, claim.until, case.over];
            let to = ends.into_iter().flatten().min();
            let limit =
                CONNECTED_WITHIN + if is_end_unheard(case, claim.number) { LOOKED_AFTER } else { Duration::ZERO };
            let is_long = to.is_none_or(|to| to > from + limit);
            let is_tried = connections(case).any(|at| from <= at + CONNECTING && at <= from + limit);
            let talks = case.talks().any(|(_, talk)| talk.from <= from && talk.to.is_none_or(|to| to > from));
            self.require(Rule::AcceptanceWorks, !is_long || is_tried || talks, || {
                format!(
                    "it was {}'s, {} held, and nothing was done to connect them",
                    who(claim.number),
                    who(&call.from)
                )
            });
        }
    }

    /// As long as it is somebody's, nobody else is asked: not before they pass, or can't be connected.
    fn acceptance_is_kept(&mut self, case: &Case<'_>, claim: &Claim) {
        let callback = |it: &Exchange| it.field("StatusCallback").unwrap_or_default().to_owned();
        let asks: Vec<&Exchange> = case.asked_for("CreateCall").collect();
        let is_repeat =
            |it: &Exchange| asks.iter().any(|other| other.began <= claim.told && callback(other) == callback(it));
        let is_notification = |it: &&&Exchange| {
            it.began > claim.told + ON_ITS_WAY && callback(it).contains("/technician_call_ended") && !is_repeat(it)
        };
        let Some(asked) = asks.iter().find(is_notification) else { return };
        self.require(Rule::AcceptanceIsKept, is_lost_by(claim, asked.began), || {
            let other = asked.field("To").map_or("", who);
            format!("it was said to be {}'s, and {other} was asked", who(claim.number))
        });
    }

    fn one_owner(&mut self, claims: &[Claim]) {
        for (place, first) in claims.iter().enumerate() {
            let others = claims[place + 1..].iter().filter(|other| other.number != first.number);
            for other in others {
                let is_both = first.holds_at(other.told) && !is_lost_by(first, other.told);
                self.require(Rule::OneOwner, !is_both, || {
                    format!("it was said to be {}'s, and {}'s as well", who(first.number), who(other.number))
                });
            }
        }
    }

    /// Whoever passes is not called again before everybody else was, or has passed as well.
    fn who_passes_is_left_alone(&mut self, case: &Case<'_>) {
        let technicians = self.technicians();
        for number in technicians.clone() {
            for at in self.passes(case, number) {
                let later = case.placed_to(number).map(|call| call.created).filter(|begun| *begun > at);
                let Some(again) = later.min() else { continue };
                if self.decisions(case, number, "1").iter().any(|accepted| at < *accepted && *accepted < again) {
                    continue;
                }
                let skipped = technicians.iter().filter(|other| **other != number).find(|other| {
                    let mut asked = case.asked_for("CreateCall").filter(|it| it.field("To") == Some(**other));
                    let called = asked.any(|it| at < it.began && it.began < again);
                    !called && !self.passes(case, other).iter().any(|passed| *passed < again)
                });
                self.require(Rule::PassingCounts, skipped.is_none(), || {
                    let skipped = skipped.map_or("", |other| who(other));
                    format!("{} passed and was called again before {skipped}", who(number))
                });
            }
        }
    }

    /// Nobody is connected with a customer who has not accepted this emergency, by key or by text, or has passed it on
    /// since.
    fn who_talks_has_accepted(&mut self, case: &Case<'_>) {
        for (call, talk) in case.talks() {
            let whoever = call.to == cast::GENERAL_LINE;
            let theirs = self.technicians().into_iter().filter(|number| whoever || *number == call.to);
            let is_theirs = theirs.into_iter().any(|number| self.is_theirs(case, number, talk.from));
            self.require(Rule::TalkersHaveAccepted, is_theirs, || {
                format!("{} talked without having accepted", who(&call.to))
            });
        }
    }

    /// Whether somebody has accepted by then and not passed since, whatever they were told.
    fn is_theirs(&self, case: &Case<'_>, number: &str, at: Timestamp) -> bool {
        let Some(accepted) = self.decisions(case, number, "1").into_iter().filter(|it| *it <= at).max() else {
            return false;
        };
        !self.passes(case, number).iter().any(|passed| accepted < *passed && *passed + CONNECTING < at)
    }

    /// When somebody pressed this key, or wrote so.
    fn decisions(&self, case: &Case<'_>, number: &str, key: &str) -> Vec<Timestamp> {
        let keys = case.placed_to(number).flat_map(|call| &call.pressed).filter(|it| it.keys == key).map(|it| it.at);
        let texts = self.trace.messages.iter().filter(|text| text.from == number && text.body == key);
        keys.chain(texts.map(|text| text.created).filter(|at| *at >= case.begun)).collect()
    }
}

/// Whether a call to this number ended, and we were not told in time: two calls would keep each other engaged.
fn is_end_unheard(case: &Case<'_>, number: &str) -> bool {
    let calls: Vec<&CallRecord> = case.placed_to(number).collect();
    let mut ends = case.requests.iter().filter(|it| {
        it.hook == Some(HookKind::CallStatus)
            && it.field("CallStatus").is_some_and(|status| !matches!(status, "initiated" | "ringing" | "in-progress"))
            && calls.iter().any(|call| it.about.as_ref() == Some(&call.sid))
    });
    ends.any(|it| it.status != Some(204) || it.fault.as_ref().is_some_and(|fault| fault.starts_with("Delay")))
}

/// When something was done to connect a technician and a customer: a call was asked for that is to do it, or a call
/// was told to.
fn connections<'a>(case: &'a Case<'_>) -> impl Iterator<Item = Timestamp> + 'a {
    let is_bridge = |it: &&Exchange| it.field("StatusCallback").is_some_and(|it| it.contains("/conference_status"));
    let calls = case.asked_for("CreateCall").filter(is_bridge).map(|it| it.began);
    let connects =
        |it: &&&Exchange| it.side == Side::Out && it.answer.as_ref().is_some_and(|answer| answer.contains("</Queue>"));
    let documents = case.requests.iter().filter(connects).filter_map(|it| it.ended);
    let talks = case.talks().map(|(_, talk): (&CallRecord, _)| talk.from);
    calls.chain(documents).chain(talks)
}
