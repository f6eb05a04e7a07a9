//! Emergencies as operators see them.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    CallSid, E164, Timestamp,
    emergency::{Attempt, AttemptKind, Contact, Emergency, EmergencyId, End, Leg, LegStage, Phase, Recording, Stage},
    store::{BranchKey, StoredEvent},
};

/// One emergency. Times are RFC 3339 in UTC.
#[derive(Serialize)]
pub(super) struct EmergencyView<'a> {
    id: EmergencyId,
    branch: &'a str,
    phase: &'static str,
    outcome: Option<crate::emergency::Conclusion>,
    created_at: String,
    accepted_at: Option<String>,
    concluded_at: Option<String>,
    technician: &'a Contact,
    accepted: bool,
    customer: CustomerView<'a>,
    attempts: Vec<AttemptView<'a>>,
    legs: Vec<LegView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Vec<Value>>,
    /// Whose numbers are in the timeline, as far as somebody wrote down their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<Vec<Contact>>,
    recordings: Vec<RecordingView<'a>>,
}

#[derive(Serialize)]
struct CustomerView<'a> {
    name: &'a str,
    callback_number: &'a str,
    address: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct AttemptView<'a> {
    number: E164,
    kind: AttemptKind,
    call_sid: Option<&'a CallSid>,
    status: &'static str,
    started_at: String,
    rang_at: Option<String>,
    answered_at: Option<String>,
    ended_at: Option<String>,
}

#[derive(Serialize)]
struct LegView<'a> {
    number: Option<E164>,
    call_sid: &'a CallSid,
    status: &'static str,
    started_at: String,
    ended_at: Option<String>,
    holding_since: Option<String>,
    hold_seconds: u64,
}

#[derive(Serialize)]
struct RecordingView<'a> {
    sid: String,
    call_sid: &'a CallSid,
    duration_seconds: u64,
}

impl<'a> EmergencyView<'a> {
    pub(super) fn new(branch: &'a BranchKey, e: &'a Emergency) -> Self {
        let intake = e.intake();
        let (outcome, concluded_at) = match e.phase() {
            Phase::Concluded { outcome, at } => (Some(outcome), Some(at.to_string())),
            Phase::Seeking | Phase::Accepted | Phase::Closing { .. } => (None, None),
        };
        Self {
            id: e.id(),
            branch: branch.as_str(),
            phase: phase_word(e.phase()),
            outcome,
            created_at: e.opened_at().to_string(),
            accepted_at: e.accepted_at().map(rfc3339),
            concluded_at,
            technician: e.technician(),
            accepted: e.is_accepted(),
            customer: CustomerView {
                name: &intake.customer_name,
                callback_number: &intake.callback_text,
                address: &intake.address,
                description: &intake.description,
            },
            attempts: e.attempts().iter().map(AttemptView::new).collect(),
            legs: e.legs().iter().map(LegView::new).collect(),
            timeline: None,
            people: None,
            recordings: e.annex().recordings.iter().map(RecordingView::new).collect(),
        }
    }

    pub(super) fn with_timeline(self, e: &Emergency, events: &[StoredEvent]) -> Self {
        let mut people = e.policy().technicians(e.intake());
        people.extend(e.policy().recipients.iter().cloned());
        people.retain(|contact| contact.name.is_some());
        Self { timeline: Some(events.iter().map(event_view).collect()), people: Some(people), ..self }
    }
}

impl<'a> AttemptView<'a> {
    fn new(attempt: &'a Attempt) -> Self {
        let times = attempt.times();
        Self {
            number: attempt.to,
            kind: attempt.kind,
            call_sid: attempt.call.as_ref(),
            status: stage_word(attempt.stage),
            started_at: times.wanted.to_string(),
            rang_at: times.rang.map(rfc3339),
            answered_at: times.answered.map(rfc3339),
            ended_at: times.ended.map(rfc3339),
        }
    }
}

impl<'a> LegView<'a> {
    fn new(leg: &'a Leg) -> Self {
        let times = leg.times();
        Self {
            number: leg.from,
            call_sid: &leg.call,
            status: match leg.stage {
                LegStage::Arriving => "arriving",
                LegStage::Holding => "holding",
                LegStage::Talking => "talking",
                LegStage::Leaving(_) => "leaving",
                LegStage::Ended => "ended",
            },
            started_at: times.called.to_string(),
            ended_at: times.ended.map(rfc3339),
            holding_since: times.holding_since.map(rfc3339),
            hold_seconds: seconds(times.hold),
        }
    }
}

impl<'a> RecordingView<'a> {
    fn new(recording: &'a Recording) -> Self {
        let duration_seconds = seconds(recording.duration);
        Self { sid: recording.sid.to_string(), call_sid: &recording.call, duration_seconds }
    }
}

/// `{event, timestamp, data}` with the emergency in the data, as every record of an event has it.
pub(super) fn event_view(stored: &StoredEvent) -> Value {
    // What another build wrote is passed on as it is; what is no JSON at all shows as an event without data.
    let mut read: Value = serde_json::from_str(&stored.json).unwrap_or(Value::Null);
    let mut data = read.get_mut("data").map(Value::take).filter(Value::is_object).unwrap_or_else(|| json!({}));
    data["emergency_id"] = json!(stored.emergency);
    json!({ "event": read.get("event"), "timestamp": stored.at.to_string(), "data": data })
}

fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Seeking => "seeking",
        Phase::Accepted => "accepted",
        Phase::Closing { .. } => "closing",
        Phase::Concluded { .. } => "concluded",
    }
}

fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Placing => "placing",
        Stage::Unknown(_) => "unknown",
        Stage::Queued => "queued",
        Stage::Ringing => "ringing",
        Stage::InProgress => "in-progress",
        Stage::Ended(end) => match end {
            End::Completed => "completed",
            End::Busy => "busy",
            End::NoAnswer => "no-answer",
            End::Failed => "failed",
            End::Canceled => "canceled",
            End::Refused => "refused",
            End::Lost => "lost",
            End::GivenUp => "given-up",
        },
    }
}

fn rfc3339(at: Timestamp) -> String {
    at.to_string()
}

const fn seconds(span: Duration) -> u64 {
    span.as_secs()
}
