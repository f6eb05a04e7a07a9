//! Customers, and others who call.

use std::time::Duration;

use responder::Timestamp;
use responder_sim::{CallRecord, Direction, Sound};

use super::{Bench, Case, Rule};
use crate::cast::who;

/// How much longer than its limit somebody may be on hold: the piece that is being played ends first, and the store
/// may be away.
const HOLD_SLACK: Duration = Duration::from_secs(60);

/// The longest time in which nobody is called while somebody holds.
const LONGEST_LULL: Duration = Duration::from_secs(150);

/// A caller who is gone by then need not have heard a word.
const WORDS_WITHIN: Duration = Duration::from_secs(30);

impl Bench<'_> {
    /// Whoever calls is spoken to, and is not cut off without a word.
    pub(super) fn judge_callers(&mut self) {
        for call in self.trace.calls.iter().filter(|call| call.direction == Direction::Inbound) {
            self.is_answered(call);
        }
    }

    fn is_answered(&mut self, call: &CallRecord) {
        let rule = Rule::CallersAreAnswered;
        let failed = call.heard.iter().any(|heard| heard.what == Sound::ApplicationError);
        self.require(rule, !failed, || format!("{} heard the provider's words of failure", who(&call.from)));
        self.require(rule, !call.heard_text("technical problems"), || {
            format!("{} was told to call again because something does not work", who(&call.from))
        });
        let Some(ended) = call.ended else { return };
        let by_phone = self.record.hung_up.contains(&call.sid) || call.talks.iter().any(|t| t.to == Some(ended));
        let words = call.texts().count();
        let is_short = by_phone && ended.since(call.created) < WORDS_WITHIN;
        self.require(rule, words > 0 || is_short, || format!("{} heard no word", who(&call.from)));
        let last = call.heard.iter().rfind(|heard| !matches!(heard.what, Sound::HoldMusic));
        let is_said = last.is_some_and(|heard| matches!(heard.what, Sound::Said(_)));
        let was_ended_by_us = self.requests("UpdateCall").any(|it| it.about.as_ref() == Some(&call.sid));
        self.require(rule, by_phone || is_said || was_ended_by_us, || {
            format!("{} was cut off without a word", who(&call.from))
        });
    }

    /// Nobody holds longer than the limit, nor while nobody is sought.
    pub(super) fn judge_holds(&mut self, case: &Case<'_>) {
        let limit = self.plan.policy.timing.hold_limit + HOLD_SLACK;
        for (call, hold) in case.holds() {
            let Some(to) = hold.to else { continue };
            let lasted = to.since(hold.from);
            self.require(Rule::HoldsAreShort, lasted <= limit, || {
                format!("{} held for {} s", who(&call.from), lasted.as_secs())
            });
            let lull = lull(case, hold.from, to);
            self.require(Rule::HoldsAreNotInVain, lull <= LONGEST_LULL, || {
                format!("{} held, and for {} s nobody was called", who(&call.from), lull.as_secs())
            });
        }
    }
}

/// The longest time in which no call of ours is under way.
fn lull(case: &Case<'_>, from: Timestamp, to: Timestamp) -> Duration {
    let mut quiet_since = from;
    let mut longest = Duration::ZERO;
    let mut calls: Vec<_> = case.placed().collect();
    calls.sort_by_key(|call| call.created);
    for call in calls {
        if call.created > quiet_since {
            longest = longest.max(call.created.min(to).since(quiet_since));
        }
        quiet_since = quiet_since.max(call.ended.unwrap_or(to));
    }
    longest.max(to.since(quiet_since))
}
