//! The settings of a branch.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ::http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::{Answer, Desk, SettingRow, entry, login::redirect, person, secrets_failed, store_failed};
use crate::{
    access::AuditAction,
    admin::{Kept, Reached, Site},
    http::{Call, HttpError, json as answer},
    settings::{Edit, Refusal, SealError, Settings, SettingsFault, Values},
    store::{Revision, Saved, SettingsChange},
};

/// How often a change is tried again when somebody else was faster.
const MOST_TRIES: u32 = 5;

/// What was seen is not what there is.
const SETTINGS_CHANGED: &str = "settings_changed";

/// All of them, secrets masked.
pub(super) async fn show(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let kept = desk.admin.settings_of(site).await.map_err(secrets_failed)?;
    let rights = &person(&call)?.session.user.rights;
    let shown: BTreeMap<_, _> =
        kept.values.iter().map(|(setting, value)| (setting.name, setting.shown(value))).collect();
    let details = SettingRow::all(site, &kept, rights);
    let body = json!({
        "status": "success", "branch": site.key, "revision": kept.revision, "settings": shown, "details": details,
        "incomplete": Settings::read_with_account(&kept.values).err().map(|fault| fault.to_string()),
    });
    answer(StatusCode::OK, &body)
}

/// What came of a wish to change settings.
enum Change {
    /// Nothing is different from before.
    Same(Revision),
    /// It is stored.
    Stored {
        revision: Revision,
        names: Vec<&'static str>,
        /// Of these, those that have a value of the environment again.
        back: Vec<&'static str>,
        /// What the branch has made of it.
        reached: Reached,
        incomplete: Option<SettingsFault>,
    },
    Refused(Refusal),
    /// Values that are right one by one.
    Faulty(SettingsFault),
}

/// Changes some: all that were sent, or none.
pub(super) async fn save(desk: Arc<Desk>, call: Call) -> Answer {
    let wanted: Map<String, Value> = call.json()?;
    let seen = call.header(header::IF_MATCH.as_str()).map(|seen| seen.trim_matches('"'));
    match desk.change_settings(&call, &wanted, seen).await? {
        Change::Same(revision) => {
            let message = "Nothing is different from before.";
            let body = json!({
                "status": "success", "success": true, "message": message, "revision": revision, "changed": [],
                "applied": true, "incomplete": null,
            });
            answer(StatusCode::OK, &body)
        }
        Change::Stored { revision, names, back, reached, incomplete } => {
            saved(revision, &names, &back, &reached, incomplete)
        }
        Change::Refused(refusal) => refused(&refusal),
        Change::Faulty(fault) => faulty(&fault),
    }
}

/// The button that takes away what is stored of one setting, so that the environment counts again.
pub(super) async fn reset_form(desk: Arc<Desk>, call: Call) -> Answer {
    let (branch, form) = (desk.site(&call)?.key.clone(), call.form());
    let name = form.get("setting").unwrap_or_default().to_owned();
    let wanted = Map::from_iter([(name.clone(), Value::Null)]);
    let said = match desk.change_settings(&call, &wanted, form.get("revision")).await {
        Ok(Change::Same(_)) => "setting_same".to_owned(),
        Ok(Change::Stored { reached, .. }) if reached.is_settled => format!("setting_reset.{name}"),
        Ok(Change::Stored { .. }) => format!("setting_reset_untold.{name}"),
        Ok(Change::Refused(Refusal::Denied(_))) => {
            let message = "You may not change this setting.";
            return Err(HttpError::new(StatusCode::FORBIDDEN, "denied_keys", message));
        }
        Ok(Change::Refused(Refusal::Invalid(_))) => {
            return Err(HttpError::bad_request("invalid", "There is no such setting.").with_field("setting"));
        }
        Ok(Change::Faulty(fault)) => {
            return Err(HttpError::bad_request("invalid", format!("No setting was changed: {fault}.")));
        }
        Err(error) if error.code() == SETTINGS_CHANGED => SETTINGS_CHANGED.to_owned(),
        Err(error) => return Err(error),
    };
    Ok(redirect(&desk, &format!("/branch/{branch}/settings?said={said}")))
}

impl Desk {
    /// `seen`: the revision that whoever asks has seen; without it, whatever there is now is changed.
    async fn change_settings(
        &self,
        call: &Call,
        wanted: &Map<String, Value>,
        seen: Option<&str>,
    ) -> Result<Change, HttpError> {
        let site = self.site(call)?;
        for _ in 0..MOST_TRIES {
            let kept = self.admin.settings_of(site).await.map_err(secrets_failed)?;
            unchanged_since(seen, &kept)?;
            let rights = &person(call)?.session.user.rights;
            let edit = match Edit::decide(wanted, &kept.values, rights, site.key.as_str()) {
                Ok(edit) if edit.is_empty() => return Ok(Change::Same(kept.revision)),
                Ok(edit) => edit,
                Err(refusal) => return Ok(Change::Refused(refusal)),
            };
            let after = edit.applied(&kept.stored, &site.defaults);
            let incomplete = match together(&kept.values, &after) {
                Ok(incomplete) => incomplete,
                Err(fault) => return Ok(Change::Faulty(fault)),
            };
            let change = change(self, call, site, &kept, &edit, &after)?;
            if let Saved::Done(revision) = self.admin.store().save_settings(&change).await.map_err(store_failed)? {
                let names = edit.changes().map(|(setting, _)| setting.name).collect();
                let (reached, back) = (self.admin.reload(site).await, back_to_environment(&edit, site));
                return Ok(Change::Stored { revision, names, back, reached, incomplete });
            }
        }
        Err(HttpError::unavailable(
            "contended",
            "Others are changing these settings at the same time; try again.",
            Duration::from_secs(1),
        ))
    }
}

