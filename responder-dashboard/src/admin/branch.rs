//! One branch.

use askama::Template;
use responder_core::{
    access::Permission,
    http::admin::{BranchGlance, Frame as Given},
};

use super::{
    frame::{Frame, Tab},
    home::Last,
    words,
};
use crate::{
    assets::RECORDINGS_SCRIPT,
    emergency::{EmergencyView, Seen, millis},
};

#[derive(Template)]
#[template(path = "admin/branch.html")]
struct Page {
    frame: Frame,
    key: String,
    name: String,
    public_url: Option<String>,
    may: May,
    live: String,
}

/// What whoever looks may do.
#[derive(Clone, Copy)]
struct May {
    trigger: bool,
    disable: bool,
    restart: bool,
    edit_advanced: bool,
}

#[derive(Template)]
#[template(path = "admin/branch_live.html")]
struct Live {
    base: String,
    key: String,
    now_ms: i64,
    again_secs: u32,
    said: String,
    class: &'static str,
    status: String,
    message: String,
    meaning: &'static str,
    enabled: bool,
    online: bool,
    may: May,
    trouble: Option<String>,
    open: Vec<EmergencyView>,
    past: Vec<Last>,
}

/// The page, or its live part.
pub(super) fn branch(given: &Given, glance: &BranchGlance) -> Result<String, askama::Error> {
    let row = &glance.branch;
    let may = |permission| glance.may.contain(permission);
    let may = May {
        trigger: may(Permission::Trigger),
        disable: may(Permission::Disable),
        restart: may(Permission::Restart),
        edit_advanced: may(Permission::EditAdvanced),
    };
    let seen = glance.emergencies.as_ref().map(|list| Seen::all_told(list)).unwrap_or_default();
    let drawn = |e: &Seen| {
        let mut view = EmergencyView::new(e, given.now);
        view.all_at = format!("{}/api/branch/{}/emergencies/{}", given.base, row.branch, view.id);
        view.may_cancel = may.trigger;
        view
    };
    let open: Vec<_> = seen.iter().filter(|e| e.is_open()).map(drawn).collect();
    let (class, meaning) = words::state(&row.status);
    let live = Live {
        base: given.base.clone(),
        key: row.branch.to_string(),
        now_ms: millis(given.now),
        again_secs: if open.is_empty() { 30 } else { 5 },
        said: said(row.name.as_str(), &row.status, &open),
        class,
        status: row.status.clone(),
        message: row.message.clone(),
        meaning,
        enabled: row.enabled,
        online: row.online,
        may,
        trouble: glance.emergencies.as_ref().err().cloned(),
        open,
        past: seen.iter().filter_map(Last::of).collect(),
    }
    .render()?;
    if given.is_part {
        return Ok(live);
    }
    let frame = Frame::of(given, row.name.clone(), Tab::Branches).live().with(&RECORDINGS_SCRIPT);
    let (key, name, public_url) = (row.branch.to_string(), row.name.clone(), row.public_url.clone());
    Page { frame, key, name, public_url, may, live }.render()
}

fn said(name: &str, status: &str, open: &[EmergencyView]) -> String {
    let newest = open.iter().find_map(|emergency| emergency.timeline.first());
    newest.map_or_else(|| format!("{name}: {status}"), |entry| entry.said())
}
