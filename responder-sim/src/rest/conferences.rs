//! The Conferences resource.

use serde_json::{Value, json};

use super::{
    Form, Reply, RestError,
    calls::BAD_URL,
    form::INVALID,
    paging::{in_time, is_wanted, page},
};
use crate::{clock::rfc2822, network::Conference, network::Network, sid::Sid, webhook::Fields};

pub(super) fn fetch(network: &Network, name: &Sid) -> Result<Reply, RestError> {
    found(network, name).map(|conference| Reply::Found(shown(network, conference)))
}

pub(super) fn list(network: &Network, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    let passes = |conference: &&Conference| {
        is_wanted(form, "FriendlyName", &conference.record.name)
            && is_wanted(form, "Status", conference.record.state.as_str())
            && in_time(form, "DateCreated", Some(conference.record.created))
            && in_time(form, "DateUpdated", Some(conference.updated))
    };
    let item = |conference: &Conference| (conference.record.sid.clone(), shown(network, conference));
    let items = network.conferences.iter().rev().filter(passes).map(item).collect();
    page(items, form, path, "conferences")
}

/// Ends a conference, or has everybody in it hear something.
pub(super) fn update(network: &mut Network, name: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    let conference = found(network, name)?;
    let (sid, is_open, present) = (conference.record.sid.clone(), conference.is_open(), conference.present());
    let announcement = form.target("AnnounceUrl", "AnnounceMethod", BAD_URL)?;
    if !is_open && (form.has("Status") || announcement.is_some()) {
        return Err(RestError::bad(OVER, "this conference is over"));
    }
    if let Some(target) = announcement {
        for call in &present {
            network.announce(call, &target);
        }
        network.tell_of(&sid, "announcement", "announcement-end", None, Fields::new());
    }
    match form.get("Status") {
        None => {}
        Some("completed") => network.end_conference(&sid, "conference-ended-via-api", None),
        Some(_) => return Err(RestError::bad(INVALID, "Status can only become completed")),
    }
    fetch(network, &sid)
}

pub(super) fn found<'a>(network: &'a Network, name: &Sid) -> Result<&'a Conference, RestError> {
    network.find_conference(name.as_str()).ok_or_else(|| RestError::not_found(&format!("Conferences/{name}")))
}

fn shown(network: &Network, conference: &Conference) -> Value {
    let account = &network.options.account_sid;
    let record = &conference.record;
    let uri = format!("/2010-04-01/Accounts/{account}/Conferences/{}", record.sid);
    json!({
        "sid": record.sid,
        "account_sid": account,
        "friendly_name": record.name,
        "status": record.state.as_str(),
        "region": "us1",
        "reason_conference_ended": record.reason,
        "call_sid_ending_conference": record.ended_by,
        "date_created": rfc2822(record.created),
        "date_updated": rfc2822(conference.updated),
        "api_version": "2010-04-01",
        "uri": format!("{uri}.json"),
        "subresource_uris": {
            "participants": format!("{uri}/Participants.json"),
            "recordings": format!("{uri}/Recordings.json"),
        },
    })
}

/// The provider's pages that were at hand name no code for this.
const OVER: u32 = 20001;
