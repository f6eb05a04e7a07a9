//! How a branch wants its emergencies handled.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::state::Search;
use super::{Contact, Intake, Limits, Timing};
use crate::{CountryCode, E164};

/// What counts as "the technician knows".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// A key was pressed. Voicemail and a child who picks up can't.
    #[default]
    KeyPress,
    /// Machine detection says that a human answered.
    Human,
    /// The call was answered and lasted: what a switchboard can do.
    Answered,
}

/// Connecting the customer to a general line instead of the technician.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transfer {
    /// The line that is called.
    pub target: E164,
    /// What counts as answered there.
    pub confirmation: Confirmation,
}

/// The settings of a branch that decide what happens next. An emergency keeps the policy that it began with; a setting
/// that there was not when it began has its default.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Who is called after the technician of the report, in this order.
    pub escalation: Vec<Contact>,
    /// Who gets copies and alerts by text.
    pub recipients: Vec<Contact>,
    /// Who gets copies and alerts by mail.
    pub recipient_emails: Vec<String>,
    /// The branch's own numbers: never called, never texted.
    pub own_numbers: Vec<E164>,
    /// The countries that may be called and texted; all if empty.
    pub allowed_countries: Vec<CountryCode>,
    /// Whether technicians are called; if not, they are asked by text alone.
    pub auto_call: bool,
    /// Whether texts are sent. Without calls and without texts nobody could be reached, so that is refused.
    pub texts: bool,
    /// Whether mail is sent.
    pub emails: bool,
    /// Whether talks are recorded.
    pub recording: bool,
    /// The line that customers are connected to, instead of the technician.
    pub transfer: Option<Transfer>,
    /// What counts as accepted.
    pub confirmation: Confirmation,
    /// How often one technician is tried in a row; at least 1.
    pub attempts_per_technician: u8,
    /// How often the whole list is gone through; at least 1.
    pub escalation_rounds: u8,
    /// The time-outs.
    pub timing: Timing,
    /// How often things may be repeated before they are given up.
    pub limits: Limits,
}

/// Why a policy can't work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// An emergency that nobody accepts must end up with somebody.
    #[error("no recipients: name at least one phone or mail address that is alerted when nobody accepts")]
    NoRecipients,
    /// Recipients that no enabled channel reaches.
    #[error("the recipients can't be alerted: texts and mails that would reach them are switched off")]
    RecipientsUnreachable,
    /// Neither calls nor texts.
    #[error("both calls and texts to technicians are switched off")]
    NoChannel,
    /// A count out of bounds.
    #[error("attempts per technician and escalation rounds must be 1 to 10")]
    Attempts,
    /// More than the machine keeps count of.
    #[error("at most 100 escalation numbers")]
    TooManyTechnicians,
    /// Calling ourselves would connect the customer to the queue they wait in.
    #[error("a number to be called or texted is one of the branch's own, or in a country that is not allowed")]
    MayNotReach,
    /// A duration of 0, or longer than a day.
    #[error("every duration must be at least a second and at most a day, and a phone rings for at most 10 minutes")]
    Duration,
}

/// A policy with the defaults of every setting, and nobody in it yet: name recipients before using it.
impl Default for Policy {
    fn default() -> Self {
        Self {
            escalation: Vec::new(),
            recipients: Vec::new(),
            recipient_emails: Vec::new(),
            own_numbers: Vec::new(),
            allowed_countries: Vec::new(),
            auto_call: true,
            texts: true,
            emails: true,
            recording: false,
            transfer: None,
            confirmation: Confirmation::KeyPress,
            attempts_per_technician: 2,
            escalation_rounds: 2,
            timing: Timing::default(),
            limits: Limits::default(),
        }
    }
}

impl Policy {
    /// Whether emergencies can be handled by it at all.
    ///
    /// # Errors
    /// The first thing that would make an emergency get lost; see [`PolicyError`].
    pub fn validate(&self) -> Result<(), PolicyError> {
        if self.recipients.is_empty() && self.recipient_emails.is_empty() {
            return Err(PolicyError::NoRecipients);
        }
        let by_text = self.texts && !self.recipients.is_empty();
        let by_mail = self.emails && !self.recipient_emails.is_empty();
        if !by_text && !by_mail {
            return Err(PolicyError::RecipientsUnreachable);
        }
        if !self.auto_call && !self.texts {
            return Err(PolicyError::NoChannel);
        }
        if !(1..=10).contains(&self.attempts_per_technician) || !(1..=10).contains(&self.escalation_rounds) {
            return Err(PolicyError::Attempts);
        }
        if self.escalation.len() > 100 {
            return Err(PolicyError::TooManyTechnicians);
        }
        let transfer = self.transfer.iter().map(|transfer| transfer.target);
        let mut people = self.escalation.iter().chain(&self.recipients).map(|contact| contact.number).chain(transfer);
        if people.any(|number| !self.may_reach(number)) {
            return Err(PolicyError::MayNotReach);
        }
        self.timing.validate()
    }

