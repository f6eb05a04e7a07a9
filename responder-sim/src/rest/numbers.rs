//! The account's numbers, and the account itself.

use serde_json::{Value, json};

use super::{Form, Reply, RestError, calls::address, form::INVALID, paging::page};
use crate::{clock::rfc2822, network::Network, sid::Sid, trace::NumberConfig};

pub(super) fn create(network: &mut Network, form: Form<'_>) -> Result<Reply, RestError> {
    let number = form.get("PhoneNumber").and_then(address);
    let number = number.ok_or_else(|| RestError::bad(21421, "PhoneNumber is not a valid number"))?;
    network.numbers.insert(number.clone(), merged(NumberConfig::default(), form)?);
    Ok(Reply::Created(shown(network, &number)))
}

pub(super) fn fetch(network: &Network, sid: &Sid) -> Result<Reply, RestError> {
    Ok(Reply::Found(shown(network, &find(network, sid)?)))
}

pub(super) fn list(network: &Network, form: Form<'_>, path: &str) -> Result<Reply, RestError> {
    let named = |number: &str, config: &NumberConfig| config.friendly_name.as_deref().unwrap_or(number).to_owned();
    let numbers = network.numbers.iter().filter(|(number, config)| {
        let digits = form.get("PhoneNumber").is_none_or(|part| number.contains(part));
        digits && form.get("FriendlyName").is_none_or(|name| named(number, config) == name)
    });
    let items = numbers.map(|(number, _)| (network.number_sid(number), shown(network, number))).collect();
    page(items, form, path, "incoming_phone_numbers")
}

pub(super) fn update(network: &mut Network, sid: &Sid, form: Form<'_>) -> Result<Reply, RestError> {
    let number = find(network, sid)?;
    let config = network.numbers.get(&number).cloned().unwrap_or_default();
    network.numbers.insert(number.clone(), merged(config, form)?);
    Ok(Reply::Found(shown(network, &number)))
}

pub(super) fn delete(network: &mut Network, sid: &Sid) -> Result<Reply, RestError> {
    let number = find(network, sid)?;
    network.numbers.remove(&number);
    Ok(Reply::Gone)
}

pub(super) fn account(network: &Network) -> Reply {
    let sid = &network.options.account_sid;
    Reply::Found(json!({
        "sid": sid,
        "owner_account_sid": sid,
        "friendly_name": "Simulated account",
        "status": "active",
        "type": "Full",
        "auth_token": null,
        "date_created": rfc2822(network.now),
        "date_updated": rfc2822(network.now),
        "uri": format!("/2010-04-01/Accounts/{sid}.json"),
        "subresource_uris": {},
    }))
}

/// A field that is given replaces what was; an empty one removes it.
fn merged(mut config: NumberConfig, form: Form<'_>) -> Result<NumberConfig, RestError> {
    for name in ["VoiceUrl", "VoiceFallbackUrl", "StatusCallback", "SmsUrl", "SmsFallbackUrl"] {
        form.target(name, "", 21502)?;
    }
    for name in ["VoiceMethod", "VoiceFallbackMethod", "StatusCallbackMethod", "SmsMethod", "SmsFallbackMethod"] {
        if form.get(name).is_some_and(|method| !matches!(method, "GET" | "POST")) {
            return Err(RestError::bad(INVALID, format!("{name} is GET or POST")));
        }
    }
    let fields: [(&str, &mut Option<String>); 14] = [
        ("VoiceUrl", &mut config.voice_url),
        ("VoiceMethod", &mut config.voice_method),
        ("VoiceFallbackUrl", &mut config.voice_fallback_url),
        ("VoiceFallbackMethod", &mut config.voice_fallback_method),
        ("StatusCallback", &mut config.status_callback),
        ("StatusCallbackMethod", &mut config.status_callback_method),
        ("SmsUrl", &mut config.sms_url),
        ("SmsMethod", &mut config.sms_method),
        ("SmsFallbackUrl", &mut config.sms_fallback_url),
        ("SmsFallbackMethod", &mut config.sms_fallback_method),
        ("VoiceApplicationSid", &mut config.voice_application),
        ("SmsApplicationSid", &mut config.sms_application),
        ("TrunkSid", &mut config.trunk),
        ("FriendlyName", &mut config.friendly_name),
    ];
    for (name, value) in fields.into_iter().filter(|(name, _)| form.has(name)) {
        *value = form.get(name).map(str::to_owned);
    }
    Ok(config)
}

fn find(network: &Network, sid: &Sid) -> Result<String, RestError> {
    let number = network.numbers.keys().find(|number| network.number_sid(number) == *sid);
    number.cloned().ok_or_else(|| RestError::not_found(&format!("IncomingPhoneNumbers/{sid}")))
}

fn shown(network: &Network, number: &str) -> Value {
    let config = network.numbers.get(number).cloned().unwrap_or_default();
    let (account, sid) = (&network.options.account_sid, network.number_sid(number));
    let method = |method: Option<String>| method.unwrap_or_else(|| "POST".to_owned());
    json!({
        "sid": sid,
        "account_sid": account,
        "phone_number": number,
        "friendly_name": config.friendly_name.unwrap_or_else(|| number.to_owned()),
        "voice_url": config.voice_url,
        "voice_method": method(config.voice_method),
        "voice_fallback_url": config.voice_fallback_url,
        "voice_fallback_method": method(config.voice_fallback_method),
        "status_callback": config.status_callback,
        "status_callback_method": method(config.status_callback_method),
        "sms_url": config.sms_url,
        "sms_method": method(config.sms_method),
        "sms_fallback_url": config.sms_fallback_url,
        "sms_fallback_method": method(config.sms_fallback_method),
        "voice_application_sid": config.voice_application,
        "sms_application_sid": config.sms_application,
        "trunk_sid": config.trunk,
        "address_sid": null,
        "identity_sid": null,
        "bundle_sid": null,
        "emergency_address_sid": null,
        "type": "local",
        "capabilities": { "voice": true, "sms": true, "mms": true, "fax": false },
        "address_requirements": "none",
        "emergency_status": "Inactive",
        "emergency_address_status": "unregistered",
        "voice_receive_mode": "voice",
        "voice_caller_id_lookup": false,
        "beta": false,
        "origin": "twilio",
        "status": "in-use",
        "api_version": "2010-04-01",
        "date_created": rfc2822(network.now),
        "date_updated": rfc2822(network.now),
        "uri": format!("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json"),
    })
}
