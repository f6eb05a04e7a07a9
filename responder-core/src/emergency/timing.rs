//! How long things take in an emergency, and how often they may be repeated.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::PolicyError;

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

impl Timing {
    pub(super) fn validate(&self) -> Result<(), PolicyError> {
        // Taken apart, so that a new duration that nobody looks at does not compile.
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
