//! What was done, by whom.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{User, UserError, UserId};
use crate::{Timestamp, store::BranchKey};

/// One thing that somebody did, or tried.
///
/// What stands in it must have its secrets masked: it is shown to people, and kept for ever.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Whoever did it.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
    /// With which branch, if with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<BranchKey>,
    /// With what else: the name of a user, the id of an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The address that it was asked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// Who did it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The number of the user; none for the server itself, and for whoever is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<UserId>,
    /// The name at that time.
    pub name: String,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditAction {
    /// Somebody logged in.
    Login,
    /// Somebody tried to.
    LoginFailed,
    /// Somebody logged out.
    Logout,
    /// Somebody changed their own password.
    PasswordChanged,
    /// There is a new user.
    UserAdded,
    /// A user was changed.
    UserChanged,
    /// A user is gone.
    UserRemoved,
    /// Settings of a branch were changed.
    SettingsChanged,
    /// A branch was switched off.
    BranchDisabled,
    /// A branch was switched on.
    BranchEnabled,
    /// A branch was told to restart.
    BranchRestarted,
    /// An emergency was reported from the dashboard.
    EmergencyTriggered,
    /// An emergency was cancelled.
    EmergencyCancelled,
    /// The log of a branch was archived.
    LogArchived,
    /// The log of a branch was sent somewhere.
    LogSent,
    /// A recording was fetched.
    RecordingFetched,
    /// Somebody has seen an alert, and need not be shown it any more.
    AlertSeen,
    /// The admin server found that the server of a branch does not answer as it should.
    BranchAway,
    /// It found that it does again.
    BranchBack,
    /// What this build does not know, written by a newer one.
    #[serde(other)]
    Unknown,
}

/// The number of an entry: later ones have higher numbers. The default is before all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuditId(u64);

/// An entry as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its number.
    pub id: AuditId,
    /// When, on the store's clock.
    pub at: Timestamp,
    /// What was recorded.
    pub entry: AuditEntry,
}

impl AuditEntry {
    /// With nothing but who and what.
    pub const fn new(actor: Actor, action: AuditAction) -> Self {
        Self { actor, action, branch: None, subject: None, before: None, after: None, address: None }
    }

    /// With a branch.
    #[must_use]
    pub fn at_branch(self, branch: BranchKey) -> Self {
        Self { branch: Some(branch), ..self }
    }

    /// With what else it is about.
    #[must_use]
    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    /// With what there was and what there is.
    #[must_use]
    pub fn changing(self, before: Option<Value>, after: Option<Value>) -> Self {
        Self { before, after, ..self }
    }

    /// With where it was done.
    #[must_use]
    pub fn from_address(self, address: Option<IpAddr>) -> Self {
        Self { address, ..self }
    }
}

impl Actor {
    /// The server itself.
    pub fn server() -> Self {
        Self { id: None, name: "server".to_owned() }
    }

    /// Somebody who gave a name that nobody has. What they gave is not kept: it may be a password in the wrong field.
    /// No user can have this name.
    pub fn unknown() -> Self {
        Self { id: None, name: "somebody unknown".to_owned() }
    }

    /// Somebody of whom only the name is known that they gave; cut to 64 characters.
    pub fn stranger(name: &str) -> Self {
        Self { id: None, name: name.chars().take(64).collect() }
    }
}

impl From<&User> for Actor {
    fn from(user: &User) -> Self {
        Self { id: Some(user.id), name: user.name.as_str().to_owned() }
    }
}

/// Without what stands in it: names, numbers, texts.
impl fmt::Debug for AuditEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("AuditEntry");
        debug.field("actor", &self.actor).field("action", &self.action).field("branch", &self.branch);
        debug.finish_non_exhaustive()
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor").field("id", &self.id).finish_non_exhaustive()
    }
}

impl AuditAction {
    /// Its name in JSON.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl AuditId {
    /// From a stored number.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl FromStr for AuditId {
    type Err = UserError;

    fn from_str(text: &str) -> Result<Self, UserError> {
        text.parse().map(Self).map_err(|_| UserError::Id)
    }
}

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_is_read_back_and_leaves_out_what_is_not_there() {
        let entry = AuditEntry::new(Actor::server(), AuditAction::BranchDisabled)
            .at_branch("tuc".parse().expect("a key"))
            .changing(Some(true.into()), Some(false.into()));
        let text = serde_json::to_string(&entry).expect("JSON");
        let expected =
            r#"{"actor":{"name":"server"},"action":"branch_disabled","branch":"tuc","before":true,"after":false}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<AuditEntry>(&text).ok(), Some(entry));
    }

    #[test]
    fn what_a_newer_build_writes_can_be_shown() {
        let entry: AuditEntry =
            serde_json::from_str(r#"{"actor":{"name":"ada","id":7},"action":"moon_landing"}"#).expect("an entry");
        assert_eq!((entry.action, entry.actor.id), (AuditAction::Unknown, Some(UserId::from_u64(7))));
    }
}
