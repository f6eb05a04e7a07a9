//! What a page is made of. What is on it is found in `pages.rs`; how it looks is for whoever implements [`Pages`].

use std::fmt::Debug;

use serde_json::Value;

use super::{AuditRow, BranchGlance, Names, Relayed, SettingRow, UserRow};
use crate::{
    Timestamp,
    access::AuditId,
    admin::Alert,
    http::BoxError,
    store::{BranchKey, Revision},
};

/// Draws pages. Everything that is shown comes in a [`Page`]; whoever draws must escape it.
pub trait Pages: Debug + Send + Sync + 'static {
    /// The page as HTML; only the part of it that changes, if the frame says so.
    ///
    /// # Errors
    /// Whatever keeps it from being drawn; whoever asked sees status 500.
    fn render(&self, frame: &Frame, page: &Page) -> Result<String, BoxError>;
}

/// What is around every page.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The path below which everything is: empty, or with a slash at its beginning.
    pub base: String,
    /// Who is logged in: `{id, username, is_admin, permissions}`.
    pub user: Option<Value>,
    /// What forms and scripts send back with whatever changes something: in the field
    /// [`csrf_token`](crate::http::CSRF_FIELD), or the header [`X-CSRF-Token`](crate::http::CSRF_HEADER).
    pub csrf_token: Option<String>,
    /// What came of what was done last: `user_added`, `name_taken`, … in `snake_case`, and anything else that somebody
    /// has put into the address.
    pub said: Option<String>,
    /// What somebody has to see; none if that can't be found out.
    pub alerts: Option<Vec<Alert>>,
    /// Whether only the part of the page is wanted that changes by itself.
    pub is_part: bool,
    /// The time on our clock.
    pub now: Timestamp,
}

/// What is on a page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Page {
    /// Where somebody logs in.
    Login {
        /// Whether name or password were wrong.
        wrong: bool,
        /// After too many failed attempts: for how many seconds none counts.
        wait_seconds: Option<u64>,
    },
    /// Where somebody changes their own password.
    Password,
    /// All branches.
    Branches(Vec<BranchGlance>),
    /// One branch; its open emergencies with their timelines.
    Branch(BranchGlance),
    /// One emergency. The part that changes is asked for as long as it is open.
    Emergency {
        /// The branch that has it.
        branch: BranchKey,
        /// The name of the branch.
        name: String,
        /// All that the branch says of it, with its timeline.
        emergency: Relayed<Value>,
    },
    /// The settings of a branch.
    Settings {
        /// The branch that they are of.
        branch: BranchKey,
        /// The name of the branch.
        name: String,
        /// As of when: to be sent back as `If-Match`.
        revision: Revision,
        /// All of them.
        rows: Vec<SettingRow>,
        /// What is missing still for the branch to work.
        incomplete: Option<String>,
    },
    /// What came of the emergencies of all branches, and how fast.
    Figures(Vec<BranchGlance>),
    /// All users.
    Users {
        /// All of them.
        rows: Vec<UserRow>,
        /// What branches are called: those that there are permissions for.
        names: Names,
    },
    /// What was done.
    Audit {
        /// Newest first.
        rows: Vec<AuditRow>,
        /// Where the next page begins: `?before=`.
        next: Option<AuditId>,
        /// What branches and users are called now.
        names: Names,
    },
    /// Only what somebody has to see.
    Alerts,
    /// Why there is no page.
    Trouble {
        /// The status of the answer.
        status: u16,
        /// In a sentence.
        message: String,
    },
}
