//! Branches and users as people call them, also when they are gone.

use responder_core::http::admin::{AuditRow, Names};

/// A branch.
pub(super) fn branch(names: &Names, key: &str) -> String {
    names.branch(key).map_or_else(|| format!("a branch that is no longer here ({key})"), str::to_owned)
}

/// Whoever did something: by the name that they had, and by what has become of it.
pub(super) fn who(names: &Names, row: &AuditRow) -> String {
    let Some(id) = row.who_id else {
        // With no number, this is the server itself, unless somebody of that name failed to log in.
        let is_server = row.who == "server" && row.action != "login_failed";
        return if is_server { "The server".to_owned() } else { row.who.clone() };
    };
    match names.user(id) {
        Some(name) if name == row.who => row.who.clone(),
        Some(name) => format!("{} (now {name})", row.who),
        None => format!("{} (removed since; user {id})", row.who),
    }
}
