//! Telling somebody by text what was done.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::Value;

use crate::{
    E164, Timestamp,
    access::{AuditAction, AuditEntry, Recorded},
    store::BranchKey,
    telephony::{SendText, Telephony},
};

/// What was done with a branch, and by whom, as it was recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// The branch that it was done with.
    pub branch: BranchKey,
    /// The name of who did it.
    pub by: String,
    /// What was done.
    pub what: Done,
    /// When.
    pub at: Timestamp,
}

/// What was done. It says no more than is known when it is recorded: that a branch was told something is recorded
/// before it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done {
    /// It was switched off.
    Disabled,
    /// It was switched on.
    Enabled,
    /// An emergency was reported from the dashboard.
    Triggered,
    /// Its server has not confirmed such a report: it refused it, could not be reached, or gave no answer.
    NotTriggered,
    /// Its server was told to restart.
    Restarted,
    /// Its server has not confirmed that.
    NotRestarted,
    /// These settings were changed.
    Settings(Vec<String>),
}

/// Who is told, and how. [`NoticePump`](crate::driver::NoticePump) does so.
#[derive(Clone)]
pub struct Notices {
    /// What sends the texts.
    pub telephony: Arc<dyn Telephony>,
    /// The number that they come from.
    pub from: E164,
    /// Who gets them (`NOTIFICATION_PHONE`).
    pub to: E164,
}

impl Notice {
    /// What is to be told of an entry; none if it is nothing to be told of.
    ///
    /// ```
    /// use responder_core::{Timestamp, access::*, admin::Notice};
    ///
    /// let entry = AuditEntry::new(Actor::server(), AuditAction::BranchDisabled).at_branch("tuc".parse()?);
    /// let at = Timestamp::default();
    /// let notice = Notice::of(&Recorded { id: AuditId::from_u64(7), at, entry }).ok_or("nothing to tell")?;
    /// assert_eq!(notice.text(at), "Branch tuc was switched off by server.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(recorded: &Recorded) -> Option<Self> {
        let Recorded { at, entry, .. } = recorded;
        let what = match (entry.action, has_failed(entry)) {
            (AuditAction::BranchDisabled, _) => Done::Disabled,
            (AuditAction::BranchEnabled, _) => Done::Enabled,
            // Which emergency came of it; that it was reported has been told.
            (AuditAction::EmergencyTriggered, false) if entry.subject.is_some() => return None,
            (AuditAction::EmergencyTriggered, false) => Done::Triggered,
            (AuditAction::EmergencyTriggered, true) => Done::NotTriggered,
            (AuditAction::BranchRestarted, false) => Done::Restarted,
            (AuditAction::BranchRestarted, true) => Done::NotRestarted,
            (AuditAction::SettingsChanged, _) => Done::Settings(names(entry)),
            _ => return None,
        };
        Some(Self { branch: entry.branch.clone()?, by: entry.actor.name.clone(), what, at: *at })
    }

    /// What the text says `now`: late, it says when that was. No value of a setting is in it.
    pub fn text(&self, now: Timestamp) -> String {
        let Self { branch, by, what, at } = self;
        let told = match what {
            Done::Disabled => format!("Branch {branch} was switched off by {by}."),
            Done::Enabled => format!("Branch {branch} was switched on by {by}."),
            Done::Triggered => format!("{by} reported an emergency to branch {branch}, from the dashboard."),
            Done::NotTriggered => format!("Branch {branch} has not confirmed the emergency that {by} reported."),
            Done::Restarted => format!("{by} told branch {branch} to restart."),
            Done::NotRestarted => format!("Branch {branch} has not confirmed that it restarts, as {by} told it."),
            Done::Settings(names) => format!("Settings of branch {branch} were changed by {by}: {}.", list(names)),
        };
        if now.since(*at) < LATE { told } else { format!("{told} That was at {}.", minute(*at)) }
    }
}

impl Notices {
    /// The text that tells of it.
    pub(crate) fn text(&self, notice: &Notice, now: Timestamp) -> SendText {
        SendText { to: self.to, from: self.from, body: notice.text(now), status_callback: None }
    }
}

