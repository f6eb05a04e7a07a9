//! Recordings.

use std::{fmt::Display, sync::Arc, time::Duration};

use ::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::{Answer, Desk, entry, person, secrets_failed};
use crate::{
    RecordingSid,
    access::AuditAction,
    admin::{PageStart, RecordingsError},
    http::{Body, Call, HttpError, json as answer},
    settings::count,
    telephony::{
        TelephonyError,
        rest::{ByteRange, Media, MediaFormat, MediaRequest},
    },
};

/// The most on a page.
const LONGEST_PAGE: u32 = 100;

/// A page of the recordings of a branch.
pub(super) async fn list(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let page: PageStart = match call.query().get("page").filter(|page| !page.is_empty()) {
        Some(page) => page.parse().map_err(|error| invalid("page", error))?,
        None => PageStart::Number(1),
    };
    let size = match asked(&call, "page_size", LONGEST_PAGE)? {
        Some(size) => size,
        None => {
            let kept = desk.admin.settings_of(site).await.map_err(secrets_failed)?;
            let size = kept.values.get("call_recording_page_size").and_then(|size| count(size, LONGEST_PAGE).ok());
            size.unwrap_or(20)
        }
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let found = desk.admin.recordings(site, &page, size).await.map_err(failed)?;
    let base = format!("{}/api/branch/{}/recordings", desk.public.path(), site.key);
    let mut recordings = Vec::with_capacity(found.recordings.len());
    for recording in &found.recordings {
        let mut view = serde_json::to_value(recording).map_err(HttpError::internal)?;
        if let Some(fields) = view.as_object_mut() {
            let media = format!("{base}/{}/media", recording.sid);
            if recording.playable {
                fields.insert("media_url".to_owned(), media.clone().into());
            }
            // The provider's own names the account.
            fields.insert("uri".to_owned(), media.into());
        }
        recordings.push(view);
    }
    let count = recordings.len();
    let body = json!({
        "status": "success", "success": true, "recordings": recordings, "page": shown(&page), "page_size": size,
        "count": count, "next_page": found.next.as_ref().map(shown),
    });
    answer(StatusCode::OK, &body)
}

fn shown(page: &PageStart) -> Value {
    if let PageStart::Number(number) = page { (*number).into() } else { page.to_string().into() }
}

/// The sound of a recording, or the part of it that a player asks for.
pub(super) async fn media(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let sid: RecordingSid = call.params.get("sid").and_then(|sid| sid.parse().ok()).ok_or_else(no_recording)?;
    let format = match call.query().get("format") {
        None | Some("" | "mp3") => MediaFormat::Mp3,
        Some("wav") => MediaFormat::Wav,
        Some(_) => {
            let message = "The format is mp3 or wav.";
            return Err(HttpError::bad_request("invalid_field", message).with_field("format"));
        }
    };
    // What is no single range may be left aside (RFC 9110, 14.2).
    let range = call.header(header::RANGE.as_str()).and_then(|range| range.parse::<ByteRange>().ok());
    let wanted = MediaRequest { format, channels: None, range };
    let media = desk.admin.recording_media(site, &sid, &wanted).await.map_err(failed)?;
    let session = person(&call)?.token.hash();
    if !desk.admin.is_heard(session, &sid) {
        desk.record(&entry(&call, AuditAction::RecordingFetched, site)?.about(sid.to_string())).await?;
        desk.admin.note_heard(session, sid.clone());
    }
    let name = call.query().get("download").map(|_| format!("{sid}{}", format.extension()));
    sound(media, name.as_deref())
}

fn sound(media: Media, download_as: Option<&str>) -> Answer {
    let mut headers = ::http::HeaderMap::new();
    let text = |text: &str| HeaderValue::from_str(text).map_err(HttpError::internal);
    headers.insert(header::CONTENT_TYPE, text(&media.content_type)?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(length) = media.length {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Some(name) = download_as {
        headers.insert(header::CONTENT_DISPOSITION, text(&format!("attachment; filename=\"{name}\""))?);
    }
    let mut status = StatusCode::OK;
    if let Some(part) = media.part {
        let total = part.total.map_or_else(|| "*".to_owned(), |total| total.to_string());
        headers.insert(header::CONTENT_RANGE, text(&format!("bytes {}-{}/{total}", part.first, part.last))?);
        status = StatusCode::PARTIAL_CONTENT;
    }
    // A page may not be made of it, whatever it says it is.
    headers.insert(HeaderName::from_static("content-security-policy"), HeaderValue::from_static("sandbox"));
    let mut response = Response::new(Body::stream(media));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn asked(call: &Call, name: &'static str, most: u32) -> Result<Option<u32>, HttpError> {
    let Some(text) = call.query().get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    count(text, most).map(Some).map_err(|error| invalid(name, error))
}

fn invalid(name: &'static str, why: impl Display) -> HttpError {
    HttpError::bad_request("invalid_field", format!("It {why}.")).with_field(name)
}

fn no_recording() -> HttpError {
    HttpError::new(StatusCode::NOT_FOUND, "no_such_recording", "There is no such recording in this branch, or not yet.")
}

fn failed(error: RecordingsError) -> HttpError {
    match error {
        RecordingsError::NoAccount => {
            HttpError::bad_request("no_account", "The settings of this branch name no account, or no number.")
        }
        RecordingsError::Settings(error) => secrets_failed(error),
        RecordingsError::NotFound => no_recording(),
        RecordingsError::Slow => {
            let message = "Looking for recordings takes long at the moment; try again.";
            HttpError::unavailable("provider_slow", message, Duration::from_secs(5))
        }
        RecordingsError::Provider(TelephonyError::Rejected { status: 416, .. }) => {
            HttpError::new(StatusCode::RANGE_NOT_SATISFIABLE, "no_such_part", "The recording has no such part.")
        }
        RecordingsError::Provider(error) => {
            let message = "The telephony provider returned an invalid response; try again.";
            HttpError::new(StatusCode::INTERNAL_SERVER_ERROR, "provider_failed", message).with_cause(error)
        }
    }
}
