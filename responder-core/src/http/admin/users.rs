//! Users, as JSON and by forms.

use std::{collections::BTreeMap, sync::Arc};

use ::http::{Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Desk, UserRow, login::redirect, person, store_failed};
use crate::{
    access::{
        Actor, AuditAction, AuditEntry, PasswordError, PasswordHash, Permission, Permissions, Rights, User, UserId,
        UserName, UserVersion,
    },
    http::{Body, Call, HttpError, json as answer},
    store::{Adding, BranchKey, NewUser, UserChange, UserOutcome},
};

/// What is said of a user. Of a change, what is not said stays.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    username: Option<String>,
    password: Option<String>,
    is_admin: Option<bool>,
    permissions: Option<BTreeMap<String, Vec<Permission>>>,
    /// What was seen; without it whatever there is now is changed.
    version: Option<UserVersion>,
}

/// All users.
pub(super) async fn list(desk: Arc<Desk>, _: Call) -> Answer {
    let users = desk.admin.store().users().await.map_err(store_failed)?;
    let rows: Vec<_> = users.iter().map(UserRow::of).collect();
    answer(StatusCode::OK, &json!({ "status": "success", "users": rows }))
}

/// One user.
pub(super) async fn one(desk: Arc<Desk>, call: Call) -> Answer {
    let user = desk.named(&call).await?;
    answer(StatusCode::OK, &json!({ "status": "success", "user": UserRow::of(&user) }))
}

/// Adds a user.
pub(super) async fn create(desk: Arc<Desk>, call: Call) -> Answer {
    let user = desk.add(&call, call.json()?).await?;
    answer(StatusCode::CREATED, &json!({ "status": "success", "user": UserRow::of(&user) }))
}

/// Changes a user.
pub(super) async fn edit(desk: Arc<Desk>, call: Call) -> Answer {
    let user = desk.change(&call, call.json()?).await?;
    answer(StatusCode::OK, &json!({ "status": "success", "user": UserRow::of(&user) }))
}

/// Removes a user.
pub(super) async fn delete(desk: Arc<Desk>, call: Call) -> Answer {
    desk.remove(&call).await?;
    answer(StatusCode::OK, &json!({ "status": "success", "message": "The user is gone, and so are their sessions." }))
}

/// The form of a new user.
pub(super) async fn create_form(desk: Arc<Desk>, call: Call) -> Answer {
    let added = async { desk.add(&call, desk.read_form(&call)?).await };
    back(&desk, added.await.map(|_| "user_added"))
}

/// The form of a user: what is not ticked is taken away.
pub(super) async fn edit_form(desk: Arc<Desk>, call: Call) -> Answer {
    let changed = async { desk.change(&call, desk.read_form(&call)?).await };
    back(&desk, changed.await.map(|_| "user_changed"))
}

/// The button that removes a user.
pub(super) async fn delete_form(desk: Arc<Desk>, call: Call) -> Answer {
    back(&desk, desk.remove(&call).await.map(|()| "user_removed"))
}

/// To the page with all users, which says what came of it. What is our own fault is an error.
fn back(desk: &Desk, done: Result<&'static str, HttpError>) -> Result<Response<Body>, HttpError> {
    match done {
        Ok(said) => Ok(redirect(desk, &format!("/users?said={said}"))),
        Err(error) if error.status().is_server_error() => Err(error),
        Err(error) => Ok(redirect(desk, &format!("/users?said={}", error.code()))),
    }
}

impl Desk {
    async fn named(&self, call: &Call) -> Result<User, HttpError> {
        let id: UserId = call.params.get("id").and_then(|id| id.parse().ok()).ok_or_else(no_user)?;
        self.admin.store().user(id).await.map_err(store_failed)?.ok_or_else(no_user)
    }

    async fn add(&self, call: &Call, said: Said) -> Result<User, HttpError> {
        let name = name(said.username.as_deref().unwrap_or_default())?;
        let rights = self.rights(said.is_admin.unwrap_or(false), said.permissions.unwrap_or_default())?;
        let password = self.password(said.password.as_deref().unwrap_or_default()).await?;
        let audit = about(call, AuditAction::UserAdded, &name)?.changing(None, Some(shown(&rights)));
        let user = NewUser { name, rights, password };
        outcome(self.admin.store().add_user(&user, Adding::Any, &audit).await.map_err(store_failed)?)
    }

    async fn change(&self, call: &Call, said: Said) -> Result<User, HttpError> {
        let user = self.named(call).await?;
        not_oneself(call, &user)?;
        unchanged_since(call, said.version, &user)?;
        let name = said.username.as_deref().filter(|text| !text.is_empty()).map(name).transpose()?;
        let rights = match (said.is_admin, said.permissions) {
            (None, None) => user.rights.clone(),
            (Some(true), _) => Rights::Admin,
            (None, Some(_)) if user.rights.are_admins() => Rights::Admin,
            (_, permissions) => self.rights(false, permissions.unwrap_or_default())?,
        };
        let password = match said.password.as_deref().filter(|text| !text.is_empty()) {
            Some(password) => Some(self.password(password).await?),
            None => None,
        };
        let has_password = password.is_some();
        let name = name.unwrap_or_else(|| user.name.clone());
        let change = UserChange { id: user.id, from: user.version, name, rights, password };
        let mut after = shown(&change.rights);
        after["username"] = json!(change.name);
        after["new_password"] = json!(has_password);
        let audit = about(call, AuditAction::UserChanged, &user.name)?.changing(Some(shown(&user.rights)), Some(after));
        outcome(self.admin.store().change_user(&change, &audit).await.map_err(store_failed)?)
    }

