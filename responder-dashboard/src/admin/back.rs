//! The way back from what is set here to what counts without it.

use responder_core::http::admin::SettingRow;

/// What is said of it before somebody goes it.
pub(super) struct Back {
    /// What it leads to, in a few words.
    pub(super) title: &'static str,
    /// What will count then.
    pub(super) then: String,
    /// The value that will count then, if it is known here.
    pub(super) value: Option<String>,
}

impl Back {
    /// If there is a way: only from what is stored, for whoever may change it. `in_words` says a value for people.
    pub(super) fn of(row: &SettingRow, default: &str, in_words: impl Fn(&str) -> String) -> Option<Self> {
        if row.source != "database" || !row.editable {
            return None;
        }
        let (title, then) = match (&row.environment, default) {
            (Some(_), _) => {
                ("Use the environment’s value", "Then the environment of the admin server counts:".to_owned())
            }
            // What the branch is told nothing of, it takes from its own environment.
            (None, "") => ("Unset it", format!("Then it is not set. {OTHERWISE}")),
            (None, default) => ("Use the default", format!("Then the default counts: {default}. {OTHERWISE}")),
        };
        let then = format!("What is set here is removed. {then}");
        Some(Self { title, then, value: row.environment.as_deref().map(in_words) })
    }
}

const OTHERWISE: &str = "Only the environment of the branch’s own server could say otherwise.";
