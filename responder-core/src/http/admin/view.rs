//! What is shown, in JSON and on pages.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use serde_json::Value;

use crate::{
    access::{AuditId, Permissions, Recorded, Rights, User, UserId, UserVersion},
    admin::{Kept, Site},
    settings::{Kind, SETTINGS, Secrecy, Setting, Tier, setting},
    store::{Availability, BranchKey},
};

/// A branch at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct BranchRow {
    /// Its key.
    pub branch: BranchKey,
    /// Its name.
    pub name: String,
    /// Whether its server answers.
    pub online: bool,
    /// `Ready`, `In Use`, `Error`, `Disabled`, `Offline`.
    pub status: String,
    /// The same in a sentence.
    pub message: String,
    /// Whether it shall take reports.
    pub enabled: bool,
    /// How many seconds ago it has said that, if it has been asked since and has not answered yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_old: Option<u64>,
    /// Where the world reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
}

/// What a branch has told, or why it has told nothing, in a sentence.
pub type Relayed<T> = Result<T, String>;

/// A branch, what may be done with it, and what happens there.
#[derive(Clone)]
pub struct BranchGlance {
    /// Its state.
    pub branch: BranchRow,
    /// What whoever looks may do with it.
    pub may: Permissions,
    /// Its newest emergencies, newest first, as the branch tells of them.
    pub emergencies: Relayed<Vec<Value>>,
}

/// A setting of a branch.
#[derive(Clone, Serialize)]
pub struct SettingRow {
    /// Its name.
    pub name: &'static str,
    /// Its value; of a secret, the end.
    pub value: Option<String>,
    /// Where the value comes from: `database`, `environment`, `default`.
    pub source: &'static str,
    /// What the environment of the admin server says, shown like the value. It is for pages alone.
    #[serde(skip)]
    pub environment: Option<String>,
    /// What counts without it.
    pub default: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Who may change it.
    pub tier: Tier,
    /// What its value is.
    pub kind: Kind,
    /// How much of it is shown.
    pub secrecy: Secrecy,
    /// Whether whoever looks may change it.
    pub editable: bool,
}

/// A user.
#[derive(Clone, Serialize)]
pub struct UserRow {
    /// Their number.
    pub id: UserId,
    /// Their name.
    pub username: String,
    /// Whether they may do everything.
    pub is_admin: bool,
    /// What they may do, by branch.
    pub permissions: BTreeMap<BranchKey, Permissions>,
    /// Since when, RFC 3339.
    pub created_at: String,
    /// How often they were changed: to be sent back with a change, as `version` or as `If-Match`.
    pub version: UserVersion,
}

/// Something that was done.
#[derive(Clone, Serialize)]
pub struct AuditRow {
    /// Its number.
    pub id: AuditId,
    /// When, RFC 3339.
    pub at: String,
    /// The name of whoever did it, at that time.
    pub who: String,
    /// Their number, if it was a user. It is for pages alone.
    #[serde(skip)]
    pub who_id: Option<UserId>,
    /// The name of the action.
    pub action: String,
    /// With which branch.
    pub branch: Option<BranchKey>,
    /// With what else.
    pub subject: Option<String>,
    /// What there was.
    pub before: Option<Value>,
    /// What there is.
    pub after: Option<Value>,
    /// The address that it was asked from.
    pub address: Option<String>,
}

impl BranchRow {
    pub(super) fn of(site: &Site, availability: Availability, told: Option<&Value>) -> Self {
        let text = |name: &str| told.and_then(|told| told.get(name)).and_then(Value::as_str).map(str::to_owned);
        let status = text("status");
        Self {
            branch: site.key.clone(),
            name: site.name.clone(),
            online: status.is_some(),
            message: match &status {
                Some(_) => text("message").unwrap_or_default(),
                None => "The server of this branch does not answer.".to_owned(),
            },
            status: status.unwrap_or_else(|| "Offline".to_owned()),
            enabled: availability == Availability::Enabled,
            seconds_old: None,
            public_url: site.public_url.clone(),
        }
    }

