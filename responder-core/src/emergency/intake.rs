//! What is reported when an emergency begins.

use serde::{Deserialize, Serialize};

use super::EmergencyId;
use crate::{CountryCode, E164};

/// A person and their number.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// What they are called, when somebody wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where they are reached.
    pub number: E164,
}

/// The report of an emergency, checked. It never changes afterwards.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Intake {
    /// Who is to be called first.
    pub technician: Contact,
    /// Who reports it; at most 200 characters, may be empty.
    pub customer_name: String,
    /// The number as the customer said it; at most 60 characters, may be empty.
    pub callback_text: String,
    /// The same, when it can be read as a number: the caller with this number is the customer.
    pub callback: Option<E164>,
    /// Where it is; at most 300 characters, may be empty.
    pub address: String,
    /// What happened; at most 2,000 characters, may be empty.
    pub description: String,
    /// The concluded emergency whose customer called again, if this one was opened by that call.
    pub reopens: Option<EmergencyId>,
}

/// The fields of a report as they arrive, named as on the wire.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Who is to be called: E.164.
    pub chosen_phone: String,
    /// Who reports it.
    pub customer_name: String,
    /// Where the customer can be called back, as they said it.
    pub user_stated_callback_number: String,
    /// Where it is.
    pub incident_address: String,
    /// What happened, in the reporter's words.
    pub emergency_description_text: String,
}

/// Why a report is refused: which field, and what is wrong with it in words for the reporter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct IntakeError {
    /// The field as it is named on the wire.
    pub field: &'static str,
    /// What is wrong; does not repeat the value.
    pub reason: String,
}

impl Contact {
    /// A number without a name.
    pub const fn unnamed(number: E164) -> Self {
        Self { name: None, number }
    }
}

impl Intake {
    /// Checks a report. A callback number that can't be read as a number is kept as text: a person in trouble is not
    /// turned away for it.
    ///
    /// # Errors
    /// When `chosen_phone` is missing or no E.164 number, or a text is too long.
    ///
    /// ```
    /// use responder_core::{CountryCode, emergency::{Intake, Report}};
    ///
    /// let us = CountryCode::NORTH_AMERICA;
    /// let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    /// assert!(Intake::check(report, us).is_ok());
    ///
    /// let nobody = Intake::check(Report::default(), us);
    /// assert_eq!(nobody.map_err(|error| error.field), Err("chosen_phone"));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn check(report: Report, default_country: CountryCode) -> Result<Self, IntakeError> {
        let wrong = |reason: String| IntakeError { field: "chosen_phone", reason };
        if report.chosen_phone.trim().is_empty() {
            return Err(wrong("name the technician who is called first, by a number with +".to_owned()));
        }
        let number = report.chosen_phone.parse().map_err(|error: crate::PhoneError| wrong(error.to_string()))?;
        let callback_text = bounded("user_stated_callback_number", report.user_stated_callback_number, 60)?;
        Ok(Self {
            technician: Contact::unnamed(number),
            customer_name: bounded("customer_name", report.customer_name, 200)?,
            callback: E164::parse_with(&callback_text, default_country).ok(),
            callback_text,
            address: bounded("incident_address", report.incident_address, 300)?,
            description: bounded("emergency_description_text", report.emergency_description_text, 2000)?,
            reopens: None,
        })
    }
}

/// Diagnostics must not carry names, numbers or texts.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").field("number", &self.number).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake").field("technician", &self.technician.number).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").finish_non_exhaustive()
    }
}

fn bounded(field: &'static str, text: String, most: usize) -> Result<String, IntakeError> {
    if text.chars().count() > most {
        return Err(IntakeError { field, reason: format!("at most {most} characters") });
    }
    Ok(text)
}
