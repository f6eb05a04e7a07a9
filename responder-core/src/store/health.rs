//! Whether a store can do its work.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    emergency::{Emergency, EmergencyId},
};

/// The condition of one branch in its store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Emergencies that are not concluded, unreadable ones included.
    pub open: u32,
    /// Those among them whose state this build can't read, also because a newer build has written it. Any at all means:
    /// not ready; and people are told, of those of a newer build after
    /// [`LEFT_TO_NEWER`](super::LEFT_TO_NEWER).
    pub unreadable: Vec<Unreadable>,
    /// By how much the most overdue deadline or command is overdue, also of newer builds: more than a few seconds means
    /// that no dispatcher works for this branch.
    pub late_by: Duration,
}

/// An open emergency whose state can't be read, from what is stored beside the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The id of the emergency.
    pub id: EmergencyId,
    /// When it was reported.
    pub opened_at: Timestamp,
    /// When it should have been looked at next.
    pub next_deadline: Option<Timestamp>,
    /// What people must know to take over; none if even that can't be read.
    pub card: Option<Card>,
}

/// What a person needs to take an emergency over by hand. Written once, when it is opened; plain text throughout, so
/// that no later change of the state's types can make it unreadable.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Who was to be called first.
    pub technician: String,
    /// Where the customer can be called back, as they said it.
    pub callback: String,
    /// Who reported it.
    pub customer_name: String,
    /// Where it is.
    pub address: String,
    /// What happened, in the reporter's words.
    pub description: String,
    /// Whom to alert by text.
    pub recipients: Vec<String>,
    /// Whom to alert by mail.
    pub recipient_emails: Vec<String>,
}

impl Card {
    /// Of a state.
    pub fn of(state: &Emergency) -> Self {
        let (intake, policy) = (state.intake(), state.policy());
        Self {
            technician: intake.technician.number.to_string(),
            callback: intake.callback_text.clone(),
            customer_name: intake.customer_name.clone(),
            address: intake.address.clone(),
            description: intake.description.clone(),
            recipients: policy.recipients.iter().map(|contact| contact.number.to_string()).collect(),
            recipient_emails: policy.recipient_emails.clone(),
        }
    }
}

/// Diagnostics must not carry names, numbers or texts.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").finish_non_exhaustive()
    }
}
