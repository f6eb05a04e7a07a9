//! What was changed, as the audit has it, in words.

use std::collections::BTreeSet;

use responder_core::{
    access::{Permission, Permissions},
    http::admin::{AuditRow, Names},
    settings::{Kind, flag, setting},
};
use serde_json::{Map, Value};

use super::{names, words};
use crate::emergency::day_and_clock;

/// One thing that was changed, or that is to be said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) name: String,
    /// None if there was nothing that could have been changed.
    pub(super) before: Option<String>,
    pub(super) after: String,
    /// The point in time that `after` is, RFC 3339.
    pub(super) at: Option<String>,
}

pub(super) fn of(row: &AuditRow, names: &Names) -> Vec<Change> {
    let (before, after) = (row.before.as_ref(), row.after.as_ref());
    match row.action.as_str() {
        "user_added" | "user_changed" | "user_removed" => {
            let subject = row.subject.as_deref().unwrap_or_default();
            of_user(before.and_then(Value::as_object), after.and_then(Value::as_object), subject, names)
        }
        action => {
            let mut changes = plainly(before, after);
            for change in &mut changes {
                in_words(change, action);
            }
            changes
        }
    }
}

/// What a user may do, branch by branch: only what differs.
fn of_user(
    before: Option<&Map<String, Value>>,
    after: Option<&Map<String, Value>>,
    subject: &str,
    names: &Names,
) -> Vec<Change> {
    let is =
        |object: Option<&Map<String, Value>>, name: &str| object.is_some_and(|o| o.get(name) == Some(&true.into()));
    // So the first user is recorded, who was there before anybody else.
    let is_admin = |object| is(object, "is_admin") || is(object, "admin");
    let told = |name: String, old: String, new: String| {
        let before = before.map(|_| old.clone());
        (old != new).then_some(Change { name, before, after: new, at: None })
    };
    let called = |object: Option<&Map<String, Value>>| {
        let name = object.and_then(|object| object.get("username")).and_then(Value::as_str);
        name.unwrap_or(subject).to_owned()
    };
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(told("Name".to_owned(), called(before), called(after)));
    changes.extend(told("Admin".to_owned(), on(is_admin(before)), on(is_admin(after))));
    for key in keys(before).into_iter().chain(keys(after)).collect::<BTreeSet<_>>() {
        let may = |object| some(words::permissions(permissions(object, key)));
        changes.extend(told(format!("In {}", names::branch(names, key)), may(before), may(after)));
    }
    if is(after, "new_password") {
        changes.push(Change { name: "Password".to_owned(), before: None, after: "a new one".to_owned(), at: None });
    }
    changes
}

/// The branches that somebody may do something with.
fn keys(user: Option<&Map<String, Value>>) -> Vec<&str> {
    let all = user.and_then(|user| user.get("permissions")).and_then(Value::as_object);
    all.into_iter().flat_map(Map::keys).map(String::as_str).collect()
}

fn permissions(user: Option<&Map<String, Value>>, branch: &str) -> Permissions {
    let all = user.and_then(|user| user.get("permissions")?.get(branch)?.as_array());
    let known = all.into_iter().flatten().filter_map(|name| name.as_str()?.parse::<Permission>().ok());
    known.collect()
}

/// Name by name for objects, else as a whole.
fn plainly(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let change = |name: &str, old: Option<&Value>, new: Option<&Value>| Change {
        name: name.to_owned(),
        before: before.map(|_| shown(old)),
        after: shown(new),
        at: None,
    };
    let objects = (before.and_then(Value::as_object), after.and_then(Value::as_object));
    match (before, after, objects) {
        (None, None, _) => Vec::new(),
        (_, _, (None, None)) => vec![change("", before, after)],
        (_, _, (old, new)) => {
            let names: BTreeSet<&String> = old.into_iter().chain(new).flat_map(Map::keys).collect();
            let value = |object: Option<&Map<String, Value>>, name: &str| object?.get(name).cloned();
            names.into_iter().map(|name| change(name, value(old, name).as_ref(), value(new, name).as_ref())).collect()
        }
    }
}

/// With names and values for people.
fn in_words(change: &mut Change, action: &str) {
    change.name = match (change.name.as_str(), action) {
        ("", "branch_disabled" | "branch_enabled") => "Branch".to_owned(),
        ("", _) => "Value".to_owned(),
        ("because", "branch_away") => {
            change.after = words::fault(&change.after).to_owned();
            "What was wrong".to_owned()
        }
        ("since", "branch_back") => {
            if let Ok(at) = change.after.parse() {
                change.at = Some(std::mem::replace(&mut change.after, day_and_clock(at)));
            }
            "Since".to_owned()
        }
        ("failed", _) => {
            if change.after.parse::<u16>().is_ok() {
                change.after = format!("the branch answered with status {}", change.after);
            }
            "It failed".to_owned()
        }
        (name, "settings_changed") => {
            let name = name.to_owned();
            if setting(&name).is_some_and(|setting| setting.kind == Kind::Flag) {
                for value in change.before.iter_mut().chain([&mut change.after]) {
                    *value = flag(value).map_or_else(|_| value.clone(), on);
                }
            }
            words::setting(&name)
        }
        (name, _) => words::plain(name),
    };
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => some(String::new()),
        Some(Value::Bool(is_on)) => on(*is_on),
        Some(Value::String(text)) => people(text).unwrap_or_else(|| text.clone()),
        Some(Value::Array(list)) => some(joined(list.iter().map(|one| shown(Some(one))), ", ")),
        Some(Value::Object(object)) => person(object)
            .unwrap_or_else(|| joined(object.iter().map(|(name, one)| format!("{name}: {}", shown(Some(one)))), "; ")),
        Some(Value::Number(number)) => number.to_string(),
    }
}

