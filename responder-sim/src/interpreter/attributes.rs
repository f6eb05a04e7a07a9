//! Reading attributes. What makes no sense counts as missing: a notice has said so when the document came.

use std::time::Duration;

use responder_core::twiml::{Element, Open, ValueError, voice::Method};

use crate::webhook::{Target, resolve};

/// Whole seconds.
pub(super) fn seconds(value: Result<Option<u32>, ValueError>) -> Option<Duration> {
    value.ok().flatten().map(|seconds| Duration::from_secs(seconds.into()))
}

/// What it says; the default if it says nothing.
pub(super) fn flag(value: Result<Option<bool>, ValueError>, default: bool) -> bool {
    value.ok().flatten().unwrap_or(default)
}

/// An address, resolved against the document's.
pub(super) fn target(url: Option<&str>, method: Option<&Open<Method>>, base: Option<&str>) -> Option<Target> {
    let written = url.filter(|url| !url.is_empty())?;
    resolve(base, written).map(|url| Target::new(url, method.map(Open::<Method>::as_str)))
}

/// Readings of what nouns of several types have in common.
pub(crate) trait Attributes {
    /// Whole seconds, if the value is a number.
    fn seconds(&self, name: &str) -> Option<Duration>;
    /// An address, resolved against the document's.
    fn target(&self, url: &str, method: &str, base: Option<&str>) -> Option<Target>;
}

impl Attributes for Element {
    fn seconds(&self, name: &str) -> Option<Duration> {
        self.get(name)?.trim().parse().ok().map(Duration::from_secs)
    }

    fn target(&self, url: &str, method: &str, base: Option<&str>) -> Option<Target> {
        let written = self.get(url).filter(|url| !url.is_empty())?;
        resolve(base, written).map(|url| Target::new(url, self.get(method)))
    }
}