    /// Bridges to the transfer target that may fail.
    pub(super) fn transfers(&self) -> u8 {
        if self.transfer.is_some() { self.limits.bridges } else { 0 }
    }

    /// How long Closing lasts when nobody accepted: as long as technicians were told that they still can.
    pub(super) fn second_thoughts(&self) -> Duration {
        let timing = &self.timing;
        if self.texts { timing.closing.max(timing.text_acceptance) } else { timing.closing }
    }

    /// Whether `number` may be called and texted: not one of our own, and in an allowed country.
    pub fn may_reach(&self, number: E164) -> bool {
        let allowed = &self.allowed_countries;
        !self.own_numbers.contains(&number)
            && (allowed.is_empty() || allowed.iter().any(|country| country.covers(number)))
    }

    /// Who is called for this report, in order, each number once; numbers that may not be reached are left out.
    pub fn technicians(&self, intake: &Intake) -> Vec<Contact> {
        let mut all: Vec<Contact> = Vec::with_capacity(1 + self.escalation.len());
        for contact in std::iter::once(&intake.technician).chain(&self.escalation).take(MOST_TECHNICIANS) {
            match all.iter_mut().find(|known| known.number == contact.number) {
                Some(known) if known.name.is_none() => known.name.clone_from(&contact.name),
                Some(_) => {}
                None if self.may_reach(contact.number) => all.push(contact.clone()),
                None => {}
            }
        }
        all
    }
}

/// How long an emergency can take at most.
impl Policy {
    /// From the report to the conclusion, with `technicians` on the list, if everything goes wrong that can, at the
    /// last moment, every time. What the state machine does is tested against it.
    pub fn worst_case(&self, technicians: u32) -> Duration {
        let (timing, limits) = (&self.timing, &self.limits);
        let returns = u32::from(Search::MOST_RETURNS);
        let tries = technicians * u32::from(self.attempts_per_technician) * u32::from(self.escalation_rounds) + returns;
        let acceptances = technicians * u32::from(self.escalation_rounds) + returns + u32::from(limits.reconnects);
        let attempt = self.longest_attempt();
        let search = tries * (attempt + timing.between_attempts * 2 + timing.text_acceptance);
        let bridges = (2 * u32::from(limits.bridges) + 1) * (attempt + timing.bridge + timing.answer);
        let accepted = acceptances * (bridges + timing.customer_deadline);
        let legs = u32::from(limits.customer_calls) + u32::from(limits.stated_calls) + u32::from(limits.reconnects);
        let customers = legs * (self.longest_leg() + timing.customer_deadline + timing.check);
        let talks = (u32::from(limits.reconnects) + 1) * (timing.talk_limit + timing.check);
        // Once for each time it is taken up again, once for each call that comes in meanwhile, and at the end.
        let closings = (legs + u32::from(limits.reconnects) + 2) * self.second_thoughts();
        search + accepted + customers + talks + closings + attempt + self.longest_leg()
    }

    /// From the wish to call somebody until their call is certainly over.
    fn longest_attempt(&self) -> Duration {
        let (timing, limits) = (&self.timing, &self.limits);
        let placing = timing.placing + timing.look_up * (u32::from(limits.look_ups) + 1);
        let looks = |span: Duration| (span + timing.answer) * (u32::from(limits.fetches) + 1);
        // A key after the verdict of a machine restarts the time to listen.
        let calling = looks(timing.ring + timing.ring_slack) * 2 + looks(timing.listening) * 2;
        let ending = timing.answer * (u32::from(limits.fetches) + 1);
        // Twice: an attempt that was given up may be answered after all.
        placing * u32::from(limits.placings) + (calling + ending) * 2
    }

    /// From a customer's call until it is certainly over, a talk not counted.
    fn longest_leg(&self) -> Duration {
        let (timing, limits) = (&self.timing, &self.limits);
        let ending = timing.answer * (u32::from(limits.fetches) + 1);
        timing.hold_limit * 2 + timing.leaving + ending
    }
}

/// The state keeps sets of technicians as 128 bits.
const MOST_TECHNICIANS: usize = 101;

/// Diagnostics must not carry names or addresses.
impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("confirmation", &self.confirmation).finish_non_exhaustive()
    }
}
