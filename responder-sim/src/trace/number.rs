//! The account's numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The addresses of one of the account's numbers.
///
/// As JSON every field may be left out. Methods default to POST.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberConfig {
    /// Asked when the number is called.
    pub voice_url: Option<String>,
    /// GET or POST.
    pub voice_method: Option<String>,
    /// Asked when `voice_url`, or a document that followed from it, failed.
    pub voice_fallback_url: Option<String>,
    /// GET or POST.
    pub voice_fallback_method: Option<String>,
    /// Told when an inbound call has ended.
    pub status_callback: Option<String>,
    /// GET or POST.
    pub status_callback_method: Option<String>,
    /// Asked when the number is texted.
    pub sms_url: Option<String>,
    /// GET or POST.
    pub sms_method: Option<String>,
    /// Asked when `sms_url` failed.
    pub sms_fallback_url: Option<String>,
    /// GET or POST.
    pub sms_fallback_method: Option<String>,
    /// The application that is asked about calls in place of these addresses. Applications are not simulated: calls to
    /// such a number fail.
    pub voice_application: Option<String>,
    /// The application that is asked about texts in place of these addresses; texts to such a number reach nobody.
    pub sms_application: Option<String>,
    /// The SIP trunk that calls go to; calls to such a number fail.
    pub trunk: Option<String>,
    /// A name for people.
    pub friendly_name: Option<String>,
}

impl NumberConfig {
    /// A number that answers calls with the document at `voice_url`.
    pub fn voice(voice_url: impl Into<String>) -> Self {
        Self { voice_url: Some(voice_url.into()), ..Self::default() }
    }

    /// The address that is asked about calls, unless something stands before it.
    pub(crate) fn asked_about_calls(&self) -> Option<&String> {
        let elsewhere = self.voice_application.is_some() || self.trunk.is_some();
        self.voice_url.as_ref().filter(|_| !elsewhere)
    }

    /// The address that is asked about texts, unless something stands before it.
    pub(crate) fn asked_about_texts(&self) -> Option<&String> {
        self.sms_url.as_ref().filter(|_| self.sms_application.is_none())
    }

    /// Tells `url` when an inbound call has ended.
    #[must_use]
    pub fn with_status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }

    /// Asks `url` when the number is texted.
    #[must_use]
    pub fn with_sms(mut self, url: impl Into<String>) -> Self {
        self.sms_url = Some(url.into());
        self
    }

    /// Asks `url` when a voice document failed.
    #[must_use]
    pub fn with_voice_fallback(mut self, url: impl Into<String>) -> Self {
        self.voice_fallback_url = Some(url.into());
        self
    }
}

/// The account's numbers.
pub(crate) type Numbers = BTreeMap<String, NumberConfig>;
