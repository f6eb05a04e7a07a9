//! Failures as messages in a Slack channel.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{FailureReporter, NotifyError, VendorFailure};

/// Posts to an incoming webhook of Slack, whose address is a secret: whoever knows it can write to the channel.
pub struct Slack {
    url: SecretString,
    client: reqwest::Client,
}

impl Slack {
    /// Posts to `url`.
    ///
    /// # Errors
    /// [`NotifyError::NotConfigured`] if that is no address that begins with `https://` or `http://`, or if there can
    /// be no TLS.
    pub fn new(url: SecretString) -> Result<Self, NotifyError> {
        let parsed = reqwest::Url::parse(url.expose_secret()).map_err(|_| NotifyError::NotConfigured)?;
        if !matches!(parsed.scheme(), "https" | "http") || !parsed.has_host() {
            return Err(NotifyError::NotConfigured);
        }
        let client = reqwest::Client::builder().timeout(WITHIN).redirect(reqwest::redirect::Policy::none());
        let client = client.build().map_err(|_| NotifyError::NotConfigured)?;
        Ok(Self { url, client })
    }
}

#[async_trait]
impl FailureReporter for Slack {
    async fn report(&self, failure: &VendorFailure, more: u64) -> Result<(), NotifyError> {
        let request = self.client.post(self.url.expose_secret()).json(&message(failure, more));
        let answer = request.send().await.map_err(|error| NotifyError::Unavailable(Box::new(error.without_url())))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status if status.is_server_error() || status.as_u16() == 429 => {
                Err(NotifyError::Unavailable(format!("Slack answered {}", status.as_u16()).into()))
            }
            status => Err(NotifyError::Rejected(format!("Slack answered {}", status.as_u16()))),
        }
    }
}

impl fmt::Debug for Slack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slack([REDACTED])")
    }
}

/// A line for notifications, and the fields of the failure below it.
fn message(failure: &VendorFailure, more: u64) -> Value {
    let VendorFailure { status, vendor, vendor_api, origin_api, error_msg, meta } = failure;
    let field =
        |title: &str, value: &str| json!({ "title": title, "value": escaped(value), "short": value.len() < 40 });
    let since = if more == 0 { String::new() } else { format!(" ({more} more since the last message)") };
    let line = format!("{status}: {vendor} {vendor_api}, {origin_api}: {error_msg}{since}");
    let fields = [
        field("status", status),
        field("vendor", vendor),
        field("vendorApi", vendor_api),
        field("originApi", origin_api),
        field("errorMsg", error_msg),
        field("meta", &meta.to_string()),
    ];
    json!({ "text": escaped(&line), "attachments": [{ "color": "danger", "fallback": escaped(&line), "fields": fields }] })
}

/// So that nothing becomes a link or calls everybody in the channel (Slack, "Formatting text").
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const WITHIN: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_every_field_and_calls_nobody() {
        let (vendor_api, origin_api, error_msg) = ("token", "[GET] /api/v1/call_token", "Invalid parameters");
        let meta = json!({ "type": "<!channel> & more" });
        let failure = VendorFailure { status: "ERROR", vendor: "Twilio", vendor_api, origin_api, error_msg, meta };
        let made = message(&failure, 0);
        assert_eq!(made["text"], "ERROR: Twilio token, [GET] /api/v1/call_token: Invalid parameters");
        let fields: Vec<_> = made["attachments"][0]["fields"].as_array().expect("fields").iter().collect();
        let said: Vec<_> = fields.iter().map(|f| (f["title"].as_str(), f["value"].as_str())).collect();
        let expected = [
            ("status", "ERROR"),
            ("vendor", "Twilio"),
            ("vendorApi", "token"),
            ("originApi", "[GET] /api/v1/call_token"),
            ("errorMsg", "Invalid parameters"),
            ("meta", r#"{"type":"&lt;!channel&gt; &amp; more"}"#),
        ];
        assert_eq!(said, expected.map(|(title, value)| (Some(title), Some(value))));
        assert!(message(&failure, 3)["text"].as_str().expect("a text").ends_with("(3 more since the last message)"));
    }

    #[test]
    fn the_address_is_checked_and_not_shown() {
        let slack = Slack::new("https://hooks.example.com/services/secret".into()).expect("an address");
        assert_eq!(format!("{slack:?}"), "Slack([REDACTED])");
        for odd in ["", "hooks.example.com", "ftp://example.com/", "https://"] {
            assert!(Slack::new(odd.into()).is_err(), "{odd}");
        }
    }
}
