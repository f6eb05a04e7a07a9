//! Those who are in a conference (Twilio, "Conference participant resource").

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Form, Reply, RestError,
    calls::{BAD_CALLBACK, BAD_URL, caller_and_callee, record_options},
    conferences::found,
    form::INVALID,
    paging::{is_wanted, page},
};
use crate::{
    clock::rfc2822,
    network::{Callback, ConferenceCallback, Departure, Entry, MAX_TALK, Network, Order, Participant, Source, Wait},
    sid::Sid,
    trace::CallStatus,
};

/// Calls somebody into a conference, which is made if there is none of this name.
pub(super) fn create(network: &mut Network, name: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    let (from, to) = caller_and_callee(network, form)?;
    if name.as_str().starts_with("CF") && name.as_str().len() == 34 && !found(network, name)?.is_open() {
        return Err(RestError::bad(INVALID, "this conference is over"));
    }
    let callback = form.target("StatusCallback", "StatusCallbackMethod", BAD_CALLBACK)?;
    let entry = entry(name, form)?;
    let (timeout, limit) = (form.seconds("Timeout")?, form.seconds("TimeLimit")?);
    let record = form.flag("Record").then(|| record_options(form)).transpose()?;
    network.admits(&entry).map_err(|(code, why)| RestError::bad(if code == 0 { INVALID } else { code }, why))?;
    let conference = network.open_conference(&entry);
    let order = Order {
        from,
        to,
        document: Source::Conference(conference.clone()),
        fallback: None,
        callback: callback.map(|target| Callback::new(target, form.all("StatusCallbackEvent"))),
        timeout: timeout.unwrap_or(Duration::from_secs(60)).min(Duration::from_secs(600)),
        time_limit: limit.unwrap_or(MAX_TALK).min(MAX_TALK),
        detection: None,
        record,
        send_digits: None,
    };
    let call = network.place(order);
    network.expect_participant(&conference, &call, entry);
    let participant = find(network, &conference, &call)?;
    Ok(Reply::Created(shown(network, &conference, &participant)))
}

pub(super) fn fetch(network: &Network, name: &Sid, call: &Sid) -> Result<Reply, RestError> {
    let conference = found(network, name)?.record.sid.clone();
    let participant = find(network, &conference, call)?;
    Ok(Reply::Found(shown(network, &conference, &participant)))
}

pub(super) fn list(network: &Network, name: &Sid, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    let conference = found(network, name)?;
    let sid = conference.record.sid.clone();
    let passes = |one: &&Participant| {
        is_wanted(form, "Muted", &one.entry.muted.to_string())
            && is_wanted(form, "Hold", &one.hold.to_string())
            && is_wanted(form, "Coaching", &one.entry.coach.is_some().to_string())
    };
    let here = conference.participants.iter().filter(passes);
    let items = here.map(|one| (one.call.clone(), shown(network, &sid, one))).collect();
    page(items, form, path, "participants")
}

pub(super) fn update(network: &mut Network, name: &Sid, call: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    let sid = found(network, name)?.record.sid.clone();
    let Participant { call, joined, .. } = find(network, &sid, call)?;
    let held = form.target("HoldUrl", "HoldMethod", BAD_URL)?;
    let announcement = form.target("AnnounceUrl", "AnnounceMethod", BAD_URL)?;
    let (muted, hold, end) = (flag(form, "Muted")?, flag(form, "Hold")?, flag(form, "EndConferenceOnExit")?);
    if !joined && (hold.is_some() || announcement.is_some()) {
        return Err(RestError::bad(INVALID, "whoever is still being called can't hear anything"));
    }
    let coached = form.get("CallSidToCoach").map(Sid::from);
    if let Some(coached) = &coached {
        find(network, &sid, coached).map_err(|_| RestError::bad(13240, "nobody of this CallSid is there"))?;
    }
    let now = network.now;
    if let Some(one) = network.conference(&sid).participant(&call) {
        one.updated = now;
        one.entry.muted = muted.unwrap_or(one.entry.muted);
        one.entry.end = end.unwrap_or(one.entry.end);
        match flag(form, "Coaching")? {
            Some(false) => one.entry.coach = None,
            Some(true) | None => one.entry.coach = coached.clone().or(one.entry.coach.take()),
        }
    }
    if let Some(muted) = muted {
        let event = if muted { "participant-mute" } else { "participant-unmute" };
        network.tell_of(&sid, "mute", event, Some(&call), Vec::new());
    }
    if end.is_some() || coached.is_some() {
        network.tell_of(&sid, "modify", "participant-modify", Some(&call), Vec::new());
    }
    if let Some(hold) = hold {
        network.hold_participant(&sid, &call, hold, held.as_ref());
    }
    if let Some(target) = announcement {
        network.announce(&call, &target);
        network.tell_of(&sid, "announcement", "announcement-end", Some(&call), Vec::new());
    }
    fetch(network, &sid, &call)
}

