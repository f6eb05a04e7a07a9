//! The branches of the town: who they are, and what somebody enters for them.

use responder::settings::{Setting, Values};
use responder_sim::Simulator;
use serde_json::{Value, json};

use crate::cast;

/// One branch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    /// By what machines know it.
    pub(crate) key: &'static str,
    /// By what people know it.
    pub(crate) name: &'static str,
    /// Sets its phone numbers apart from those of the others.
    digit: char,
    /// Who is called, in this order.
    technicians: [&'static str; 2],
}

/// All of them.
pub(crate) const SITES: [Site; 3] = [
    Site { key: "tuc", name: "Tucson", digit: '1', technicians: ["Ada Example", "Bea Example"] },
    Site { key: "poc", name: "Pocatello", digit: '2', technicians: ["Cleo Example", "Otto Example"] },
    Site { key: "rex", name: "Rexburg", digit: '3', technicians: ["Pia Example", "Quin Example"] },
];

/// Whether customers talk to technicians, or to the general line of their branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Technicians,
    GeneralLine,
}

impl Site {
    /// The number that here has the part of one of the cast.
    pub(crate) fn number(&self, of_cast: &str) -> String {
        let (begin, end) = of_cast.split_at(cast::BRANCH.len() - 3);
        format!("{begin}{}{}", self.digit, &end[1..])
    }

    /// The name that its variables of an admin server begin with.
    pub(crate) fn variable(&self, name: &str) -> String {
        format!("{}_{name}", self.key.to_ascii_uppercase())
    }

    /// Those that customers call and that technicians are called from.
    pub(crate) fn own_numbers(&self) -> [String; 2] {
        [cast::BRANCH, cast::AUTOMATED].map(|number| self.number(number))
    }

    /// What somebody enters. Nobody who looks on has half an hour for a customer who never calls: spans are shorter
    /// here.
    pub(crate) fn settings(&self, network: &Simulator, mode: Mode) -> Value {
        let technicians = self.technicians.iter().zip([cast::TECHNICIAN, cast::SECOND]);
        let technicians: Vec<_> =
            technicians.map(|(name, number)| format!("{name} <{}>", self.number(number))).collect();
        let general_line = (mode == Mode::GeneralLine).then(|| self.number(cast::GENERAL_LINE));
        json!({
            "TWILIO_ACCOUNT_SID": network.account_sid(),
            "TWILIO_AUTH_TOKEN": network.auth_token(),
            "TWILIO_PHONE_NUMBER": self.number(cast::BRANCH),
            "TWILIO_AUTOMATED_NUMBER": self.number(cast::AUTOMATED),
            "RECIPIENT_PHONES": format!("Office <{}>", self.number(cast::OFFICE)),
            "ESCALATION_PHONES": technicians.join("; "),
            "enable_transfer_call": mode == Mode::GeneralLine,
            "TRANSFER_TARGET_PHONE_NUMBER": general_line,
            "enable_call_recording": true,
            "call_recording_page_size": 5,
            "recording_notice": "This call is recorded.",
            "company_name": format!("Ivy Plumbing {}", self.name),
            "attempts_per_technician": 1,
            "escalation_rounds": 1,
            "customer_deadline_seconds": 120,
            "max_active_emergencies": 2,
        })
    }
}

/// Settings as a branch reads them.
pub(crate) fn values(settings: &Value) -> Values {
    Values::of(|setting: &'static Setting| match &settings[setting.name] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    })
}
