//! The Messages resource.

use serde_json::{Value, json};

use super::{
    Form, Reply, RestError,
    calls::{BAD_CALLBACK, address},
    form::INVALID,
    paging::{in_time, is_wanted, page},
};
use crate::{
    clock::rfc2822,
    network::{Message, Network, NewMessage, segments},
    sid::Sid,
};

pub(super) fn create(network: &mut Network, form: Form<'_>) -> Result<Reply, RestError> {
    let order = order(network, form)?;
    if let Some(code) = network.refuses_message(&order.from, &order.to) {
        return Err(RestError::bad(code, "a message to this number is refused"));
    }
    let sid = network.text(order);
    Ok(Reply::Created(shown(network, &sid)))
}

pub(super) fn fetch(network: &mut Network, sid: &Sid) -> Result<Reply, RestError> {
    known(network, sid)?;
    Ok(Reply::Found(shown(network, sid)))
}

pub(super) fn list(network: &mut Network, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    let passes = |message: &&Message| {
        is_wanted(form, "To", &message.record.to)
            && is_wanted(form, "From", &message.record.from)
            && in_time(form, "DateSent", message.date_sent())
            && !message.deleted
    };
    let matching: Vec<Sid> =
        network.messages.iter().rev().filter(passes).map(|message| message.record.sid.clone()).collect();
    let items = matching.into_iter().map(|sid| (sid.clone(), shown(network, &sid))).collect();
    page(items, form, path, "messages")
}

/// Blanks the text, or withdraws a message that has not been sent.
pub(super) fn update(network: &mut Network, sid: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    known(network, sid)?;
    let now = network.now;
    let message = network.message(sid);
    match (form.get("Status"), form.has("Body")) {
        (Some("canceled"), _) if matches!(message.record.status.as_str(), "queued" | "accepted" | "scheduled") => {
            "canceled".clone_into(&mut message.record.status);
        }
        (Some(_), _) => return Err(RestError::bad(INVALID, "only a message that is not sent can be canceled")),
        (None, true) => form.get("Body").unwrap_or_default().clone_into(&mut message.record.body),
        (None, false) => {}
    }
    message.record.updated = now;
    Ok(Reply::Found(shown(network, sid)))
}

pub(super) fn delete(network: &mut Network, sid: &Sid) -> Result<Reply, RestError> {
    known(network, sid)?;
    network.message(sid).deleted = true;
    Ok(Reply::Gone)
}

fn order(network: &Network, form: Form<'_>) -> Result<NewMessage, RestError> {
    let to = form.get("To").ok_or_else(|| RestError::bad(21604, "a message needs a To"))?;
    let to = address(to).ok_or_else(|| RestError::bad(21211, "To is not a number that can be texted"))?;
    let service = form.get("MessagingServiceSid").map(str::to_owned);
    let from = match form.get("From") {
        None if service.is_some() => String::new(),
        None => return Err(RestError::bad(21603, "a message needs a From or a MessagingServiceSid")),
        Some(from) => address(from).ok_or_else(|| RestError::bad(21212, "From is not a number that can text"))?,
    };
    if network.options.owned_from_only && service.is_none() && !network.numbers.contains_key(&from) {
        return Err(RestError::bad(21606, "From is not a number of this account that can text"));
    }
    let body = form.get("Body").unwrap_or_default();
    let media = form.all("MediaUrl").count();
    if body.is_empty() && media == 0 && form.get("ContentSid").is_none() {
        return Err(RestError::bad(21602, "a message needs a Body, a MediaUrl or a ContentSid"));
    }
    if body.chars().count() > MAX_BODY {
        return Err(RestError::bad(21617, format!("a Body has at most {MAX_BODY} characters")));
    }
    let callback = form.target("StatusCallback", "StatusCallbackMethod", BAD_CALLBACK)?;
    Ok(NewMessage { from, to, body: body.to_owned(), service, media, callback, direction: "outbound-api" })
}

fn known(network: &Network, sid: &Sid) -> Result<(), RestError> {
    let known = network.messages.iter().any(|message| message.record.sid == *sid && !message.deleted);
    known.then_some(()).ok_or_else(|| RestError::not_found(&format!("Messages/{sid}")))
}

fn shown(network: &mut Network, sid: &Sid) -> Value {
    let account = network.options.account_sid.clone();
    let message = network.message(sid);
    let record = &message.record;
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{sid}");
    json!({
        "sid": sid,
        "account_sid": account,
        "messaging_service_sid": message.service,
        "from": Some(&record.from).filter(|from| !from.is_empty()),
        "to": record.to,
        "body": record.body,
        "status": record.status,
        "direction": record.direction,
        "error_code": record.error_code,
        "error_message": record.error_code.map(|code| format!("not delivered for reason {code}")),
        "num_segments": segments(&record.body).to_string(),
        "num_media": message.media.to_string(),
        "date_created": rfc2822(record.created),
        "date_updated": rfc2822(record.updated),
        "date_sent": message.date_sent().map(rfc2822),
        "price": null,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": format!("{uri}.json"),
        "subresource_uris": { "media": format!("{uri}/Media.json") },
    })
}

const MAX_BODY: usize = 1600;
