//! Those who wait in a queue (Twilio, "Queue member resource").

use serde_json::{Value, json};

use super::{Form, Reply, RestError, calls::required_target, paging::page, queues};
use crate::{
    clock::{rfc2822, whole_seconds},
    network::Network,
    sid::Sid,
};

pub(super) fn list(network: &mut Network, queue: &Sid, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    queues::known(network, queue)?;
    let members: Vec<Sid> = network.queue(queue).members.iter().cloned().collect();
    let items = members.into_iter().map(|member| (member.clone(), shown(network, queue, &member))).collect();
    page(items, form, path, "queue_members")
}

pub(super) fn fetch(network: &mut Network, queue: &Sid, member: &Sid) -> Result<Reply, RestError> {
    let member = find(network, queue, member)?;
    Ok(Reply::Found(shown(network, queue, &member)))
}

/// Takes a caller out of the queue and runs another document on it.
pub(super) fn update(network: &mut Network, queue: &Sid, member: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    let member = find(network, queue, member)?;
    let target = required_target(form)?;
    let before = shown(network, queue, &member);
    network.dequeue_to(&member, target);
    Ok(Reply::Found(before))
}

/// `Front` is whoever is first.
fn find(network: &mut Network, queue: &Sid, member: &Sid) -> Result<Sid, RestError> {
    queues::known(network, queue)?;
    let members = &network.queue(queue).members;
    let found = match member.as_str() {
        "Front" => members.front(),
        _ => members.iter().find(|waiting| *waiting == member),
    };
    found.cloned().ok_or_else(|| RestError::not_found(&format!("Queues/{queue}/Members/{member}")))
}

fn shown(network: &mut Network, queue: &Sid, member: &Sid) -> Value {
    let account = network.options.account_sid.clone();
    let waited = network.waited(member);
    let position = network.queue(queue).members.iter().position(|waiting| waiting == member);
    let since = network.call(member).visit.as_ref().map(|visit| rfc2822(visit.since));
    json!({
        "call_sid": member,
        "queue_sid": queue,
        "date_enqueued": since,
        "position": position.map_or(0, |index| index + 1),
        "wait_time": whole_seconds(waited),
        "uri": format!("/2010-04-01/Accounts/{account}/Queues/{queue}/Members/{member}.json"),
    })
}
