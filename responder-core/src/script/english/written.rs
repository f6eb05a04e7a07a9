//! What is texted and mailed.

use super::{call_because, conclusion, sentence};
use crate::emergency::{Phase, Text, UnreachableBecause};
use crate::script::{Facts, Label, Opening, Presence};

pub(super) fn text(text: &Text, facts: &Facts) -> String {
    let Facts { company, code, technician, .. } = facts;
    match text {
        Text::Details => {
            format!("EMERGENCY {code}, {company}. Reply 1 to accept, 9 to pass it on.{}", report(facts))
        }
        Text::Copy => {
            format!("Emergency {code}, {company}. Calling {technician}. Reply STATUS to ask.{}", report(facts))
        }
        Text::Missed { because } => {
            format!("Emergency {code}: {} You can still accept: reply 1. To pass it on: 9.", missed(*because))
        }
        Text::Accepted => {
            format!("Emergency {code} is yours.{} Reply DONE when it is dealt with.{}", next(facts), number(facts))
        }
        Text::AlreadyTaken => format!("Emergency {code}: somebody else has accepted. Thank you."),
        Text::Passed => format!("Emergency {code}: passed on. Somebody else is being asked."),
        Text::CallCustomer { why } => {
            format!("Emergency {code}: please call the customer. {}.{}", call_because(*why), number(facts))
        }
        Text::BridgeGivenUp => {
            format!("Emergency {code}: we could not connect you with the customer. Somebody else is being asked.")
        }
        Text::NeverCalled => {
            format!("Emergency {code}: the customer has not called us. Please call them.{}", number(facts))
        }
        Text::Cancelled => format!("Emergency {code} was cancelled. There is nothing more to do."),
        Text::Alert { outcome } => {
            format!("ALERT, emergency {code}, {company}: {}.{}", conclusion(*outcome), report(facts))
        }
        Text::Status => format!("Emergency {code}: {}", standing(facts)),
        Text::Over => format!("Emergency {code} is over. Thank you."),
        Text::Report { summary } => format!("Emergency {code} is over: {}.", conclusion(summary.outcome)),
    }
}

pub(super) fn mail(text: &Text, facts: &Facts) -> Opening {
    let Facts { company, code, technician, .. } = facts;
    let place = if facts.address.is_empty() { String::new() } else { format!(", {}", facts.address) };
    let (subject, first) = match text {
        Text::Details | Text::Copy => (
            format!("Emergency {code}{place}"),
            format!("{company} has taken in an emergency and is calling {technician}."),
        ),
        Text::Alert { outcome } => (
            format!("ALERT: emergency {code}{place}: {}", conclusion(*outcome)),
            format!("Please see to this emergency: {}.", conclusion(*outcome)),
        ),
        Text::Report { summary } => (
            format!("Emergency {code} is over{place}"),
            format!("This emergency is over: {}.", conclusion(summary.outcome)),
        ),
        other => (format!("Emergency {code}{place}"), self::text(other, facts)),
    };
    Opening { subject, sentence: first }
}

pub(super) const fn label(label: Label) -> &'static str {
    match label {
        Label::Customer => "Customer",
        Label::Callback => "Call back",
        Label::Caller => "Called from",
        Label::Address => "Address",
        Label::Map => "Map",
        Label::Description => "What happened",
        Label::Technician => "Technician",
        Label::Opened => "Reported",
        Label::Accepted => "Accepted",
        Label::Concluded => "Over",
        Label::HoldSeconds => "Seconds on hold",
        Label::TalkSeconds => "Seconds of talk",
        Label::Attempts => "Calls placed",
        Label::Calls => "Calls received",
    }
}

/// The number first: with it alone a technician can help.
fn report(facts: &Facts) -> String {
    let rows = [("Address", &facts.address), ("Customer", &facts.customer)];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    let rows: String = rows.map(|(label, value)| format!(" {label}: {}", sentence(value))).collect();
    format!("{}{rows}", number(facts))
}

fn number(facts: &Facts) -> String {
    match (facts.callback.is_empty(), facts.caller.is_empty()) {
        (true, _) => " They left no number.".to_owned(),
        (false, true) => format!(" Call back: {}", sentence(&facts.callback)),
        (false, false) => format!(" Call back: {} (called from {}).", facts.callback, facts.caller),
    }
}

const fn next(facts: &Facts) -> &'static str {
    match facts.presence {
        Presence::OnHold => " The customer is on the line: your phone rings now.",
        Presence::Talking => "",
        Presence::Away => " Your phone rings when the customer calls.",
    }
}

const fn missed(because: UnreachableBecause) -> &'static str {
    match because {
        UnreachableBecause::Busy => "your line was busy.",
        UnreachableBecause::NoAnswer => "we called, and nobody picked up.",
        UnreachableBecause::Voicemail => "we called and reached your voicemail.",
        UnreachableBecause::NoKey => "we called, but no key was pressed.",
        UnreachableBecause::Failed | UnreachableBecause::Refused => "your number could not be called.",
        UnreachableBecause::Passed => "you passed it on.",
        UnreachableBecause::NoText => "we have no answer from you.",
        UnreachableBecause::Canceled | UnreachableBecause::Lost => "our call did not get through to you.",
        UnreachableBecause::NotJoined => "we could not connect you.",
    }
}

fn standing(facts: &Facts) -> String {
    let technician = &facts.technician;
    let search = match facts.phase {
        Phase::Seeking => format!("nobody has accepted yet, calling {technician}."),
        Phase::Accepted => format!("accepted by {technician}."),
        Phase::Closing { .. } => "it is being closed.".to_owned(),
        Phase::Concluded { outcome, .. } => format!("over, {}.", conclusion(outcome)),
    };
    let customer = match facts.presence {
        Presence::Away => "",
        Presence::OnHold => " The customer is on hold.",
        Presence::Talking => " Technician and customer are talking.",
    };
    format!("{search}{customer}{}", number(facts))
}

pub(super) fn takeover(facts: &Facts) -> Opening {
    Opening {
        subject: format!("TAKE OVER: an emergency of {} can't be handled", facts.company),
        sentence: format!("{}: TAKE OVER BY HAND. The service can't go on with an emergency.", facts.company),
    }
}
