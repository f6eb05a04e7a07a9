//! Whose an emergency is, as they were told.

use std::time::Duration;

use responder::Timestamp;
use responder_sim::{CallRecord, HookKind, MessageRecord, Sid};

use super::{Bench, Case};

/// An acceptance that was confirmed.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) number: &'static str,
    /// When the key was pressed, or the text written.
    pub(super) decided: Timestamp,
    /// When it was confirmed.
    pub(super) told: Timestamp,
    /// When they passed it on, or were told that they can't be connected.
    pub(super) until: Option<Timestamp>,
}

/// What somebody hears who has accepted.
const YOURS: [&str; 2] = ["This emergency is yours", "Connecting you now"];

/// A text that takes it from somebody again may be so late: the provider may refuse it, and the node that has it to
/// send may die.
const LATEST_TEXT: Duration = Duration::from_secs(120);

impl Claim {
    pub(super) fn holds_at(&self, at: Timestamp) -> bool {
        self.told < at && self.until.is_none_or(|until| until > at)
    }
}

impl Bench<'_> {
    /// All that were confirmed, by time.
    pub(super) fn claims(&self, case: &Case<'_>) -> Vec<Claim> {
        let mut claims: Vec<Claim> = Vec::new();
        for number in self.technicians() {
            let by_key = case.placed_to(number).flat_map(acceptances_on);
            let by_text = case.texts_from(number).filter(|text| text.body == "1").filter_map(|text| {
                let is_told = |answer: &&MessageRecord| answer.created >= text.created && gives(&answer.body);
                let told = case.texts_to(number).filter(is_told).map(|answer| answer.created).min()?;
                Some((text.created, told))
            });
            let all = by_key.chain(by_text);
            claims.extend(all.map(|(decided, told)| {
                let until = self.losses(case, number).into_iter().filter(|at| *at > decided).min();
                Claim { number, decided, told, until }
            }));
        }
        claims.sort_by_key(|claim| claim.told);
        claims
    }

    /// When somebody passed it on, or learned that somebody else is asked.
    fn losses(&self, case: &Case<'_>, number: &str) -> Vec<Timestamp> {
        let given_up = case.texts_to(number).filter(|text| text.body.contains("could not connect you"));
        let heard = case.placed_to(number).flat_map(|call| &call.heard);
        let heard = heard.filter(|it| super::says(&it.what, "we will ask someone else"));
        let told = given_up.map(|text| text.created).chain(heard.map(|it| it.from));
        self.passes(case, number).into_iter().chain(told).chain(self.unanswered_passes(number)).collect()
    }

    /// Whoever wrote that they pass may have passed although the answer was lost.
    fn unanswered_passes(&self, number: &str) -> impl Iterator<Item = Timestamp> {
        let is_lost = |sid: &Sid| {
            let mut asked = self.trace.requests.iter().filter(|it| it.about.as_ref() == Some(sid));
            asked.any(|it| it.hook == Some(HookKind::Sms) && it.status.is_none_or(|status| status >= 500))
        };
        let texts = self.trace.messages.iter().filter(move |it| it.from == number && it.body == "9");
        texts.filter(move |text| is_lost(&text.sid)).map(|text| text.created)
    }

    /// When somebody passed, by key or text, and was told that it counts.
    pub(super) fn passes(&self, case: &Case<'_>, number: &str) -> Vec<Timestamp> {
        let is_told = |call: &&CallRecord| call.heard_text("You have passed it on");
        let keys = case.placed_to(number).filter(is_told).flat_map(|call| &call.pressed).filter(|it| it.keys == "9");
        let answers = case.texts_to(number).filter(|text| text.body.contains("passed on. We are asking"));
        let is_answered = |at: Timestamp| answers.clone().any(|answer| answer.created >= at);
        let texts = case.texts_from(number).filter(|text| text.body == "9").map(|text| text.created);
        keys.map(|it| it.at).chain(texts.filter(|at| is_answered(*at))).collect()
    }
}

/// Whether it was taken from its owner by then: what they are told may come later.
pub(super) fn is_lost_by(claim: &Claim, at: Timestamp) -> bool {
    claim.until.is_some_and(|until| until <= at + LATEST_TEXT)
}

/// When a key was pressed on a call that made the emergency theirs, and when they heard so. They may pass before they
/// are told that it counts.
fn acceptances_on(call: &CallRecord) -> Vec<(Timestamp, Timestamp)> {
    let told = call.heard.iter().filter(|heard| YOURS.iter().any(|words| super::says(&heard.what, words)));
    let pressed = |told: Timestamp| {
        let keys = call.pressed.iter().filter(move |it| it.keys == "1" && it.at <= told);
        keys.map(|it| it.at).max()
    };
    told.filter_map(|heard| Some((pressed(heard.from)?, heard.from))).collect()
}

/// Whether a text says that it is theirs.
fn gives(body: &str) -> bool {
    body.contains(" is yours.") || body.contains("please call the customer")
}
