//! Which pages of other origins may ask, and read what is answered.

use std::str::FromStr;

use http::{HeaderMap, HeaderValue, Method, Response, header, request::Parts};

use super::path::MountedPath;
use super::{Access, Body, BodyRule, Credential, Endpoint, Endpoints};
use crate::PublicUrl;

/// The origins whose pages may use a table from a browser, such as
/// `https://monitor.example.com, http://localhost:3000`.
///
/// Browsers ask before they let a page of another origin call us or read an answer (CORS, part of the WHATWG's Fetch
/// standard). Only an origin that is listed, to the byte, is told that it may; nothing is ever answered with `*`. And
/// pages may never use what the browser would send by itself: `Access-Control-Allow-Credentials` is not sent, so that
/// they must have a token or a ticket of their own. Endpoints of the provider are for no page at all.
///
/// ```
/// use responder_core::http::AllowedOrigins;
///
/// let origins: AllowedOrigins = "https://Monitor.example.com:443".parse()?;
/// assert!(origins.allow("https://monitor.example.com"));
/// assert!(!origins.allow("https://monitor.example.com.evil.example"));
/// assert!("*".parse::<AllowedOrigins>().is_err());
/// # Ok::<(), responder_core::http::AllowedOriginsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedOrigins(Vec<String>);

/// Why a text is no list of origins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a valid origin: it must be http:// or https:// with a host and perhaps a port, and nothing after that"
)]
pub struct AllowedOriginsError(String);

/// What a page of another origin is told with an answer.
#[derive(Debug, Default)]
pub(super) struct Crossing(HeaderMap);

/// How long a browser need not ask again, in seconds.
const REMEMBERED_SECS: u32 = 600;

impl AllowedOrigins {
    /// Whether pages of this origin may, as a browser writes it.
    pub fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|known| known == origin)
    }

    /// Whether none may.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The origin of a request, if it is allowed. A request has one; of two, nobody knows which is the page's.
    fn allowed<'a>(&self, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let origin = origins.next().filter(|origin| origin.to_str().is_ok_and(|origin| self.allow(origin)))?;
        if origins.next().is_none() { Some(origin) } else { None }
    }
}

impl FromStr for AllowedOrigins {
    type Err = AllowedOriginsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(origin).collect::<Result<_, _>>().map(Self)
    }
}

/// As browsers write it.
fn origin(entry: &str) -> Result<String, AllowedOriginsError> {
    let wrong = || AllowedOriginsError(entry.chars().take(100).collect());
    let url: PublicUrl = entry.parse().map_err(|_| wrong())?;
    let origin = url.origin();
    let lower = entry.to_ascii_lowercase();
    // All that is there beyond the origin may be the port that its scheme implies.
    let rest = lower.strip_prefix(origin).ok_or_else(wrong)?;
    let is_implied = rest == if origin.starts_with("https:") { ":443" } else { ":80" };
    let is_written_out = |byte: u8| byte.is_ascii_alphanumeric() || b".-:/[]".contains(&byte);
    if (rest.is_empty() || is_implied) && origin.bytes().all(is_written_out) {
        Ok(origin.to_owned())
    } else {
        Err(wrong())
    }
}

impl Endpoints {
    /// What is to be told to a page of another origin, if anything.
    pub(super) fn crossing(&self, head: &Parts) -> Option<Crossing> {
        if self.origins().is_empty() {
            return None;
        }
        let (route, _) = self.route(MountedPath::of(&head.uri).path())?;
        let is_question = head.method == Method::OPTIONS;
        let open: Vec<&Endpoint> = match is_question {
            true => route.endpoints().iter().filter(|endpoint| is_for_pages(endpoint)).collect(),
            false => route.endpoint(&head.method).filter(|endpoint| is_for_pages(endpoint)).into_iter().collect(),
        };
        if open.is_empty() {
            return None;
        }
        let mut told = HeaderMap::new();
        told.insert(header::VARY, HeaderValue::from_static(if is_question { VARY_OF_QUESTIONS } else { "Origin" }));
        if let Some(origin) = self.origins().allowed(&head.headers) {
            told.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            match head.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD) {
                Some(_) if is_question => permit(&open, &mut told),
                _ => drop(told.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"))),
            }
        }
        Some(Crossing(told))
    }
}

impl Crossing {
    /// Adds it to the answer, whatever that says of its own.
    pub(super) fn tell(self, response: &mut Response<Body>) {
        for (name, value) in self.0.iter() {
            response.headers_mut().append(name, value.clone());
        }
    }
}

/// What the provider may call is for servers.
fn is_for_pages(endpoint: &Endpoint) -> bool {
    !endpoint.access().credentials().contains(&Credential::TwilioSignature)
}

/// What a page may send to these endpoints, which all have one path.
fn permit(open: &[&Endpoint], told: &mut HeaderMap) {
    let mut methods: Vec<&str> = open.iter().map(|endpoint| endpoint.method().as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    let mut headers: Vec<&str> = open.iter().flat_map(|endpoint| headers_of(endpoint)).collect();
    headers.sort_unstable();
    headers.dedup();
    for (name, list) in
        [(header::ACCESS_CONTROL_ALLOW_METHODS, methods), (header::ACCESS_CONTROL_ALLOW_HEADERS, headers)]
    {
        let list = HeaderValue::from_str(&list.join(", ")).expect("BUG: methods and header names are tokens");
        told.insert(name, list);
    }
    told.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(REMEMBERED_SECS));
}

/// The headers that an endpoint reads and that no page may send without being allowed to.
fn headers_of(endpoint: &Endpoint) -> Vec<&'static str> {
    let mut headers = Vec::new();
    if *endpoint.access() != Access::Public {
        headers.push("authorization");
    }
    if endpoint.access().credentials().contains(&Credential::IntakeHmac) {
        headers.push("x-signature-256");
    }
    match endpoint.body() {
        BodyRule::Empty if *endpoint.method() == Method::GET => headers.push("last-event-id"),
        BodyRule::Empty => {}
        BodyRule::Json { .. } | BodyRule::Form { .. } | BodyRule::Either { .. } => {
            headers.extend(["content-type", "idempotency-key"]);
        }
    }
    headers
}

const VARY_OF_QUESTIONS: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_as_browsers_write_them() {
        for (text, expected) in [
            ("", vec![]),
            (" , ", vec![]),
            ("https://a.example", vec!["https://a.example"]),
            ("HTTPS://A.Example:443 ,http://b.example:80", vec!["https://a.example", "http://b.example"]),
            ("http://localhost:3000,http://[::1]:8080", vec!["http://localhost:3000", "http://[::1]:8080"]),
            ("https://a.example:80", vec!["https://a.example:80"]),
        ] {
            let origins = text.parse::<AllowedOrigins>().map(|origins| origins.0);
            assert_eq!(origins, Ok(expected.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for bad in [
            "*",
            "null",
            "a.example",
            "https://",
            "https://*.a.example",
            "https://a.example/",
            "https://a.example/b",
            "https://a.example?b",
            "https://a.example#",
            "https://u@a.example",
            "https://a.example:99999",
            "https://a.example:",
            "ftp://a.example",
            "https://a.example https://b.example",
            "https://\u{e4}.example",
            "https://a.example:443:443",
            "file:///etc",
        ] {
            assert_eq!(bad.parse::<AllowedOrigins>(), Err(AllowedOriginsError(bad.to_owned())), "{bad}");
        }
    }
}
