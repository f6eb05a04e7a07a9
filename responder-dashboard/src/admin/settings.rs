//! The settings of a branch.

use askama::Template;
use responder_core::{
    CountryCode,
    http::admin::{Frame as Given, SettingRow},
    settings::{Kind, Secrecy, Tier, contacts, one_country},
    store::{BranchKey, Revision},
};

use super::{
    back::Back,
    frame::{Frame, Tab},
    words,
};
use crate::assets::SETTINGS_SCRIPT;

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct Settings {
    frame: Frame,
    key: String,
    name: String,
    revision: u64,
    incomplete: Option<String>,
    may_edit: bool,
    groups: Vec<Group>,
}

struct Group {
    title: &'static str,
    about: &'static str,
    fields: Vec<Field>,
}

struct Field {
    name: &'static str,
    label: String,
    about: String,
    /// Where the value comes from, and what counts without it.
    source: String,
    value: String,
    default: &'static str,
    control: Control,
    people: Vec<Person>,
    editable: bool,
    is_set: bool,
    back: Option<Back>,
}

/// Somebody in a list of phones.
struct Person {
    name: String,
    number: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    Flag,
    Number { least: u32, most: u32 },
    Phone,
    Phones,
    Choice,
    Secret,
    Long,
    Text,
}

pub(super) fn settings(
    given: &Given,
    branch: &BranchKey,
    name: &str,
    revision: Revision,
    rows: &[SettingRow],
    incomplete: Option<&str>,
) -> Result<String, askama::Error> {
    let country = country(rows);
    let group = |title: &'static str, about: &'static str, is_in: &dyn Fn(&SettingRow) -> bool| Group {
        title,
        about,
        fields: rows.iter().filter(|row| is_in(row)).map(|row| Field::of(row, country)).collect(),
    };
    let is = |row: &SettingRow, set: &[&str]| set.contains(&row.name);
    let is_other = |row: &SettingRow| row.tier == Tier::Advanced && !is(row, NUMBERS) && !is(row, SEARCH);
    let groups = vec![
        group("Every day", "Who is told, and how.", &|row| row.tier == Tier::Basic),
        group("Account and numbers", "Set up once, with the provider.", &|row| is(row, NUMBERS)),
        group("The search for a technician", "How long and how often somebody is called.", &|row| is(row, SEARCH)),
        group("Words, sounds and places", "What people hear and read, and where this branch is.", &is_other),
        group("For admins", "Only admins change these.", &|row| row.tier == Tier::Admin),
    ];
    Settings {
        frame: Frame::of(given, format!("Settings of {name}"), Tab::Branches).with(&SETTINGS_SCRIPT),
        key: branch.to_string(),
        name: name.to_owned(),
        revision: revision.as_u64(),
        incomplete: incomplete.map(words::in_words),
        may_edit: rows.iter().any(|row| row.editable),
        groups: groups.into_iter().filter(|group| !group.fields.is_empty()).collect(),
    }
    .render()
}

impl Field {
    fn of(row: &SettingRow, country: CountryCode) -> Self {
        let value = row.value.clone().unwrap_or_default();
        let control = Control::of(row);
        let default = control.in_words(row.default, country);
        // What can be chosen is said by the choices.
        let about =
            if control == Control::Choice { row.about.split(':').next().unwrap_or_default() } else { row.about };
        let source = match (row.source, default.as_str()) {
            ("database", _) if row.value.is_none() => {
                "Emptied here: what the environment of the admin server says does not count.".to_owned()
            }
            ("environment", _) => "From the environment of the admin server.".to_owned(),
            ("default", "") => "Not set.".to_owned(),
            ("default", default) => format!("Default: {default}."),
            _ => "Set here.".to_owned(),
        };
        let people = if control == Control::Phones { people(&value, country) } else { Vec::new() };
        Self {
            name: row.name,
            label: words::setting(row.name),
            about: words::sentence(&words::in_words(about)),
            source,
            is_set: row.value.is_some(),
            back: Back::of(row, &default, |value| control.in_words(value, country)),
            value,
            default: row.default,
            control,
            people,
            editable: row.editable,
        }
    }

