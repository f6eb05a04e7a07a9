//! From the JSON of `/api/emergencies` to what is shown. What a branch of another version does not tell, or tells in
//! words that are not known here, is left out.

use std::time::Duration;

use responder_core::{
    CallSid, E164, Timestamp,
    emergency::{AttemptKind, AttemptTimes, Conclusion, Contact, EmergencyId, End, LegTimes},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::seen::{CallState, Customer, LegState, Seen, SeenAttempt, SeenEvent, SeenLeg, SeenPhase};

#[derive(Deserialize)]
struct Told {
    id: EmergencyId,
    phase: String,
    #[serde(default)]
    outcome: Option<Conclusion>,
    #[serde(default)]
    closing_because: Option<String>,
    created_at: String,
    #[serde(default)]
    accepted_at: Option<String>,
    #[serde(default)]
    concluded_at: Option<String>,
    technician: Contact,
    #[serde(default)]
    accepted: bool,
    customer: ToldCustomer,
    #[serde(default)]
    attempts: Vec<Value>,
    #[serde(default)]
    legs: Vec<Value>,
    #[serde(default)]
    people: Vec<Value>,
    #[serde(default)]
    timeline: Vec<Value>,
}

#[derive(Deserialize)]
struct ToldCustomer {
    #[serde(default)]
    name: String,
    #[serde(default)]
    callback_number: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct ToldAttempt {
    number: E164,
    kind: AttemptKind,
    status: String,
    started_at: String,
    #[serde(default)]
    rang_at: Option<String>,
    #[serde(default)]
    answered_at: Option<String>,
    #[serde(default)]
    ended_at: Option<String>,
}

#[derive(Deserialize)]
struct ToldLeg {
    #[serde(default)]
    number: Option<E164>,
    call_sid: CallSid,
    status: String,
    started_at: String,
    #[serde(default)]
    holding_since: Option<String>,
    #[serde(default)]
    ended_at: Option<String>,
    #[serde(default)]
    hold_seconds: u64,
}

impl Seen {
    /// None if it is no emergency at all.
    pub(crate) fn told(value: &Value) -> Option<Self> {
        let told = Told::deserialize(value).ok()?;
        let opened_at = time(&told.created_at)?;
        let concluded_at = optional(told.concluded_at.as_deref()).unwrap_or(opened_at);
        let mut people = known::<Contact>(&told.people);
        people.push(told.technician.clone());
        Some(Self {
            id: told.id,
            opened_at,
            accepted_at: optional(told.accepted_at.as_deref()),
            phase: match (told.phase.as_str(), told.outcome) {
                (_, Some(outcome)) => SeenPhase::Concluded { outcome, at: concluded_at },
                ("seeking", None) => SeenPhase::Seeking,
                ("accepted", None) => SeenPhase::Accepted,
                (_, None) => {
                    SeenPhase::Closing { nobody_accepted: told.closing_because.as_deref() == Some("nobody_accepted") }
                }
            },
            technician: told.technician,
            is_accepted: told.accepted,
            customer: Customer {
                number: told.customer.callback_number.trim().parse().ok(),
                name: told.customer.name,
                callback: told.customer.callback_number,
                address: told.customer.address,
                description: told.customer.description,
            },
            attempts: known(&told.attempts).iter().filter_map(ToldAttempt::read).collect(),
            legs: known(&told.legs).iter().filter_map(ToldLeg::read).collect(),
            people,
            events: told.timeline.iter().filter_map(event).collect(),
        })
    }

    /// Those of a list that are emergencies.
    pub(crate) fn all_told(list: &[Value]) -> Vec<Self> {
        list.iter().filter_map(Self::told).collect()
    }
}

impl ToldAttempt {
    fn read(&self) -> Option<SeenAttempt> {
        let state = match self.status.as_str() {
            "ringing" => CallState::Ringing,
            "in-progress" => CallState::Line,
            "completed" => CallState::Ended(End::Completed),
            "busy" => CallState::Ended(End::Busy),
            "no-answer" => CallState::Ended(End::NoAnswer),
            "failed" => CallState::Ended(End::Failed),
            "canceled" => CallState::Ended(End::Canceled),
            "refused" => CallState::Ended(End::Refused),
            "lost" => CallState::Ended(End::Lost),
            "given-up" => CallState::Ended(End::GivenUp),
            _ if self.ended_at.is_some() => CallState::Ended(End::Completed),
            _ => CallState::Placing,
        };
        let times = AttemptTimes {
            wanted: time(&self.started_at)?,
            rang: optional(self.rang_at.as_deref()),
            answered: optional(self.answered_at.as_deref()),
            ended: optional(self.ended_at.as_deref()),
        };
        Some(SeenAttempt { kind: self.kind, to: self.number, state, times })
    }
}

impl ToldLeg {
    fn read(&self) -> Option<SeenLeg> {
        let state = match self.status.as_str() {
            "holding" => LegState::Holding,
            "talking" => LegState::Talking,
            "leaving" => LegState::Leaving,
            "ended" => LegState::Ended,
            _ => LegState::Arriving,
        };
        let times = LegTimes {
            called: time(&self.started_at)?,
            holding_since: optional(self.holding_since.as_deref()),
            hold: Duration::from_secs(self.hold_seconds),
            ended: optional(self.ended_at.as_deref()),
        };
        Some(SeenLeg { call: self.call_sid.clone(), from: self.number, state, times })
    }
}

/// Those of a list that are what is known here.
fn known<T: DeserializeOwned>(list: &[Value]) -> Vec<T> {
    list.iter().filter_map(|told| T::deserialize(told).ok()).collect()
}

fn event(told: &Value) -> Option<SeenEvent> {
    let at = told.get("timestamp").and_then(Value::as_str).and_then(time)?;
    let mut told = told.as_object()?.clone();
    told.remove("timestamp");
    if let Some(data) = told.get_mut("data").and_then(Value::as_object_mut) {
        data.remove("emergency_id");
        if data.is_empty() {
            told.remove("data");
        }
    }
    Some(SeenEvent::read(at, &Value::Object(told).to_string()))
}

fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

fn optional(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(time)
}
