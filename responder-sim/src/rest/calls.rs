//! The Calls resource.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Form, Reply, RestError,
    form::INVALID,
    paging::{in_time, is_wanted, page},
};
use crate::{
    clock::{rfc2822, whole_seconds},
    network::{Call, Callback, Detection, MAX_TALK, Network, Order, RecordOptions, Source},
    sid::Sid,
    trace::CallStatus,
    webhook::Target,
};

pub(super) fn create(network: &mut Network, form: Form<'_>) -> Result<Reply, RestError> {
    let order = order(network, form)?;
    let sid = network.place(order);
    Ok(Reply::Created(shown(network, &sid)))
}

pub(super) fn fetch(network: &mut Network, sid: &Sid) -> Result<Reply, RestError> {
    known(network, sid)?;
    Ok(Reply::Found(shown(network, sid)))
}

pub(super) fn list(network: &mut Network, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    let matching: Vec<Sid> = network
        .call_order
        .iter()
        .rev()
        .filter(|sid| network.calls.get(sid).is_some_and(|call| !call.deleted && passes(call, form)))
        .cloned()
        .collect();
    let items = matching.into_iter().map(|sid| (sid.clone(), shown(network, &sid))).collect();
    page(items, form, path, "calls")
}

fn passes(call: &Call, form: Form<'_>) -> bool {
    let record = &call.record;
    let parent = record.parent.as_ref().map_or("", Sid::as_str);
    is_wanted(form, "To", &record.to)
        && is_wanted(form, "From", &record.from)
        && is_wanted(form, "Status", record.status.rest_word())
        && is_wanted(form, "ParentCallSid", parent)
        && in_time(form, "StartTime", Some(record.started.unwrap_or(record.created)))
        && in_time(form, "EndTime", record.ended)
}

pub(super) fn update(network: &mut Network, sid: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    known(network, sid)?;
    let document = document(form)?;
    let callback = form.target("StatusCallback", "StatusCallbackMethod", BAD_CALLBACK)?;
    let fallback = form.target("FallbackUrl", "FallbackMethod", BAD_URL)?;
    let status = network.call(sid).record.status;
    if document != Source::Nothing && status != CallStatus::InProgress {
        return Err(RestError::bad(NOT_IN_PROGRESS, "only a call in progress can be redirected"));
    }
    let call = network.call(sid);
    if let Some(target) = callback {
        let events = call.callback.as_ref().map(|callback| (callback.events.clone(), callback.sequence));
        let mut fresh = Callback::new(target, []);
        if let Some((events, sequence)) = events {
            (fresh.events, fresh.sequence) = (events, sequence);
        }
        call.callback = Some(fresh);
    }
    call.fallback = fallback.or(call.fallback.take());
    match form.get("Status") {
        Some(word @ ("canceled" | "completed")) => end(network, sid, word, status)?,
        Some(_) => return Err(RestError::bad(INVALID, "Status can only become canceled or completed")),
        None if document != Source::Nothing => network.redirect(sid, document),
        None => {}
    }
    Ok(Reply::Found(shown(network, sid)))
}

/// `canceled` ends what is not answered yet, `completed` whatever is not over.
fn end(network: &mut Network, sid: &Sid, word: &str, status: CallStatus) -> Result<(), RestError> {
    let too_late = status.is_over() || (word == "canceled" && status == CallStatus::InProgress);
    if too_late {
        return Err(RestError::bad(NOT_IN_PROGRESS, format!("a call that is {status} can't become {word}")));
    }
    let end = if status == CallStatus::InProgress { CallStatus::Completed } else { CallStatus::Canceled };
    network.end(sid, end, None);
    Ok(())
}

/// Only the record of a call that is over can be deleted.
pub(super) fn delete(network: &mut Network, sid: &Sid) -> Result<Reply, RestError> {
    known(network, sid)?;
    let call = network.call(sid);
    if !call.is_over() {
        return Err(RestError::bad(STILL_RUNNING, "a call can't be deleted before it is over"));
    }
    call.deleted = true;
    Ok(Reply::Gone)
}

/// Who calls and who is called.
pub(super) fn caller_and_callee(network: &Network, form: Form<'_>) -> Result<(String, String), RestError> {
    let to = form.get("To").ok_or_else(|| RestError::bad(21201, "a call needs a To"))?;
    let from = form.get("From").ok_or_else(|| RestError::bad(21213, "a call needs a From"))?;
    let to = address(to).ok_or_else(|| RestError::bad(21211, "To is not a number that can be called"))?;
    let from = address(from).ok_or_else(|| RestError::bad(21212, "From is not a number that can call"))?;
    if network.options.owned_from_only && !network.numbers.contains_key(&from) {
        return Err(RestError::bad(21210, "From is not a number of this account"));
    }
    Ok((from, to))
}

fn order(network: &Network, form: Form<'_>) -> Result<Order, RestError> {
    let (from, to) = caller_and_callee(network, form)?;
    let document = document(form)?;
    if document == Source::Nothing {
        return Err(RestError::bad(BAD_URL, "a call needs a Url or a Twiml (applications are not simulated)"));
    }
    let callback = form.target("StatusCallback", "StatusCallbackMethod", BAD_CALLBACK)?;
    Ok(Order {
        from,
        to,
        document,
        fallback: form.target("FallbackUrl", "FallbackMethod", BAD_URL)?,
        callback: callback.map(|target| Callback::new(target, form.all("StatusCallbackEvent"))),
        timeout: form.seconds("Timeout")?.unwrap_or(Duration::from_secs(60)).min(Duration::from_secs(600)),
        time_limit: form.seconds("TimeLimit")?.unwrap_or(MAX_TALK).min(MAX_TALK),
        detection: detection(form)?,
        record: recording(form)?,
        send_digits: form.get("SendDigits").map(str::to_owned),
    })
}

