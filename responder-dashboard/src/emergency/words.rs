//! Sentences for what happened, and how much each weighs.

use responder_core::{
    E164,
    emergency::{AcceptedBy, AttemptKind, Conclusion, Contact, End, Event, Keyword, UnreachableBecause},
};

use super::{
    seen::{CallState, Seen, SeenAttempt},
    view::seconds,
};

/// Whom numbers belong to.
pub(crate) struct Who<'a> {
    people: &'a [Contact],
    customer: Option<E164>,
    customer_name: &'a str,
}

impl<'a> Who<'a> {
    pub(crate) fn of(e: &'a Seen) -> Self {
        Self { people: &e.people, customer: e.customer.number, customer_name: e.customer.name.trim() }
    }

    /// By name, if somebody wrote it down.
    pub(crate) fn is(&self, number: E164) -> String {
        let named = self.people.iter().filter(|contact| contact.number == number);
        let name = named.filter_map(|contact| contact.name.as_deref()).find(|name| !name.trim().is_empty());
        name.map_or_else(|| number.to_string(), str::to_owned)
    }

    /// By name and number.
    pub(crate) fn is_written(&self, number: E164) -> String {
        let name = self.is(number);
        if name == number.to_string() { name } else { format!("{name} ({number})") }
    }

    /// Who calls in.
    pub(crate) fn calls(&self, from: Option<E164>) -> String {
        match from {
            None => "Somebody without a number".to_owned(),
            Some(number) if self.customer == Some(number) && !self.customer_name.is_empty() => {
                self.customer_name.to_owned()
            }
            Some(number) if self.customer == Some(number) => "The customer".to_owned(),
            Some(number) => self.is(number),
        }
    }
}

/// How an emergency ended.
pub(crate) const fn outcome(outcome: Conclusion) -> &'static str {
    match outcome {
        Conclusion::Connected => "Technician and customer talked.",
        Conclusion::CustomerNeverCalled => "A technician accepted; the customer never called.",
        Conclusion::CustomerHungUp => "The customer hung up before they were connected.",
        Conclusion::Voicemail => "Nobody accepted; the customer left a message.",
        Conclusion::Unanswered => "Nobody accepted.",
        Conclusion::Cancelled => "It was cancelled.",
        Conclusion::Failed => "No phone could be made to ring.",
    }
}

/// How good that is: a class of the style sheets.
pub(crate) const fn grade(outcome: Conclusion) -> &'static str {
    match outcome {
        Conclusion::Connected => "good",
        Conclusion::CustomerNeverCalled | Conclusion::CustomerHungUp => "warn",
        Conclusion::Unanswered | Conclusion::Voicemail | Conclusion::Failed => "bad",
        Conclusion::Cancelled => "quiet",
    }
}

/// What a call was for, and how it ended.
pub(super) fn attempt(attempt: &SeenAttempt, name: &str) -> String {
    let what = match attempt.kind {
        AttemptKind::Notification => name.to_owned(),
        AttemptKind::Bridge => format!("{name}, to be connected"),
        AttemptKind::Transfer => format!("{name}, to be put through"),
    };
    let CallState::Ended(end) = attempt.state else { return what };
    let end = match end {
        End::Completed => return what,
        End::Busy => "busy",
        End::NoAnswer => "no answer",
        End::Failed => "failed",
        End::Canceled => "ended by us",
        End::Refused => "refused by the provider",
        End::Lost => "never seen",
        End::GivenUp => "lost sight of",
    };
    format!("{what} – {end}")
}

/// Class of its weight, and sentence.
pub(super) fn event(event: &Event, who: &Who<'_>) -> (&'static str, String) {
    (weight(event), sentence(event, who))
}

const fn weight(event: &Event) -> &'static str {
    match event {
        Event::WebhookReceived { .. } | Event::Cancelled | Event::EmergencyConcluded(_) => "strong",
        Event::EmergencyCallError { .. }
        | Event::SmsError { .. }
        | Event::MailError { .. }
        | Event::BridgeFailed { .. }
        | Event::FallbackUsed { .. } => "bad",
        Event::NobodyAccepted => "bad strong",
        Event::TechnicianAccepted { .. } | Event::Bridged { .. } => "good strong",
        Event::TechnicianUnreachable { .. } | Event::CustomerHungUp { .. } | Event::AlertSent { .. } => "warn",
        Event::EmergencyCallStart { .. }
        | Event::EmergencyCallInitiated { .. }
        | Event::TechnicianCallInitiated { .. }
        | Event::IncomingSms { .. }
        | Event::TechnicianPassed { .. }
        | Event::TechnicianEscalated { .. }
        | Event::IncomingCall { .. }
        | Event::StrangerCalled { .. }
        | Event::CustomerOnHold { .. }
        | Event::TalkEnded { .. }
        | Event::VoicemailOffered { .. }
        | Event::VoicemailLeft { .. }
        | Event::RecordingReady { .. } => "",
        _ => "quiet",
    }
}

