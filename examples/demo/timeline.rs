//! Prints the timeline of the branch as it grows.

use std::io::Write;

use responder::{
    branch::Branch,
    emergency::{AcceptedBy, AttemptKind, Event, UnreachableBecause},
    script::code_of,
    store::{EventId, StoredEvent},
};
use serde_json::{Value, json};

use crate::{cast, stage::Trouble};

/// How events are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// One readable line each.
    People,
    /// One line of JSON each.
    Json,
    /// Not at all.
    Silent,
}

/// Knows what has been printed.
#[derive(Debug)]
pub(crate) struct Timeline {
    style: Style,
    last: EventId,
    /// Where it happens, if there are several branches.
    place: Option<&'static str>,
}

/// Events that are read at a time.
const PAGE: u32 = 100;

impl Timeline {
    pub(crate) const fn new(style: Style) -> Self {
        Self { style, last: EventId::START, place: None }
    }

    /// Of one of several branches, from an event on.
    pub(crate) const fn of(place: &'static str, last: EventId, style: Style) -> Self {
        Self { style, last, place: Some(place) }
    }

    /// Prints what is new in the store of the branch.
    pub(crate) async fn print_new(&mut self, branch: &Branch) -> Result<(), Trouble> {
        if self.style == Style::Silent {
            return Ok(());
        }
        loop {
            let events = branch.store().events(branch.key(), self.last, PAGE).await?;
            let Some(newest) = events.last() else { return Ok(()) };
            self.last = newest.id;
            for event in &events {
                self.print(event)?;
            }
        }
    }

    fn print(&self, event: &StoredEvent) -> Result<(), Trouble> {
        let line = match self.style {
            Style::Json => json_line(self.place, event)?,
            Style::People | Style::Silent => people_line(self.place, event),
        };
        writeln!(std::io::stdout(), "{line}")?;
        Ok(())
    }
}

fn json_line(place: Option<&str>, event: &StoredEvent) -> Result<String, Trouble> {
    let read: Value = serde_json::from_str(&event.json)?;
    let data = read.get("data").cloned().unwrap_or_else(|| json!({}));
    let (id, at) = (event.emergency.map(|id| id.to_string()), event.at.to_string());
    let mut line = json!({ "event": read["event"], "emergency_id": id, "timestamp": at, "data": data });
    if let Some(place) = place {
        line["branch"] = place.into();
    }
    Ok(line.to_string())
}

fn people_line(place: Option<&str>, stored: &StoredEvent) -> String {
    let time = stored.at.to_string();
    let clock = time.get(11..19).unwrap_or(&time);
    let words = stored.event().map_or_else(|_| "something that this build has no words for".to_owned(), |e| words(&e));
    let place = place.map(|place| format!("{place:9}  ")).unwrap_or_default();
    format!("{clock}  {place}{}  {words}", stored.emergency.map_or_else(|| "--".to_owned(), code_of))
}

fn words(event: &Event) -> String {
    let who = |number: &responder::E164| cast::who(&number.to_string());
    let caller = |number: &Option<responder::E164>| number.as_ref().map_or_else(|| "a withheld number".to_owned(), who);
    match event {
        Event::WebhookReceived { customer_name, address, description, .. } => {
            format!("EMERGENCY reported by {customer_name}, {address}: {description}")
        }
        Event::EmergencyCallStart { to, .. } => format!("{} is to be called", who(to)),
        Event::EmergencyCallInitiated { to, .. } => format!("the call to {} is on its way", who(to)),
        Event::EmergencyCallError { to, error, .. } => format!("{} could not be called: {error}", who(to)),
        Event::SmsAttempt { to } => format!("a text goes to {}", who(to)),
        Event::SmsSent { to, .. } => format!("the text to {} is sent", who(to)),
        Event::SmsError { to, error } => {
            format!("a text to {} failed: {error}", to.as_ref().map_or_else(|| "somebody".to_owned(), who))
        }
        Event::SmsDelivered { .. } => "a text has arrived".to_owned(),
        Event::IncomingSms { from, keyword } => format!("{} texts {keyword:?}", who(from)),
        Event::MailError { error } => format!("a mail was not sent: {error}"),
        Event::TechnicianAccepted { technician, by } => format!("{} ACCEPTS {}", who(technician), means(*by)),
        Event::TechnicianPassed { technician } => format!("{} passes it on", who(technician)),
        Event::TechnicianUnreachable { technician, because, .. } => {
            format!("{} was not reached: {}", who(technician), reason(*because))
        }
        Event::TechnicianEscalated { technician } => format!("next in line: {}", who(technician)),
        Event::IncomingCall { from, .. } => format!("{} calls the branch", caller(from)),
        Event::CustomerOnHold { .. } => "the customer is on hold".to_owned(),
        Event::CustomerHungUp { .. } => "the customer has hung up".to_owned(),
        Event::StrangerCalled { from, .. } => format!("somebody else called: {}", caller(from)),
        Event::TechnicianCallInitiated { to, kind: AttemptKind::Transfer, .. } => {
            format!("{} is called, to be put through", who(to))
        }
        Event::TechnicianCallInitiated { to, .. } => format!("{} is called again, to be connected", who(to)),
        Event::Bridged { .. } => "CONNECTED: the two are talking".to_owned(),
        Event::BridgeFailed { because, .. } => format!("the connection failed: {}", reason(*because)),
        Event::ConferenceStatus { .. } => "the call to connect the two is over".to_owned(),
        Event::TalkEnded { seconds } => format!("the call ended after {seconds} s"),
        Event::VoicemailOffered { .. } => "the customer is asked to leave a message".to_owned(),
        Event::VoicemailLeft { seconds, .. } => format!("the customer left a message of {seconds} s"),
        Event::RecordingReady { seconds, .. } => format!("a recording of {seconds} s can be listened to"),
        Event::NobodyAccepted => "NOBODY ACCEPTED: everybody was tried".to_owned(),
        Event::AlertSent { texts, mails } => format!("ALERT to {texts} phones and {mails} mail addresses"),
        Event::DuplicateCall { .. } => "a call that was placed twice is ended".to_owned(),
        Event::FallbackUsed { code, .. } => format!("an answer of ours could not be used ({code:?})"),
        Event::Cancelled => "CANCELLED by an operator".to_owned(),
        Event::EmergencyConcluded(summary) => format!(
            "OVER: {}, {} s on hold, {} s of talk",
            serde_json::to_value(summary.outcome).ok().as_ref().and_then(Value::as_str).unwrap_or("?"),
            summary.hold_seconds,
            summary.talk_seconds
        ),
        other => format!("{other:?}"),
    }
}

const fn means(by: AcceptedBy) -> &'static str {
    match by {
        AcceptedBy::Key => "by key",
        AcceptedBy::Text => "by text",
        _ => "by coming to the phone",
    }
}

const fn reason(because: UnreachableBecause) -> &'static str {
    match because {
        UnreachableBecause::Busy => "the line was busy",
        UnreachableBecause::NoAnswer => "nobody answered",
        UnreachableBecause::Voicemail => "a machine picked up",
        UnreachableBecause::NoKey => "no key was pressed",
        UnreachableBecause::Failed => "the call could not be carried",
        UnreachableBecause::Refused => "the provider refuses the number",
        UnreachableBecause::Passed => "passed on",
        UnreachableBecause::NoText => "no text came back",
        UnreachableBecause::Canceled => "we ended the call",
        UnreachableBecause::Lost => "the call was lost sight of",
        UnreachableBecause::NotJoined => "the connection was not proven",
    }
}
