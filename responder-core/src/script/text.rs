//! Texts.

use super::segments::{fit, without_marks};
use super::{Facts, MOST_SEGMENTS, Script, segments};
use crate::emergency::{Emergency, Text};

impl Script {
    /// What a text says, in at most [`MOST_SEGMENTS`] segments: what to do and whom to call first, what happened last,
    /// so that it is the description which is cut.
    pub fn render_text(&self, emergency: &Emergency, text: &Text) -> String {
        let facts = Facts::of(self, emergency).shortened();
        let head = self.wording.text(text, &facts);
        let (body, map) = match tells_all(text) {
            true => (facts.description, self.map_of(&facts.address).unwrap_or_default()),
            false => (String::new(), String::new()),
        };
        let [body, map] = [body, map].map(|part| if part.is_empty() { part } else { format!(" {part}") });
        if segments(&format!("{head}{body}{map}")) <= MOST_SEGMENTS {
            return format!("{head}{body}{map}");
        }
        fit(&without_marks(&head), &without_marks(&body), &map, MOST_SEGMENTS)
    }

    /// A link to a map of a tidy `address`, where the branch wants one (Google, "Maps URLs").
    pub(super) fn map_of(&self, address: &str) -> Option<String> {
        if !self.google_maps_link || address.is_empty() {
            return None;
        }
        let query: String = form_urlencoded::byte_serialize(address.as_bytes()).collect();
        Some(format!("https://www.google.com/maps/search/?api=1&query={query}"))
    }
}

/// Whether the whole report is part of it.
const fn tells_all(text: &Text) -> bool {
    match text {
        Text::Details | Text::Copy | Text::Alert { .. } => true,
        Text::Missed { .. }
        | Text::Accepted
        | Text::AlreadyTaken
        | Text::Passed
        | Text::CallCustomer { .. }
        | Text::BridgeGivenUp
        | Text::NeverCalled
        | Text::Cancelled
        | Text::Status
        | Text::Over
        | Text::Report { .. } => false,
    }
}
