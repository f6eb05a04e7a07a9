//! What a phone does when it is called, spoken to, put on hold or texted.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::{as_optional_seconds, as_seconds};

/// The script of one phone.
///
/// As JSON every field may be left out; times are seconds. The default is a person who answers after three seconds,
/// listens, presses nothing and never hangs up first.
///
/// ```
/// use responder_sim::{Behaviour, Pickup};
///
/// let busy: Behaviour = serde_json::from_str(r#"{"pickup": "busy"}"#)?;
/// assert_eq!(busy.pickup, Pickup::Busy);
///
/// let technician = Behaviour::answers_after_seconds(4).pressing(["1"]);
/// assert_eq!(technician.keys, ["1"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// What happens when it is called.
    pub pickup: Pickup,
    /// Who or what answers.
    pub line: Line,
    /// What machine detection says, whatever answers (such as `unknown` or `fax`); normally it finds out.
    pub answered_by: Option<String>,
    /// What is pressed at successive `<Gather>`s of one call; an empty text, and the end of the list, press nothing.
    pub keys: Vec<String>,
    /// What is said at successive `<Gather>`s that listen to speech; an empty text says nothing.
    pub speech: Vec<String>,
    /// How long after a `<Gather>` has begun the first key is pressed.
    #[serde(with = "as_seconds")]
    pub key_delay: Duration,
    /// What is pressed after a certain text was heard.
    pub on_hearing: Vec<OnHearing>,
    /// Hangs up so long after the call was answered.
    #[serde(with = "as_optional_seconds")]
    pub hang_up_after: Option<Duration>,
    /// Hangs up after waiting in a queue for so long.
    #[serde(with = "as_optional_seconds")]
    pub hang_up_on_hold_after: Option<Duration>,
    /// Hangs up after talking with somebody for so long.
    #[serde(with = "as_optional_seconds")]
    pub hang_up_talking_after: Option<Duration>,
    /// What is said into a `<Record>`.
    pub message: Message,
    /// What becomes of an SMS to this number.
    pub sms: Delivery,
    /// What this number texts back, to every SMS.
    pub sms_reply: Option<SmsReply>,
}

/// What happens when a phone is called.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Pickup {
    /// It rings for so long and is answered; not if the caller gives up before.
    Answer {
        /// The ringing time.
        #[serde(with = "as_seconds")]
        after: Duration,
    },
    /// The line is engaged.
    Busy,
    /// It rings until the caller gives up.
    NoAnswer,
    /// The network can't reach it: the call fails.
    Unreachable,
}

/// Who or what answers a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Line {
    /// A person.
    #[default]
    Human,
    /// A machine that speaks a greeting and then listens; it presses no keys and does not hang up.
    Voicemail {
        /// How long the greeting is.
        #[serde(with = "as_seconds")]
        greeting: Duration,
        /// What machine detection hears at the end of the greeting.
        #[serde(default)]
        ending: GreetingEnd,
    },
    /// A fax machine.
    Fax,
}

/// How the end of a greeting is recognised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GreetingEnd {
    /// By a beep.
    #[default]
    Beep,
    /// By silence.
    Silence,
    /// By something else.
    Other,
}

/// A reaction to a text: once per call, at the first `<Say>` that contains it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnHearing {
    /// A part of what is said; upper and lower case are the same.
    pub text: String,
    /// The keys.
    pub press: String,
    /// How long after the text began.
    #[serde(default, with = "as_seconds")]
    pub after: Duration,
}

/// What a phone says into a recording.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Message {
    /// How long it speaks; zero is silence, and the recording is empty.
    #[serde(with = "as_seconds")]
    pub length: Duration,
    /// What follows.
    pub then: AfterMessage,
}

/// What a phone does after it has spoken a message.
#[derive(Clone, Debug, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AfterMessage {
    /// Nothing; the recording ends by its time-out.
    #[default]
    Silence,
    /// Presses a key.
    Key(char),
    /// Hangs up.
    HangUp,
}

/// What becomes of an SMS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delivery {
    /// Sent, then delivered.
    #[default]
    Delivered,
    /// Sent; nothing more is ever heard, as where carriers give no receipts.
    Sent,
    /// Sent, then undelivered with this error code (such as 30003, 30005, 30006, 30007).
    Undelivered(u32),
    /// Failed with this error code without having been sent.
    Failed(u32),
    /// The REST request itself is refused with this error code (such as 21610, 21614).
    Refused(u32),
}

