//! Telling somebody by text what was done.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    E164,
    store::BranchKey,
    telephony::{SendText, Telephony},
};

/// What was done with a branch, and by whom.
#[derive(Clone)]
pub struct Notice {
    /// With which.
    pub branch: BranchKey,
    /// The name of who did it.
    pub by: String,
    /// What.
    pub what: Done,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done {
    /// It was switched off; whether its server knows yet.
    Disabled {
        /// Whether it is in force.
        applied: bool,
    },
    /// It was switched on; whether its server knows yet.
    Enabled {
        /// Whether it is in force.
        applied: bool,
    },
    /// An emergency was reported from the dashboard.
    Triggered,
    /// Its server was told to start anew.
    Restarted,
    /// These settings were changed.
    Settings(Vec<String>),
}

/// Who is told, and how.
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
    /// What the text says. No value of a setting is in it.
    pub fn text(&self) -> String {
        let Self { branch, by, what } = self;
        let pending = |applied: &bool| if *applied { "" } else { " Its server could not be told yet." };
        match what {
            Done::Disabled { applied } => format!("Branch {branch} was switched off by {by}.{}", pending(applied)),
            Done::Enabled { applied } => format!("Branch {branch} was switched on by {by}.{}", pending(applied)),
            Done::Triggered => format!("An emergency was reported to branch {branch} by {by}, from the dashboard."),
            Done::Restarted => format!("Branch {branch} was told to restart by {by}."),
            Done::Settings(names) => format!("Settings of branch {branch} were changed by {by}: {}.", list(names)),
        }
    }
}

fn list(names: &[String]) -> String {
    match names {
        [first, second, third, _, ..] => format!("{first}, {second}, {third} and {} more", names.len() - 3),
        few => few.join(", "),
    }
}

impl Notices {
    /// Sends a text in the background. If it was certainly not sent, it is tried twice more.
    pub(super) fn send(&self, notice: &Notice) {
        let (telephony, branch) = (Arc::clone(&self.telephony), notice.branch.clone());
        let text = SendText { to: self.to, from: self.from, body: notice.text(), status_callback: None };
        tokio::spawn(async move {
            for pause in PAUSES {
                match telephony.send_text(&text).await {
                    Ok(_) => return,
                    Err(error) if error.may_have_been_processed() => {
                        tracing::warn!(%branch, %error, "it is unknown whether a notice was sent");
                        return;
                    }
                    Err(error) => tracing::warn!(%branch, %error, "a notice could not be sent"),
                }
                tokio::time::sleep(pause).await;
            }
        });
    }
}

const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::ZERO];

/// Without the name.
impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice").field("branch", &self.branch).field("what", &self.what).finish_non_exhaustive()
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_settings_and_never_their_values() {
        let notice = |what| Notice { branch: "tuc".parse().expect("a key"), by: "ada".to_owned(), what }.text();
        let names: Vec<_> = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        assert_eq!(notice(Done::Settings(names)), "Settings of branch tuc were changed by ada: a, b, c and 2 more.");
        assert_eq!(notice(Done::Disabled { applied: true }), "Branch tuc was switched off by ada.");
        let pending = notice(Done::Enabled { applied: false });
        assert_eq!(pending, "Branch tuc was switched on by ada. Its server could not be told yet.");
    }
}
