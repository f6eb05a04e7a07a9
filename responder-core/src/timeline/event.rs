//! What happens in a branch outside of emergencies.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{CallSid, E164, Timestamp};

/// What happens in a branch outside of any emergency, and is written into its log at once. What belongs to emergencies
/// is an [`Event`](crate::emergency::Event), and comes into the log from the store.
///
/// Serialises as those do, under the names and with the keys that the clients of the first system know:
///
/// ```
/// use responder_core::timeline::BranchEvent;
///
/// let event = BranchEvent::ErrorsResolved { archive_path: "main.log.resolved.1768515912".into() };
/// let json = r#"{"event":"errors_resolved","data":{"archive_path":"main.log.resolved.1768515912"}}"#;
/// assert_eq!(serde_json::to_string(&event)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[non_exhaustive]
pub enum BranchEvent {
    /// The server is up.
    AppStart {
        /// Where the provider reaches it.
        public_url: String,
        /// Where it listens.
        port: u16,
        /// Whether it can answer texts.
        messaging_loaded: bool,
    },
    /// The server could not be started.
    AppStartFailure {
        /// What went wrong, in words.
        error: String,
    },
    /// A report was refused.
    WebhookProcessingError {
        /// Why, without what was reported.
        error: String,
    },
    /// Somebody called while there was no emergency.
    IncomingCall {
        /// The caller's number; none if it is withheld.
        from: Option<E164>,
        /// Which of our numbers, if it was said.
        to: Option<E164>,
        /// The call.
        call_sid: CallSid,
        /// How it stood, in the provider's word.
        call_status: Option<String>,
    },
    /// A caller was told that there is no emergency.
    NoActiveEmergency {},
    /// The log was put aside over the interface.
    LogsClearedViaApi {
        /// The path of the archive.
        archive_path: String,
        /// When it was put aside.
        #[serde(with = "crate::time::as_text")]
        timestamp: Timestamp,
    },
    /// The log was put aside because its failures have been dealt with.
    ErrorsResolved {
        /// The path of the archive.
        archive_path: String,
    },
    /// The log could not be put aside.
    ArchiveError {
        /// What went wrong, in words.
        error: String,
    },
    /// The log could not be shown.
    ApiLogsError {
        /// What went wrong, in words.
        error: String,
    },
}

impl BranchEvent {
    /// Its name, as it is serialised.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AppStart { .. } => "app_start",
            Self::AppStartFailure { .. } => "app_start_failure",
            Self::WebhookProcessingError { .. } => "webhook_processing_error",
            Self::IncomingCall { .. } => "incoming_call",
            Self::NoActiveEmergency {} => "no_active_emergency",
            Self::LogsClearedViaApi { .. } => "logs_cleared_via_api",
            Self::ErrorsResolved { .. } => "errors_resolved",
            Self::ArchiveError { .. } => "archive_error",
            Self::ApiLogsError { .. } => "api_logs_error",
        }
    }
}

/// Without what it says.
impl fmt::Debug for BranchEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::timeline::known_event;

    #[test]
    fn events_have_the_names_and_keys_that_clients_know() {
        let text = String::new;
        let call_sid: CallSid = "CA00000000000000000000000000000001".parse().expect("a call");
        for event in [
            BranchEvent::AppStart { public_url: text(), port: 1, messaging_loaded: true },
            BranchEvent::AppStartFailure { error: text() },
            BranchEvent::WebhookProcessingError { error: text() },
            BranchEvent::IncomingCall { from: None, to: None, call_sid, call_status: None },
            BranchEvent::NoActiveEmergency {},
            BranchEvent::LogsClearedViaApi { archive_path: text(), timestamp: Timestamp::default() },
            BranchEvent::ErrorsResolved { archive_path: text() },
            BranchEvent::ArchiveError { error: text() },
            BranchEvent::ApiLogsError { error: text() },
        ] {
            let json = serde_json::to_value(&event).expect("JSON");
            assert_eq!(json["event"], event.name());
            let mut keys: Vec<_> = json["data"].as_object().expect("an object").keys().map(String::as_str).collect();
            let mut known = known_event(event.name()).expect("a known name").keys.to_vec();
            keys.sort_unstable();
            known.sort_unstable();
            assert_eq!(keys, known, "{event:?}");
            assert_eq!(serde_json::from_value::<BranchEvent>(json).ok(), Some(event));
        }
        assert!(serde_json::from_value::<BranchEvent>(Value::Null).is_err());
    }
}