    /// Whether a flag is on, of its own or by default.
    fn is_on(&self) -> bool {
        let text = if self.is_set { self.value.as_str() } else { self.default };
        responder_core::settings::flag(text).unwrap_or(false)
    }

    fn choices(&self) -> [(&'static str, &'static str); 3] {
        CHOICES
    }

    fn chosen(&self, value: &str) -> bool {
        self.value == value || (!self.is_set && self.default == value)
    }
}

impl Control {
    fn of(row: &SettingRow) -> Self {
        if row.secrecy != Secrecy::Open {
            return Self::Secret;
        }
        match row.kind {
            Kind::Flag => Self::Flag,
            Kind::Seconds => Self::Number { least: 1, most: 86_400 },
            Kind::Tries => Self::Number { least: 1, most: 10 },
            Kind::Active => Self::Number { least: 1, most: 1000 },
            Kind::PageSize => Self::Number { least: 1, most: 100 },
            Kind::Phone => Self::Phone,
            Kind::Phones => Self::Phones,
            Kind::Confirmation => Self::Choice,
            Kind::Text | Kind::Addresses => Self::Long,
            Kind::Country | Kind::Countries | Kind::Language | Kind::TimeZone | Kind::Url | Kind::Word => Self::Text,
        }
    }

    /// A value as people say it.
    fn in_words(self, value: &str, country: CountryCode) -> String {
        match self {
            Self::Flag => match responder_core::settings::flag(value) {
                Ok(true) => "on".to_owned(),
                Ok(false) => "off".to_owned(),
                Err(_) => value.to_owned(),
            },
            Self::Choice => {
                CHOICES.iter().find(|(code, _)| *code == value).map_or(value, |(_, words)| words).to_owned()
            }
            Self::Phones => {
                let all = people(value, country);
                all.iter()
                    .map(|one| format!("{} {}", one.name, one.number).trim().to_owned())
                    .collect::<Vec<_>>()
                    .join(", ")
            }
            _ => value.to_owned(),
        }
    }
}

/// That of numbers without one, in the settings that are shown.
fn country(rows: &[SettingRow]) -> CountryCode {
    let code = rows.iter().find(|row| row.name == "DEFAULT_COUNTRY").and_then(|row| row.value.as_deref());
    code.and_then(|code| one_country(code).ok()).unwrap_or(CountryCode::NORTH_AMERICA)
}

/// A value that can't be read is edited as one entry.
fn people(value: &str, country: CountryCode) -> Vec<Person> {
    if value.trim().is_empty() {
        return Vec::new();
    }
    match contacts(value, country) {
        Ok(all) => {
            let person = |contact: responder_core::emergency::Contact| Person {
                name: contact.name.unwrap_or_default(),
                number: contact.number.to_string(),
            };
            all.into_iter().map(person).collect()
        }
        Err(_) => vec![Person { name: String::new(), number: value.to_owned() }],
    }
}

/// What may count as accepted, or as answered.
const CHOICES: [(&str, &str); 3] =
    [("key_press", "A key is pressed"), ("human", "A human answers"), ("answered", "The call is answered")];

const NUMBERS: &[&str] = &[
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_PREVIOUS",
    "TWILIO_PHONE_NUMBER",
    "TWILIO_AUTOMATED_NUMBER",
    "TWILIO_TRANSFER_NUMBER",
    "TRANSFER_TARGET_PHONE_NUMBER",
    "no_emergency_target",
    "DEFAULT_COUNTRY",
    "ALLOWED_COUNTRY_CODES",
];

const SEARCH: &[&str] = &[
    "confirmation",
    "transfer_confirmation",
    "attempts_per_technician",
    "escalation_rounds",
    "ring_timeout_seconds",
    "sms_accept_seconds",
    "technician_wait_seconds",
    "hold_limit_seconds",
    "customer_deadline_seconds",
    "talk_limit_seconds",
    "max_active_emergencies",
];
