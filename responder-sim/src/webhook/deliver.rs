//! A webhook from its first attempt to its last.

use std::time::Duration;

use http::{HeaderMap, header};
use tokio::time::{Instant, timeout_at};

use super::{
    Answer, CONNECTION, Cookies, Failure, Fields, Method, Outcome, REDIRECTS, RETRIEVAL, Route, Target, Webhook,
    exchange::{Raw, Trouble, Wire, exchange},
    overrides::{Overrides, Policy},
};

/// Sends a webhook, with the retries that its address asks for, and says what came of it.
pub(crate) async fn deliver(webhook: &Webhook, route: &Route) -> Outcome {
    let limits = Overrides::of(&webhook.target.url);
    let deadline = Instant::now() + limits.total.min(route.cap);
    let mut outcome = Outcome { cookies: webhook.cookies.clone(), ..Outcome::default() };
    loop {
        outcome.attempts += 1;
        let attempt = follow(webhook, route, &limits, &mut outcome.cookies);
        let result = timeout_at(deadline, attempt).await.unwrap_or(Err(Trouble::Read));
        let again = outcome.attempts <= limits.retries && limits.policy.covers(&result) && Instant::now() < deadline;
        if !again {
            outcome.conclude(result, route.cap);
            return outcome;
        }
    }
}

impl Outcome {
    fn conclude(&mut self, result: Result<Answer, Trouble>, cap: Duration) {
        match result {
            Ok(answer) => {
                let refused = |status| Failure::new(RETRIEVAL, format!("the application answered {status}"));
                self.failure = (answer.status >= 300).then(|| refused(answer.status));
                self.answer = Some(answer);
            }
            Err(trouble) => self.failure = Some(trouble.failure(cap)),
        }
    }
}

impl Trouble {
    fn failure(self, cap: Duration) -> Failure {
        match self {
            Self::Address(code, text) => Failure::new(code, text),
            Self::Connect(why) => Failure::new(CONNECTION, format!("no connection: {why}")),
            Self::Read => Failure::new(RETRIEVAL, format!("no answer in time (at most {} ms)", cap.as_millis())),
            Self::Broken(why) => Failure::new(RETRIEVAL, format!("the answer broke off: {why}")),
        }
    }
}

impl Policy {
    /// An answer that has begun and broken off is never asked for again.
    const fn covers(self, result: &Result<Answer, Trouble>) -> bool {
        match result {
            Ok(answer) => match answer.status {
                400..=499 => self.client_errors,
                500..=599 => self.server_errors,
                _ => false,
            },
            Err(Trouble::Connect(_)) => self.connect,
            Err(Trouble::Read) => self.read,
            Err(Trouble::Address(..) | Trouble::Broken(_)) => false,
        }
    }
}

/// One attempt: the request, and those that redirections lead to.
async fn follow(
    webhook: &Webhook,
    route: &Route,
    limits: &Overrides,
    cookies: &mut Cookies,
) -> Result<Answer, Trouble> {
    let mut target = webhook.target.clone();
    for _ in 0..=MAX_REDIRECTS {
        let raw = ask(&target, webhook, route, limits, cookies).await?;
        match redirection(&raw, &target) {
            Some(next) => target = next,
            None => return Ok(answer(raw, target.url)),
        }
    }
    Err(Trouble::Address(REDIRECTS, format!("more than {MAX_REDIRECTS} redirections")))
}

