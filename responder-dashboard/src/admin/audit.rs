//! What was done.

use askama::Template;
use responder_core::{
    access::AuditId,
    http::admin::{AuditRow, Frame as Given},
};
use serde_json::Value;

use super::{
    frame::{Frame, Tab},
    words,
};
use crate::emergency::day_and_clock;

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct Audit {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    at: String,
    shown: String,
    who: String,
    action: String,
    about: String,
    changes: Vec<Change>,
    address: String,
}

struct Change {
    name: String,
    before: String,
    after: String,
}

pub(super) fn audit(given: &Given, rows: &[AuditRow], next: Option<AuditId>) -> Result<String, askama::Error> {
    let frame = Frame::of(given, "Audit", Tab::Audit);
    Audit { frame, rows: rows.iter().map(Row::of).collect(), next: next.map(|next| next.to_string()) }.render()
}

impl Row {
    fn of(row: &AuditRow) -> Self {
        let about = [row.branch.as_ref().map(ToString::to_string), row.subject.clone()];
        Self {
            at: row.at.clone(),
            shown: row.at.parse().map_or_else(|_| row.at.clone(), day_and_clock),
            who: row.who.clone(),
            action: words::action(&row.action),
            about: about.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            changes: named(changes(row.before.as_ref(), row.after.as_ref()), &row.action),
            address: row.address.clone().unwrap_or_default(),
        }
    }
}

/// With names for people.
fn named(mut changes: Vec<Change>, action: &str) -> Vec<Change> {
    for change in &mut changes {
        change.name = match (change.name.as_str(), action) {
            ("", "branch_disabled" | "branch_enabled") => "Branch".to_owned(),
            ("", _) => "Value".to_owned(),
            (name, "settings_changed") => words::setting(name),
            (name, _) => words::plain(name),
        };
    }
    changes
}

/// What was changed: name by name for objects, else as a whole.
fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let change = |name: &str, before: Option<&Value>, after: Option<&Value>| Change {
        name: name.to_owned(),
        before: shown(before),
        after: shown(after),
    };
    let objects = (before.and_then(Value::as_object), after.and_then(Value::as_object));
    match (before, after, objects) {
        (None, None, _) => Vec::new(),
        (_, _, (old, new)) if old.is_some() || new.is_some() => {
            let names = old.into_iter().chain(new).flat_map(|object| object.keys());
            let mut names: Vec<_> = names.collect();
            names.sort_unstable();
            names.dedup();
            let value = |object: Option<&serde_json::Map<String, Value>>, name: &str| object?.get(name).cloned();
            let one = |name: &String| change(name, value(old, name).as_ref(), value(new, name).as_ref());
            names.into_iter().map(one).collect()
        }
        _ => vec![change("", before, after)],
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::Bool(true)) => "on".to_owned(),
        Some(Value::Bool(false)) => "off".to_owned(),
        Some(Value::String(text)) => people(text).unwrap_or_else(|| text.clone()),
        Some(Value::Array(list)) if list.is_empty() => "–".to_owned(),
        Some(Value::Array(list)) => joined(list.iter().map(|one| shown(Some(one))), ", "),
        Some(Value::Object(object)) => person(object)
            .unwrap_or_else(|| joined(object.iter().map(|(name, one)| format!("{name}: {}", shown(Some(one)))), "; ")),
        Some(Value::Number(number)) => number.to_string(),
    }
}

/// A list of people, as it is stored as the text of a setting.
fn people(text: &str) -> Option<String> {
    let list: Vec<serde_json::Map<String, Value>> = serde_json::from_str(text).ok()?;
    let people: Option<Vec<String>> = list.iter().map(person).collect();
    people.filter(|people| !people.is_empty()).map(|people| people.join(", "))
}

/// Somebody with a number, as lists of phones have them.
fn person(object: &serde_json::Map<String, Value>) -> Option<String> {
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
        check(json!({ "tuc": ["view", "trigger"], "poc": [] }), "poc: –; tuc: view, trigger");
        check(json!([]), "–");
        check(json!(12), "12");
    }
}
