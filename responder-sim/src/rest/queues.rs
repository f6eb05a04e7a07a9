//! The Queues resource.

use serde_json::{Value, json};

use super::{Form, Reply, RestError, form::INVALID, paging::page};
use crate::{clock::rfc2822, network::Network, sid::Sid};

pub(super) fn create(network: &mut Network, form: Form<'_>) -> Result<Reply, RestError> {
    let name = name(form)?.ok_or_else(|| RestError::bad(INVALID, "a queue needs a FriendlyName"))?.to_owned();
    let size = size(form)?.unwrap_or(1000);
    if network.queue_named(&name).is_some() {
        return Err(RestError::bad(NAME_TAKEN, "there is a queue with this FriendlyName"));
    }
    let sid = network.make_queue(&name, size);
    Ok(Reply::Created(shown(network, &sid)))
}

pub(super) fn fetch(network: &mut Network, sid: &Sid) -> Result<Reply, RestError> {
    known(network, sid)?;
    Ok(Reply::Found(shown(network, sid)))
}

pub(super) fn list(network: &mut Network, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    let queues: Vec<Sid> =
        network.queues.iter().rev().filter(|queue| !queue.deleted).map(|queue| queue.sid.clone()).collect();
    let items = queues.into_iter().map(|sid| (sid.clone(), shown(network, &sid))).collect();
    page(items, form, path, "queues")
}

pub(super) fn update(network: &mut Network, sid: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    known(network, sid)?;
    let (name, size) = (name(form)?, size(form)?);
    if name.and_then(|name| network.queue_named(name)).is_some_and(|other| other.sid != *sid) {
        return Err(RestError::bad(NAME_TAKEN, "there is a queue with this FriendlyName"));
    }
    let now = network.now;
    let queue = network.queue(sid);
    queue.updated = now;
    queue.max_size = size.unwrap_or(queue.max_size);
    if let Some(name) = name {
        name.clone_into(&mut queue.name);
    }
    Ok(Reply::Found(shown(network, sid)))
}

/// A queue that somebody waits in can't be deleted.
pub(super) fn delete(network: &mut Network, sid: &Sid) -> Result<Reply, RestError> {
    known(network, sid)?;
    let queue = network.queue(sid);
    if !queue.members.is_empty() {
        return Err(RestError::bad(NOT_EMPTY, "somebody is waiting in this queue"));
    }
    queue.deleted = true;
    Ok(Reply::Gone)
}

fn name(form: Form<'_>) -> Result<Option<&str>, RestError> {
    match form.get("FriendlyName") {
        Some(name) if name.chars().count() > 64 => {
            Err(RestError::bad(INVALID, "a FriendlyName has at most 64 characters"))
        }
        name => Ok(name),
    }
}

fn size(form: Form<'_>) -> Result<Option<u32>, RestError> {
    match form.number("MaxSize")? {
        None => Ok(None),
        Some(size @ 1..=5000) => Ok(u32::try_from(size).ok()),
        Some(_) => Err(RestError::bad(INVALID, "MaxSize is 1 to 5000")),
    }
}

pub(super) fn known(network: &Network, sid: &Sid) -> Result<(), RestError> {
    let known = network.queues.iter().any(|queue| queue.sid == *sid && !queue.deleted);
    known.then_some(()).ok_or_else(|| RestError::not_found(&format!("Queues/{sid}")))
}

fn shown(network: &mut Network, sid: &Sid) -> Value {
    let account = network.options.account_sid.clone();
    let average = network.average_wait(sid);
    let queue = network.queue(sid);
    let uri = format!("/2010-04-01/Accounts/{account}/Queues/{sid}");
    json!({
        "sid": sid,
        "account_sid": account,
        "friendly_name": queue.name,
        "current_size": queue.members.len(),
        "max_size": queue.max_size,
        "average_wait_time": average,
        "date_created": rfc2822(queue.created),
        "date_updated": rfc2822(queue.updated),
        "uri": format!("{uri}.json"),
        "subresource_uris": { "members": format!("{uri}/Members.json") },
    })
}

// The provider's pages that were at hand name no codes for these two.
const NAME_TAKEN: u32 = 22003;
const NOT_EMPTY: u32 = 22004;
