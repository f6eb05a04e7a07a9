//! The numbers of the account.

use serde::Deserialize;

use super::{Answer, Form, Listing, Private, TelephonyError, Transport, Webhook, WebhookMethod, read};
use crate::{E164, PhoneNumberSid};

/// The numbers of an account (Twilio, "Incoming phone number resource"). They are bought and released elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct IncomingPhoneNumbers<'a> {
    pub(super) transport: &'a Transport,
}

/// A number, and what is asked when it is called or texted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
#[serde(from = "Wire")]
pub struct IncomingPhoneNumber {
    /// Its sid.
    pub sid: PhoneNumberSid,
    /// The number.
    pub phone_number: Private,
    /// Its name for people.
    pub friendly_name: Option<Private>,
    /// Asked when it is called.
    pub voice: Option<Webhook>,
    /// Asked when that fails.
    pub voice_fallback: Option<Webhook>,
    /// Told when a call to it has ended.
    pub status_callback: Option<Webhook>,
    /// Asked when it is texted.
    pub sms: Option<Webhook>,
    /// Asked when that fails.
    pub sms_fallback: Option<Webhook>,
    /// The application that is asked about calls in place of the addresses here.
    pub voice_application: Option<String>,
    /// The application that is asked about texts in place of the addresses here.
    pub sms_application: Option<String>,
    /// The SIP trunk that calls go to, whatever else is said here.
    pub trunk: Option<String>,
}

/// Which numbers a list has; all, if nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberFilter {
    /// Those with these digits in them, such as `+1500555`.
    pub phone_number: Option<Private>,
    /// The one of this name.
    pub friendly_name: Option<Private>,
    /// How many are asked for at a time, 1 to 1,000; 50 if nothing is said.
    pub page_size: Option<u16>,
}

/// What becomes different about a number; what is not said stays as it is. [`Webhook::none`] removes an address, an
/// empty text an application or a trunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberChange {
    /// Its name for people.
    pub friendly_name: Option<Private>,
    /// Asked when it is called.
    pub voice: Option<Webhook>,
    /// Asked when that fails.
    pub voice_fallback: Option<Webhook>,
    /// Told when a call to it has ended.
    pub status_callback: Option<Webhook>,
    /// Asked when it is texted.
    pub sms: Option<Webhook>,
    /// Asked when that fails.
    pub sms_fallback: Option<Webhook>,
    /// The application that is asked about calls.
    pub voice_application: Option<String>,
    /// The application that is asked about texts.
    pub sms_application: Option<String>,
    /// The SIP trunk that calls go to.
    pub trunk: Option<String>,
}

impl<'a> IncomingPhoneNumbers<'a> {
    /// Numbers of the account.
    pub fn list(&self, filter: &NumberFilter) -> Listing<'a, IncomingPhoneNumber> {
        let query = Form::default()
            .maybe("PhoneNumber", filter.phone_number.as_ref())
            .maybe("FriendlyName", filter.friendly_name.as_ref())
            .page_size(filter.page_size);
        self.transport.list(&[RESOURCE], "incoming_phone_numbers", query)
    }

    /// This number, if the account has it.
    ///
    /// # Errors
    /// Any [`TelephonyError`].
    pub async fn find(&self, number: &E164) -> Result<Option<IncomingPhoneNumber>, TelephonyError> {
        // The provider looks for digits anywhere in a number.
        let filter = NumberFilter { phone_number: Some((*number).into()), ..NumberFilter::default() };
        let found = self.list(&filter).first(MOST_ALIKE).await?;
        Ok(found.into_iter().find(|found| found.phone_number.number().as_ref() == Some(number)))
    }

    /// One number.
    ///
    /// # Errors
    /// [`TelephonyError::Rejected`] with status 404 if there is none of that name.
    pub async fn fetch(&self, number: &PhoneNumberSid) -> Result<Answer<IncomingPhoneNumber>, TelephonyError> {
        self.transport.fetch(&[RESOURCE, number.as_str()]).await
    }

    /// Changes a number. The answer is how it is then.
    ///
    /// # Errors
    /// Any [`TelephonyError`]. After [`TelephonyError::Unknown`] it may be sent again: it comes to the same.
    pub async fn update(
        &self,
        number: &PhoneNumberSid,
        change: &NumberChange,
    ) -> Result<Answer<IncomingPhoneNumber>, TelephonyError> {
        self.transport.submit(&[RESOURCE, number.as_str()], change.form()).await
    }
}

