//! Access tokens for users.

use ::http::StatusCode;
use serde_json::json;

use super::{Answer, Platform, Voice};
use crate::{
    http::{Call, Caller, HttpError, json},
    notify::VendorFailure,
    token::{AccessToken, TokenError, VoiceGrant},
};

/// A token for whoever asks, with which their phone makes calls and is woken up for them.
pub(super) fn call_token(voice: &Voice, call: &Call) -> Answer {
    let Caller::User { id } = &call.caller else {
        return Err(HttpError::internal("BUG: only users may ask for a token"));
    };
    let asked = call.query().get("type");
    let Some(platform) = asked.and_then(Platform::named) else {
        voice.fail(failure("Invalid parameters", json!({ "type": asked.map(shortened) })));
        let message = "The parameter type must be apns or fcm.";
        return Err(HttpError::bad_request("ERROR_BAD_REQUEST_PARAMS", message).with_field("type"));
    };
    let token = issue(voice, platform, id).map_err(|error| {
        voice.fail(failure("The token could not be made", json!({ "type": platform.as_str() })));
        HttpError::internal(error)
    })?;
    voice.metrics.token_issued(platform);
    let identity_prefix = voice.settings.identity_prefix();
    json(
        StatusCode::OK,
        &json!({ "status": "success", "data": { "token": token, "identity_prefix": identity_prefix } }),
    )
}

fn issue(voice: &Voice, platform: Platform, user: &str) -> Result<String, TokenError> {
    let settings = &voice.settings;
    let credential = match platform {
        Platform::Apns => &settings.apns_credential_sid,
        Platform::Fcm => &settings.fcm_credential_sid,
    };
    let grant = VoiceGrant::new().outgoing(&settings.application_sid).push_credential(credential);
    let grant = if settings.incoming { grant.incoming() } else { grant };
    let identity = settings.identity_prefix() + user;
    let token = AccessToken::new().identity(identity).voice(grant).ttl(settings.token_ttl);
    token.sign(&settings.api_key, voice.clock.now())
}

fn failure(error_msg: &'static str, meta: serde_json::Value) -> VendorFailure {
    let (vendor_api, origin_api) = ("token", "[GET] /api/v1/call_token");
    VendorFailure { status: "ERROR", vendor: "Twilio", vendor_api, origin_api, error_msg, meta }
}

/// Enough to see what an app does wrong.
fn shortened(text: &str) -> String {
    text.chars().take(32).collect()
}
