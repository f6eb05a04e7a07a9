//! The settings of a branch.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ::http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::{Answer, Desk, SettingRow, entry, person, secrets_failed, store_failed};
use crate::{
    access::AuditAction,
    admin::{Kept, Reached, Site},
    http::{Call, HttpError, json as answer},
    settings::{Edit, Refusal, SealError, Settings, SettingsFault, Values},
    store::{Saved, SettingsChange},
};

/// How often a change is tried again when somebody else was faster.
const MOST_TRIES: u32 = 5;

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

/// Changes some: all that were sent, or none.
pub(super) async fn save(desk: Arc<Desk>, call: Call) -> Answer {
    let wanted: Map<String, Value> = call.json()?;
    let site = desk.site(&call)?;
    for _ in 0..MOST_TRIES {
        let kept = desk.admin.settings_of(site).await.map_err(secrets_failed)?;
        unchanged_since(&call, &kept)?;
        let rights = &person(&call)?.session.user.rights;
        let edit = match Edit::decide(&wanted, &kept.values, rights, site.key.as_str()) {
            Ok(edit) => edit,
            Err(refusal) => return refused(&refusal),
        };
        if edit.is_empty() {
            return saved(&kept, &[], &[], None, None);
        }
        let after = edit.applied(&kept.stored, &site.defaults);
        let incomplete = match together(&kept.values, &after) {
            Ok(incomplete) => incomplete,
            Err(fault) => return faulty(&fault),
        };
        let change = change(&desk, &call, site, &kept, &edit, &after)?;
        if let Saved::Done(revision) = desk.admin.store().save_settings(&change).await.map_err(store_failed)? {
            let names: Vec<String> = edit.changes().map(|(setting, _)| setting.name.to_owned()).collect();
            let reached = desk.admin.reload(site).await;
            let back = back_to_environment(&edit, site);
            return saved(&Kept { revision, ..kept }, &names, &back, Some(&reached), incomplete);
        }
    }
    Err(HttpError::unavailable(
        "contended",
        "Others are changing these settings at the same time; try again.",
        Duration::from_secs(1),
    ))
}

/// Whoever says which revision they saw does not overwrite what came after.
fn unchanged_since(call: &Call, kept: &Kept) -> Result<(), HttpError> {
    let Some(seen) = call.header(header::IF_MATCH.as_str()) else { return Ok(()) };
    if seen.trim_matches('"').parse() == Ok(kept.revision.as_u64()) {
        return Ok(());
    }
    let message = "Somebody else has changed these settings; load them again.";
    Err(HttpError::new(StatusCode::CONFLICT, "settings_changed", message))
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

/// `reached`: what the branch has made of it, if it was told.
fn saved(
    kept: &Kept,
    changed: &[String],
    back: &[&str],
    reached: Option<&Reached>,
    incomplete: Option<SettingsFault>,
) -> Answer {
    let applied = reached.is_none_or(|reached| reached.is_settled);
    let message = match reached {
        None => "Nothing is different from before.".to_owned(),
        Some(_) if applied => "The settings are stored, and the branch has them.".to_owned(),
        Some(reached) => format!("The settings are stored. {}", reached.why_not()),
    };
    let message = match back {
        [] => message.to_owned(),
        names => format!("{message} From the environment of the admin server comes again: {}.", names.join(", ")),
    };
    let body = json!({
        "status": "success", "success": true, "message": message, "revision": kept.revision, "changed": changed,
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

/// Values that are right one by one.
fn faulty(fault: &SettingsFault) -> Answer {
    let name = fault.setting().map_or("together", |setting| setting.name);
    let message = format!("No setting was changed: {fault}.");
    let body = json!({
        "status": "error", "code": "invalid", "message": message, "error": message,
        "invalid": { name: fault.to_string() }, "field": fault.setting().map(|setting| setting.name),
    });
    answer(StatusCode::BAD_REQUEST, &body)
}