    async fn remove(&self, call: &Call) -> Result<(), HttpError> {
        let user = self.named(call).await?;
        not_oneself(call, &user)?;
        let audit = about(call, AuditAction::UserRemoved, &user.name)?.changing(Some(shown(&user.rights)), None);
        outcome(self.admin.store().remove_user(user.id, &audit).await.map_err(store_failed)?).map(drop)
    }

    /// Permissions for branches that there are.
    fn rights(&self, is_admin: bool, permissions: BTreeMap<String, Vec<Permission>>) -> Result<Rights, HttpError> {
        if is_admin {
            return Ok(Rights::Admin);
        }
        let known = |(branch, permissions): (String, Vec<Permission>)| {
            let unknown = || {
                let message = "A branch in the permissions does not exist.";
                HttpError::bad_request("no_such_branch", message).with_field("permissions")
            };
            let site = self.admin.site(&branch).ok_or_else(unknown)?;
            Ok((site.key.clone(), Permissions::from(permissions)))
        };
        let all: Result<Vec<(BranchKey, Permissions)>, HttpError> = permissions.into_iter().map(known).collect();
        Ok(Rights::of(all?))
    }

    async fn password(&self, password: &str) -> Result<PasswordHash, HttpError> {
        self.admin.hash(password).await.map_err(|error| match error {
            PasswordError::Failed => HttpError::internal(error),
            _ => HttpError::bad_request("invalid_password", format!("This password can't be used: {error}."))
                .with_field("password"),
        })
    }

    fn read_form(&self, call: &Call) -> Result<Said, HttpError> {
        let form = call.form();
        let is_ticked = |name: &str| form.get(name).is_some_and(|value| !matches!(value, "" | "0" | "off" | "false"));
        let of_branch = |branch: &BranchKey| {
            let has = |permission: &Permission| is_ticked(&format!("perm_{branch}_{permission}"));
            (branch.to_string(), Permission::ALL.into_iter().filter(has).collect())
        };
        Ok(Said {
            username: form.get("username").map(str::to_owned),
            password: form.get("password").map(str::to_owned),
            is_admin: Some(is_ticked("is_admin")),
            permissions: Some(self.admin.sites().iter().map(|site| of_branch(&site.key)).collect()),
            version: form.parse_optional("version")?,
        })
    }
}

fn name(text: &str) -> Result<UserName, HttpError> {
    let invalid = |error| HttpError::bad_request("invalid_username", format!("This name can't be used: {error}."));
    text.parse().map_err(|error| invalid(error).with_field("username"))
}

fn about(call: &Call, action: AuditAction, name: &UserName) -> Result<AuditEntry, HttpError> {
    let actor = Actor::from(&person(call)?.session.user);
    Ok(AuditEntry::new(actor, action).about(name.as_str()).from_address(call.peer))
}

/// Rights as they are recorded.
fn shown(rights: &Rights) -> Value {
    match rights {
        Rights::Admin => json!({ "is_admin": true }),
        Rights::Of(branches) => json!({ "is_admin": false, "permissions": branches }),
    }
}

/// For that there are other ways, and one slip would lock somebody out.
fn not_oneself(call: &Call, user: &User) -> Result<(), HttpError> {
    if person(call)?.session.user.id != user.id {
        return Ok(());
    }
    let message = "Nobody changes or removes themselves; your password is changed at /api/password.";
    Err(HttpError::new(StatusCode::CONFLICT, "not_yourself", message))
}

/// Whoever says which version they saw does not take back what was done meanwhile.
fn unchanged_since(call: &Call, said: Option<UserVersion>, user: &User) -> Result<(), HttpError> {
    let seen = call.header(header::IF_MATCH.as_str()).map(|seen| seen.trim_matches('"').parse() == Ok(user.version));
    if seen.unwrap_or(true) && said.is_none_or(|seen| seen == user.version) {
        return Ok(());
    }
    outcome(UserOutcome::Changed).map(drop)
}

fn outcome(outcome: UserOutcome) -> Result<User, HttpError> {
    let conflict = |code, message| Err(HttpError::new(StatusCode::CONFLICT, code, message));
    match outcome {
        UserOutcome::Done(user) => Ok(user),
        UserOutcome::NameTaken => conflict("name_taken", "There is a user of this name already."),
        UserOutcome::LastAdmin => conflict("last_admin", "This is the last admin; somebody has to be one."),
        UserOutcome::Changed => conflict("changed_meanwhile", "Somebody else has changed this user; look again."),
        UserOutcome::NotFirst => conflict("not_first", "There are users already."),
        UserOutcome::NotFound => Err(no_user()),
    }
}

fn no_user() -> HttpError {
    HttpError::new(StatusCode::NOT_FOUND, "no_such_user", "There is no such user.")
}
