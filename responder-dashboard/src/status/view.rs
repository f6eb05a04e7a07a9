//! What is shown, read from the store.

use askama::Template;
use responder_core::{
    Timestamp,
    branch::Branch,
    http::branch::{Status, condition},
    store::{Listing, Loaded, StoreError},
};

use crate::emergency::{EmergencyView, Seen, millis};

/// Emergencies that are over and still shown.
const PAST: usize = 10;

/// How soon a page that hears nothing looks again, in seconds; while calls go on, so that their bars grow.
const AGAIN: u32 = 30;
const AGAIN_WHILE_OPEN: u32 = 5;

/// The part of the page that changes.
#[derive(Template)]
#[template(path = "status/live.html")]
pub(super) struct Live {
    now_ms: i64,
    again_secs: u32,
    /// For whoever listens: changes when something of weight does.
    said: String,
    condition: Condition,
    trouble: Option<String>,
    open: Vec<EmergencyView>,
    past: Vec<EmergencyView>,
    nothing_now: &'static str,
    nothing_before: &'static str,
}

struct Condition {
    class: &'static str,
    word: &'static str,
    message: &'static str,
    meaning: String,
}

impl Live {
    pub(super) async fn read(branch: &Branch) -> Result<Self, StoreError> {
        let (store, key) = (branch.store(), branch.key());
        let (status, message) = condition(branch).await?;
        let open = store.open_emergencies(key).await?;
        let recent = store.list(key, None, u32::try_from(PAST + open.len()).unwrap_or(u32::MAX)).await?;
        let now = store.now().await?;
        let trouble = trouble(&open);
        let past = recent.emergencies.iter().filter(|loaded| loaded.state.is_concluded()).take(PAST);
        let past = views(branch, now, past).await?;
        let open = views(branch, now, open.emergencies.iter().rev()).await?;
        Ok(Self {
            now_ms: millis(now),
            again_secs: if open.is_empty() { AGAIN } else { AGAIN_WHILE_OPEN },
            said: said(status, &open),
            condition: Condition::new(status, message, branch.settings().max_active_emergencies),
            trouble,
            open,
            past,
            nothing_now: "No emergency is open.",
            nothing_before: "There has been no emergency yet.",
        })
    }

    /// When the store does not answer.
    pub(super) fn unreadable() -> Self {
        let meaning = "Calls that are up go on. This page looks again by itself.".to_owned();
        let message = "The store of this branch does not answer.";
        Self {
            now_ms: millis(Timestamp::now()),
            again_secs: AGAIN_WHILE_OPEN,
            said: message.to_owned(),
            condition: Condition { class: "state-error", word: "Error", message, meaning },
            trouble: None,
            open: Vec::new(),
            past: Vec::new(),
            nothing_now: "Nobody can tell at the moment.",
            nothing_before: "Nobody can tell at the moment.",
        }
    }
}

impl Condition {
    fn new(status: Status, message: &'static str, most: u32) -> Self {
        let (class, word, meaning) = match status {
            Status::Ready => {
                ("state-ready", "Ready", "Whoever reports an emergency now has a technician called at once.".into())
            }
            Status::InUse if most == 1 => {
                ("state-in-use", "In Use", "Another report is answered “busy” until this one is dealt with.".into())
            }
            Status::InUse => {
                let meaning = format!("{most} can be handled at a time; a report beyond that is answered “busy”.");
                ("state-in-use", "In Use", meaning)
            }
            Status::Error => {
                ("state-error", "Error", "Look at the emergencies below: somebody may still need help.".into())
            }
            Status::Disabled => {
                ("state-disabled", "Disabled", "Reports are refused until it is switched on again.".into())
            }
        };
        Self { class, word, message, meaning }
    }
}

async fn views(
    branch: &Branch,
    now: Timestamp,
    loaded: impl Iterator<Item = &Loaded>,
) -> Result<Vec<EmergencyView>, StoreError> {
    let mut views = Vec::new();
    for loaded in loaded {
        let events = branch.timeline(loaded.state.id()).await?;
        views.push(EmergencyView::new(&Seen::of(&loaded.state, &events), now));
    }
    Ok(views)
}

fn trouble(open: &Listing) -> Option<String> {
    let count = open.unreadable.len() + open.newer.len();
    let they = if count == 1 { "An open emergency" } else { "Some open emergencies" };
    let reason = match (open.unreadable.is_empty(), open.newer.is_empty()) {
        (true, true) => return None,
        (true, false) => "belongs to a newer version of this server, which looks after it",
        (false, _) => "can't be read by this server; whoever gets copies was told to take over",
    };
    Some(format!("{they} ({count}) {reason}."))
}

/// One sentence for who hears the page instead of seeing it.
fn said(status: Status, open: &[EmergencyView]) -> String {
    let newest = open.iter().find_map(|emergency| emergency.timeline.first());
    match (newest, status) {
        (Some(entry), _) => entry.said(),
        (None, Status::Ready) => "The branch is ready.".to_owned(),
        (None, Status::InUse) => "An emergency is being handled.".to_owned(),
        (None, Status::Error) => "The branch reports an error.".to_owned(),
        (None, Status::Disabled) => "The branch is switched off.".to_owned(),
    }
}
