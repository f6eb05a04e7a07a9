//! What needs a person.

use memchr::{memchr, memmem};
use serde::Deserialize;

use super::{Block, delimiter::CLOSING};

/// Whether a block tells of something that failed and that no machine puts right: a person has to look at it.
///
/// That an emergency ended without help, that nobody accepted, that calls can't be placed, that a branch is not
/// configured or could not be started, or that a report was refused. A text that did not arrive, or a technician who
/// did not answer, is dealt with by the flow itself; its blocks are still of status [`Error`](super::Status::Error).
///
/// ```
/// use responder_core::timeline::{Blocks, needs_a_person};
///
/// let log = b"\n--- NOBODY_ACCEPTED ---\n2026-01-15 15:45:12 - {}\n\n--- SMS_ERROR ---\n2026-01-15 15:45:13 - {}\n";
/// let needs: Vec<bool> = Blocks::new(log).map(|block| needs_a_person(&block)).collect();
/// assert_eq!(needs, [true, false]);
/// ```
pub fn needs_a_person(block: &Block<'_>) -> bool {
    match kind(block.title_as_written()) {
        Kind::Failure => true,
        Kind::Harmless => false,
        Kind::ByOutcome => has_bad_outcome(block),
    }
}

/// What a title says about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Failure,
    ByOutcome,
    Harmless,
}

/// Whether a block can be other than harmless whose title line begins like this, behind the dashes. Most are known by
/// their first letters, without looking for the end of the line.
#[inline]
pub(super) fn may_need_a_person(line: &[u8]) -> bool {
    let Some(first) = line.first_chunk::<4>() else { return false };
    let is_close = matches!(
        first,
        b"APP_"
            | b"BRID"
            | b"CALL"
            | b"CONF"
            | b"CONN"
            | b"DELA"
            | b"EMER"
            | b"NOBO"
            | b"SETT"
            | b"TECH"
            | b"TRAN"
            | b"TWIL"
            | b"UPDA"
            | b"WEBH"
    );
    is_close
        && memchr(b'\n', line)
            .and_then(|end| line[..end].strip_suffix(CLOSING))
            .is_some_and(|title| kind(title) != Kind::Harmless)
}

#[inline]
fn kind(title: &[u8]) -> Kind {
    match title {
        b"APP_START_FAILURE"
        | b"CALL_HANDLING_ERROR"
        | b"CALL_INITIATION_ERROR"
        | b"CONFIG_ERROR"
        | b"CONFIG_LOAD_ERROR"
        | b"CONNECT_CONFIG_ERROR"
        | b"CONNECT_FAILURE"
        | b"DELAYED_CONNECT_ERROR"
        | b"DELAYED_TRANSFER_ERROR"
        | b"EMERGENCY_CALL_CONFIG_ERROR"
        | b"EMERGENCY_CALL_ERROR"
        | b"NOBODY_ACCEPTED"
        | b"SETTINGS_LOAD_ERROR"
        | b"TRANSFER_CONFIG_ERROR"
        | b"TRANSFER_ERROR"
        | b"TRANSFER_FAILURE"
        | b"TWILIO_CLIENT_ERROR"
        | b"UPDATE_EMERGENCY_FAILED"
        | b"WEBHOOK_CALL_FAILED"
        | b"WEBHOOK_PROCESSING_ERROR" => Kind::Failure,
        b"BRIDGE_FAILED" | b"EMERGENCY_CONCLUDED" | b"TECHNICIAN_UNREACHABLE" => Kind::ByOutcome,
        _ => Kind::Harmless,
    }
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
struct Data {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    because: String,
}

/// In JSON as we print it, the value stands right after its key.
fn has_bad_outcome(block: &Block<'_>) -> bool {
    let value = |key: &str| {
        let after = memmem::find(block.body(), key.as_bytes())? + key.len();
        block.body()[after..].split(|byte| *byte == b'"').next()
    };
    match (value(r#""outcome":""#), value(r#""because":""#)) {
        (None, None) => said(block).is_some_and(|said| said.data.is_bad()),
        (outcome, because) => {
            let is_among = |bad: &[&str], value: &[u8]| bad.iter().any(|bad| bad.as_bytes() == value);
            outcome.is_some_and(|outcome| is_among(&OUTCOMES, outcome))
                || because.is_some_and(|because| is_among(&REASONS, because))
        }
    }
}

fn said(block: &Block<'_>) -> Option<Said> {
    Said::deserialize(&mut serde_json::Deserializer::from_str(&block.payload())).ok()
}

const OUTCOMES: [&str; 3] = ["unanswered", "voicemail", "failed"];
const REASONS: [&str; 2] = ["refused", "lost"];

impl Data {
    fn is_bad(&self) -> bool {
        OUTCOMES.contains(&self.outcome.as_str()) || REASONS.contains(&self.because.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{Blocks, known_events};

    fn needs(event: &str, data: &str) -> bool {
        let log = format!("\n--- {} ---\n2026-01-15 15:45:12 - {{\"data\":{data}}}\n", event.to_uppercase());
        Blocks::new(log.as_bytes()).all(|block| needs_a_person(&block))
    }

    #[test]
    fn an_end_without_help_needs_a_person_and_a_talk_does_not() {
        for (outcome, expected) in [("connected", false), ("unanswered", true), ("voicemail", true), ("failed", true)] {
            let data = format!(r#"{{"outcome":"{outcome}","technician":null}}"#);
            assert_eq!(needs("emergency_concluded", &data), expected, "{outcome}");
        }
        for because in ["busy", "failed"] {
            assert!(!needs("technician_unreachable", &format!(r#"{{"because":"{because}"}}"#)), "{because}");
            assert!(!needs("technician_unreachable", &format!(r#"{{"because" : "{because}"}}"#)), "{because}, spaced");
        }
        assert!(needs("bridge_failed", r#"{"because" : "lost"}"#), "spaced");
        assert!(needs("technician_unreachable", r#"{"because":"refused"}"#), "no machine gives us credit");
        assert!(!needs("emergency_concluded", r#"{"emergency_id":"as the seed writes it"}"#));
        assert!(!needs("emergency_concluded", "{"), "cut off");
    }

    #[test]
    fn failures_that_are_named_are_known_events() {
        let titles = known_events().map(|event| event.name.to_uppercase());
        let named: Vec<_> = titles.filter(|title| kind(title.as_bytes()) != Kind::Harmless).collect();
        assert!(named.iter().all(|title| may_need_a_person(format!("{title} ---\n").as_bytes())));
        assert_eq!(named.len(), 23, "each name in the list is one that is written");
    }
}
