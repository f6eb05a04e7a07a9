//! The REST API over HTTP: reading requests, writing answers, and faults between the two.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use crate::{
    clock::http_date,
    faults::RestEffect,
    hub::{Busy, Hub},
    network::Network,
    rest::{self, Method, Operation, Reply, RestError},
    server::CutOff,
    trace::{Exchange, Side},
    webhook::Fields,
};

/// Answers one request to the REST API.
pub(crate) async fn api(State(hub): State<Arc<Hub>>, request: Request) -> Response<Body> {
    let busy = hub.enter();
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let base = hub.options.dress.base_path();
    let request = read_request(&head, &body, base);
    let operation = Operation::of(request.method, &request.path);
    let (record, effect) = hub.with(|network| open_record(network, &request, &head, operation.as_ref().ok()));
    let epoch = hub.read(|network| network.epoch);
    let busy = delayed(&hub, busy, effect.as_ref()).await;
    let result = process(&hub, operation, &request, effect.as_ref());
    let cut = matches!(effect, Some(RestEffect::CutBefore | RestEffect::CutAfter));
    let answer = respond(&hub, result, &head.headers, effect.as_ref());
    hub.with(|network| {
        if network.epoch == epoch {
            close_record(network, record, &answer, cut);
        }
    });
    drop(busy);
    answer.into_response(cut)
}

/// A request that waits for time to pass must not keep time from passing.
async fn delayed(hub: &Arc<Hub>, busy: Busy, effect: Option<&RestEffect>) -> Busy {
    let Some(RestEffect::Delay(span)) = effect else {
        return busy;
    };
    drop(busy);
    hub.sleep(*span).await;
    hub.enter()
}

fn process(
    hub: &Arc<Hub>,
    operation: Result<Operation, RestError>,
    request: &rest::Request,
    effect: Option<&RestEffect>,
) -> Result<Reply, RestError> {
    match effect {
        Some(RestEffect::Status { status, code, .. }) => Err(RestError::fault(*status, *code)),
        Some(RestEffect::CutBefore) => Err(RestError::fault(503, None)),
        Some(RestEffect::StatusAfter(status)) => {
            hub.with(|network| rest::serve(network, operation, request))?;
            Err(RestError::fault(*status, None))
        }
        Some(RestEffect::CutAfter | RestEffect::Delay(_)) | None => {
            hub.with(|network| rest::serve(network, operation, request))
        }
    }
}

fn read_request(head: &http::request::Parts, body: &Bytes, base: &str) -> rest::Request {
    let method = match head.method {
        http::Method::GET | http::Method::HEAD => Method::Get,
        http::Method::POST => Method::Post,
        http::Method::DELETE => Method::Delete,
        _ => Method::Other,
    };
    let encoded = if method == Method::Post { body.as_ref() } else { head.uri.query().unwrap_or_default().as_bytes() };
    let fields: Fields = form_urlencoded::parse(encoded).into_owned().collect();
    let path = head.uri.path();
    let path = path.strip_prefix(base).unwrap_or(path).to_owned();
    rest::Request { method, path, fields, credentials: credentials(&head.headers) }
}

/// HTTP Basic (RFC 7617).
fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn open_record(
    network: &mut Network,
    request: &rest::Request,
    head: &http::request::Parts,
    operation: Option<&Operation>,
) -> (usize, Option<RestEffect>) {
    let effect = network.faults.strike_rest(&operation.map_or_else(String::new, Operation::name));
    network.requests.push(Exchange {
        side: Side::In,
        hook: None,
        operation: operation.map(Operation::name),
        about: operation.and_then(Operation::about).cloned(),
        method: head.method.to_string(),
        url: head.uri.to_string(),
        fields: request.fields.clone(),
        began: network.now,
        ended: None,
        status: None,
        answer: None,
        token: None,
        attempts: 1,
        error: None,
        fault: effect.as_ref().map(|effect| format!("{effect:?}")),
    });
    (network.requests.len() - 1, effect)
}

fn close_record(network: &mut Network, record: usize, answer: &Answer, cut: bool) {
    let now = network.now;
    let record = &mut network.requests[record];
    record.ended = Some(now);
    if cut {
        record.error = Some("the connection was cut".to_owned());
    } else {
        record.status = Some(answer.status.as_u16());
        record.answer = answer.text.clone();
    }
}

/// An answer before it is written.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    text: Option<String>,
}

