//! Recordings, of the account and of one call (Twilio, "Recordings resource").

use serde_json::{Value, json};

use super::{
    Form, Reply, RestError,
    calls::{self, NOT_IN_PROGRESS, record_options},
    form::INVALID,
    paging::{in_time, is_wanted, page},
};
use crate::{
    clock::rfc2822,
    network::{Network, Recording},
    sid::Sid,
};

/// Begins to record a call that is in progress.
pub(super) fn create(network: &mut Network, call: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    calls::known(network, call)?;
    let options = record_options(form)?;
    if !network.call(call).is_live() {
        return Err(RestError::bad(NOT_IN_PROGRESS, "only a call in progress can be recorded"));
    }
    let sid = network.start_recording(call, "StartCallRecordingAPI", &options);
    found(network, None, &sid).map(|recording| Reply::Created(shown(network, recording)))
}

pub(super) fn fetch(network: &Network, call: Option<&Sid>, sid: &Sid) -> Result<Reply, RestError> {
    found(network, call, sid).map(|recording| Reply::Found(shown(network, recording)))
}

pub(super) fn list(network: &Network, call: Option<&Sid>, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    if let Some(call) = call {
        calls::known(network, call)?;
    }
    let passes = |recording: &&Recording| {
        let record = &recording.record;
        record.status != DELETED
            && call.is_none_or(|call| record.call_sid == *call)
            && is_wanted(form, "CallSid", record.call_sid.as_str())
            && !form.has("ConferenceSid")
            && in_time(form, "DateCreated", Some(recording.created))
    };
    let item = |recording: &Recording| (recording.record.sid.clone(), shown(network, recording));
    let items = network.recordings.iter().rev().filter(passes).map(item).collect();
    page(items, form, path, "recordings")
}

/// Pauses, resumes or stops a recording that runs.
pub(super) fn update(network: &mut Network, call: &Sid, sid: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    let sid = current(network, call, sid);
    let sid = found(network, Some(call), &sid)?.record.sid.clone();
    let Some(status @ ("paused" | "in-progress" | "stopped")) = form.get("Status") else {
        return Err(RestError::bad(INVALID, "Status is paused, in-progress or stopped"));
    };
    if !network.steer_recording(&sid, status) {
        return Err(RestError::bad(NOT_IN_PROGRESS, "this recording has ended"));
    }
    fetch(network, Some(call), &sid)
}

/// `Twilio.CURRENT` is the recording that runs.
fn current(network: &Network, call: &Sid, sid: &Sid) -> Sid {
    let runs = |recording: &&Recording| recording.record.call_sid == *call && recording.record.to.is_none();
    match sid.as_str() {
        "Twilio.CURRENT" => network.recordings.iter().rev().find(runs),
        _ => None,
    }
    .map_or_else(|| sid.clone(), |recording| recording.record.sid.clone())
}

pub(super) fn delete(network: &mut Network, call: Option<&Sid>, sid: &Sid) -> Result<Reply, RestError> {
    let sid = found(network, call, sid)?.record.sid.clone();
    for recording in network.recordings.iter_mut().filter(|recording| recording.record.sid == sid) {
        DELETED.clone_into(&mut recording.record.status);
    }
    Ok(Reply::Gone)
}

pub(super) fn found<'a>(network: &'a Network, call: Option<&Sid>, sid: &Sid) -> Result<&'a Recording, RestError> {
    let is_it = |recording: &&Recording| {
        let record = &recording.record;
        record.sid == *sid && record.status != DELETED && call.is_none_or(|call| record.call_sid == *call)
    };
    network.recordings.iter().find(is_it).ok_or_else(|| RestError::not_found(&format!("Recordings/{sid}")))
}

fn shown(network: &Network, recording: &Recording) -> Value {
    let account = &network.options.account_sid;
    let record = &recording.record;
    let uri = format!("/2010-04-01/Accounts/{account}/Recordings/{}", record.sid);
    json!({
        "sid": record.sid,
        "account_sid": account,
        "call_sid": record.call_sid,
        "conference_sid": null,
        "status": record.status,
        "source": record.source,
        "channels": record.channels,
        "track": "both",
        "duration": record.duration.map(|seconds| seconds.to_string()),
        "start_time": rfc2822(record.from),
        "date_created": rfc2822(recording.created),
        "date_updated": rfc2822(recording.updated),
        "error_code": null,
        "encryption_details": null,
        "price": null,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "media_url": network.recording_url(&record.sid),
        "uri": format!("{uri}.json"),
        "subresource_uris": {
            "add_on_results": format!("{uri}/AddOnResults.json"),
            "transcriptions": format!("{uri}/Transcriptions.json"),
        },
    })
}

const DELETED: &str = "deleted";
