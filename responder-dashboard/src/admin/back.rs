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
        Some(match (&row.environment, default) {
            (Some(value), _) => Self {
                title: "Use the environment’s value",
                then: "What is set here is removed, and the environment of the admin server counts again:".to_owned(),
                value: Some(in_words(value)),
            },
            // What the branch is told nothing of, it takes from its own environment.
            (None, "") => Self {
                title: "Unset it",
                then:
                    "What is set here is removed. The environment of the admin server says nothing about it, so that \
                       it is not set, unless the environment of the branch sets it."
                        .to_owned(),
                value: None,
            },
            (None, default) => Self {
                title: "Use the default",
                then: format!(
                    "What is set here is removed. The environment of the admin server says nothing about it, so that \
                     the default counts, unless the environment of the branch sets it: {default}."
                ),
                value: None,
            },
        })
    }
}