fn respond(hub: &Arc<Hub>, result: Result<Reply, RestError>, asked: &HeaderMap, effect: Option<&RestEffect>) -> Answer {
    let mut headers = HeaderMap::new();
    put(&mut headers, header::DATE, &http_date(hub.now()));
    if let Some(RestEffect::Status { retry_after: Some(seconds), .. }) = effect {
        put(&mut headers, header::RETRY_AFTER, &seconds.to_string());
    }
    if matches!(&result, Err(error) if error.status == 401) {
        put(&mut headers, header::WWW_AUTHENTICATE, "Basic realm=\"simulated provider\"");
    }
    let (status, text) = match result {
        Ok(Reply::Found(body)) => (200, Some(based(body, hub.options.dress.base_path()).to_string())),
        Ok(Reply::Created(body)) => (201, Some(based(body, hub.options.dress.base_path()).to_string())),
        Ok(Reply::Gone) => (204, None),
        Ok(Reply::Media { content_type, bytes }) => {
            put(&mut headers, header::CONTENT_TYPE, content_type);
            return media(headers, bytes, asked);
        }
        Err(error) => (error.status, Some(error.body().to_string())),
    };
    if text.is_some() {
        put(&mut headers, header::CONTENT_TYPE, "application/json;charset=utf-8");
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Answer { status, headers, body: text.clone().unwrap_or_default().into(), text }
}

/// Links within an answer begin where the API begins.
fn based(body: Value, base: &str) -> Value {
    match body {
        Value::String(link) if !base.is_empty() && link.starts_with("/2010-04-01/") => format!("{base}{link}").into(),
        Value::Array(items) => items.into_iter().map(|item| based(item, base)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, based(value, base))).collect(),
        other => other,
    }
}

/// Media can be had in parts (RFC 9110, section 14; one range only).
fn media(mut headers: HeaderMap, bytes: Vec<u8>, asked: &HeaderMap) -> Answer {
    put(&mut headers, header::ACCEPT_RANGES, "bytes");
    let bytes = Bytes::from(bytes);
    let range = asked.get(header::RANGE).and_then(|range| range.to_str().ok());
    let (status, body) = match range.map_or(Part::All, |range| part(range, bytes.len())) {
        Part::All => (StatusCode::OK, bytes),
        Part::Bytes(first, last) => {
            put(&mut headers, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{}", bytes.len()));
            (StatusCode::PARTIAL_CONTENT, bytes.slice(first..=last))
        }
        Part::None => {
            put(&mut headers, header::CONTENT_RANGE, &format!("bytes */{}", bytes.len()));
            (StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new())
        }
    };
    Answer { status, headers, body, text: None }
}

/// What is served of a whole.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    All,
    /// First and last byte.
    Bytes(usize, usize),
    /// There is nothing where the range begins.
    None,
}

/// A range that makes no sense is ignored, as the RFC wants it.
fn part(range: &str, length: usize) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::All;
    };
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last),
        (Ok(first), Err(_)) if last.is_empty() => (first, usize::MAX),
        (Err(_), Ok(count)) if first.is_empty() && count > 0 => (length.saturating_sub(count), usize::MAX),
        _ => return Part::All,
    };
    if first < length { Part::Bytes(first, last.min(length - 1)) } else { Part::None }
}

impl Answer {
    fn into_response(self, cut: bool) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if cut {
            response.extensions_mut().insert(CutOff);
        }
        response
    }
}

fn put(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    headers.insert(name, HeaderValue::from_str(value).expect("BUG: these values are plain ASCII"));
}
const MAX_BODY: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::{Part, part};

    #[test]
    fn ranges_are_cut_to_what_is_there() {
        let cases = [
            ("bytes=0-3", Part::Bytes(0, 3)),
            ("bytes=4-", Part::Bytes(4, 9)),
            ("bytes=-3", Part::Bytes(7, 9)),
            ("bytes=-99", Part::Bytes(0, 9)),
            ("bytes=2-99", Part::Bytes(2, 9)),
            ("bytes=9-2", Part::All),
            ("bytes=20-", Part::None),
            ("bytes=0-1,3-4", Part::All),
            ("lines=1-2", Part::All),
        ];
        for (range, expected) in cases {
            assert_eq!(part(range, 10), expected, "{range}");
        }
        assert_eq!(part("bytes=0-", 0), Part::None);
    }
}