/// `Twiml` wins over `Url` (Twilio, "Call resource").
fn document(form: Form<'_>) -> Result<Source, RestError> {
    match form.get("Twiml") {
        Some(text) if text.chars().count() > MAX_TWIML => {
            Err(RestError::bad(INVALID, format!("Twiml may have {MAX_TWIML} characters at most")))
        }
        Some(text) => Ok(Source::Inline(text.to_owned())),
        None => Ok(form.target("Url", "Method", BAD_URL)?.map_or(Source::Nothing, Source::At)),
    }
}

fn detection(form: Form<'_>) -> Result<Option<Detection>, RestError> {
    let message_end = match form.get("MachineDetection") {
        None => return Ok(None),
        Some("Enable" | "true") => false,
        Some("DetectMessageEnd") => true,
        Some(_) => return Err(RestError::bad(INVALID, "MachineDetection is Enable or DetectMessageEnd")),
    };
    Ok(Some(Detection {
        message_end,
        asynchronous: form.flag("AsyncAmd"),
        callback: form.target("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", BAD_CALLBACK)?,
        timeout: form.seconds("MachineDetectionTimeout")?.unwrap_or(Duration::from_secs(30)),
    }))
}

fn recording(form: Form<'_>) -> Result<Option<RecordOptions>, RestError> {
    let options = record_options(form)?;
    Ok(form.flag("Record").then_some(options))
}

/// The fields about recording that several operations share.
pub(super) fn record_options(form: Form<'_>) -> Result<RecordOptions, RestError> {
    let events = form.all("RecordingStatusCallbackEvent").flat_map(str::split_whitespace);
    Ok(RecordOptions {
        dual: matches!(form.get("RecordingChannels"), Some("dual" | "2")),
        from_ringing: false,
        callback: form.target("RecordingStatusCallback", "RecordingStatusCallbackMethod", BAD_CALLBACK)?,
        events: events.map(str::to_owned).collect(),
    })
}

/// A number in its plain form, or a client or SIP address as it is.
pub(super) fn address(text: &str) -> Option<String> {
    if text.starts_with("client:") || text.starts_with("sip:") {
        return Some(text.to_owned());
    }
    text.parse::<responder_core::E164>().ok().map(|number| number.to_string())
}

pub(super) fn known(network: &Network, sid: &Sid) -> Result<(), RestError> {
    let known = network.calls.get(sid).is_some_and(|call| !call.deleted);
    known.then_some(()).ok_or_else(|| RestError::not_found(&format!("Calls/{sid}")))
}

pub(super) fn shown(network: &mut Network, sid: &Sid) -> Value {
    let (account, now) = (network.options.account_sid.clone(), network.now);
    let call = network.call(sid);
    let record = &call.record;
    let uri = format!("/2010-04-01/Accounts/{account}/Calls/{sid}");
    let duration = record.ended.map(|_| whole_seconds(call.talk_time(now)).to_string());
    let below = [
        "Notifications",
        "Recordings",
        "Payments",
        "Events",
        "Siprec",
        "Streams",
        "Transcriptions",
        "UserDefinedMessageSubscriptions",
        "UserDefinedMessages",
    ];
    let names = [
        "notifications",
        "recordings",
        "payments",
        "events",
        "siprec",
        "streams",
        "transcriptions",
        "user_defined_message_subscriptions",
        "user_defined_messages",
    ];
    let links = names.iter().zip(below).map(|(name, path)| ((*name).to_owned(), json!(format!("{uri}/{path}.json"))));
    json!({
        "sid": sid,
        "account_sid": account,
        "parent_call_sid": record.parent,
        "to": record.to,
        "to_formatted": formatted(&record.to),
        "from": record.from,
        "from_formatted": formatted(&record.from),
        "phone_number_sid": null,
        "status": record.status.rest_word(),
        "direction": record.direction.as_str(),
        "answered_by": record.answered_by,
        "date_created": rfc2822(record.created),
        "date_updated": rfc2822(call.updated),
        "start_time": record.started.map(rfc2822),
        "end_time": record.ended.map(rfc2822),
        "duration": duration,
        "queue_time": call.queue_time.as_millis().to_string(),
        "price": null,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "forwarded_from": null,
        "group_sid": null,
        "caller_name": null,
        "trunk_sid": null,
        "uri": format!("{uri}.json"),
        "subresource_uris": Value::Object(links.collect()),
    })
}

/// Numbers of the North American plan are shown in the national way.
fn formatted(number: &str) -> String {
    match number.strip_prefix("+1") {
        Some(national) if national.len() == 10 && national.is_ascii() => {
            format!("({}) {}-{}", &national[..3], &national[3..6], &national[6..])
        }
        _ => number.to_owned(),
    }
}

/// The target of a field that must be there.
pub(super) fn required_target(form: Form<'_>) -> Result<Target, RestError> {
    form.target("Url", "Method", BAD_URL)?.ok_or_else(|| RestError::bad(BAD_URL, "this needs a Url"))
}

const MAX_TWIML: usize = 4000;
pub(super) const BAD_URL: u32 = 21205;
pub(super) const BAD_CALLBACK: u32 = 21609;
pub(super) const NOT_IN_PROGRESS: u32 = 21220;
const STILL_RUNNING: u32 = 20009;
