//! What codes and names mean, for people.

use responder_core::access::Permission;

/// What came of what was done last. What is no word of ours is not repeated.
pub(super) fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "user_added" => "The user was added.",
        "user_changed" => "The user was changed; they have to log in again.",
        "user_removed" => "The user was removed; their sessions have ended.",
        "password_changed" => "Your password was changed. Your other sessions have ended.",
        "settings_saved" => "The settings are stored.",
        "name_taken" => "There is a user of this name already.",
        "last_admin" => "This is the last admin; somebody has to be one.",
        "changed_meanwhile" => "Somebody else has changed this user; look again.",
        "not_yourself" => "Nobody changes or removes themselves.",
        "no_such_user" => "There is no such user any more.",
        "no_such_branch" => "There is no such branch.",
        "invalid_username" => "This name can't be used: 1 to 64 letters, digits and . _ - @ are allowed.",
        "invalid_password" => "This password can't be used: it is too short or too long.",
        _ => return None,
    })
}

/// A permission, in a table.
pub(super) const fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::View => "View",
        Permission::Trigger => "Report",
        Permission::Disable => "Switch off",
        Permission::EditBasic => "Basic settings",
        Permission::EditAdvanced => "Advanced settings",
        Permission::Restart => "Restart",
    }
}

/// What was done, as it is written in the audit.
pub(super) fn action(action: &str) -> String {
    match action {
        "login" => "Logged in",
        "login_failed" => "Failed to log in",
        "logout" => "Logged out",
        "password_changed" => "Changed a password",
        "user_added" => "Added a user",
        "user_changed" => "Changed a user",
        "user_removed" => "Removed a user",
        "settings_changed" => "Changed settings",
        "branch_disabled" => "Switched a branch off",
        "branch_enabled" => "Switched a branch on",
        "branch_restarted" => "Restarted a branch",
        "emergency_triggered" => "Reported an emergency",
        "emergency_cancelled" => "Cancelled an emergency",
        "log_archived" => "Archived a log",
        "log_sent" => "Sent a log",
        "recording_fetched" => "Listened to a recording",
        "alert_seen" => "Saw an alert",
        "branch_away" => "Found a branch away",
        "branch_back" => "Found a branch back",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// The state of a branch: class and what it means.
pub(super) fn state(status: &str) -> (&'static str, &'static str) {
    match status {
        "Ready" => ("state-ready", "Whoever reports an emergency now has a technician called at once."),
        "In Use" => ("state-in-use", "As long as its limit is reached, another report is answered “busy”."),
        "Error" => ("state-error", "Look at the emergencies: somebody may still need help."),
        "Disabled" => ("state-disabled", "Reports are refused until it is switched on again."),
        "Offline" => ("state-error", "Nobody can tell whether reports get through. Look after its server."),
        _ => ("state-disabled", ""),
    }
}

/// With a capital at its beginning.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The name of a setting, for people.
pub(super) fn setting(name: &str) -> String {
    let lower = name.to_lowercase().replace('_', " ");
    let lower = lower.strip_prefix("enable ").unwrap_or(&lower);
    let words = lower.split(' ').enumerate().map(|(at, word)| match word {
        "sid" | "sms" | "url" => word.to_uppercase(),
        "twilio" => "Twilio".to_owned(),
        "google" => "Google".to_owned(),
        word if at == 0 => sentence(word),
        word => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}
