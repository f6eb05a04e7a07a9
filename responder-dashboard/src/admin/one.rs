//! One emergency, all of it.

use askama::Template;
use responder_core::{
    http::admin::{Frame as Given, Relayed},
    store::BranchKey,
};
use serde_json::Value;

use super::frame::{Frame, Tab};
use crate::emergency::{EmergencyView, Seen, millis};

#[derive(Template)]
#[template(path = "admin/emergency.html")]
struct Page {
    frame: Frame,
    key: String,
    name: String,
    heading: Option<Heading>,
    /// Whether it goes on, so that the page keeps up with it.
    is_open: bool,
    live: String,
}

struct Heading {
    id: String,
    code: String,
    title: String,
}

#[derive(Template)]
#[template(path = "admin/emergency_live.html")]
struct Live {
    now_ms: i64,
    said: String,
    is_part: bool,
    trouble: Option<String>,
    emergency: Option<EmergencyView>,
}

/// The page, or its live part.
pub(super) fn emergency(
    given: &Given,
    branch: &BranchKey,
    name: &str,
    told: &Relayed<Value>,
) -> Result<String, askama::Error> {
    let (seen, trouble) = match told.as_ref().map(Seen::told) {
        Ok(Some(seen)) => (Some(seen), None),
        Ok(None) => (None, Some("The branch tells of it in a way that this version does not understand.".to_owned())),
        Err(trouble) => (None, Some(trouble.clone())),
    };
    let emergency = seen.map(|seen| {
        let mut view = EmergencyView::new(&seen, given.now);
        view.all_at = format!("{}/api/branch/{branch}/emergencies/{}", given.base, view.id);
        view.is_whole_page = true;
        view
    });
    let is_open = emergency.as_ref().is_some_and(|emergency| emergency.is_open);
    let heading =
        emergency.as_ref().map(|e| Heading { id: e.id.clone(), code: e.code.clone(), title: e.title.clone() });
    let said = match &emergency {
        Some(e) if !e.is_open => e.outcome.to_owned(),
        Some(e) => e.timeline.first().map(|entry| entry.said()).unwrap_or_default(),
        None => trouble.clone().unwrap_or_default(),
    };
    let live = Live { now_ms: millis(given.now), said, is_part: given.is_part, trouble, emergency }.render()?;
    if given.is_part {
        return Ok(live);
    }
    let title = heading.as_ref().map_or_else(|| "Emergency".to_owned(), |it| format!("{} {}", it.code, it.title));
    let frame = Frame::of(given, title, Tab::Branches);
    let frame = if is_open { frame.live() } else { frame };
    Page { frame, key: branch.to_string(), name: name.to_owned(), heading, is_open, live }.render()
}
