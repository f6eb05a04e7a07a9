//! What is around every page.

use askama::Template;
use responder_core::{
    admin::{Alert, AlertKind},
    http::admin::Frame as Given,
};
use serde_json::Value;

use super::words;
use crate::{
    assets::{ADMIN_SCRIPT, ADMIN_STYLE, Asset, EMERGENCY_STYLE, ICON, LIVE_SCRIPT, STYLE, TIMES_SCRIPT},
    emergency::{day_and_clock, millis},
};

/// The frame: what `admin/layout.html` needs.
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) base: String,
    pub(super) csrf: String,
    /// Who is logged in.
    pub(super) user: Option<String>,
    pub(super) is_admin: bool,
    pub(super) tab: Tab,
    pub(super) said: Option<String>,
    pub(super) alerts: Alerts,
    pub(super) now_ms: i64,
    pub(super) scripts: Vec<&'static Asset>,
}

/// Which of the pages that are always at hand this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Branches,
    Figures,
    Users,
    Audit,
    Password,
    None,
}

/// What somebody has to see.
#[derive(Template)]
#[template(path = "admin/alerts.html")]
pub(super) struct Alerts {
    rows: Vec<AlertView>,
    is_unknown: bool,
}

struct AlertView {
    id: String,
    branch: String,
    branch_name: String,
    class: &'static str,
    /// In a few words, where there is no room for more.
    in_short: &'static str,
    message: String,
    since: Option<(String, String)>,
    until: Option<(String, String)>,
    /// Where more is told.
    more: String,
    more_words: &'static str,
}

#[derive(Template)]
#[template(path = "admin/trouble.html")]
struct Trouble {
    frame: Frame,
    status: u16,
    message: String,
    hint: &'static str,
}

impl Frame {
    pub(super) fn of(given: &Given, title: impl Into<String>, tab: Tab) -> Self {
        let user = given.user.as_ref();
        let text = |name: &str| user.and_then(|user| user.get(name)).and_then(Value::as_str).map(str::to_owned);
        Self {
            title: title.into(),
            base: given.base.clone(),
            csrf: given.csrf_token.clone().unwrap_or_default(),
            user: text("username"),
            is_admin: user.and_then(|user| user.get("is_admin")).and_then(Value::as_bool).unwrap_or(false),
            tab,
            said: given.said.as_deref().and_then(words::said),
            alerts: Alerts::of(given),
            now_ms: millis(given.now),
            scripts: vec![&TIMES_SCRIPT, &ADMIN_SCRIPT],
        }
    }

    /// With the script that keeps a part up to date.
    pub(super) fn live(self) -> Self {
        self.with(&LIVE_SCRIPT)
    }

    /// With a script of its own, after those of every page.
    pub(super) fn with(mut self, script: &'static Asset) -> Self {
        self.scripts.push(script);
        self
    }

    pub(super) fn is(&self, tab: Tab) -> bool {
        self.tab == tab
    }

    pub(super) fn styles(&self) -> [&'static Asset; 3] {
        [&STYLE, &EMERGENCY_STYLE, &ADMIN_STYLE]
    }

    pub(super) fn icon(&self) -> &str {
        ICON.path()
    }
}

impl Alerts {
    fn of(given: &Given) -> Self {
        let rows = given.alerts.iter().flatten().map(|alert| AlertView::of(alert, &given.base)).collect();
        Self { rows, is_unknown: given.alerts.is_none() && !given.is_part }
    }
}

impl AlertView {
    fn of(alert: &Alert, base: &str) -> Self {
        let page = format!("{base}/branch/{}", alert.branch);
        let (class, more, more_words) = match (alert.kind, &alert.emergency) {
            (AlertKind::SettingsInvalid, _) => ("warn", format!("{page}/settings"), "Settings"),
            (AlertKind::BranchOffline, _) => ("bad", page, "Branch"),
            (AlertKind::NobodyAccepted, Some(id)) => ("bad", format!("{page}/emergency/{id}"), "Emergency"),
            (AlertKind::NobodyAccepted, None) => ("bad", page, "Branch"),
        };
        let shown = |at: &String| (at.clone(), at.parse().map_or_else(|_| at.clone(), day_and_clock));
        Self {
            id: alert.id.clone(),
            branch: alert.branch.to_string(),
            branch_name: alert.branch_name.clone(),
            class,
            in_short: words::alert(alert.kind, alert.until.is_some()),
            message: words::in_words(&alert.message),
            since: alert.since.as_ref().map(shown),
            until: alert.until.as_ref().map(shown),
            more,
            more_words,
        }
    }
}

/// Only what somebody has to see.
pub(super) fn alerts(frame: &Given) -> Result<String, askama::Error> {
    Alerts::of(frame).render()
}

/// Why there is no page.
pub(super) fn trouble(frame: &Given, status: u16, message: &str) -> Result<String, askama::Error> {
    let (title, hint) = match status {
        403 => ("Not allowed", "Whoever looks after users can change what you may do."),
        400 => ("Not possible", "Go back to the page that you came from; nothing was done."),
        404 => ("Not found", "It may have been removed, or the address has a mistake."),
        503 => ("Not now", "Calls and branches go on without this page. Load it again in a moment."),
        _ => ("Something went wrong", "Calls and branches go on without this page. Load it again."),
    };
    let frame = Frame::of(frame, title, Tab::None);
    Trouble { frame, status, message: words::in_words(message), hint }.render()
}
