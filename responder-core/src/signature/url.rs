//! The ways to write one URL. All of this cuts raw text: a URL that is taken apart and put together again may differ
//! in a percent sign, and then no signature fits.

use std::borrow::Cow;

use super::payload::sha256_hex;

/// The URL with `bodySHA256=` and the hash of `body` added to its query, before a fragment.
pub fn with_body_hash(url: &str, body: &[u8]) -> String {
    let (address, fragment) = url.find('#').map_or((url, ""), |hash| url.split_at(hash));
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}bodySHA256={}{fragment}", sha256_hex(body))
}

/// The URL without its port, if it has one.
pub fn without_port(url: &str) -> Cow<'_, str> {
    match Parts::of(url) {
        Some(Parts { before, host, port: Some(_), after, .. }) => Cow::Owned(format!("{before}{host}{after}")),
        _ => Cow::Borrowed(url),
    }
}

/// One way to write a URL, cut; nothing is copied.
pub(super) type Pieces<'a> = [&'a str; 5];

/// The form that Twilio signs: without user info and fragment.
pub(super) fn signed_form(url: &str) -> Pieces<'_> {
    let url = without_fragment(url);
    Parts::of(url).map_or([url, "", "", "", ""], |parts| parts.pieces(parts.address(), parts.port))
}

/// Every form that may have been signed, likeliest first, none twice.
pub(super) fn variants(url: &str) -> impl Iterator<Item = Pieces<'_>> {
    let url = without_fragment(url);
    let forms = Parts::of(url).map_or([Some([url, "", "", "", ""]), None, None, None], |parts| {
        let other_port = if parts.port.is_some() { Some(None) } else { parts.standard_port().map(Some) };
        let with_user_info = (parts.before != parts.address()).then_some(parts.before);
        [
            Some(parts.pieces(parts.address(), parts.port)),
            other_port.map(|port| parts.pieces(parts.address(), port)),
            with_user_info.map(|before| parts.pieces(before, parts.port)),
            with_user_info.zip(other_port).map(|(before, port)| parts.pieces(before, port)),
        ]
    });
    forms.into_iter().flatten()
}

/// The value of the first `bodySHA256` in the query.
pub(super) fn body_hash(url: &str) -> Option<String> {
    let (_, query) = without_fragment(url).split_once('?')?;
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    parameters.find(|(name, _)| name == "bodySHA256").map(|(_, value)| value.into_owned())
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(address, _)| address)
}

/// `scheme://user@host:port/path?query`, cut.
struct Parts<'a> {
    scheme: &'a str,
    /// Scheme, separator and user info with its `@`.
    before: &'a str,
    host: &'a str,
    port: Option<&'a str>,
    after: &'a str,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once(SEPARATOR)?;
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let after = &rest[authority.len()..];
        let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let before = &url[..url.len() - after.len() - host_and_port.len()];
        // The colons of an IPv6 address stand in brackets, those of a port do not.
        let (host, port) = match host_and_port.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (host_and_port, None),
        };
        Some(Self { scheme, before, host, port, after })
    }

    /// Scheme and separator.
    fn address(&self) -> &'a str {
        &self.before[..self.scheme.len() + SEPARATOR.len()]
    }

    fn standard_port(&self) -> Option<&'static str> {
        let is = |names: [&str; 2]| names.iter().any(|name| self.scheme.eq_ignore_ascii_case(name));
        if is(["https", "wss"]) {
            return Some("443");
        }
        is(["http", "ws"]).then_some("80")
    }

    fn pieces(&self, before: &'a str, port: Option<&'a str>) -> Pieces<'a> {
        [before, self.host, if port.is_some() { ":" } else { "" }, port.unwrap_or_default(), self.after]
    }
}

const SEPARATOR: &str = "://";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_come_and_go() {
        let cases = [
            ("https://h/a?b#c", &["https://h/a?b", "https://h:443/a?b"][..]),
            ("http://h", &["http://h", "http://h:80"]),
            ("https://h:8443/", &["https://h:8443/", "https://h/"]),
            ("wss://[::1]/", &["wss://[::1]/", "wss://[::1]:443/"]),
            ("wss://[::1]:9/", &["wss://[::1]:9/", "wss://[::1]/"]),
            ("ftp://h/", &["ftp://h/"]),
            (
                "https://u:p@h/@:9",
                &["https://h/@:9", "https://h:443/@:9", "https://u:p@h/@:9", "https://u:p@h:443/@:9"],
            ),
            ("/only/a/path", &["/only/a/path"]),
        ];
        for (url, expected) in cases {
            assert_eq!(variants(url).map(|form| form.concat()).collect::<Vec<_>>(), expected, "{url}");
            assert_eq!(signed_form(url).concat(), expected[0], "{url}");
        }
    }

    #[test]
    fn a_port_can_be_left_out() {
        assert_eq!(without_port("https://u@h:8443/a?b=c:9#d"), "https://u@h/a?b=c:9#d");
        assert_eq!(without_port("https://h/a:9"), "https://h/a:9");
        assert_eq!(without_port(""), "");
    }

    #[test]
    fn hashes_are_put_into_the_query_and_found() {
        let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(with_body_hash("https://h/a#rc=3", b"{}"), format!("https://h/a?bodySHA256={hash}#rc=3"));
        assert_eq!(with_body_hash("https://h/a?b=1", b"{}"), format!("https://h/a?b=1&bodySHA256={hash}"));
        assert_eq!(body_hash("https://h/a?b=1&bodySHA256=%61b&bodySHA256=c#bodySHA256=d").as_deref(), Some("ab"));
        assert_eq!(body_hash("https://h/a#?bodySHA256=d"), None);
    }
}