impl NumberChange {
    fn form(&self) -> Form {
        let webhooks: [(&'static str, &'static str, &Option<Webhook>); 5] = [
            ("VoiceUrl", "VoiceMethod", &self.voice),
            ("VoiceFallbackUrl", "VoiceFallbackMethod", &self.voice_fallback),
            ("StatusCallback", "StatusCallbackMethod", &self.status_callback),
            ("SmsUrl", "SmsMethod", &self.sms),
            ("SmsFallbackUrl", "SmsFallbackMethod", &self.sms_fallback),
        ];
        let form = Form::default()
            .maybe("FriendlyName", self.friendly_name.as_ref())
            .maybe("VoiceApplicationSid", self.voice_application.as_ref())
            .maybe("SmsApplicationSid", self.sms_application.as_ref())
            .maybe("TrunkSid", self.trunk.as_ref());
        webhooks.into_iter().fold(form, |form, (url, method, webhook)| form.webhook(url, method, webhook.as_ref()))
    }
}

#[derive(Deserialize)]
struct Wire {
    sid: PhoneNumberSid,
    phone_number: Private,
    #[serde(default, deserialize_with = "read::private")]
    friendly_name: Option<Private>,
    #[serde(default, deserialize_with = "read::text")]
    voice_url: Option<String>,
    #[serde(default, deserialize_with = "read::word")]
    voice_method: Option<WebhookMethod>,
    #[serde(default, deserialize_with = "read::text")]
    voice_fallback_url: Option<String>,
    #[serde(default, deserialize_with = "read::word")]
    voice_fallback_method: Option<WebhookMethod>,
    #[serde(default, deserialize_with = "read::text")]
    status_callback: Option<String>,
    #[serde(default, deserialize_with = "read::word")]
    status_callback_method: Option<WebhookMethod>,
    #[serde(default, deserialize_with = "read::text")]
    sms_url: Option<String>,
    #[serde(default, deserialize_with = "read::word")]
    sms_method: Option<WebhookMethod>,
    #[serde(default, deserialize_with = "read::text")]
    sms_fallback_url: Option<String>,
    #[serde(default, deserialize_with = "read::word")]
    sms_fallback_method: Option<WebhookMethod>,
    #[serde(default, deserialize_with = "read::text")]
    voice_application_sid: Option<String>,
    #[serde(default, deserialize_with = "read::text")]
    sms_application_sid: Option<String>,
    #[serde(default, deserialize_with = "read::text")]
    trunk_sid: Option<String>,
}

impl From<Wire> for IncomingPhoneNumber {
    fn from(wire: Wire) -> Self {
        let webhook = |url: Option<String>, method: Option<WebhookMethod>| {
            url.map(|url| Webhook { url, method: method.unwrap_or_default() })
        };
        Self {
            sid: wire.sid,
            phone_number: wire.phone_number,
            friendly_name: wire.friendly_name,
            voice: webhook(wire.voice_url, wire.voice_method),
            voice_fallback: webhook(wire.voice_fallback_url, wire.voice_fallback_method),
            status_callback: webhook(wire.status_callback, wire.status_callback_method),
            sms: webhook(wire.sms_url, wire.sms_method),
            sms_fallback: webhook(wire.sms_fallback_url, wire.sms_fallback_method),
            voice_application: wire.voice_application_sid,
            sms_application: wire.sms_application_sid,
            trunk: wire.trunk_sid,
        }
    }
}

const RESOURCE: &str = "IncomingPhoneNumbers";

/// A whole number is found in at most as many longer ones.
const MOST_ALIKE: usize = 1_000;
