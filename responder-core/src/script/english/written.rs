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
            format!("Emergency {code}, {company}. Calling {technician}. Reply STATUS for an update.{}", report(facts))
        }
        Text::Missed { because } => {
            format!("Emergency {code}: {} You can still reply 1 to accept, or 9 to pass it on.", missed(*because))
        }
        Text::Accepted => {
            format!("Emergency {code} is yours.{} Reply DONE when it is taken care of.{}", next(facts), number(facts))
        }
        Text::AlreadyTaken => format!("Emergency {code}: someone else has accepted. Thank you."),
        Text::Passed => format!("Emergency {code}: passed on. We are asking someone else."),
        Text::CallCustomer { why } => {
            format!("Emergency {code}: please call the customer. {}.{}", call_because(*why), number(facts))
        }
        Text::BridgeGivenUp => {
            format!("Emergency {code}: we could not connect you with the customer. We are asking someone else.")
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
            format!("{company} has received an emergency report and is calling {technician}."),
        ),
        Text::Alert { outcome } => (
            format!("ALERT: emergency {code}{place}: {}", conclusion(*outcome)),
            format!("This emergency needs your attention: {}.", conclusion(*outcome)),
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
        Label::Callback => "Callback number",
        Label::Caller => "Called from",
        Label::Address => "Address",
        Label::Map => "Map",
        Label::Description => "What happened",
        Label::Technician => "Technician",
        Label::Opened => "Reported",
        Label::Accepted => "Accepted",
        Label::Concluded => "Ended",
        Label::HoldSeconds => "Seconds on hold",
        Label::TalkSeconds => "Seconds connected",
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
        (true, _) => " They left no phone number.".to_owned(),
        (false, true) => format!(" Call back: {}", sentence(&facts.callback)),
        (false, false) => format!(" Call back: {} (called from {}).", facts.callback, facts.caller),
    }
}

const fn next(facts: &Facts) -> &'static str {
    match facts.presence {
        Presence::OnHold => " The customer is on the line. We are calling you now.",
        Presence::Talking => "",
        Presence::Away => " We will call you when the customer calls.",
    }
}

const fn missed(because: UnreachableBecause) -> &'static str {
    match because {
        UnreachableBecause::Busy => "your line was busy.",
        UnreachableBecause::NoAnswer => "we called, but nobody answered.",
        UnreachableBecause::Voicemail => "we called and reached your voicemail.",
        UnreachableBecause::NoKey => "we called, but no key was pressed.",
        UnreachableBecause::Failed | UnreachableBecause::Refused => "your number could not be called.",
        UnreachableBecause::Passed => "you passed it on.",
        UnreachableBecause::NoText => "you have not replied.",
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
        Presence::Talking => " The technician and the customer are talking.",
    };
    format!("{search}{customer}{}", number(facts))
}

pub(super) fn takeover(facts: &Facts) -> Opening {
    Opening {
        subject: format!("TAKE OVER: {} has an emergency that the system can't handle", facts.company),
        sentence: format!("{}: TAKE OVER BY HAND. The system can't continue with this emergency.", facts.company),
    }
}
