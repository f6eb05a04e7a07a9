//! Emergencies to speak about.

use std::sync::Arc;

use crate::emergency::{
    AttemptNo, Conclusion, Contact, Document, Emergency, EmergencyId, Farewell, Input, Intake, Key, Lead, LegNo, Line,
    News, Policy, Report, Step, Summary, Text, Transfer, UnreachableBecause, Voice,
};
use crate::script::{Links, Script};
use crate::{CallSid, E164, Timestamp};

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

pub(super) fn number(text: &str) -> E164 {
    text.parse().expect("a number")
}

pub(super) fn sid(text: &str) -> CallSid {
    text.parse().expect("a sid")
}

pub(super) fn links() -> Links {
    Links::new("https://help.example.com".parse().expect("a URL"))
}

pub(super) fn script() -> Script {
    Script { company_name: "Ivy Plumbing".into(), ..Script::default() }
}

pub(super) fn report() -> Report {
    Report {
        chosen_phone: "+15005550001".into(),
        customer_name: "Zoë Miller".into(),
        user_stated_callback_number: "+1 500 555 0100".into(),
        incident_address: "12 Elm Street".into(),
        emergency_description_text: "Water comes through the ceiling.".into(),
    }
}

pub(super) fn policy() -> Policy {
    Policy {
        recipients: vec![Contact::unnamed(number("+15005550030"))],
        escalation: vec![Contact { name: Some("Dana".into()), number: number("+15005550001") }],
        ..Policy::default()
    }
}

pub(super) fn opened(report: Report, policy: Policy) -> Emergency {
    let us = crate::CountryCode::new(1).expect("a country code");
    let intake = Intake::check(report, us).expect("a report");
    Emergency::open(EmergencyId::new(NOW, 7), NOW, intake, Arc::new(policy)).state
}

pub(super) fn emergency() -> Emergency {
    opened(report(), policy())
}

/// The emergency once these things have happened.
pub(super) fn after(emergency: Emergency, inputs: impl IntoIterator<Item = Input>) -> Emergency {
    inputs.into_iter().fold(emergency, |state, input| state.handle_input(NOW, input).state)
}

pub(super) fn accepts() -> [Input; 2] {
    let (attempt, call) = (AttemptNo(0), sid("CA01"));
    [
        Input::TechnicianAnswered { attempt, call: call.clone(), step: Step(0) },
        Input::KeyPressed { attempt, call, step: Step(1), key: Some(Key::One) },
    ]
}

pub(super) fn customer_calls(from: &str) -> Input {
    Input::CustomerCalled { call: sid("CA02"), from: Some(number(from)) }
}

/// The document that the caller gets, as XML.
pub(super) fn hears(script: &Script, emergency: &Emergency, line: Option<Line>, document: Document) -> String {
    let voice = Voice { line, step: Step(3), document };
    script.render_voice(&links(), emergency, &voice).to_string()
}

pub(super) const TECHNICIAN: Option<Line> = Some(Line::Attempt(AttemptNo(0)));

pub(super) const CUSTOMER: Option<Line> = Some(Line::Leg(LegNo(0)));

pub(super) const FAREWELLS: [Farewell; 10] = [
    Farewell::HoldLimit,
    Farewell::Unanswered,
    Farewell::WillCallBack,
    Farewell::QueueFull,
    Farewell::TooManyCalls,
    Farewell::Superseded,
    Farewell::PutAside,
    Farewell::Cancelled,
    Farewell::TalkOver,
    Farewell::MessageTaken,
];

pub(super) fn documents() -> Vec<Document> {
    let mut all = vec![
        Document::Details { lead: Lead::First },
        Document::Details { lead: Lead::Repeat },
        Document::Details { lead: Lead::WrongKey },
        Document::AcceptedWait,
        Document::Wait,
        Document::WaitOver,
        Document::AcceptedTransfer,
        Document::AcceptedCallCustomer,
        Document::ConfirmBridge,
        Document::Connect { leg: LegNo(0) },
        Document::Passed,
        Document::AlreadyTaken,
        Document::NoKey,
        Document::CustomerGone,
        Document::BridgeGivenUp,
        Document::Over,
        Document::Hold,
        Document::Music { news: News::Seeking },
        Document::Music { news: News::SeekingNext },
        Document::Music { news: News::Accepted },
        Document::LeaveQueue,
        Document::OfferReconnect,
        Document::Joining,
        Document::Stranger,
    ];
    all.extend(FAREWELLS.map(|why| Document::Voicemail { why }));
    all.extend(FAREWELLS.map(|why| Document::Goodbye { why }));
    all
}

pub(super) fn texts() -> Vec<Text> {
    let mut all = vec![
        Text::Details,
        Text::Copy,
        Text::Accepted,
        Text::AlreadyTaken,
        Text::Passed,
        Text::BridgeGivenUp,
        Text::NeverCalled,
        Text::Cancelled,
        Text::Status,
        Text::Over,
        Text::Report { summary: Box::new(summary(Conclusion::Connected)) },
    ];
    let reasons = [
        UnreachableBecause::Busy,
        UnreachableBecause::NoAnswer,
        UnreachableBecause::Voicemail,
        UnreachableBecause::NoKey,
        UnreachableBecause::Failed,
        UnreachableBecause::Refused,
        UnreachableBecause::Passed,
        UnreachableBecause::NoText,
        UnreachableBecause::Canceled,
        UnreachableBecause::Lost,
        UnreachableBecause::NotJoined,
    ];
    let outcomes = [
        Conclusion::Connected,
        Conclusion::CustomerNeverCalled,
        Conclusion::CustomerHungUp,
        Conclusion::Voicemail,
        Conclusion::Unanswered,
        Conclusion::Cancelled,
        Conclusion::Failed,
    ];
    all.extend(reasons.map(|because| Text::Missed { because }));
    all.extend(FAREWELLS.map(|why| Text::CallCustomer { why }));
    all.extend(outcomes.map(|outcome| Text::Alert { outcome }));
    all
}

pub(super) fn summary(outcome: Conclusion) -> Summary {
    Summary {
        outcome,
        technician: Some(number("+15005550001")),
        opened_at: NOW,
        accepted_at: None,
        concluded_at: NOW,
        ring_seconds: Some(4),
        accept_seconds: None,
        hold_seconds: 12,
        talk_seconds: 340,
        attempts: 2,
        legs: 1,
    }
}

pub(super) fn with_transfer() -> Policy {
    let target = number("+15005550040");
    let transfer = Transfer { target, confirmation: crate::emergency::Confirmation::Answered };
    Policy { transfer: Some(transfer), ..policy() }
}
