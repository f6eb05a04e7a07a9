//! Recordings, of the account and of one call (Twilio, "Recordings resource").

use serde_json::{Value, json};

use super::{
    Form, Reply, RestError,
    calls::{self, NOT_IN_PROGRESS, record_options},
    conferences,
    form::INVALID,
    paging::{in_time, is_wanted, page},
};
use crate::{
    clock::rfc2822,
    network::{Network, Recording},
    sid::Sid,
};

/// Whose recordings are asked for.
pub(super) enum Of {
    Account,
    Call(Sid),
    /// By its identifier; none of another name has recordings.
    Conference(Sid),
}

impl Of {
    fn has(&self, recording: &Recording) -> bool {
        match self {
            Self::Account => true,
            Self::Call(call) => recording.record.call_sid == *call && recording.record.conference_sid.is_none(),
            Self::Conference(conference) => recording.record.conference_sid.as_ref() == Some(conference),
        }
    }

    fn known(&self, network: &Network) -> Result<(), RestError> {
        match self {
            Self::Account => Ok(()),
            Self::Call(call) => calls::known(network, call),
            Self::Conference(conference) => conferences::found(network, conference).map(|_| ()),
        }
    }
}

/// Begins to record a call that is in progress.
pub(super) fn create(network: &mut Network, call: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    calls::known(network, call)?;
    let options = record_options(form)?;
    if !network.call(call).is_live() {
        return Err(RestError::bad(NOT_IN_PROGRESS, "only a call in progress can be recorded"));
    }
    let sid = network.start_recording(call, "StartCallRecordingAPI", &options);
    made(network, &Of::Account, &sid).map(|recording| Reply::Created(shown(network, recording)))
}

pub(super) fn fetch(network: &Network, of: &Of, sid: &Sid) -> Result<Reply, RestError> {
    found(network, of, sid).map(|recording| Reply::Found(shown(network, recording)))
}

pub(super) fn list(network: &Network, of: &Of, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    of.known(network)?;
    let passes = |recording: &&Recording| {
        let record = &recording.record;
        let conference = record.conference_sid.as_ref().map_or("", Sid::as_str);
        (record.status != DELETED || form.flag("IncludeSoftDeleted"))
            && has_appeared(network, recording)
            && of.has(recording)
            && is_wanted(form, "CallSid", record.call_sid.as_str())
            && is_wanted(form, "ConferenceSid", conference)
            && in_time(form, "DateCreated", Some(recording.created))
    };
    let item = |recording: &Recording| (recording.record.sid.clone(), shown(network, recording));
    let items = network.recordings.iter().rev().filter(passes).map(item).collect();
    page(items, form, path, "recordings")
}

/// Pauses, resumes or stops a recording that runs.
pub(super) fn update(network: &mut Network, of: &Of, sid: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    let sid = current(network, of, sid);
    let sid = made(network, of, &sid)?.record.sid.clone();
    let Some(status @ ("paused" | "in-progress" | "stopped")) = form.get("Status") else {
        return Err(RestError::bad(INVALID, "Status is paused, in-progress or stopped"));
    };
    if !network.steer_recording(&sid, status) {
        return Err(RestError::bad(NOT_IN_PROGRESS, "this recording has ended"));
    }
    made(network, of, &sid).map(|recording| Reply::Found(shown(network, recording)))
}

/// `Twilio.CURRENT` is the recording that runs.
fn current(network: &Network, of: &Of, sid: &Sid) -> Sid {
    let runs = |recording: &&Recording| of.has(recording) && recording.record.to.is_none();
    match sid.as_str() {
        "Twilio.CURRENT" => network.recordings.iter().rev().find(runs),
        _ => None,
    }
    .map_or_else(|| sid.clone(), |recording| recording.record.sid.clone())
}

pub(super) fn delete(network: &mut Network, of: &Of, sid: &Sid) -> Result<Reply, RestError> {
    let sid = found(network, of, sid)?.record.sid.clone();
    for recording in network.recordings.iter_mut().filter(|recording| recording.record.sid == sid) {
        DELETED.clone_into(&mut recording.record.status);
    }
    Ok(Reply::Gone)
}

/// A recording that can be seen by now.
pub(super) fn found<'a>(network: &'a Network, of: &Of, sid: &Sid) -> Result<&'a Recording, RestError> {
    made(network, of, sid).and_then(|recording| match has_appeared(network, recording) {
        true => Ok(recording),
        false => Err(RestError::not_found(&format!("Recordings/{sid}"))),
    })
}

/// A recording that there is, whether lists know it already or not.
fn made<'a>(network: &'a Network, of: &Of, sid: &Sid) -> Result<&'a Recording, RestError> {
    let is_it = |recording: &&Recording| {
        recording.record.sid == *sid && recording.record.status != DELETED && of.has(recording)
    };
    network.recordings.iter().find(is_it).ok_or_else(|| RestError::not_found(&format!("Recordings/{sid}")))
}

fn has_appeared(network: &Network, recording: &Recording) -> bool {
    recording.created + network.options.timing.recording_appears <= network.now
}

fn shown(network: &Network, recording: &Recording) -> Value {
    let account = &network.options.account_sid;
    let record = &recording.record;
    let uri = format!("/2010-04-01/Accounts/{account}/Recordings/{}", record.sid);
    json!({
        "sid": record.sid,
        "account_sid": account,
        "call_sid": record.call_sid,
        "conference_sid": record.conference_sid,
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
