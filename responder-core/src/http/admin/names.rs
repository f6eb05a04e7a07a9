//! What branches and users are called.

use std::{collections::BTreeMap, fmt};

use super::Desk;
use crate::{
    access::{User, UserId},
    store::BranchKey,
};

/// What branches and users are called, for pages. What has no name here is gone.
#[derive(Clone, Default)]
pub struct Names {
    /// Those of the branches, in the order in which they are shown; no two are the same.
    pub branches: Vec<(BranchKey, String)>,
    /// Those that users log in with.
    pub users: BTreeMap<UserId, String>,
}

impl Names {
    /// The name of a branch; none if there is no such branch, or not any more.
    pub fn branch(&self, key: &str) -> Option<&str> {
        self.branches.iter().find(|(known, _)| known.as_str() == key).map(|(_, name)| name.as_str())
    }

    /// The name of a user; none if there is no such user, or not any more.
    pub fn user(&self, id: UserId) -> Option<&str> {
        self.users.get(&id).map(String::as_str)
    }
}

impl Desk {
    /// Those of all branches, and of these users.
    pub(super) fn names(&self, users: &[User]) -> Names {
        let sites = self.admin.sites();
        let is_alone = |name: &str| sites.iter().filter(|site| site.name == name).count() == 1;
        let branches = sites.iter().map(|site| {
            // Nobody gives a permission for the wrong one of two.
            let name = if is_alone(&site.name) { site.name.clone() } else { format!("{} ({})", site.name, site.key) };
            (site.key.clone(), name)
        });
        Names {
            branches: branches.collect(),
            users: users.iter().map(|user| (user.id, user.name.to_string())).collect(),
        }
    }
}

/// Without the names of users.
impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("branches", &self.branches).finish_non_exhaustive()
    }
}
