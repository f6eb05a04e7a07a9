//! What somebody wants changed: decided as a whole.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Kind, Secrecy, Setting, ValueError, Values, one_country, setting};
use crate::{CountryCode, access::Rights};

/// A change of settings that may be made and whose values can be used.
///
/// ```
/// use responder_core::{access::Rights, settings::{Edit, Values}};
///
/// let wanted = serde_json::json!({ "enable_texts": "on", "RECIPIENT_PHONES": ["+15005550009"], "TWILIO_AUTH_TOKEN": "" });
/// let wanted = wanted.as_object().ok_or("no object")?;
/// let edit = Edit::decide(wanted, &Values::default(), &Rights::Admin, "tuc")?;
/// let names: Vec<_> = edit.changes().map(|(setting, _)| setting.name).collect();
/// assert_eq!(names, ["RECIPIENT_PHONES", "enable_texts"], "an empty secret stays what it was");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Edit(BTreeMap<&'static str, Option<String>>);

/// Why nothing is changed. One key is enough for that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Keys that whoever asks may not change.
    #[error("some settings may not be changed by this user")]
    Denied(Vec<String>),
    /// Keys whose values can't be used, and why.
    #[error("some settings can't have these values")]
    Invalid(BTreeMap<String, String>),
}

impl Edit {
    /// Decides about `wanted`, names and values as they came, where `current` counts now. Values may be texts, flags,
    /// numbers and lists. An empty list, and a blank text for what is no secret, say that there shall be nothing, also
    /// where there is a default of the environment; `null` lets that count again. A blank secret, or one as it is
    /// shown, stays what it was; a blank address is nothing, as it has always been.
    ///
    /// # Errors
    /// See [`Refusal`]; what is denied goes before what is invalid.
    pub fn decide(
        wanted: &Map<String, Value>,
        current: &Values,
        rights: &Rights,
        branch: &str,
    ) -> Result<Self, Refusal> {
        let country = country(wanted, current);
        let (mut changes, mut denied, mut invalid) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        for (name, value) in wanted {
            let Some(setting) = setting(name) else {
                invalid.insert(cut(name), "there is no such setting".to_owned());
                continue;
            };
            match read(setting, value, current, country) {
                Ok(Wish::Same) => {}
                Ok(Wish::Change(_)) | Err(_) if !setting.tier.is_open_to(rights, branch) => {
                    denied.insert(name.clone());
                }
                Ok(Wish::Change(value)) => drop(changes.insert(setting.name, value)),
                Err(error) => drop(invalid.insert(name.clone(), error.to_string())),
            }
        }
        match (denied.is_empty(), invalid.is_empty()) {
            (true, true) => Ok(Self(changes)),
            (true, false) => Err(Refusal::Invalid(invalid)),
            (false, _) => Err(Refusal::Denied(denied.into_iter().collect())),
        }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What changes, and the new values; an empty one says that there is nothing, none goes back to the default.
    pub fn changes(&self) -> impl Iterator<Item = (&'static Setting, Option<&str>)> {
        self.0.iter().filter_map(|(name, value)| Some((setting(name)?, value.as_deref())))
    }

    /// What will count: of what is kept now, with the change, over what counts without it.
    pub fn applied(&self, kept: &Values, defaults: &Values) -> Values {
        let mut values = kept.clone();
        for (name, value) in &self.0 {
            values.set(name, value.clone());
        }
        values.over(defaults)
    }
}

/// What a value means.
enum Wish {
    Same,
    Change(Option<String>),
}

fn read(setting: &Setting, value: &Value, current: &Values, country: CountryCode) -> Result<Wish, ValueError> {
    let before = current.get(setting.name);
    let is_said = before.is_some() || current.is_emptied(setting.name);
    let is_secret = setting.secrecy != Secrecy::Open;
    let emptied = || if before.is_some() { Wish::Change(Some(String::new())) } else { Wish::Same };
    let text = match value {
        Value::Null if is_said => return Ok(Wish::Change(None)),
        Value::Null => return Ok(Wish::Same),
        Value::Array(all) if all.is_empty() => return Ok(emptied()),
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
        Value::Object(_) => return Err(ValueError::Text),
    };
    if text.is_empty() {
        // Clients that were there before us send every token back, blank, and mean nothing by that.
        return Ok(if is_secret && setting.kind != Kind::Url { Wish::Same } else { emptied() });
    }
    if is_secret && before.is_some_and(|before| setting.shown(before) == text) {
        return Ok(Wish::Same);
    }
    // Somebody saw it before the secret was changed; kept, it would be the secret.
    if setting.is_mask(&text) {
        return Err(ValueError::Mask);
    }
    let canonical = setting.kind.canonical(&text, country)?;
    // That a secret is the same is not told to who may not change it.
    let is_same = !is_secret && before.is_some_and(|b| setting.kind.canonical(b, country).as_ref() == Ok(&canonical));
    Ok(if is_same { Wish::Same } else { Wish::Change(Some(canonical)) })
}

fn country(wanted: &Map<String, Value>, current: &Values) -> CountryCode {
    let new =
        wanted.get("DEFAULT_COUNTRY").map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let code = new.as_deref().or_else(|| current.get("DEFAULT_COUNTRY"));
    code.and_then(|code| one_country(code).ok()).unwrap_or(CountryCode::NORTH_AMERICA)
}

/// A name that we do not know may be anything.
fn cut(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::access::{Permission, Permissions};

    fn rights(permissions: &[Permission]) -> Rights {
        let permissions: Permissions = permissions.iter().copied().collect();
        Rights::of([("tuc".parse().expect("a key"), permissions)])
    }

    fn current() -> Values {
        Values::of(|setting| match setting.name {
            "RECIPIENT_PHONES" => Some("Ada <+15005550009>"),
            "TWILIO_AUTH_TOKEN" => Some("0123456789abcdef"),
            "enable_texts" => Some("on"),
            _ => None,
        })
    }

    fn decide(wanted: &Value, rights: &Rights) -> Result<Vec<(&'static str, Option<String>)>, Refusal> {
        let edit = Edit::decide(wanted.as_object().expect("an object"), &current(), rights, "tuc")?;
        Ok(edit.changes().map(|(setting, value)| (setting.name, value.map(str::to_owned))).collect())
    }

    #[test]
    fn one_denied_key_is_enough() {
        let wanted =
            json!({ "enable_texts": false, "TWILIO_PHONE_NUMBER": "+15005550006", "enable_google_maps_link": 1 });
        let denied = |names: &[&str]| Err(Refusal::Denied(names.iter().map(|name| (*name).to_owned()).collect()));
        assert_eq!(
            decide(&wanted, &rights(&[])),
            denied(&["TWILIO_PHONE_NUMBER", "enable_google_maps_link", "enable_texts"])
        );
        let basic = rights(&[Permission::EditBasic]);
        assert_eq!(decide(&wanted, &basic), denied(&["TWILIO_PHONE_NUMBER", "enable_google_maps_link"]));
        let both = rights(&[Permission::EditBasic, Permission::EditAdvanced]);
        assert_eq!(decide(&wanted, &both), denied(&["enable_google_maps_link"]));
        assert_eq!(decide(&wanted, &Rights::Admin).map(|changes| changes.len()), Ok(3));
        let elsewhere = Rights::of([("poc".parse().expect("a key"), Permissions::ALL)]);
        assert!(decide(&wanted, &elsewhere).is_err());
    }

    #[test]
    fn one_invalid_value_is_enough_and_is_told_why() {
        let wanted = json!({ "enable_texts": "off", "TWILIO_PHONE_NUMBER": "x", "nonsense": 1, "voice": {} });
        let Err(Refusal::Invalid(invalid)) = decide(&wanted, &Rights::Admin) else { panic!("not refused") };
        assert_eq!(invalid.keys().collect::<Vec<_>>(), ["TWILIO_PHONE_NUMBER", "nonsense", "voice"]);
        assert_eq!(invalid["nonsense"], "there is no such setting");
        // Who may not change it does not learn what would do.
        assert!(matches!(decide(&wanted, &rights(&[Permission::EditBasic])), Err(Refusal::Denied(_))));
    }

    #[test]
    fn what_stays_as_it_is_is_no_change_for_anybody() {
        let same = json!({
            "RECIPIENT_PHONES": [{ "name": "Ada", "number": "+15005550009" }],
            "TWILIO_AUTH_TOKEN": "***cdef",
            "enable_texts": "TRUE",
            "voice": "",
        });
        assert_eq!(decide(&same, &rights(&[])), Ok(vec![]));
        assert_eq!(decide(&json!({ "TWILIO_AUTH_TOKEN": " " }), &Rights::Admin), Ok(vec![]));
        // Or it could be guessed.
        assert!(decide(&json!({ "TWILIO_AUTH_TOKEN": "0123456789abcdef" }), &rights(&[])).is_err());
    }

    #[test]
    fn what_was_shown_of_an_older_secret_is_no_secret() {
        let stale = [
            ("TWILIO_AUTH_TOKEN", "***9999"),
            ("TWILIO_AUTH_TOKEN", " *** "),
            ("TWILIO_AUTH_TOKEN_PREVIOUS", "***cdef"),
            ("TWILIO_ACCOUNT_SID", "***0001"),
            ("DEBUG_WEBHOOK_URL", "https://hooks.example.com/***"),
        ];
        for (name, mask) in stale {
            let refused = decide(&json!({ name: mask }), &Rights::Admin);
            let Err(Refusal::Invalid(invalid)) = refused else { panic!("{name} {mask}: {refused:?}") };
            assert!(invalid[name].contains("enter all of it"), "{invalid:?}");
        }
        for (name, value) in
            [("TWILIO_AUTH_TOKEN", "***45678"), ("company_name", "***"), ("hold_music_url", "https://a.example/***")]
        {
            assert!(decide(&json!({ name: value }), &Rights::Admin).is_ok(), "{name} {value}");
        }
    }

    #[test]
    fn values_are_taken_in_every_form_and_taken_away() {
        let wanted = json!({
            "RECIPIENT_PHONES": "+15005550001",
            "enable_texts": null,
            "TWILIO_AUTH_TOKEN": null,
            "ring_timeout_seconds": 30,
            "TRANSFER_TARGET_PHONE_NUMBER": "500 555 0002",
        });
        let some = |text: &str| Some(text.to_owned());
        let expected = vec![
            ("RECIPIENT_PHONES", some(r#"[{"number":"+15005550001"}]"#)),
            ("TRANSFER_TARGET_PHONE_NUMBER", some("+15005550002")),
            ("TWILIO_AUTH_TOKEN", None),
            ("enable_texts", None),
            ("ring_timeout_seconds", some("30")),
        ];
        assert_eq!(decide(&wanted, &Rights::Admin), Ok(expected));
    }

    #[test]
    fn numbers_are_completed_with_the_country_that_comes_along() {
        let wanted = json!({ "DEFAULT_COUNTRY": "44", "TWILIO_PHONE_NUMBER": "5005550002" });
        let changes = decide(&wanted, &Rights::Admin).expect("a change");
        assert!(changes.contains(&("TWILIO_PHONE_NUMBER", Some("+445005550002".to_owned()))));
    }

    fn applied(wanted: &Value, current: &Values, kept: &Values, defaults: &Values) -> Values {
        let wanted = wanted.as_object().expect("an object");
        Edit::decide(wanted, current, &Rights::Admin, "tuc").expect("a change").applied(kept, defaults)
    }

    #[test]
    fn what_is_taken_away_shows_what_lies_below() {
        let defaults = Values::of(|setting| (setting.name == "enable_texts").then_some("off"));
        let after = applied(&json!({ "enable_texts": null }), &current(), &current(), &defaults);
        assert_eq!(after.get("enable_texts"), Some("off"));
        assert_eq!(after.get("TWILIO_AUTH_TOKEN"), Some("0123456789abcdef"));
    }

    #[test]
    fn what_is_emptied_stays_empty_whatever_lies_below() {
        let defaults = Values::of(|setting| (setting.name != "DEFAULT_COUNTRY").then_some("+15005550009"));
        for (name, empty) in [
            ("RECIPIENT_PHONES", json!([])),
            ("RECIPIENT_EMAILS", json!(" ")),
            ("TRANSFER_TARGET_PHONE_NUMBER", json!("")),
            ("ring_timeout_seconds", json!("")),
            ("TWILIO_AUTH_TOKEN", json!([])),
        ] {
            let after = applied(&json!({ name: empty }), &defaults, &Values::default(), &defaults);
            assert_eq!((after.get(name), after.is_emptied(name)), (None, true), "{name}");
            let again = Edit::decide(json!({ name: empty }).as_object().expect("one"), &after, &Rights::Admin, "tuc");
            assert_eq!(again.map(|edit| edit.is_empty()), Ok(true), "{name}");
            let back = applied(&json!({ name: null }), &after, &after, &defaults);
            assert_eq!(back.get(name), Some("+15005550009"), "{name}");
        }
    }
}
