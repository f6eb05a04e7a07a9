//! Reading attributes.

use std::time::Duration;

use responder_core::twiml::Element;

use crate::webhook::{Target, resolve};

/// Typed readings of what a document wrote.
pub(crate) trait Attributes {
    /// Whole seconds, if the value is a number.
    fn seconds(&self, name: &str) -> Option<Duration>;
    /// Whether it says `true`; the default if it says neither.
    fn flag(&self, name: &str, default: bool) -> bool;
    /// An address, resolved against the document's.
    fn target(&self, url: &str, method: &str, base: Option<&str>) -> Option<Target>;
}

impl Attributes for Element {
    fn seconds(&self, name: &str) -> Option<Duration> {
        self.get(name)?.trim().parse().ok().map(Duration::from_secs)
    }

    fn flag(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Some("true") => true,
            Some("false") => false,
            Some(_) | None => default,
        }
    }

    fn target(&self, url: &str, method: &str, base: Option<&str>) -> Option<Target> {
        let written = self.get(url).filter(|url| !url.is_empty())?;
        resolve(base, written).map(|url| Target::new(url, self.get(method)))
    }
}
