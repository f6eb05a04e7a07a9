//! Logging in, one's own password, users.

use askama::Template;
use responder_core::{
    access::{Permission, Permissions},
    http::admin::{Frame as Given, Names, UserRow},
    store::BranchKey,
};
use serde_json::Value;

use super::{
    frame::{Frame, Tab},
    names, words,
};
use crate::emergency::day_and_clock;

#[derive(Template)]
#[template(path = "admin/login.html")]
struct Login {
    frame: Frame,
    trouble: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/password.html")]
struct Password {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "admin/users.html")]
struct Users {
    frame: Frame,
    rows: Vec<User>,
    new: User,
}

struct User {
    /// None for one who is to be added.
    id: Option<String>,
    version: u64,
    username: String,
    is_admin: bool,
    is_oneself: bool,
    summary: String,
    since: String,
    since_shown: String,
    branches: Vec<Branch>,
}

/// What a user may do with a branch.
struct Branch {
    key: String,
    name: String,
    cells: Vec<Cell>,
}

struct Cell {
    permission: &'static str,
    words: &'static str,
    has: bool,
}

pub(super) fn login(given: &Given, wrong: bool, wait_seconds: Option<u64>) -> Result<String, askama::Error> {
    let trouble = match (wrong, wait_seconds) {
        (_, Some(1)) => Some("There were too many failed attempts. Try again in a second.".to_owned()),
        (_, Some(seconds)) => Some(format!("There were too many failed attempts. Try again in {seconds} seconds.")),
        (true, None) => Some("The name or password is wrong.".to_owned()),
        (false, None) => None,
    };
    Login { frame: Frame::of(given, "Log in", Tab::None), trouble }.render()
}

pub(super) fn password(given: &Given) -> Result<String, askama::Error> {
    Password { frame: Frame::of(given, "Your password", Tab::Password) }.render()
}

pub(super) fn users(given: &Given, rows: &[UserRow], names: &Names) -> Result<String, askama::Error> {
    let own_id = given.user.as_ref().and_then(|user| user.get("id")).cloned().unwrap_or_default();
    let rows = rows.iter().map(|row| User::of(row, names, &own_id)).collect();
    let new = User {
        id: None,
        version: 0,
        username: String::new(),
        is_admin: false,
        is_oneself: false,
        summary: String::new(),
        since: String::new(),
        since_shown: String::new(),
        branches: names.branches.iter().map(|branch| Branch::of(branch, Permissions::default())).collect(),
    };
    Users { frame: Frame::of(given, "Users", Tab::Users), rows, new }.render()
}

impl User {
    fn of(row: &UserRow, names: &Names, own_id: &Value) -> Self {
        let has = |key: &BranchKey| row.permissions.get(key).copied().unwrap_or_default();
        Self {
            id: Some(row.id.to_string()),
            version: row.version.as_u64(),
            username: row.username.clone(),
            is_admin: row.is_admin,
            is_oneself: serde_json::to_value(row.id).is_ok_and(|id| id == *own_id),
            summary: summary(row, names),
            since: row.created_at.clone(),
            since_shown: row.created_at.parse().map_or_else(|_| row.created_at.clone(), day_and_clock),
            branches: names.branches.iter().map(|branch| Branch::of(branch, has(&branch.0))).collect(),
        }
    }
}

impl Branch {
    fn of((key, name): &(BranchKey, String), has: Permissions) -> Self {
        let cell = |permission: Permission| Cell {
            permission: permission.as_str(),
            words: words::permission(permission),
            has: has.contain(permission),
        };
        Self { key: key.to_string(), name: name.clone(), cells: Permission::ALL.into_iter().map(cell).collect() }
    }
}

/// What somebody may do, in a line.
fn summary(row: &UserRow, names: &Names) -> String {
    if row.is_admin {
        return "Admin: may do everything, also with users".to_owned();
    }
    let of = |(key, permissions): (&BranchKey, &Permissions)| {
        format!("{}: {}", names::branch(names, key.as_str()), words::permissions(*permissions))
    };
    let all: Vec<_> = row.permissions.iter().map(of).collect();
    if all.is_empty() { "May look at nothing yet".to_owned() } else { all.join(" · ") }
}