/// Sends somebody out; whoever is still being called is no longer.
pub(super) fn delete(network: &mut Network, name: &Sid, call: &Sid) -> Result<Reply, RestError> {
    let sid = found(network, name)?.record.sid.clone();
    let participant = find(network, &sid, call)?;
    if participant.joined {
        network.depart(&participant.call, Departure::Kicked);
    } else {
        network.end(&participant.call, CallStatus::Canceled, None);
    }
    Ok(Reply::Gone)
}

fn entry(name: &Sid, form: Form<'_>) -> Result<Entry, RestError> {
    let callback = form.target("ConferenceStatusCallback", "ConferenceStatusCallbackMethod", BAD_CALLBACK)?;
    let events: Vec<String> =
        form.all("ConferenceStatusCallbackEvent").flat_map(str::split_whitespace).map(str::to_owned).collect();
    let events = if events.is_empty() { vec!["start".to_owned(), "end".to_owned()] } else { events };
    let wait = match (form.has("WaitUrl"), form.target("WaitUrl", "WaitMethod", BAD_URL)?) {
        (_, Some(target)) => Wait::Document(target),
        (true, None) => Wait::Silence,
        (false, None) => Wait::Music,
    };
    let plain = Entry::new(name.as_str());
    let most = form.number("MaxParticipants")?.and_then(|count| usize::try_from(count).ok());
    Ok(Entry {
        label: form.get("Label").map(str::to_owned),
        muted: flag(form, "Muted")?.unwrap_or(false),
        start: flag(form, "StartConferenceOnEnter")?.unwrap_or(true),
        end: flag(form, "EndConferenceOnExit")?.unwrap_or(false),
        wait,
        max: most.map_or(plain.max, |most| most.min(plain.max)),
        coach: form.get("CallSidToCoach").map(Sid::from),
        callback: callback.map(|target| ConferenceCallback { target, events, sequence: 0 }),
        recording: recording(form)?,
        ..plain
    })
}

fn recording(form: Form<'_>) -> Result<Option<crate::network::RecordOptions>, RestError> {
    if !matches!(form.get("ConferenceRecord"), Some("true" | "record-from-start")) {
        return Ok(None);
    }
    let (url, method) = ("ConferenceRecordingStatusCallback", "ConferenceRecordingStatusCallbackMethod");
    let events = form.all("ConferenceRecordingStatusCallbackEvent").flat_map(str::split_whitespace);
    Ok(Some(crate::network::RecordOptions {
        callback: form.target(url, method, BAD_CALLBACK)?,
        events: events.map(str::to_owned).collect(),
        ..Default::default()
    }))
}

/// `true` or `false`, if it is there.
fn flag(form: Form<'_>, name: &str) -> Result<Option<bool>, RestError> {
    match form.get(name).map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(RestError::bad(INVALID, format!("{name} is true or false"))),
    }
}

/// By the sid of the call, or by the label.
fn find(network: &Network, conference: &Sid, name: &Sid) -> Result<Participant, RestError> {
    let is_it = |one: &&Participant| one.call == *name || one.entry.label.as_deref() == Some(name.as_str());
    let participant = found(network, conference)?.participants.iter().find(is_it).cloned();
    participant.ok_or_else(|| RestError::not_found(&format!("Conferences/{conference}/Participants/{name}")))
}

fn shown(network: &Network, conference: &Sid, one: &Participant) -> Value {
    let account = &network.options.account_sid;
    let call = network.calls.get(&one.call);
    let status = match call.map(|call| call.record.status) {
        _ if one.joined => "connected",
        None | Some(CallStatus::Queued) => "queued",
        Some(CallStatus::Ringing) => "ringing",
        Some(CallStatus::Initiated | CallStatus::InProgress) => "connecting",
        Some(CallStatus::Completed) => "complete",
        Some(CallStatus::Busy | CallStatus::Failed | CallStatus::NoAnswer | CallStatus::Canceled) => "failed",
    };
    json!({
        "account_sid": account,
        "call_sid": one.call,
        "conference_sid": conference,
        "label": one.entry.label,
        "muted": one.entry.muted,
        "hold": one.hold,
        "coaching": one.entry.coach.is_some(),
        "call_sid_to_coach": one.entry.coach,
        "start_conference_on_enter": one.entry.start,
        "end_conference_on_exit": one.entry.end,
        "status": status,
        "queue_time": call.map_or(0, |call| call.queue_time.as_millis()).to_string(),
        "date_created": rfc2822(one.created),
        "date_updated": rfc2822(one.updated),
        "api_version": "2010-04-01",
        "uri": format!("/2010-04-01/Accounts/{account}/Conferences/{conference}/Participants/{}.json", one.call),
    })
}
