//! From texts to what a branch works with.

use std::error::Error;

use super::{
    Kind, Setting, ValueError, Values, addresses, confirmation, contacts, count, countries, flag, one_country, phone,
    seconds, setting, time_zone, url,
};
use crate::{
    CountryCode, E164,
    branch::{BranchSettings, SettingsError},
    emergency::{Policy, PolicyError, Transfer},
    script::Script,
};

/// The settings of one branch, read and checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What decides how emergencies are handled.
    pub branch: BranchSettings,
    /// How the branch speaks and writes.
    pub script: Script,
}

/// Why settings can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsFault {
    /// The value of one.
    #[error("{} can't be used: {error}", setting.name)]
    Value {
        /// The setting at fault.
        setting: &'static Setting,
        /// What is wrong with its value.
        error: ValueError,
    },
    /// One that there must be.
    #[error("{} is missing", setting.name)]
    Missing {
        /// The setting at fault.
        setting: &'static Setting,
    },
    /// All of them together.
    #[error("can't work: {}", told(.0))]
    Together(SettingsError),
}

impl Settings {
    /// Reads all of them. What is not set has its default.
    ///
    /// ```
    /// use responder_core::settings::{Settings, Values};
    ///
    /// let values = Values::of(|setting| match setting.name {
    ///     "TWILIO_PHONE_NUMBER" => Some("+15005550006"),
    ///     "RECIPIENT_PHONES" => Some("Ada <+15005550009>"),
    ///     "enable_call_recording" => Some("on"),
    ///     _ => None,
    /// });
    /// let settings = Settings::read(&values)?;
    /// assert!(settings.branch.policy().recording);
    /// # Ok::<(), responder_core::settings::SettingsFault>(())
    /// ```
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(values: &Values) -> Result<Self, SettingsFault> {
        let reader = Reader { values, country: CountryCode::NORTH_AMERICA };
        let country = reader.with("DEFAULT_COUNTRY", one_country)?.unwrap_or(CountryCode::NORTH_AMERICA);
        let reader = Reader { country, ..reader };
        for (setting, text) in values.iter() {
            setting.kind.canonical(text, country).map_err(|error| SettingsFault::Value { setting, error })?;
        }
        Ok(Self { branch: reader.branch()?, script: reader.script()? })
    }

    /// The same for a branch whose account at the provider is among its settings: `TWILIO_ACCOUNT_SID` and
    /// `TWILIO_AUTH_TOKEN` must be there, too.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read_with_account(values: &Values) -> Result<Self, SettingsFault> {
        let read = Self::read(values)?;
        match ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"].into_iter().find(|name| values.get(name).is_none()) {
            Some(missing) => Err(SettingsFault::Missing { setting: named(missing) }),
            None => Ok(read),
        }
    }
}

impl SettingsFault {
    /// Whether it is only that something has not been set yet: a new branch is set up step by step.
    pub const fn is_incomplete(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Together(SettingsError::Policy(PolicyError::NoRecipients)))
    }

    /// The setting that is at fault, if one is.
    pub const fn setting(&self) -> Option<&'static Setting> {
        match self {
            Self::Value { setting, .. } | Self::Missing { setting } => Some(setting),
            Self::Together(_) => None,
        }
    }
}

/// An error whose own text does not say why.
fn told(error: &SettingsError) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    values: &'a Values,
    country: CountryCode,
}

