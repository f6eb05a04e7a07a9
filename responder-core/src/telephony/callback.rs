//! What a provider posts to us, read into the machine's words.
//!
//! Field names and values are Twilio's ("TwiML request parameters", "Call resource", "Enqueue", "Queue", "Dial",
//! "Gather", "Record", "Message status callbacks"). Providers add fields without notice, so unknown ones are ignored,
//! and a value that is not known is read as the careful one.

use std::time::Duration;

use super::{CallStatus, MessageStatus};
use crate::{
    CallSid, CountryCode, E164, MessageSid, RecordingSid, SidError,
    emergency::{AnsweredBy, Delivery, DialResult, Key, QueueResult},
};

/// The fields of one request. Of a field that comes twice the first counts.
#[derive(Clone, Copy)]
pub struct Callback<'a> {
    fields: &'a [(String, String)],
}

impl<'a> Callback<'a> {
    /// Of decoded form fields.
    pub const fn new(fields: &'a [(String, String)]) -> Self {
        Self { fields }
    }

    /// A field as it came.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The call that it is about.
    ///
    /// # Errors
    /// [`SidError`] if there is none, or none that could be one.
    pub fn call(&self) -> Result<CallSid, SidError> {
        self.get("CallSid").unwrap_or_default().parse()
    }

    /// The text that it is about.
    ///
    /// # Errors
    /// [`SidError`] if there is none, or none that could be one.
    pub fn message(&self) -> Result<MessageSid, SidError> {
        self.get("MessageSid").or_else(|| self.get("SmsSid")).unwrap_or_default().parse()
    }

    /// Who calls or writes; none if the number is withheld or is not a number (`anonymous`, `client:…`). A number in
    /// full counts as it is, even one that its country does not give to anybody: telephone systems send such, too.
    pub fn from(&self, country: CountryCode) -> Option<E164> {
        let from = self.get("From")?;
        from.parse().or_else(|_| E164::parse_with(from, country)).ok()
    }

    /// Where the call stands; none for a word that is not known.
    pub fn call_status(&self) -> Option<CallStatus> {
        self.get("CallStatus")?.parse().ok()
    }

    /// Whether whoever is on this call can still hear us.
    pub fn is_on_line(&self) -> bool {
        !self.call_status().is_some_and(CallStatus::is_final)
    }

    /// How long the call was. `CallDuration` is in seconds (`Duration` beside it is in minutes, for billing).
    pub fn call_duration(&self) -> Option<Duration> {
        self.seconds("CallDuration")
    }

    /// The verdict of machine detection.
    pub fn answered_by(&self) -> Option<AnsweredBy> {
        let word = self.get("AnsweredBy")?;
        Some(match word {
            "human" => AnsweredBy::Human,
            "fax" => AnsweredBy::Machine,
            _ if word.starts_with("machine") => AnsweredBy::Machine,
            _ => AnsweredBy::Unknown,
        })
    }

    /// The first key that was pressed.
    pub fn key(&self) -> Option<Key> {
        Some(match self.get("Digits")?.chars().next()? {
            '1' => Key::One,
            '2' => Key::Two,
            '9' => Key::Nine,
            _ => Key::Other,
        })
    }

    /// How a caller left the queue. A word that is not known is taken for a failure, which is looked into.
    pub fn queue_result(&self) -> Option<QueueResult> {
        Some(match self.get("QueueResult")? {
            "bridged" | "redirected-from-bridged" => QueueResult::Bridged,
            "bridging-in-process" => QueueResult::BridgingInProcess,
            "hangup" => QueueResult::Hangup,
            "leave" => QueueResult::Leave,
            "redirected" => QueueResult::Redirected,
            "queue-full" => QueueResult::QueueFull,
            "error" => QueueResult::Error,
            _ => QueueResult::SystemError,
        })
    }

    /// How a `<Dial>` ended. `DialBridged` says it; where it is missing, only a completed one with a duration counts.
    pub fn dial_result(&self) -> DialResult {
        let lasted = || self.dial_duration().is_some_and(|length| !length.is_zero());
        let bridged = match self.get("DialBridged") {
            Some(word) => word.eq_ignore_ascii_case("true"),
            None => self.get("DialCallStatus") == Some("completed") && lasted(),
        };
        if bridged { DialResult::Bridged } else { DialResult::NotBridged }
    }

    /// How long a `<Dial>` had the two connected.
    pub fn dial_duration(&self) -> Option<Duration> {
        self.seconds("DialCallDuration")
    }

    /// The other call of a bridge, as the dequeued side is told it. The missing `u` is the provider's.
    pub fn dequeuing_call(&self) -> Option<CallSid> {
        self.get("DequeingCallSid").or_else(|| self.get("DequeuingCallSid"))?.parse().ok()
    }

    /// The recording that it is about. The `action` of a `<Record>` names it only by its URL.
    pub fn recording(&self) -> Option<RecordingSid> {
        let in_url = || self.get("RecordingUrl").and_then(|url| url.rsplit('/').next());
        self.get("RecordingSid").or_else(in_url)?.parse().ok()
    }