/// One request; repeated with the credentials of the address if it is answered 401.
async fn ask(
    target: &Target,
    webhook: &Webhook,
    route: &Route,
    limits: &Overrides,
    cookies: &mut Cookies,
) -> Result<Raw, Trouble> {
    let (url, credentials) = strip(&target.url);
    let url = if target.method == Method::Get { with_query(&url, &webhook.fields) } else { url };
    let signature = route.signer.sign(&url, target.method, webhook);
    let mut wire = Wire {
        url: &url,
        method: target.method,
        body: if target.method == Method::Post { encode(&webhook.fields) } else { String::new() },
        signature: &signature,
        token: &webhook.token,
        cookie: cookie_header(&url, cookies),
        credentials: None,
    };
    let first = exchange(&wire, route, limits).await?;
    keep_cookies(&url, &first.headers, cookies);
    if first.status != 401 || credentials.is_none() {
        return Ok(first);
    }
    wire.credentials = credentials;
    exchange(&wire, route, limits).await
}

fn redirection(raw: &Raw, from: &Target) -> Option<Target> {
    if !matches!(raw.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = raw.headers.get(header::LOCATION)?.to_str().ok()?;
    let url = resolve(Some(&from.url), location)?;
    let method = if matches!(raw.status, 307 | 308) { from.method } else { Method::Get };
    Some(Target { url, method })
}

fn answer(raw: Raw, url: String) -> Answer {
    let content_type = raw.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Answer { status: raw.status, content_type: content_type.unwrap_or_default().to_owned(), body: raw.body, url }
}

/// The address that `reference` means in the document at `base`. An absolute one stays exactly as it is written.
pub(crate) fn resolve(base: Option<&str>, reference: &str) -> Option<String> {
    if reference.starts_with("http://") || reference.starts_with("https://") {
        return Some(reference.to_owned());
    }
    let base = base?;
    if reference.is_empty() {
        return Some(base.to_owned());
    }
    Some(url::Url::parse(base).ok()?.join(reference).ok()?.to_string())
}

/// The address without fragment and user info, and the user info.
fn strip(url: &str) -> (String, Option<String>) {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, host)) => (format!("{scheme}://{host}{}", &rest[end..]), Some(user.to_owned())),
        None => (url.to_owned(), None),
    }
}

fn with_query(url: &str, fields: &Fields) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    if fields.is_empty() { url.to_owned() } else { format!("{url}{separator}{}", encode(fields)) }
}

fn encode(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    &rest[..rest.find(['/', '?']).unwrap_or(rest.len())]
}

fn cookie_header(url: &str, cookies: &Cookies) -> String {
    let of_host = cookies.iter().filter(|((of, _), _)| of == host(url));
    of_host.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// Attributes of cookies are not looked at, except the two ways to delete one.
fn keep_cookies(url: &str, headers: &HeaderMap, cookies: &mut Cookies) {
    for cookie in headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let Some((name, value)) = pair.split_once('=') else { continue };
        let key = (host(url).to_owned(), name.trim().to_owned());
        if attributes.to_ascii_lowercase().contains("max-age=0") || value.is_empty() {
            cookies.remove(&key);
        } else {
            cookies.insert(key, value.trim().to_owned());
        }
    }
}

const MAX_REDIRECTS: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_are_resolved_and_absolute_ones_left_alone() {
        let base = Some("http://127.0.0.1:5000/voice/answer?x=1");
        let cases = [
            ("keys", "http://127.0.0.1:5000/voice/keys"),
            ("/keys?a=%20b", "http://127.0.0.1:5000/keys?a=%20b"),
            ("?step=2", "http://127.0.0.1:5000/voice/answer?step=2"),
            ("", "http://127.0.0.1:5000/voice/answer?x=1"),
            ("http://other/%7Eraw#rc=2", "http://other/%7Eraw#rc=2"),
        ];
        for (reference, resolved) in cases {
            assert_eq!(resolve(base, reference).as_deref(), Some(resolved));
        }
        assert_eq!(resolve(None, "keys"), None);
    }

    #[test]
    fn user_info_and_fragment_are_no_part_of_the_request() {
        assert_eq!(strip("http://u:p@host/a?b#rc=1"), ("http://host/a?b".to_owned(), Some("u:p".to_owned())));
        assert_eq!(strip("http://host/a@b"), ("http://host/a@b".to_owned(), None));
    }
}
