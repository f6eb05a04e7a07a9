//! The address under which the outside world reaches us.

use std::{fmt, str::FromStr};

/// The public address of the place where our endpoints are mounted, such as `https://help.example.com/branches/tuc`.
///
/// Every URL that we hand out begins with it, and so does the string that a provider's signature covers. It is kept
/// as it was written, without a slash at its end.
///
/// ```
/// use responder_core::PublicUrl;
///
/// let public: PublicUrl = "https://help.example.com/tuc/".parse()?;
/// assert_eq!(public.at("/hold?leg=0"), "https://help.example.com/tuc/hold?leg=0");
/// assert_eq!(public.origin(), "https://help.example.com");
/// assert!("help.example.com".parse::<PublicUrl>().is_err(), "no scheme");
/// # Ok::<(), responder_core::PublicUrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicUrl {
    url: String,
    origin: String,
    path_at: usize,
}

/// Why a text can't be a [`PublicUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicUrlError {
    /// Nobody could open it.
    #[error("the public URL must be an absolute http or https URL")]
    NotAbsolute,
    /// We add our own query and fragment, and a signature never covers credentials.
    #[error("the public URL must have no query, no fragment and no credentials")]
    TooMuch,
    /// Twilio calls no host with an underscore in its name ("Call resource").
    #[error("the host of the public URL must not contain an underscore")]
    Underscore,
}

impl PublicUrl {
    /// The address of something below the mount point. `path_and_query` begins with a slash and is not changed.
    pub fn at(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.url)
    }

    /// As it was written, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Scheme, host and port as a browser writes them in its `Origin` header: in lower case, without the port that
    /// the scheme implies.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is reached by `http` on this machine alone: there browsers take also what is meant for TLS.
    pub fn is_on_loopback(&self) -> bool {
        let host = self.origin.strip_prefix("http://").unwrap_or_default();
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.split(']').next())
            .unwrap_or_else(|| host.split(':').next().unwrap_or_default());
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether it begins with `https`.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The path of the mount point as it was written: empty, or with a slash at its beginning and none at its end.
    pub fn path(&self) -> &str {
        &self.url[self.path_at..]
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The parser below drops a fragment without a word.
        if text.contains(['#', '?']) {
            return Err(PublicUrlError::TooMuch);
        }
        let url = text.trim_end_matches('/');
        let parsed: http::Uri = url.parse().map_err(|_| PublicUrlError::NotAbsolute)?;
        let (Some(scheme), Some(authority)) = (parsed.scheme_str(), parsed.authority()) else {
            return Err(PublicUrlError::NotAbsolute);
        };
        let scheme = scheme.to_ascii_lowercase();
        let standard_port = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return Err(PublicUrlError::NotAbsolute),
        };
        let host = authority.host().to_ascii_lowercase();
        if authority.as_str().contains('@') {
            return Err(PublicUrlError::TooMuch);
        }
        if host.is_empty() {
            return Err(PublicUrlError::NotAbsolute);
        }
        if host.contains('_') {
            return Err(PublicUrlError::Underscore);
        }
        let port = authority.port_u16().filter(|port| *port != standard_port);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self {
            url: url.to_owned(),
            origin: format!("{scheme}://{host}{port}"),
            path_at: scheme.len() + "://".len() + authority.as_str().len(),
        })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_cut_where_a_browser_and_a_proxy_would() {
        let cases = [
            ("https://help.example.com", "https://help.example.com", ""),
            ("https://Help.Example.com:443//", "https://help.example.com", ""),
            ("HTTP://localhost:5000/a%20b/c/", "http://localhost:5000", "/a%20b/c"),
            ("http://[::1]:80/x", "http://[::1]", "/x"),
        ];
        for (text, origin, path) in cases {
            let public: PublicUrl = text.parse().expect(text);
            assert_eq!((public.origin(), public.path()), (origin, path), "{text}");
            let is_https = origin.starts_with("https");
            assert_eq!((public.is_on_loopback(), public.is_https()), (!is_https, is_https), "{text}");
            assert_eq!(public.as_str(), text.trim_end_matches('/'));
        }
    }

    #[test]
    fn wrong_ones_are_refused() {
        use PublicUrlError::{NotAbsolute, TooMuch, Underscore};
        let cases = [
            ("", NotAbsolute),
            ("/a", NotAbsolute),
            ("help.example.com", NotAbsolute),
            ("ftp://h", NotAbsolute),
            ("https://", NotAbsolute),
            ("https://h/a b", NotAbsolute),
            ("https://h?a", TooMuch),
            ("https://h#a", TooMuch),
            ("https://u:p@h", TooMuch),
            ("https://my_host/", Underscore),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<PublicUrl>(), Err(error), "{text}");
        }
    }
}