impl Reader<'_> {
    fn with<T>(
        self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Result<Option<T>, SettingsFault> {
        let setting = named(name);
        self.values.get(name).map(read).transpose().map_err(|error| SettingsFault::Value { setting, error })
    }

    fn flag(self, name: &'static str, default: bool) -> Result<bool, SettingsFault> {
        Ok(self.with(name, flag)?.unwrap_or(default))
    }

    fn number(self, name: &'static str) -> Result<Option<E164>, SettingsFault> {
        self.with(name, |text| phone(text, self.country))
    }

    fn text(self, name: &'static str) -> Option<String> {
        self.values.get(name).map(|text| text.trim().to_owned())
    }

    fn branch(self) -> Result<BranchSettings, SettingsFault> {
        let (customers, automated) = (self.number("TWILIO_PHONE_NUMBER")?, self.number("TWILIO_AUTOMATED_NUMBER")?);
        let missing = SettingsFault::Missing { setting: named("TWILIO_PHONE_NUMBER") };
        let phone_number = customers.or(automated).ok_or(missing)?;
        let mut settings = BranchSettings::new(self.policy()?, phone_number).map_err(SettingsFault::Together)?;
        settings.automated_number = automated.unwrap_or(phone_number);
        settings.transfer_number = self.number("TWILIO_TRANSFER_NUMBER")?;
        settings.default_country = self.country;
        settings.max_active_emergencies = self.with("max_active_emergencies", |text| count(text, 1000))?.unwrap_or(1);
        settings.no_emergency_target = self.number("no_emergency_target")?;
        settings.checked().map_err(SettingsFault::Together)
    }

    fn policy(self) -> Result<Policy, SettingsFault> {
        let people = |name| self.with(name, |text| contacts(text, self.country));
        let tries = |name| self.with(name, |text| count(text, 10).map(|count| u8::try_from(count).unwrap_or(10)));
        let default = Policy::default();
        let mut timing = default.timing.clone();
        for (name, span) in [
            ("ring_timeout_seconds", &mut timing.ring),
            ("sms_accept_seconds", &mut timing.text_acceptance),
            ("technician_wait_seconds", &mut timing.technician_wait),
            ("hold_limit_seconds", &mut timing.hold_limit),
            ("customer_deadline_seconds", &mut timing.customer_deadline),
            ("talk_limit_seconds", &mut timing.talk_limit),
        ] {
            *span = self.with(name, seconds)?.unwrap_or(*span);
        }
        Ok(Policy {
            escalation: people("ESCALATION_PHONES")?.unwrap_or_default(),
            recipients: people("RECIPIENT_PHONES")?.unwrap_or_default(),
            recipient_emails: self.with("RECIPIENT_EMAILS", addresses)?.unwrap_or_default(),
            allowed_countries: self.with("ALLOWED_COUNTRY_CODES", countries)?.unwrap_or_default(),
            auto_call: self.flag("enable_auto_call", default.auto_call)?,
            texts: self.flag("enable_texts", default.texts)?,
            emails: self.flag("enable_emails", default.emails)?,
            recording: self.flag("enable_call_recording", default.recording)?,
            transfer: self.transfer()?,
            confirmation: self.with("confirmation", confirmation)?.unwrap_or_default(),
            attempts_per_technician: tries("attempts_per_technician")?.unwrap_or(default.attempts_per_technician),
            escalation_rounds: tries("escalation_rounds")?.unwrap_or(default.escalation_rounds),
            timing,
            ..default
        })
    }

    fn transfer(self) -> Result<Option<Transfer>, SettingsFault> {
        if !self.flag("enable_transfer_call", false)? {
            return Ok(None);
        }
        let name = "TRANSFER_TARGET_PHONE_NUMBER";
        let target = self.number(name)?.ok_or(SettingsFault::Missing { setting: named(name) })?;
        let confirmation = self.with("transfer_confirmation", confirmation)?;
        Ok(Some(Transfer { target, confirmation: confirmation.unwrap_or(crate::emergency::Confirmation::Answered) }))
    }

    fn script(self) -> Result<Script, SettingsFault> {
        let default = Script::default();
        Ok(Script {
            company_name: self.text("company_name").unwrap_or(default.company_name),
            language: self.text("speech_language"),
            voice: self.text("voice"),
            hold_music_url: self.with("hold_music_url", url)?,
            recording_notice: self.text("recording_notice"),
            google_maps_link: self.flag("enable_google_maps_link", default.google_maps_link)?,
            time_zone: self.with("time_zone", time_zone)?.unwrap_or_default(),
            wording: default.wording,
        })
    }
}

