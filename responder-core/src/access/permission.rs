//! What somebody may do with a branch.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::store::BranchKey;

/// One thing that a user may be allowed to do with one branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Look: status, settings, recordings, log, emergencies.
    View,
    /// Report an emergency, and cancel one.
    Trigger,
    /// Switch the branch off and on.
    Disable,
    /// Change the basic settings.
    EditBasic,
    /// Change the advanced settings, archive the log, send it somewhere.
    EditAdvanced,
    /// Restart the branch's server.
    Restart,
}

/// A text that names no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a permission is view, trigger, disable, edit_basic, edit_advanced or restart")]
pub struct PermissionError;

/// What one user may do with one branch.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Permission>", into = "Vec<Permission>")]
pub struct Permissions(u8);

/// What a user may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything, also with users.
    Admin,
    /// For each branch what is allowed there; elsewhere nothing.
    Of(BTreeMap<BranchKey, Permissions>),
}

/// What an endpoint asks of whoever is logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// That they are logged in.
    LoggedIn,
    /// To be an admin.
    Admin,
    /// A permission for the branch that the path names.
    Branch {
        /// The permission that is needed.
        permission: Permission,
        /// The parameter of the path that has the branch.
        parameter: &'static str,
    },
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 6] =
        [Self::View, Self::Trigger, Self::Disable, Self::EditBasic, Self::EditAdvanced, Self::Restart];

    /// Its name in forms, JSON and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Trigger => "trigger",
            Self::Disable => "disable",
            Self::EditBasic => "edit_basic",
            Self::EditAdvanced => "edit_advanced",
            Self::Restart => "restart",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == text).ok_or(PermissionError)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Permissions {
    /// All of them.
    pub const ALL: Self = Self((1 << Permission::ALL.len()) - 1);

    /// Whether `permission` is among them.
    pub const fn contain(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contain(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl<const N: usize> From<[Permission; N]> for Permissions {
    fn from(permissions: [Permission; N]) -> Self {
        permissions.into_iter().collect()
    }
}

impl From<Vec<Permission>> for Permissions {
    fn from(permissions: Vec<Permission>) -> Self {
        permissions.into_iter().collect()
    }
}

impl From<Permissions> for Vec<Permission> {
    fn from(permissions: Permissions) -> Self {
        permissions.iter().collect()
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Rights {
    /// Those of somebody who is no admin. Branches with no permission are left out.
    pub fn of(branches: impl IntoIterator<Item = (BranchKey, Permissions)>) -> Self {
        Self::Of(branches.into_iter().filter(|(_, permissions)| !permissions.is_empty()).collect())
    }

    /// Whether they are those of an admin.
    pub const fn are_admins(&self) -> bool {
        matches!(self, Self::Admin)
    }

    /// What is allowed with `branch`.
    pub fn at(&self, branch: &str) -> Permissions {
        match self {
            Self::Admin => Permissions::ALL,
            Self::Of(branches) => {
                let found = branches.iter().find(|(key, _)| key.as_str() == branch);
                found.map(|(_, permissions)| *permissions).unwrap_or_default()
            }
        }
    }

    /// Whether they are enough for an endpoint whose path names `branch`.
    pub fn fulfil(&self, need: Need, branch: Option<&str>) -> bool {
        match need {
            Need::LoggedIn => true,
            Need::Admin => self.are_admins(),
            Need::Branch { permission, .. } => branch.is_some_and(|branch| self.at(branch).contain(permission)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_have_the_names_of_the_forms() {
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(permission));
            let json = serde_json::to_string(&permission).expect("JSON");
            assert_eq!(json, format!("\"{permission}\""));
        }
        assert_eq!("can_view".parse::<Permission>(), Err(PermissionError));
    }

    #[test]
    fn each_permission_is_for_itself_and_for_its_branch() {
        let branch = |name: &str| name.parse::<BranchKey>().expect("a key");
        for permission in Permission::ALL {
            let rights = Rights::of([(branch("tuc"), [permission].into()), (branch("poc"), Permissions::default())]);
            for asked in Permission::ALL {
                let need = Need::Branch { permission: asked, parameter: "branch" };
                assert_eq!(rights.fulfil(need, Some("tuc")), asked == permission);
                assert!(!rights.fulfil(need, Some("poc")) && !rights.fulfil(need, None));
                assert!(Rights::Admin.fulfil(need, Some("poc")));
            }
            assert!(rights.fulfil(Need::LoggedIn, None) && !rights.fulfil(Need::Admin, None));
        }
    }

    #[test]
    fn the_stored_form_is_a_list_of_names() {
        let permissions = Permissions::from([Permission::View, Permission::EditAdvanced]);
        let text = serde_json::to_string(&permissions).expect("JSON");
        assert_eq!(text, r#"["view","edit_advanced"]"#);
        assert_eq!(serde_json::from_str::<Permissions>(&text).ok(), Some(permissions));
        assert!(serde_json::from_str::<Permissions>(r#"["own"]"#).is_err());
    }
}
