//! What a sentence may mention.

use std::fmt;

use super::speech::{digit_by_digit, spoken_within, tidy};
use super::{Script, code_of};
use crate::emergency::{Contact, Emergency, LegStage, Phase};

/// What a sentence may mention. Every text is one plain line; one that is not known is empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who we are.
    pub company: String,
    /// Two letters that tell this emergency from others; see [`code_of`].
    pub code: String,
    /// Who accepted, else who is being sought: name and number.
    pub technician: String,
    /// How the technician on the line is greeted.
    pub technician_name: String,
    /// Who needs help.
    pub customer: String,
    /// Where they can be called back, as it is written.
    pub callback: String,
    /// The same, as it is read out: digit by digit.
    pub callback_digits: String,
    /// The number that they last called from, if it is another.
    pub caller: String,
    /// The same, as it is read out.
    pub caller_digits: String,
    /// Where it is.
    pub address: String,
    /// What happened.
    pub description: String,
    /// Whether that is only its beginning.
    pub is_cut: bool,
    /// Whether the branch sends texts.
    pub has_texts: bool,
    /// How far the emergency has come.
    pub phase: Phase,
    /// What the customer does.
    pub presence: Presence,
}

/// What the customer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// They are not on the line.
    Away,
    /// They are on hold.
    OnHold,
    /// They talk with whoever accepted.
    Talking,
}

impl Facts {
    /// What is known about an emergency.
    pub fn of(script: &Script, emergency: &Emergency) -> Self {
        let intake = emergency.intake();
        let stated = intake.callback.map_or_else(|| tidy(&intake.callback_text), |number| number.to_string());
        let last = emergency.legs().last().and_then(|leg| leg.from).map(|number| number.to_string());
        let last = last.unwrap_or_default();
        let (callback, caller) = match stated.is_empty() {
            true => (last, String::new()),
            false if stated == last => (stated, String::new()),
            false => (stated, last),
        };
        let technician = emergency.technician();
        Self {
            company: tidy(&script.company_name),
            code: code_of(emergency.id()),
            technician: name_and_number(technician),
            technician_name: tidy(technician.name.as_deref().unwrap_or_default()),
            customer: tidy(&intake.customer_name),
            callback_digits: digit_by_digit(&callback),
            callback,
            caller_digits: digit_by_digit(&caller),
            caller,
            address: tidy(&intake.address),
            description: tidy(&intake.description),
            is_cut: false,
            has_texts: emergency.policy().texts,
            phase: emergency.phase(),
            presence: Presence::of(emergency),
        }
    }

    /// What is known without an emergency.
    pub fn without_emergency(script: &Script) -> Self {
        Self {
            company: tidy(&script.company_name),
            code: String::new(),
            technician: String::new(),
            technician_name: String::new(),
            customer: String::new(),
            callback: String::new(),
            callback_digits: String::new(),
            caller: String::new(),
            caller_digits: String::new(),
            address: String::new(),
            description: String::new(),
            is_cut: false,
            has_texts: true,
            phase: Phase::Seeking,
            presence: Presence::Away,
        }
    }

    /// Short enough that a text says the whole of what matters.
    pub(super) fn shortened(mut self) -> Self {
        for (text, most) in [
            (&mut self.company, 40),
            (&mut self.technician, 40),
            (&mut self.technician_name, 30),
            (&mut self.customer, 60),
            (&mut self.address, 120),
        ] {
            if let Some((end, _)) = text.char_indices().nth(most) {
                text.truncate(end);
            }
        }
        self
    }

    /// Short enough that names and places leave time for what happened. The number is never cut.
    pub(super) fn spoken(mut self) -> Self {
        for (text, most_ms) in [
            (&mut self.company, 5_000),
            (&mut self.technician_name, 3_000),
            (&mut self.customer, 6_000),
            (&mut self.address, 15_000),
        ] {
            text.truncate(spoken_within(text, most_ms).len());
        }
        self
    }
}

impl Presence {
    fn of(emergency: &Emergency) -> Self {
        let any = |stage: fn(&LegStage) -> bool| emergency.legs().iter().any(|leg| stage(&leg.stage));
        if any(|stage| matches!(stage, LegStage::Talking)) {
            Self::Talking
        } else if any(|stage| matches!(stage, LegStage::Arriving | LegStage::Holding)) {
            Self::OnHold
        } else {
            Self::Away
        }
    }
}

impl fmt::Debug for Facts {
    /// Diagnostics must not carry names, numbers or texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").field("phase", &self.phase).field("presence", &self.presence).finish_non_exhaustive()
    }
}

fn name_and_number(contact: &Contact) -> String {
    match contact.name.as_deref().map(tidy).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} ({})", contact.number),
        None => contact.number.to_string(),
    }
}
