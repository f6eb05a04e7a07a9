//! What can be set.

use std::{fmt, time::Duration};

use crate::{
    CountryCode,
    token::{ApiKey, DEFAULT_TTL, MAX_TTL},
};

/// How calls of an app are made. [`VoiceSettings::new`] sets what has no default; the rest can be changed then.
#[derive(Clone)]
#[non_exhaustive]
pub struct VoiceSettings {
    /// What access tokens are signed with (`TWILIO_API_KEY`, `TWILIO_API_KEY_SECRET`).
    pub api_key: ApiKey,
    /// The TwiML application (`AP…`) whose voice URL is [`MAKE_CALL`](super::MAKE_CALL) (`TWILIO_ML_APP_SID`).
    pub application_sid: String,
    /// The credential by which iPhones are woken up (`TWILIO_ML_APNS_CERT_SID`). Blank: they are not.
    pub apns_credential_sid: String,
    /// The credential by which Android phones are woken up (`TWILIO_ML_FCM_CERT_SID`). Blank: they are not.
    pub fcm_credential_sid: String,
    /// Who calls, as the called phone shows it, if the app says nothing: one of the account's numbers (`TWILIO_FROM`).
    pub from: String,
    /// The longest call in seconds, 1 to 86,400 (`TWILIO_CALL_TIME_LIMIT`); an hour. The provider allows 14,400 unless
    /// more was agreed on.
    pub time_limit_secs: u32,
    /// How long an access token lasts: a second to 24 hours (`TOKEN_TTL_SECONDS`); an hour.
    pub token_ttl: Duration,
    /// Whether users can be called, too (`TWILIO_INCOMING_ALLOW`); they can't.
    pub incoming: bool,
    /// Which countries may be called (`ALLOWED_COUNTRY_CODES`); none named are all.
    pub allowed_countries: Vec<CountryCode>,
    /// To which country a number without a country code belongs, where countries are looked at (`DEFAULT_COUNTRY`);
    /// The country of numbers without a code; [`CountryCode::NORTH_AMERICA`] unless set.
    pub default_country: CountryCode,
    /// Whether the provider is asked to tell how each call went (`CALL_METRICS`); it is not.
    pub call_metrics: bool,
    /// What callers hear.
    pub wording: VoiceWording,
}

/// What callers hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceWording {
    /// When nobody is called: the app tries whether calls work.
    pub test_call: String,
    /// When that can't be called.
    pub refused: String,
}

/// Why settings can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VoiceSettingsError {
    /// Without an application, no calls go out.
    #[error("the sid of the TwiML application is missing")]
    Application,
    /// Without it, calls would be made from nowhere.
    #[error("the number that calls come from is missing")]
    From,
    /// Not a second to 24 hours.
    #[error("an access token must last from a second to 24 hours")]
    TokenTtl,
    /// Not a second to 24 hours.
    #[error("a call may last from a second to 24 hours")]
    TimeLimit,
}

impl VoiceSettings {
    /// With the defaults that the fields name.
    pub fn new(api_key: ApiKey, application_sid: impl Into<String>, from: impl Into<String>) -> Self {
        Self {
            api_key,
            application_sid: application_sid.into(),
            apns_credential_sid: String::new(),
            fcm_credential_sid: String::new(),
            from: from.into(),
            time_limit_secs: 3600,
            token_ttl: DEFAULT_TTL,
            incoming: false,
            allowed_countries: Vec::new(),
            default_country: CountryCode::NORTH_AMERICA,
            call_metrics: false,
            wording: VoiceWording::default(),
        }
    }

    /// What users are known as in calls, but for their own id: `<application>_uid`.
    pub fn identity_prefix(&self) -> String {
        format!("{}_uid", self.application_sid)
    }

    pub(super) fn checked(self) -> Result<Self, VoiceSettingsError> {
        if self.application_sid.trim().is_empty() {
            return Err(VoiceSettingsError::Application);
        }
        if self.from.trim().is_empty() {
            return Err(VoiceSettingsError::From);
        }
        if self.token_ttl < Duration::from_secs(1) || self.token_ttl > MAX_TTL {
            return Err(VoiceSettingsError::TokenTtl);
        }
        if !(1..=LONGEST_CALL_SECS).contains(&self.time_limit_secs) {
            return Err(VoiceSettingsError::TimeLimit);
        }
        Ok(self)
    }
}

impl fmt::Debug for VoiceSettings {
    /// Not the number that calls come from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("VoiceSettings");
        debug.field("api_key", &self.api_key).field("application_sid", &self.application_sid);
        debug.finish_non_exhaustive()
    }
}

impl Default for VoiceWording {
    fn default() -> Self {
        Self {
            test_call: "Congratulations! You have just made your first call. Goodbye.".to_owned(),
            refused: "This number can't be called. Goodbye.".to_owned(),
        }
    }
}

const LONGEST_CALL_SECS: u32 = 24 * 60 * 60;