fn named(name: &'static str) -> &'static Setting {
    setting(name).unwrap_or(&UNKNOWN)
}

/// Stands for a name that is not in the table; a test sees to it that none is read.
const UNKNOWN: Setting = Setting {
    name: "?",
    variable: "?",
    tier: super::Tier::Admin,
    kind: Kind::Text,
    secrecy: super::Secrecy::Sealed,
    default: "",
    about: "",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SETTINGS;

    fn values(list: &[(&'static str, &'static str)]) -> Values {
        let base = [("TWILIO_PHONE_NUMBER", "+15005550006"), ("RECIPIENT_PHONES", "+15005550009")];
        let all: Vec<_> = base.iter().chain(list).copied().collect();
        Values::of(|setting| all.iter().rev().find(|(name, _)| *name == setting.name).map(|(_, value)| *value))
    }

    fn read(list: &[(&'static str, &'static str)]) -> Result<Settings, SettingsFault> {
        Settings::read(&values(list))
    }

    #[test]
    fn without_more_every_default_counts() {
        let settings = read(&[]).expect("settings");
        let (branch, script) = (&settings.branch, &settings.script);
        let default = Policy::default();
        assert_eq!(branch.policy().timing, default.timing);
        assert_eq!((branch.automated_number, branch.max_active_emergencies), (branch.phone_number, 1));
        assert_eq!(script.company_name, setting("company_name").expect("a setting").default);
        // Said out loud, the defaults of the table change nothing.
        let said: Vec<_> = SETTINGS.iter().filter(|s| !s.default.is_empty()).map(|s| (s.name, s.default)).collect();
        let said = read(&said).expect("settings");
        assert_eq!(said.branch.policy(), branch.policy());
        assert_eq!(said.script.google_maps_link, script.google_maps_link);
    }

    #[test]
    fn every_switch_is_read() {
        let settings = read(&[
            ("ESCALATION_PHONES", "Bo <+15005550008>"),
            ("RECIPIENT_EMAILS", "a@b.example"),
            ("enable_auto_call", "off"),
            ("enable_emails", "off"),
            ("enable_call_recording", "1"),
            ("enable_transfer_call", "TRUE"),
            ("TRANSFER_TARGET_PHONE_NUMBER", "5005550007"),
            ("transfer_confirmation", "human"),
            ("confirmation", "answered"),
            ("attempts_per_technician", "3"),
            ("escalation_rounds", "4"),
            ("ring_timeout_seconds", "30"),
            ("max_active_emergencies", "2"),
            ("TWILIO_AUTOMATED_NUMBER", "+15005550005"),
            ("TWILIO_TRANSFER_NUMBER", "+15005550004"),
            ("no_emergency_target", "+15005550003"),
            ("ALLOWED_COUNTRY_CODES", "1"),
            ("company_name", "Company"),
            ("speech_language", "en-GB"),
            ("voice", "Polly.Amy"),
            ("hold_music_url", "https://a.example/m.mp3"),
            ("recording_notice", "We record this."),
            ("enable_google_maps_link", "on"),
        ])
        .expect("settings");
        let (policy, script) = (settings.branch.policy(), &settings.script);
        assert!(!policy.auto_call && !policy.emails && policy.texts && policy.recording);
        assert_eq!(policy.transfer.map(|transfer| transfer.target.to_string()).as_deref(), Some("+15005550007"));
        assert_eq!((policy.attempts_per_technician, policy.escalation_rounds), (3, 4));
        assert_eq!((policy.timing.ring.as_secs(), settings.branch.max_active_emergencies), (30, 2));
        assert_eq!(policy.escalation[0].name.as_deref(), Some("Bo"));
        assert_eq!(settings.branch.automated_number.to_string(), "+15005550005");
        assert!(settings.branch.transfer_number.is_some() && settings.branch.no_emergency_target.is_some());
        assert!(script.google_maps_link && script.hold_music_url.is_some() && script.recording_notice.is_some());
        assert_eq!((script.language.as_deref(), script.voice.as_deref()), (Some("en-GB"), Some("Polly.Amy")));
        assert_eq!((script.company_name.as_str(), policy.allowed_countries.len()), ("Company", 1));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let fault = |list: &[_]| read(list).map(|_| ()).expect_err("wrong").to_string();
        assert_eq!(
            fault(&[("enable_texts", "yes")]),
            "enable_texts can't be used: must be one of true, false, on, off, 1, 0"
        );
        assert_eq!(fault(&[("enable_transfer_call", "on")]), "TRANSFER_TARGET_PHONE_NUMBER is missing");
        let both_off =
            fault(&[("enable_texts", "off"), ("enable_auto_call", "off"), ("RECIPIENT_EMAILS", "a@b.example")]);
        assert!(both_off.ends_with("both calls and texts to technicians are switched off"), "{both_off}");
        // Nothing reads it, and it is checked all the same.
        assert!(fault(&[("DEBUG_WEBHOOK_URL", "x")]).starts_with("DEBUG_WEBHOOK_URL can't be used"));
    }

    #[test]
    fn what_is_only_missing_yet_is_told_apart() {
        let incomplete = |values: &Values| Settings::read(values).map(|_| ()).expect_err("wrong").is_incomplete();
        assert!(incomplete(&Values::default()));
        let mut lonely = values(&[]);
        lonely.set("RECIPIENT_PHONES", None);
        assert!(incomplete(&lonely));
        assert!(!incomplete(&values(&[("enable_texts", "perhaps")])));
    }

    #[test]
    fn every_name_that_is_read_is_in_the_table() {
        let source = include_str!("read.rs");
        let reading = source.split("mod tests").next().unwrap_or_default();
        for name in reading
            .split('"')
            .skip(1)
            .step_by(2)
            .filter(|text| text.contains('_') && text.chars().all(|c| c.is_ascii_alphabetic() || c == '_'))
        {
            assert!(setting(name).is_some(), "{name}");
        }
    }
}