fn sentence(event: &Event, who: &Who<'_>) -> String {
    match event {
        Event::WebhookReceived { .. } => "The emergency was reported.".to_owned(),
        Event::EmergencyCallStart { to, .. } => format!("{} is to be called.", who.is_written(*to)),
        Event::EmergencyCallInitiated { to, .. } => format!("The call to {} is on its way.", who.is(*to)),
        Event::EmergencyCallError { to, error, .. } => format!("{} could not be called: {error}", who.is(*to)),
        Event::SmsAttempt { to } => format!("A text goes to {}.", who.is(*to)),
        Event::SmsSent { to, .. } => format!("The text to {} was sent.", who.is(*to)),
        Event::SmsError { to: Some(to), error } => format!("The text to {} failed: {error}", who.is(*to)),
        Event::SmsError { to: None, error } => format!("A text failed: {error}"),
        Event::SmsDelivered { .. } => "A text has arrived.".to_owned(),
        Event::IncomingSms { from, keyword } => format!("{} {}", who.is(*from), texted(*keyword)),
        Event::MailError { error } => format!("A mail was not sent: {error}"),
        Event::TechnicianAccepted { technician, by } => format!("{} accepted {}.", who.is(*technician), means(*by)),
        Event::TechnicianPassed { technician } => format!("{} passed it on.", who.is(*technician)),
        Event::TechnicianUnreachable { technician, because, .. } => {
            format!("{} was not reached: {}.", who.is(*technician), reason(*because))
        }
        Event::TechnicianEscalated { technician } => format!("Next in line is {}.", who.is_written(*technician)),
        Event::IncomingCall { from, .. } => format!("{} called.", who.calls(*from)),
        Event::CustomerOnHold { .. } => "The customer is on hold.".to_owned(),
        Event::CustomerHungUp { .. } => "The customer hung up.".to_owned(),
        Event::StrangerCalled { from, .. } => format!("Somebody else called: {}.", who.calls(*from)),
        Event::TechnicianCallInitiated { to, kind: AttemptKind::Transfer, .. } => {
            format!("{} is called, to be put through.", who.is(*to))
        }
        Event::TechnicianCallInitiated { to, .. } => format!("{} is called, to be connected.", who.is(*to)),
        Event::Bridged { .. } => "The two are connected and talk.".to_owned(),
        Event::BridgeFailed { because, .. } => format!("They could not be connected: {}.", reason(*because)),
        Event::ConferenceStatus { .. } => "The call that connected them is over.".to_owned(),
        Event::TalkEnded { seconds: talk } => format!("The talk is over after {}.", seconds(*talk)),
        Event::VoicemailOffered { .. } => "The customer is asked to leave a message.".to_owned(),
        Event::VoicemailLeft { seconds: length, .. } => format!("The customer left a message of {}.", seconds(*length)),
        Event::RecordingReady { seconds: length, .. } => {
            format!("A recording of {} can be listened to.", seconds(*length))
        }
        Event::NobodyAccepted => "Everybody was tried; nobody accepted.".to_owned(),
        Event::AlertSent { texts, mails } => format!("An alert went to {texts} phones and {mails} mail addresses."),
        Event::DuplicateCall { .. } => "A call that was placed twice was ended.".to_owned(),
        Event::FallbackUsed { .. } => "The provider could not use one of our answers, and asked again.".to_owned(),
        Event::Cancelled => "An operator cancelled it.".to_owned(),
        Event::EmergencyConcluded(summary) => format!(
            "It is over. {} On hold {}, talk {}.",
            outcome(summary.outcome),
            seconds(summary.hold_seconds),
            seconds(summary.talk_seconds)
        ),
        other => format!("{}.", other.name().replace('_', " ")),
    }
}

const fn texted(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Accept => "accepted by text.",
        Keyword::Pass => "passed it on by text.",
        Keyword::Done => "texted that it is dealt with.",
        Keyword::Status => "asked by text where things stand.",
    }
}

const fn means(by: AcceptedBy) -> &'static str {
    match by {
        AcceptedBy::Key => "by a key",
        AcceptedBy::Text => "by text",
        AcceptedBy::Human | AcceptedBy::Answer => "by answering",
        AcceptedBy::Bridge => "by being connected",
    }
}

const fn reason(because: UnreachableBecause) -> &'static str {
    match because {
        UnreachableBecause::Busy => "the line was busy",
        UnreachableBecause::NoAnswer => "nobody picked up",
        UnreachableBecause::Voicemail => "a machine picked up",
        UnreachableBecause::NoKey => "no key was pressed",
        UnreachableBecause::Failed => "the call could not be carried",
        UnreachableBecause::Refused => "the provider refuses the number",
        UnreachableBecause::Passed => "it was passed on",
        UnreachableBecause::NoText => "no text came back in time",
        UnreachableBecause::Canceled => "we ended the call",
        UnreachableBecause::Lost => "the call was lost sight of",
        UnreachableBecause::NotJoined => "the connection was not proven",
    }
}