fn on(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

/// Or that there is nothing.
fn some(text: String) -> String {
    if text.is_empty() { "–".to_owned() } else { text }
}

/// A list of people, as it is stored as the text of a setting.
fn people(text: &str) -> Option<String> {
    let list: Vec<Map<String, Value>> = serde_json::from_str(text).ok()?;
    let people: Option<Vec<String>> = list.iter().map(person).collect();
    people.filter(|people| !people.is_empty()).map(|people| people.join(", "))
}

/// Somebody with a number, as lists of phones have them.
fn person(object: &Map<String, Value>) -> Option<String> {
    let number = object.get("number")?.as_str()?;
    let name = object.get("name").and_then(Value::as_str).unwrap_or_default();
    Some(format!("{name} {number}").trim().to_owned())
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_shown_as_people_write_them() {
        let check = |value: Value, expected: &str| assert_eq!(shown(Some(&value)), expected);
        check(
            json!([{ "name": "Ada", "number": "+15005550001" }, { "name": null, "number": "+15005550002" }]),
            "Ada +15005550001, +15005550002",
        );
        check(json!(r#"[{"name":"Ada","number":"+15005550001"}]"#), "Ada +15005550001");
        check(json!("[1]"), "[1]");
        check(json!({ "a": ["x", "y"], "b": [] }), "a: x, y; b: –");
        check(json!([]), "–");
        check(json!(12), "12");
    }

    fn told(action: &str, before: Option<Value>, after: Option<Value>) -> Vec<String> {
        let names = Names { branches: vec![("tuc".parse().expect("a key"), "Tucson".to_owned())], ..Names::default() };
        let row = super::super::tests::audit_row(action, before, after);
        let told = |change: Change| match change.before {
            Some(before) => format!("{}: {before} → {}", change.name, change.after),
            None => format!("{}: {}", change.name, change.after),
        };
        of(&row, &names).into_iter().map(told).collect()
    }

    #[test]
    fn of_a_user_only_what_differs_is_told_by_the_names_of_branches() {
        let before = json!({ "is_admin": false, "permissions": { "tuc": ["view"], "old": ["view", "restart"] } });
        let mut after =
            json!({ "is_admin": false, "permissions": { "tuc": ["view", "trigger"], "old": ["view", "restart"] } });
        after["username"] = json!("bo");
        after["new_password"] = json!(false);
        assert_eq!(told("user_changed", Some(before.clone()), Some(after)), ["In Tucson: view → view, report"]);
        let after = json!({ "is_admin": true, "username": "bob", "new_password": true });
        let expected = [
            "Name: bo → bob",
            "Admin: off → on",
            "In a branch that is no longer here (old): view, restart → –",
            "In Tucson: view → –",
            "Password: a new one",
        ];
        assert_eq!(told("user_changed", Some(before.clone()), Some(after)), expected);
        assert_eq!(told("user_added", None, Some(json!({ "admin": true }))), ["Admin: on"]);
        assert_eq!(told("user_removed", Some(json!({ "is_admin": true })), None), ["Admin: on → off"]);
        assert_eq!(told("user_added", None, Some(json!("of a newer version"))), [""; 0]);
    }

    #[test]
    fn what_is_recorded_in_short_is_told_in_words() {
        let settings = |value: &str| Some(json!({ "enable_texts": value, "voice": null }));
        let told_of_settings = told("settings_changed", settings("true"), settings("false"));
        assert_eq!(told_of_settings, ["Send texts: on → off", "Voice: – → –"]);
        let away = told("branch_away", None, Some(json!({ "because": "refused" })));
        assert_eq!(away, ["What was wrong: its server did not know our token"]);
        let back = told("branch_back", None, Some(json!({ "since": "2026-11-16T03:00:02Z" })));
        assert_eq!(back, ["Since: 2026-11-16 03:00"]);
        let failed = |why: Value| told("branch_restarted", None, Some(json!({ "failed": why })));
        assert_eq!(failed(json!(503)), ["It failed: the branch answered with status 503"]);
        assert_eq!(failed(json!("it did not answer")), ["It failed: it did not answer"]);
        assert_eq!(told("branch_disabled", Some(json!(true)), Some(json!(false))), ["Branch: on → off"]);
    }
}
