//! What must have happened, by the record of the phone network alone.

use responder_sim::{CallRecord, Direction, Trace};

use super::lab::{CUSTOMER, FIRST, RECIPIENT, SECOND};

/// Everything that is wrong; nothing is right.
pub(crate) fn faults(trace: &Trace) -> Vec<String> {
    let mut faults = Vec::new();
    let talked = |call: &CallRecord| call.talks.iter().any(|talk| talk.number == CUSTOMER);
    if !trace.calls.iter().any(|call| [FIRST, SECOND].contains(&call.to.as_str()) && talked(call)) {
        faults.push("technician and customer never talked".to_owned());
    }
    if trace.calls.iter().any(|call| call.ended.is_none()) {
        faults.push("a call has not ended".to_owned());
    }
    if !trace.messages.iter().any(|text| text.to == RECIPIENT) {
        faults.push("the recipient was not told".to_owned());
    }
    for number in [FIRST, SECOND] {
        faults.extend(overlaps(trace, number));
    }
    faults
}

/// Two calls to one number at a time.
fn overlaps(trace: &Trace, number: &str) -> Vec<String> {
    let mut calls: Vec<&CallRecord> =
        trace.calls_to(number).filter(|call| call.direction != Direction::Inbound).collect();
    calls.sort_by_key(|call| call.created);
    let both = |pair: &&[&CallRecord]| pair[0].ended.is_none_or(|ended| ended > pair[1].created);
    let overlaps = calls.windows(2).filter(both);
    overlaps.map(|pair| format!("{} and {} rang at a time", pair[0].sid.as_str(), pair[1].sid.as_str())).collect()
}
