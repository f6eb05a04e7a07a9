//! How a branch wants its emergencies handled.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::state::Search;
use super::{Contact, Intake};
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

/// Every duration that the state machine uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Timing {
    /// How long a technician's phone rings (25 s).
    pub ring: Duration,
    /// How long an acceptance by text is waited for when no calls are made (120 s).
    pub text_acceptance: Duration,
    /// Between a failed attempt and the next one (5 s).
    pub between_attempts: Duration,
    /// How long a technician who accepted may wait on the line for the customer (60 s).
    pub technician_wait: Duration,
    /// How long a customer is kept on hold (10 min).
    pub hold_limit: Duration,
    /// How long, after acceptance, the customer's call is waited for (30 min).
    pub customer_deadline: Duration,
    /// The longest talk (4 h).
    pub talk_limit: Duration,
    /// From the wish to place a call until its outcome is looked for (30 s).
    pub placing: Duration,
    /// Between the look-ups of a call whose placing has an unknown outcome (5 s).
    pub look_up: Duration,
    /// From leaving the provider's queue, beyond `ring`, until an attempt without callbacks is looked up (20 s).
    pub ring_slack: Duration,
    /// How long a technician may listen and take to press a key before their call is looked up (2 min). Others of them
    /// are looked up after `leg_silence`.
    pub listening: Duration,
    /// How long a key is still waited for when a machine seems to have answered (20 s).
    pub machine_grace: Duration,
    /// How long the answer to a look-up or to an ended call is waited for (15 s).
    pub answer: Duration,
    /// How long a call that asks for no key may be silent before it is looked up (75 s).
    pub leg_silence: Duration,
    /// From the `<Dial>` until the bridge must be proven (15 s).
    pub bridge: Duration,
    /// How long a caller may take to leave a message or hear a goodbye (4 min).
    pub leaving: Duration,
    /// A talk that was shorter has helped nobody (10 s). What customers hear just before it counts as part of it, so it
    /// should be longer than a recording notice.
    pub shortest_talk: Duration,
    /// How long Closing collects late callbacks (10 s).
    pub closing: Duration,
    /// Between two looks at a talk, and between any two looks at an emergency (15 min).
    pub check: Duration,
}

/// Every count that bounds an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Look-ups of a placing with unknown outcome (3).
    pub look_ups: u8,
    /// Placings of one attempt (2).
    pub placings: u8,
    /// How often a silent call that turns out to be alive is left alone (3).
    pub fetches: u8,
    /// How often one document may be asked for again by key (5).
    pub repeats: u8,
    /// Bridges that may fail per acceptance and target (2).
    pub bridges: u8,
    /// Calls that are put on hold, from other numbers than the stated one (6).
    pub customer_calls: u8,
    /// The same, from the number that the customer stated (30).
    pub stated_calls: u8,
    /// Times that a talk may be taken up again (2).
    pub reconnects: u8,
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

impl Default for Timing {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            ring: secs(25),
            text_acceptance: secs(120),
            between_attempts: secs(5),
            technician_wait: secs(60),
            hold_limit: secs(600),
            customer_deadline: secs(1800),
            talk_limit: secs(4 * 3600),
            placing: secs(30),
            look_up: secs(5),
            ring_slack: secs(20),
            listening: secs(120),
            machine_grace: secs(20),
            answer: secs(15),
            leg_silence: secs(75),
            bridge: secs(15),
            leaving: secs(240),
            shortest_talk: secs(10),
            closing: secs(10),
            check: secs(900),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            look_ups: 3,
            placings: 2,
            fetches: 3,
            repeats: 5,
            bridges: 2,
            customer_calls: 6,
            stated_calls: 30,
            reconnects: 2,
        }
    }
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

impl Timing {
    fn validate(&self) -> Result<(), PolicyError> {
        let Self {
            ring,
            text_acceptance,
            between_attempts,
            technician_wait,
            hold_limit,
            customer_deadline,
            talk_limit,
            placing,
            look_up,
            ring_slack,
            listening,
            machine_grace,
            answer,
            leg_silence,
            bridge,
            leaving,
            shortest_talk,
            closing,
            check,
        } = self;
        let all = [
            ring,
            text_acceptance,
            between_attempts,
            technician_wait,
            hold_limit,
            customer_deadline,
            talk_limit,
            placing,
            look_up,
            ring_slack,
            listening,
            machine_grace,
            answer,
            leg_silence,
            bridge,
            leaving,
            shortest_talk,
            closing,
            check,
        ];
        let fits = |span: &&Duration| (Duration::from_secs(1)..=Duration::from_secs(86_400)).contains(*span);
        let is_placeable = *ring <= LONGEST_RING;
        if is_placeable && all.iter().all(fits) { Ok(()) } else { Err(PolicyError::Duration) }
    }
}

/// The provider takes no longer `Timeout` for a call (Twilio, "Call resource").
const LONGEST_RING: Duration = Duration::from_secs(600);

/// The state keeps sets of technicians as 128 bits.
const MOST_TECHNICIANS: usize = 101;

/// Diagnostics must not carry names or addresses.
impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("confirmation", &self.confirmation).finish_non_exhaustive()
    }
}
