//! What is posted.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::store::{BranchKey, Gap, Message, StoredEvent};

/// A message as its receiver sees it: `{"event", "timestamp", "data": {…, "emergency_id"}}`.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookMessage {
    /// The same whenever, and by whichever node, it is posted; no other message ever has it. Receivers know repeats by
    /// it.
    pub id: String,
    /// JSON. The same to the byte whenever it is posted.
    pub body: String,
}

impl WebhookMessage {
    /// Of what a store hands out.
    pub fn of(branch: &BranchKey, message: &Message) -> Self {
        match message {
            Message::Event(event) => Self::of_event(branch, event),
            Message::Gap(gap) => Self::of_gap(branch, gap),
        }
    }

    /// The time is part of the id, as the ids of a store that was created again begin at 1 again.
    fn of_event(branch: &BranchKey, event: &StoredEvent) -> Self {
        let (name, mut data) = parts(&event.json);
        if let Some(emergency) = event.emergency {
            data.insert("emergency_id".to_owned(), Value::String(emergency.to_string()));
        }
        let body = json!({ "event": name, "timestamp": event.at.to_string(), "data": data });
        Self { id: format!("evt_{branch}_{}_{}", event.id, event.at.as_micros()), body: body.to_string() }
    }

    fn of_gap(branch: &BranchKey, gap: &Gap) -> Self {
        let mut data = json!({ "events": gap.count, "first": gap.first, "last": gap.last });
        if let Some(emergency) = gap.emergency {
            data["emergency_id"] = Value::String(emergency.to_string());
        }
        let body = json!({ "event": "webhook_gap", "timestamp": gap.since.to_string(), "data": data });
        let id = format!("gap_{branch}_{}_{}_{}", gap.first, gap.last, gap.since.as_micros());
        Self { id, body: body.to_string() }
    }
}

/// The name and the data of an event, also of one that a newer build wrote.
fn parts(json: &str) -> (Value, Map<String, Value>) {
    let mut event: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let name = event.remove("event").unwrap_or_else(|| Value::String("unreadable".to_owned()));
    let data = match event.remove("data") {
        Some(Value::Object(data)) => data,
        Some(other) => Map::from_iter([("value".to_owned(), other)]),
        None => Map::new(),
    };
    (name, data)
}

/// Without what it says.
impl fmt::Debug for WebhookMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookMessage").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, emergency::EmergencyId, store::EventId};

    fn body(json: &str, emergency: Option<EmergencyId>) -> (String, Value) {
        let at = Timestamp::from_micros(1_800_000_000_500_000);
        let event = StoredEvent { id: EventId::from_u64(7), emergency, at, json: json.to_owned() };
        let message = WebhookMessage::of(&"tuc".parse().expect("a branch"), &Message::Event(event));
        (message.id, serde_json::from_str(&message.body).expect("JSON"))
    }

    #[test]
    fn an_event_keeps_its_name_and_data() {
        let id = EmergencyId::new(Timestamp::default(), 1);
        let (name, found) = body(r#"{"event":"sms_sent","data":{"to":"+15005550009","sid":"SM1"}}"#, Some(id));
        assert_eq!(name, "evt_tuc_7_1800000000500000");
        let data = json!({ "to": "+15005550009", "sid": "SM1", "emergency_id": id.to_string() });
        assert_eq!(found, json!({ "event": "sms_sent", "timestamp": "2027-01-15T08:00:00.5Z", "data": data }));
    }

    #[test]
    fn events_without_data_of_no_emergency_and_of_other_builds_are_posted() {
        let found = |json| body(json, None).1;
        let timestamp = "2027-01-15T08:00:00.5Z";
        let expected = |event, data: Value| json!({ "event": event, "timestamp": timestamp, "data": data });
        assert_eq!(found(r#"{"event":"cancelled"}"#), expected("cancelled", json!({})));
        assert_eq!(found(r#"{"event":"new","data":5}"#), expected("new", json!({ "value": 5 })));
        assert_eq!(found("nonsense"), expected("unreadable", json!({})));
    }

    #[test]
    fn a_gap_says_how_much_is_missing() {
        let (first, last) = (EventId::from_u64(3), EventId::from_u64(9));
        let gap = Gap { emergency: None, first, last, count: 4, since: Timestamp::from_micros(5_000_000) };
        let message = WebhookMessage::of(&"tuc".parse().expect("a branch"), &Message::Gap(gap));
        assert_eq!(message.id, "gap_tuc_3_9_5000000");
        let expected =
            r#"{"data":{"events":4,"first":3,"last":9},"event":"webhook_gap","timestamp":"1970-01-01T00:00:05Z"}"#;
        assert_eq!(message.body, expected);
    }
}
