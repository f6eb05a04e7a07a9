//! What a stored value says, in words that do not change with its type.

use super::super::super::*;
use crate::store::Card;

pub(super) trait Shows {
    fn shows(&self) -> String;
}

/// What others than the machine itself read from a state, and when it wants to be asked again.
pub(super) fn of_state(e: &Emergency) -> String {
    let attempt = |attempt: &Attempt| format!("{:?} of {} {:?}", attempt.kind, attempt.to, attempt.stage);
    let leg =
        |leg: &Leg| format!("{} {:?}", leg.from.map_or_else(|| "withheld".to_owned(), |n| n.to_string()), leg.stage);
    let due = e.poll_timeout().map_or_else(|| "never".to_owned(), |at| at.to_string());
    let facts = [
        ("accepted", e.is_accepted()),
        ("occupies", e.occupies_branch()),
        ("with customer", e.has_customer()),
        ("awaits customer", e.awaits_customer()),
    ];
    let facts = facts.into_iter().filter_map(|(name, holds)| holds.then_some(name)).collect::<Vec<_>>().join(", ");
    let calls = e.attempts().iter().map(attempt).chain(e.legs().iter().map(leg)).collect::<Vec<_>>().join("; ");
    format!("{:?}; technician {}; {facts}; calls: {calls}; due {due}", e.phase(), e.technician().number)
}

impl Shows for Command {
    fn shows(&self) -> String {
        let what = match &self.action {
            Action::PlaceCall { attempt, purpose, to, not_after } => {
                format!("{purpose:?} {} to {to} until {not_after}", attempt.0)
            }
            Action::FindCall { attempt, to, since, except } => {
                format!("{} to {to} since {since}, {} known", attempt.0, except.len())
            }
            Action::FetchCall { line, call } | Action::EndCall { line, call } => format!("{line:?} {call}"),
            Action::SendText { to, text } => format!("to {to}: {text:?}"),
            Action::SendMail { text } => format!("{text:?}"),
            Action::DeleteQueue { leg } => format!("{}", leg.0),
        };
        format!("{} {} {what}", self.id, self.action.kind().as_str())
    }
}

impl Shows for Outcome {
    fn shows(&self) -> String {
        match self {
            Self::Rejected { reason, .. } | Self::Unavailable { reason } => format!("{self:?}: {reason}"),
            other => format!("{other:?}"),
        }
    }
}

impl Shows for Event {
    fn shows(&self) -> String {
        format!("{self:?}")
    }
}

impl Shows for Card {
    fn shows(&self) -> String {
        let Self { technician, callback, customer_name, address, description, recipients, recipient_emails } = self;
        let people = [recipients.join(" "), recipient_emails.join(" ")].join(" ");
        format!("{technician}; {callback}; {customer_name}; {address}; {description}; {people}")
    }
}
