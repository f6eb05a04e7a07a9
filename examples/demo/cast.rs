//! Who takes part: numbers that no real phone has, and what their phones do if nothing else is said.

use std::time::Duration;

use responder::emergency::{Contact, Policy};
use responder_sim::Behaviour;
use serde_json::{Value, json};

/// What customers call.
pub(crate) const BRANCH: &str = "+15005550001";
/// What technicians are called and texted from.
pub(crate) const AUTOMATED: &str = "+15005550002";
/// The technician of the report.
pub(crate) const TECHNICIAN: &str = "+15005550006";
/// Who is called after them.
pub(crate) const SECOND: &str = "+15005550007";
/// The general line of the transfer mode.
pub(crate) const GENERAL_LINE: &str = "+15005550008";
/// Whose emergency it is.
pub(crate) const CUSTOMER: &str = "+15005550010";
/// Gets a copy of everything.
pub(crate) const OFFICE: &str = "+15005550020";

const NAMES: &[(&str, &str)] = &[
    (BRANCH, "the branch"),
    (AUTOMATED, "the branch"),
    (TECHNICIAN, "the technician"),
    (SECOND, "the second technician"),
    (GENERAL_LINE, "the general line"),
    (CUSTOMER, "the customer"),
    (OFFICE, "the office"),
];

/// Who has this number, for people. Where there are several branches, the third digit from the end sets them apart.
pub(crate) fn who(number: &str) -> String {
    let (begin, end) = number.split_at_checked(BRANCH.len() - 3).unwrap_or((number, ""));
    let ending = end.get(1..).unwrap_or_default();
    let known = NAMES.iter().find(|(theirs, _)| theirs.starts_with(begin) && theirs.ends_with(ending));
    known.filter(|_| ending.len() == 2).map_or_else(|| number.to_owned(), |(_, name)| format!("{name} ({number})"))
}

/// A number of the cast.
pub(crate) fn contact(name: Option<&str>, number: &str) -> Contact {
    let number = number.parse().expect("BUG: the cast has well-formed numbers");
    Contact { name: name.map(str::to_owned), number }
}

/// The defaults of the library, with one more technician and an office to alert.
pub(crate) fn policy() -> Policy {
    Policy {
        escalation: vec![contact(Some("Bea"), SECOND)],
        recipients: vec![contact(Some("Office"), OFFICE)],
        ..Policy::default()
    }
}

/// What the reporter sends.
pub(crate) fn report() -> Value {
    json!({
        "chosen_phone": TECHNICIAN,
        "customer_name": "Carla Example",
        "user_stated_callback_number": CUSTOMER,
        "incident_address": "12 Elm Street",
        "emergency_description_text": "A pipe burst in the cellar and the water is rising.",
    })
}

/// Answers and presses 1, whenever something is asked.
pub(crate) fn willing() -> Behaviour {
    Behaviour::answers_after_seconds(4).pressing(["1", "1"])
}

/// Waits on hold, talks for three quarters of a minute and hangs up.
pub(crate) fn patient() -> Behaviour {
    Behaviour::default().hanging_up_talking_after(Duration::from_secs(45))
}
