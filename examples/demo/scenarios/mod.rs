//! The scenarios: who does what, and what must be on the record in the end. Each plays a row of the table of what goes
//! wrong, or the way when nothing does.

mod bridge_fails;
mod customer_hangs_up;
mod customer_never_calls;
mod no_answer;
mod nobody_accepts;
mod plain;
mod sms_accept;
mod transfer;
mod voicemail;

use crate::play::Scenario;

/// All of them; the first is played if nothing is said.
pub(crate) const ALL: &[Scenario] = &[
    plain::SCENARIO,
    no_answer::SCENARIO,
    voicemail::SCENARIO,
    customer_hangs_up::SCENARIO,
    customer_never_calls::SCENARIO,
    bridge_fails::SCENARIO,
    transfer::SCENARIO,
    sms_accept::SCENARIO,
    nobody_accepts::SCENARIO,
];