/// What a phone texts back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsReply {
    /// How long after the SMS was delivered.
    #[serde(default, with = "as_seconds")]
    pub after: Duration,
    /// The text.
    pub body: String,
}

impl Behaviour {
    /// A person who answers after so many seconds.
    pub fn answers_after_seconds(seconds: u64) -> Self {
        Self { pickup: Pickup::Answer { after: Duration::from_secs(seconds) }, ..Self::default() }
    }

    /// An answering machine that picks up after so many seconds.
    pub fn voicemail(pickup_seconds: u64, greeting_seconds: u64) -> Self {
        let line = Line::Voicemail { greeting: Duration::from_secs(greeting_seconds), ending: GreetingEnd::Beep };
        Self { line, ..Self::answers_after_seconds(pickup_seconds) }
    }

    /// A line that is engaged.
    pub fn busy() -> Self {
        Self { pickup: Pickup::Busy, ..Self::default() }
    }

    /// A phone that nobody answers.
    pub fn no_answer() -> Self {
        Self { pickup: Pickup::NoAnswer, ..Self::default() }
    }

    /// A phone that the network can't reach.
    pub fn unreachable() -> Self {
        Self { pickup: Pickup::Unreachable, ..Self::default() }
    }

    /// Presses these keys at successive `<Gather>`s.
    #[must_use]
    pub fn pressing<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.keys = keys.into_iter().map(Into::into).collect();
        self
    }

    /// Presses `keys` as soon as it hears `text`.
    #[must_use]
    pub fn pressing_on_hearing(mut self, text: impl Into<String>, keys: impl Into<String>) -> Self {
        let after = Duration::from_millis(500);
        self.on_hearing.push(OnHearing { text: text.into(), press: keys.into(), after });
        self
    }

    /// Hangs up after waiting in a queue for so long.
    #[must_use]
    pub const fn hanging_up_on_hold_after(mut self, span: Duration) -> Self {
        self.hang_up_on_hold_after = Some(span);
        self
    }

    /// Hangs up after talking for so long.
    #[must_use]
    pub const fn hanging_up_talking_after(mut self, span: Duration) -> Self {
        self.hang_up_talking_after = Some(span);
        self
    }

    /// Hangs up so long after the call was answered.
    #[must_use]
    pub const fn hanging_up_after(mut self, span: Duration) -> Self {
        self.hang_up_after = Some(span);
        self
    }

    /// Answers every SMS with `body` after some time.
    #[must_use]
    pub fn texting_back(mut self, after: Duration, body: impl Into<String>) -> Self {
        self.sms_reply = Some(SmsReply { after, body: body.into() });
        self
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            pickup: Pickup::Answer { after: Duration::from_secs(3) },
            line: Line::Human,
            answered_by: None,
            keys: Vec::new(),
            speech: Vec::new(),
            key_delay: Duration::from_secs(1),
            on_hearing: Vec::new(),
            hang_up_after: None,
            hang_up_on_hold_after: None,
            hang_up_talking_after: None,
            message: Message::default(),
            sms: Delivery::Delivered,
            sms_reply: None,
        }
    }
}

impl Default for Message {
    fn default() -> Self {
        Self { length: Duration::from_secs(5), then: AfterMessage::Silence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_names_are_the_documented_ones() {
        let text = r##"{"pickup":{"answer":{"after":2}},"line":{"voicemail":{"greeting":8,"ending":"silence"}},
            "keys":["1"],"key_delay":0.5,"on_hearing":[{"text":"press one","press":"1","after":1}],
            "hang_up_on_hold_after":40,"hang_up_talking_after":60.5,"message":{"length":7,"then":{"key":"#"}},
            "sms":{"undelivered":30003},"sms_reply":{"after":5,"body":"OK"}}"##;
        let script: Behaviour = serde_json::from_str(text).expect("a behaviour");
        assert_eq!(script.pickup, Pickup::Answer { after: Duration::from_secs(2) });
        assert_eq!(script.hang_up_talking_after, Some(Duration::from_millis(60_500)));
        assert_eq!(script.message.then, AfterMessage::Key('#'));
        assert_eq!(script.sms, Delivery::Undelivered(30003));
        let again = serde_json::to_string(&script).and_then(|text| serde_json::from_str(&text)).expect("a behaviour");
        assert_eq!(script, again);
        assert!(serde_json::from_str::<Behaviour>(r#"{"pick_up":"busy"}"#).is_err(), "a misspelt name is refused");
    }
}
