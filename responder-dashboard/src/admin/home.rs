//! All branches at a glance.

use askama::Template;
use responder_core::{
    Timestamp,
    http::admin::{BranchGlance, Frame as Given},
};

use super::{
    frame::{Frame, Tab},
    words,
};
use crate::emergency::{Moment, Seen, SeenPhase, Who, day_and_clock, grade, millis, moments, outcome, running, title};

#[derive(Template)]
#[template(path = "admin/home.html")]
struct Home {
    frame: Frame,
    live: String,
}

#[derive(Template)]
#[template(path = "admin/home_live.html")]
struct Live {
    base: String,
    now_ms: i64,
    said: String,
    rows: Vec<Row>,
}

struct Row {
    key: String,
    name: String,
    class: &'static str,
    status: String,
    message: String,
    /// Why nothing is known of its emergencies.
    trouble: Option<String>,
    open: Vec<Open>,
    last: Option<Last>,
}

struct Open {
    title: String,
    opened_ms: i64,
    lasts: String,
    /// Whether somebody has to call the customer now.
    is_urgent: bool,
    /// Where they can be called.
    customer: Option<String>,
    moments: Vec<Moment>,
}

/// The newest that is over.
pub(super) struct Last {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) at: String,
    pub(super) shown: String,
    pub(super) outcome: &'static str,
    pub(super) grade: &'static str,
}

/// The page, or its live part.
pub(super) fn branches(given: &Given, glances: &[BranchGlance]) -> Result<String, askama::Error> {
    let rows: Vec<Row> = glances.iter().map(|glance| Row::of(glance, given.now)).collect();
    let said = said(&rows);
    let live = Live { base: given.base.clone(), now_ms: millis(given.now), said, rows }.render()?;
    if given.is_part {
        return Ok(live);
    }
    Home { frame: Frame::of(given, "Branches", Tab::Branches).live(), live }.render()
}

/// For who hears the page: what is not as it should be.
fn said(rows: &[Row]) -> String {
    let not_ready = rows.iter().filter(|row| row.status != "Ready");
    let not_ready: Vec<String> = not_ready.map(|row| format!("{}: {}", row.name, row.status)).collect();
    if not_ready.is_empty() { "All branches are ready.".to_owned() } else { not_ready.join(". ") }
}

impl Row {
    fn of(glance: &BranchGlance, now: Timestamp) -> Self {
        let seen = glance.emergencies.as_ref().map(|list| Seen::all_told(list)).unwrap_or_default();
        Self {
            key: glance.branch.branch.to_string(),
            name: glance.branch.name.clone(),
            class: words::state(&glance.branch.status).0,
            status: glance.branch.status.clone(),
            message: glance.branch.message.clone(),
            trouble: glance.emergencies.as_ref().err().filter(|_| glance.branch.online).cloned(),
            open: seen.iter().filter(|e| e.is_open()).map(|e| Open::of(e, now)).collect(),
            last: seen.iter().find_map(Last::of),
        }
    }
}

impl Open {
    fn of(e: &Seen, now: Timestamp) -> Self {
        Self {
            title: title(e),
            opened_ms: millis(e.opened_at),
            lasts: running(now.since(e.opened_at)),
            is_urgent: e.phase == SeenPhase::Closing { nobody_accepted: true },
            customer: e.customer.number.map(|number| number.to_string()),
            moments: moments(e, &Who::of(e), now),
        }
    }
}

impl Last {
    pub(super) fn of(e: &Seen) -> Option<Self> {
        let SeenPhase::Concluded { outcome: how, at } = e.phase else { return None };
        Some(Self {
            id: e.id.to_string(),
            title: title(e),
            at: at.to_string(),
            shown: day_and_clock(at),
            outcome: outcome(how),
            grade: grade(how),
        })
    }
}