    /// How long the recording is.
    pub fn recording_duration(&self) -> Duration {
        self.seconds("RecordingDuration").unwrap_or_default()
    }

    /// Whether a recording can be listened to.
    pub fn is_recording_completed(&self) -> bool {
        self.get("RecordingStatus") == Some("completed")
    }

    /// How far a text has come; none while it is only on its way to the carrier.
    pub fn delivery(&self) -> Option<Delivery> {
        let status: MessageStatus = self.get("MessageStatus").or_else(|| self.get("SmsStatus"))?.parse().ok()?;
        match status {
            status if status.is_failure() => Some(Delivery::Failed(self.error_code())),
            MessageStatus::Sent => Some(Delivery::Sent),
            MessageStatus::Delivered | MessageStatus::Read => Some(Delivery::Delivered),
            _ => None,
        }
    }

    /// The provider's number for what went wrong.
    pub fn error_code(&self) -> Option<u32> {
        self.get("ErrorCode")?.parse().ok()
    }

    fn seconds(&self, name: &str) -> Option<Duration> {
        self.get(name)?.parse().ok().map(Duration::from_secs)
    }
}

/// The header by which the repeat of a request is known (Twilio, "Webhooks").
#[cfg(feature = "runtime")]
pub(crate) const REPEAT_TOKEN: &str = "I-Twilio-Idempotency-Token";

/// Names only: values are numbers and what people said.
impl std::fmt::Debug for Callback<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.fields.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn words_are_read_and_unknown_ones_are_taken_carefully() {
        let read = |name: &str, value: &str| fields(&[(name, value)]);
        let answered = |word: &str| Callback::new(&read("AnsweredBy", word)).answered_by();
        assert_eq!(answered("human"), Some(AnsweredBy::Human));
        assert_eq!(answered("machine_end_beep"), Some(AnsweredBy::Machine));
        assert_eq!(answered("fax"), Some(AnsweredBy::Machine));
        assert_eq!(answered("robot"), Some(AnsweredBy::Unknown));
        let left = |word: &str| Callback::new(&read("QueueResult", word)).queue_result();
        assert_eq!(left("redirected-from-bridged"), Some(QueueResult::Bridged));
        assert_eq!(left("abducted"), Some(QueueResult::SystemError));
        let pressed = |keys: &str| Callback::new(&read("Digits", keys)).key();
        assert_eq!(
            (pressed("1"), pressed("9"), pressed("*"), pressed("")),
            (Some(Key::One), Some(Key::Nine), Some(Key::Other), None)
        );
    }

    #[test]
    fn a_dial_that_was_not_connected_never_counts() {
        let dial = |pairs: &[(&str, &str)]| Callback::new(&fields(pairs)).dial_result();
        assert_eq!(dial(&[("DialBridged", "true"), ("DialCallStatus", "completed")]), DialResult::Bridged);
        assert_eq!(dial(&[("DialBridged", "false"), ("DialCallStatus", "completed")]), DialResult::NotBridged);
        assert_eq!(dial(&[("DialCallStatus", "completed"), ("DialCallDuration", "7")]), DialResult::Bridged);
        assert_eq!(dial(&[("DialCallStatus", "completed"), ("DialCallDuration", "0")]), DialResult::NotBridged);
        assert_eq!(dial(&[("DialCallStatus", "no-answer")]), DialResult::NotBridged);
        assert_eq!(dial(&[]), DialResult::NotBridged);
    }

    #[test]
    fn deliveries() {
        let delivery = |status: &str, code: &str| {
            Callback::new(&fields(&[("MessageStatus", status), ("ErrorCode", code)])).delivery()
        };
        assert_eq!(delivery("undelivered", "30003"), Some(Delivery::Failed(Some(30003))));
        assert_eq!(delivery("delivered", ""), Some(Delivery::Delivered));
        assert_eq!(delivery("queued", ""), None);
        assert_eq!(delivery("unheard-of", ""), None);
    }

    #[test]
    fn withheld_numbers_are_nobodys() {
        let from = |value: &str| Callback::new(&fields(&[("From", value)])).from(CountryCode::NORTH_AMERICA);
        assert_eq!(from("+15005550100").map(|n| n.to_string()).as_deref(), Some("+15005550100"));
        assert_eq!((from("anonymous"), from("client:ada"), from("")), (None, None, None));
    }

    #[test]
    fn a_recording_is_named_by_sid_or_by_url() {
        let url = "https://api.example.com/2010-04-01/Accounts/AC1/Recordings/RE7";
        let by_url = fields(&[("RecordingUrl", url)]);
        assert_eq!(Callback::new(&by_url).recording().map(|sid| sid.to_string()).as_deref(), Some("RE7"));
        assert!(Callback::new(&[]).recording().is_none());
    }
}
