//! What codes and names mean, for people.

use responder_core::{
    access::{Permission, Permissions},
    admin::AlertKind,
};

/// What came of what was done last. What is no word of ours is not repeated.
pub(super) fn said(code: &str) -> Option<String> {
    said_of_setting(code).or_else(|| said_at_all(code).map(str::to_owned))
}

/// What came of going back to what counts where nothing is stored.
fn said_of_setting(code: &str) -> Option<String> {
    let (code, name) = code.split_once('.')?;
    let name = responder_core::settings::setting(name).map(|known| setting(known.name))?;
    let end = match code {
        "setting_reset" => "and the branch has it",
        "setting_reset_untold" => "but the branch does not use it yet",
        _ => return None,
    };
    Some(format!("“{name}” is no longer set here. What the environment says counts again, {end}."))
}

fn said_at_all(code: &str) -> Option<&'static str> {
    Some(match code {
        "user_added" => "The user was added.",
        "user_changed" => "The user was changed; they have to log in again.",
        "user_removed" => "The user was removed; their sessions have ended.",
        "password_changed" => "Your password was changed. Your other sessions have ended.",
        "setting_same" => "Nothing is different from before.",
        "settings_changed" => {
            "Somebody else has changed these settings meanwhile, and nothing was stored. This is what there is now."
        }
        "name_taken" => "There is a user of this name already.",
        "last_admin" => "This is the last admin; somebody has to be one.",
        "changed_meanwhile" => {
            "Somebody else has changed this user meanwhile, and nothing was stored. This is what there is now."
        }
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

/// Some of them, in a sentence.
pub(super) fn permissions(permissions: Permissions) -> String {
    permissions.iter().map(|one| permission(one).to_lowercase()).collect::<Vec<_>>().join(", ")
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

/// What was wrong with the server of a branch, as it is recorded.
pub(super) fn fault(because: &str) -> &str {
    match because {
        "no_answer" => "its server did not answer",
        "refused" => "its server did not know our token",
        "failure" => "its server answered with failures",
        other => other,
    }
}

/// What somebody has to see, in a line beside the name of a branch.
pub(super) const fn alert(kind: AlertKind, is_over: bool) -> &'static str {
    match (kind, is_over) {
        (AlertKind::NobodyAccepted, _) => "Nobody accepted",
        (AlertKind::BranchOffline, false) => "Trouble with its server",
        (AlertKind::BranchOffline, true) => "Its server had trouble",
        (AlertKind::SettingsInvalid, _) => "Trouble with its settings",
    }
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
    SETTING_NAMES.iter().find(|(known, _)| *known == name).map_or_else(|| plain(name), |(_, words)| (*words).to_owned())
}

/// A name of ours as words, where nothing better is known.
pub(super) fn plain(name: &str) -> String {
    sentence(&name.to_lowercase().replace('_', " "))
}

/// A sentence of the server, with settings as they are called on pages.
pub(super) fn in_words(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut told = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c| !is_part(c)) {
        let word = piece.trim_end_matches(|c| !is_part(c));
        // A name of one word is a word of the sentence.
        match word.contains('_') && responder_core::settings::setting(word).is_some() {
            true => told.push_str(&format!("“{}”{}", setting(word), &piece[word.len()..])),
            false => told.push_str(piece),
        }
    }
    told
}

const SETTING_NAMES: &[(&str, &str)] = &[
    ("RECIPIENT_PHONES", "Recipient phones"),
    ("RECIPIENT_EMAILS", "Recipient mail addresses"),
    ("ESCALATION_PHONES", "Technicians to call next"),
    ("enable_auto_call", "Call technicians"),
    ("enable_texts", "Send texts"),
    ("enable_emails", "Send mail"),
    ("enable_call_recording", "Record talks"),
    ("call_recording_page_size", "Recordings on a page"),
    ("enable_transfer_call", "Connect customers to the general line"),
    ("TWILIO_ACCOUNT_SID", "Twilio account SID"),
    ("TWILIO_AUTH_TOKEN", "Twilio auth token"),
    ("TWILIO_AUTH_TOKEN_PREVIOUS", "Previous Twilio auth token"),
    ("TWILIO_PHONE_NUMBER", "Number that customers call"),
    ("TWILIO_AUTOMATED_NUMBER", "Number that calls and texts come from"),
    ("TWILIO_TRANSFER_NUMBER", "Number that the general line sees"),
    ("TRANSFER_TARGET_PHONE_NUMBER", "General line"),
    ("transfer_confirmation", "What counts as answered by the general line"),
    ("DEBUG_WEBHOOK_URL", "Address that events are posted to"),
    ("confirmation", "What counts as accepted"),
    ("attempts_per_technician", "Calls to a technician in a row"),
    ("escalation_rounds", "Rounds through all technicians"),
    ("ring_timeout_seconds", "Ringing (seconds)"),
    ("sms_accept_seconds", "Waiting for a text (seconds)"),
    ("technician_wait_seconds", "Technician waiting on the line (seconds)"),
    ("hold_limit_seconds", "Longest hold (seconds)"),
    ("customer_deadline_seconds", "Waiting for the customer’s call (seconds)"),
    ("talk_limit_seconds", "Longest talk (seconds)"),
    ("max_active_emergencies", "Emergencies at a time"),
    ("no_emergency_target", "Line for callers without an emergency"),
    ("DEFAULT_COUNTRY", "Default country code"),
    ("ALLOWED_COUNTRY_CODES", "Allowed country codes"),
    ("company_name", "Company name"),
    ("speech_language", "Language"),
    ("voice", "Voice"),
    ("hold_music_url", "Address of the hold music"),
    ("recording_notice", "Notice before a recorded talk"),
    ("time_zone", "Time zone"),
    ("enable_google_maps_link", "Map in texts and mails"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use responder_core::settings::SETTINGS;

    use super::*;

    #[test]
    fn each_setting_has_a_name_of_its_own() {
        let named: Vec<_> = SETTING_NAMES.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, SETTINGS.iter().map(|setting| setting.name).collect::<Vec<_>>());
        let words: BTreeSet<_> = SETTING_NAMES.iter().map(|(_, words)| words).collect();
        assert_eq!(words.len(), SETTING_NAMES.len());
    }

    #[test]
    fn settings_are_named_in_sentences_and_nothing_else_is() {
        let check = |text: &str, expected: &str| assert_eq!(in_words(text), expected);
        check("TWILIO_PHONE_NUMBER is missing.", "“Number that customers call” is missing.");
        check("see (time_zone)", "see (“Time zone”)");
        check("the voice of NO_SUCH_THING, ü_ß", "the voice of NO_SUCH_THING, ü_ß");
        check("", "");
    }
}
