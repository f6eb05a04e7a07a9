//! How calls went.

use std::time::Duration;

use super::{Answer, CallOutcome, Voice};
use crate::{
    http::{Call, twiml},
    twiml::voice::Response,
};

/// A call that was dialled is over; the caller is still there, and there is nothing to say to them. What the provider
/// says in a new way is counted all the same.
pub(super) fn call_ended(voice: &Voice, call: &Call) -> Answer {
    let field = |name| call.form().get(name);
    let outcome = field("DialCallStatus").and_then(CallOutcome::named).unwrap_or(CallOutcome::Other);
    let seconds = field("DialCallDuration").and_then(|text| text.parse().ok());
    let talk = seconds.filter(|seconds| *seconds <= LONGEST_SECS).map(Duration::from_secs);
    voice.metrics.call_ended(outcome, talk);
    Ok(twiml(&Response::new()))
}

/// No call lasts longer than a day.
const LONGEST_SECS: u64 = 24 * 60 * 60;