    /// With the age of what is shown of it, in words as well; the oldest counts. What is away is away.
    pub(super) fn aged(mut self, age: Option<Duration>) -> Self {
        let Some(age) = age.filter(|_| self.online && self.seconds_old.is_none()) else { return self };
        self.seconds_old = Some(age.as_secs());
        self.message = format!("It does not answer at the moment. {} seconds ago: {}", age.as_secs(), self.message);
        self
    }
}

impl SettingRow {
    pub(super) fn all(site: &Site, kept: &Kept, rights: &Rights) -> Vec<Self> {
        let row = |setting: &'static Setting| Self {
            name: setting.name,
            value: kept.values.get(setting.name).map(|value| setting.shown(value)),
            source: match (kept.stored.get(setting.name), site.defaults.get(setting.name)) {
                (Some(_), _) => "database",
                // Emptied: what the environment says does not count.
                (None, Some(_)) if kept.stored.is_emptied(setting.name) => "database",
                (None, Some(_)) => "environment",
                (None, None) => "default",
            },
            environment: site.defaults.get(setting.name).map(|value| setting.shown(value)),
            default: setting.default,
            about: setting.about,
            tier: setting.tier,
            kind: setting.kind,
            secrecy: setting.secrecy,
            editable: setting.tier.is_open_to(rights, site.key.as_str()),
        };
        SETTINGS.iter().map(row).collect()
    }
}

impl UserRow {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id,
            username: user.name.to_string(),
            is_admin: user.rights.are_admins(),
            permissions: match &user.rights {
                Rights::Admin => BTreeMap::new(),
                Rights::Of(branches) => branches.clone(),
            },
            created_at: user.created_at.to_string(),
            version: user.version,
        }
    }
}

impl From<Recorded> for AuditRow {
    fn from(Recorded { id, at, entry }: Recorded) -> Self {
        Self {
            id,
            at: at.to_string(),
            who: entry.actor.name,
            who_id: entry.actor.id,
            action: entry.action.name(),
            branch: entry.branch,
            subject: entry.subject,
            before: entry.before.map(masked),
            after: entry.after.map(masked),
            address: entry.address.map(|address| address.to_string()),
        }
    }
}

/// Addresses that are secrets by now, and were recorded when they were none.
fn masked(mut change: Value) -> Value {
    for (name, value) in change.as_object_mut().into_iter().flatten() {
        let is_hidden = |setting: &&Setting| setting.kind == Kind::Url && setting.secrecy != Secrecy::Open;
        if let (Some(setting), Some(text)) = (setting(name).filter(is_hidden), value.as_str()) {
            *value = setting.shown(text).into();
        }
    }
    change
}

/// Without values, names and what was changed.
macro_rules! quiet {
    ($($name:ident: $($field:ident),*;)*) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    )* };
}

quiet! {
    BranchGlance: branch, may;
    SettingRow: name, source;
    UserRow: id, is_admin;
    AuditRow: id, action, branch;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Values;

    #[test]
    fn what_the_environment_says_is_shown_on_pages_and_never_all_of_a_secret() {
        let defaults = Values::of(|setting| (setting.name == "TWILIO_AUTH_TOKEN").then_some("0123456789abcdef"));
        let key = "tuc".parse().expect("a key");
        let site = Site { key, name: "Tucson".to_owned(), client: None, public_url: None, defaults: defaults.clone() };
        let kept = Kept { revision: crate::store::Revision::default(), stored: Values::default(), values: defaults };
        let rows = SettingRow::all(&site, &kept, &Rights::Admin);
        let token = rows.iter().find(|row| row.name == "TWILIO_AUTH_TOKEN").expect("a row");
        assert_eq!((token.source, token.environment.as_deref()), ("environment", Some("***cdef")));
        assert!(rows.iter().filter(|row| row.name != token.name).all(|row| row.environment.is_none()));
        let json = serde_json::to_value(token).expect("JSON");
        assert_eq!(json.get("environment"), None, "the API is as it was");
    }
}