/// Whoever says which revision they saw does not overwrite what came after.
fn unchanged_since(seen: Option<&str>, kept: &Kept) -> Result<(), HttpError> {
    if seen.is_none_or(|seen| seen.parse() == Ok(kept.revision.as_u64())) {
        return Ok(());
    }
    let message = "Somebody else has changed these settings; load them again.";
    Err(HttpError::new(StatusCode::CONFLICT, SETTINGS_CHANGED, message))
}

/// Whether settings work together. One branch after the other is set up step by step: what is missing still may be
/// missing, and is told.
fn together(before: &Values, after: &Values) -> Result<Option<SettingsFault>, SettingsFault> {
    match Settings::read_with_account(after) {
        Ok(_) => Ok(None),
        Err(fault) if fault.is_incomplete() && Settings::read_with_account(before).is_err() => Ok(Some(fault)),
        Err(fault) => Err(fault),
    }
}

fn change(
    desk: &Desk,
    call: &Call,
    site: &Site,
    kept: &Kept,
    edit: &Edit,
    after: &Values,
) -> Result<SettingsChange, HttpError> {
    let mut values = BTreeMap::new();
    let (mut old, mut new) = (Map::new(), Map::new());
    for (setting, value) in edit.changes() {
        let sealed = value.map(|value| desk.admin.keys().keep(&site.key, setting, value)).transpose();
        values.insert(setting.name.to_owned(), sealed.map_err(|error| no_key(&error))?);
        let shown = |values: &Values| values.get(setting.name).map(|value| setting.shown(value));
        old.insert(setting.name.to_owned(), shown(&kept.values).into());
        new.insert(setting.name.to_owned(), shown(after).into());
    }
    let audit = entry(call, AuditAction::SettingsChanged, site)?;
    let audit = Some(audit.changing(Some(Value::Object(old)), Some(Value::Object(new))));
    Ok(SettingsChange { branch: site.key.clone(), from: kept.revision, values, audit })
}

fn no_key(error: &SealError) -> HttpError {
    let message = format!("It can't be kept: {error}. Start the admin server with a SETTINGS_KEY.");
    HttpError::new(StatusCode::CONFLICT, "no_settings_key", message)
}

/// Names of what is not stored any more, and has a value all the same.
fn back_to_environment(edit: &Edit, site: &Site) -> Vec<&'static str> {
    let is_back = |name: &str, value: Option<&str>| value.is_none() && site.defaults.get(name).is_some();
    edit.changes().filter(|(setting, value)| is_back(setting.name, *value)).map(|(setting, _)| setting.name).collect()
}

fn saved(
    revision: Revision,
    changed: &[&str],
    back: &[&str],
    reached: &Reached,
    incomplete: Option<SettingsFault>,
) -> Answer {
    let applied = reached.is_settled;
    let message = match applied {
        true => "The settings are stored, and the branch has them.".to_owned(),
        false => format!("The settings are stored. {}", reached.why_not()),
    };
    let message = match back {
        [] => message,
        names => format!("{message} From the environment of the admin server comes again: {}.", names.join(", ")),
    };
    let body = json!({
        "status": "success", "success": true, "message": message, "revision": revision, "changed": changed,
        "applied": applied, "incomplete": incomplete.map(|fault| fault.to_string()),
    });
    answer(StatusCode::OK, &body)
}

fn refused(refusal: &Refusal) -> Answer {
    let (status, body) = match refusal {
        Refusal::Denied(keys) => {
            let message = "You may not change some of these settings; none was changed.";
            let body = json!({
                "status": "error", "code": "denied_keys", "message": message, "error": message, "denied_keys": keys,
            });
            (StatusCode::FORBIDDEN, body)
        }
        Refusal::Invalid(keys) => {
            let message = "Some values can't be used; no setting was changed.";
            let body = json!({
                "status": "error", "code": "invalid", "message": message, "error": message, "invalid": keys,
                "field": keys.keys().next(),
            });
            (StatusCode::BAD_REQUEST, body)
        }
    };
    answer(status, &body)
}

fn faulty(fault: &SettingsFault) -> Answer {
    let name = fault.setting().map_or("together", |setting| setting.name);
    let message = format!("No setting was changed: {fault}.");
    let body = json!({
        "status": "error", "code": "invalid", "message": message, "error": message,
        "invalid": { name: fault.to_string() }, "field": fault.setting().map(|setting| setting.name),
    });
    answer(StatusCode::BAD_REQUEST, &body)
}
