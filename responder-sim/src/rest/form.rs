//! Reading the fields of a request.

use std::time::Duration;

use http::Uri;

use crate::{
    rest::RestError,
    webhook::{Fields, Target},
};

/// The fields of a request, decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'a>(pub(crate) &'a Fields);

impl<'a> Form<'a> {
    /// The first value of a field, if there is one with something in it.
    pub(crate) fn get(self, name: &str) -> Option<&'a str> {
        let value = self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.trim().is_empty())
    }

    /// All values of a field that may be repeated.
    pub(crate) fn all(self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    pub(crate) fn flag(self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A whole number.
    pub(crate) fn number(self, name: &str) -> Result<Option<u64>, RestError> {
        let wrong = |_| RestError::bad(INVALID, format!("{name} must be a whole number"));
        self.get(name).map(|value| value.trim().parse().map_err(wrong)).transpose()
    }

    pub(crate) fn seconds(self, name: &str) -> Result<Option<Duration>, RestError> {
        Ok(self.number(name)?.map(Duration::from_secs))
    }

    /// An address that the provider could ask; `code` is the error if it is none.
    pub(crate) fn target(self, name: &str, method: &str, code: u32) -> Result<Option<Target>, RestError> {
        let Some(url) = self.get(name) else {
            return Ok(None);
        };
        if is_web_address(url) {
            Ok(Some(Target::new(url, self.get(method))))
        } else {
            Err(RestError::bad(code, format!("{name} must be an absolute http or https address")))
        }
    }
}

/// Host names with underscores are refused by the provider (Twilio, "Call resource").
fn is_web_address(url: &str) -> bool {
    let without_fragment = url.split_once('#').map_or(url, |(url, _)| url);
    let uri: Result<Uri, _> = without_fragment.parse();
    uri.is_ok_and(|uri| {
        let host = uri.host().unwrap_or_default();
        matches!(uri.scheme_str(), Some("http" | "https")) && !host.is_empty() && !host.contains('_')
    })
}

/// The general code for a parameter that can't be read.
pub(crate) const INVALID: u32 = 20001;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_must_be_absolute() {
        for url in ["http://127.0.0.1:5000/a?b=c#rc=3&rp=5xx,ct,rt", "https://help.example.com"] {
            assert!(is_web_address(url), "{url}");
        }
        for url in ["/voice", "voice", "ftp://host/", "http://", "http://my_host/", "not a url"] {
            assert!(!is_web_address(url), "{url}");
        }
    }
}