/// What is done is recorded before, what came of it only if it failed.
fn has_failed(entry: &AuditEntry) -> bool {
    entry.after.as_ref().is_some_and(|after| after.get("failed").is_some())
}

fn names(entry: &AuditEntry) -> Vec<String> {
    let after = entry.after.as_ref().and_then(Value::as_object);
    after.map(|after| after.keys().cloned().collect()).unwrap_or_default()
}

fn list(names: &[String]) -> String {
    match names {
        [first, second, third, _, ..] => format!("{first}, {second}, {third} and {} more", names.len() - 3),
        few => few.join(", "),
    }
}

/// Nobody needs the seconds.
fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(..16).map_or(text.clone(), |minute| format!("{} UTC", minute.replace('T', " ")))
}

/// Before that, nobody asks when it was.
const LATE: Duration = Duration::from_secs(5 * 60);

/// Without the name.
impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Notice");
        debug.field("branch", &self.branch).field("what", &self.what).field("at", &self.at).finish_non_exhaustive()
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::access::{Actor, AuditId};

    fn told(action: AuditAction, after: Option<Value>, late: Duration) -> Option<String> {
        let actor = Actor { id: None, name: "ada".to_owned() };
        let entry = AuditEntry::new(actor, action).at_branch("tuc".parse().expect("a key"));
        let at: Timestamp = "2026-01-15T22:45:12.5Z".parse().expect("a time");
        let recorded = Recorded { id: AuditId::from_u64(1), at, entry: entry.changing(None, after) };
        Notice::of(&recorded).map(|notice| notice.text(at + late))
    }

    #[test]
    fn each_action_is_told_in_its_words() {
        let failed = || Some(json!({ "failed": 503 }));
        let cases = [
            (AuditAction::BranchDisabled, Some(json!(false)), "Branch tuc was switched off by ada."),
            (AuditAction::BranchEnabled, Some(json!(true)), "Branch tuc was switched on by ada."),
            (AuditAction::EmergencyTriggered, None, "ada reported an emergency to branch tuc, from the dashboard."),
            (
                AuditAction::EmergencyTriggered,
                failed(),
                "Branch tuc has not confirmed the emergency that ada reported.",
            ),
            (AuditAction::BranchRestarted, None, "ada told branch tuc to restart."),
            (AuditAction::BranchRestarted, failed(), "Branch tuc has not confirmed that it restarts, as ada told it."),
        ];
        for (action, after, expected) in cases {
            assert_eq!(told(action, after, Duration::ZERO).as_deref(), Some(expected), "{action:?}");
        }
        for action in [AuditAction::Login, AuditAction::EmergencyCancelled, AuditAction::Unknown] {
            assert_eq!(told(action, failed(), Duration::ZERO), None, "{action:?}");
        }
    }

    #[test]
    fn a_notice_names_settings_and_never_their_values() {
        let after = json!({ "a": "+15005550001", "b": 1, "c": null, "d": "***", "failed": "x" });
        let expected = "Settings of branch tuc were changed by ada: a, b, c and 2 more.";
        assert_eq!(told(AuditAction::SettingsChanged, Some(after), Duration::ZERO).as_deref(), Some(expected));
        let empty = told(AuditAction::SettingsChanged, Some(json!("odd")), Duration::ZERO);
        assert_eq!(empty.as_deref(), Some("Settings of branch tuc were changed by ada: ."), "nothing breaks");
    }

    #[test]
    fn what_is_told_late_says_when_it_was() {
        let expected = "Branch tuc was switched off by ada. That was at 2026-01-15 22:45 UTC.";
        assert_eq!(told(AuditAction::BranchDisabled, None, LATE).as_deref(), Some(expected));
    }

    #[test]
    fn an_entry_of_no_branch_is_not_told() {
        let entry = AuditEntry::new(Actor::server(), AuditAction::BranchDisabled);
        let recorded = Recorded { id: AuditId::from_u64(1), at: Timestamp::default(), entry };
        assert_eq!(Notice::of(&recorded), None);
    }
}
