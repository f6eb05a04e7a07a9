//! Facts for the timeline.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AttemptKind, AttemptNo, Conclusion, Line};
use crate::{CallSid, E164, MessageSid, RecordingSid, Timestamp};

/// One fact. Serialises as `{"event": "<name>", "data": {…}}`; stores and webhooks add `emergency_id` and time.
///
/// Names are those that the seed's clients know where it had one. Events hold numbers and names: they are the record
/// of the emergency, and readable only with the declared access.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A report was taken in.
    WebhookReceived {
        /// Who will be called first.
        technician: E164,
        /// Where the customer can be called back, as they said it.
        callback: String,
        /// Who reported it.
        customer_name: String,
        /// Where it is.
        address: String,
        /// What happened, in the reporter's words.
        description: String,
    },
    /// A technician is to be called.
    EmergencyCallStart {
        /// The attempt that the call is.
        attempt: AttemptNo,
        /// The number that is called.
        to: E164,
    },
    /// The provider took the notification call.
    EmergencyCallInitiated {
        /// The attempt that the call is.
        attempt: AttemptNo,
        /// The number that is called.
        to: E164,
        /// The call.
        call_sid: CallSid,
    },
    /// The notification call could not be placed.
    EmergencyCallError {
        /// The attempt that the call is.
        attempt: AttemptNo,
        /// The number that is called.
        to: E164,
        /// What went wrong, in words.
        error: String,
    },
    /// A text is to be sent.
    SmsAttempt {
        /// The number that it goes to.
        to: E164,
    },
    /// The provider took a text.
    SmsSent {
        /// The number that it goes to.
        to: E164,
        /// The text.
        sid: MessageSid,
    },
    /// A text was not sent, or did not arrive.
    SmsError {
        /// The number that it goes to, when known.
        to: Option<E164>,
        /// What went wrong, in words.
        error: String,
    },
    /// A text arrived on the phone.
    SmsDelivered {
        /// The text.
        sid: MessageSid,
    },
    /// A text came in.
    IncomingSms {
        /// The sender's number.
        from: E164,
        /// What they want.
        keyword: super::Keyword,
    },
    /// A mail was not sent.
    MailError {
        /// What went wrong, in words.
        error: String,
    },
    /// A technician accepted.
    TechnicianAccepted {
        /// The technician's number.
        technician: E164,
        /// What counted as the acceptance.
        by: AcceptedBy,
    },
    /// A technician passed it on.
    TechnicianPassed {
        /// The technician's number.
        technician: E164,
    },
    /// A technician was not reached.
    TechnicianUnreachable {
        /// The technician's number.
        technician: E164,
        /// Which attempt, if it was a call.
        attempt: Option<AttemptNo>,
        /// What kept them from being reached.
        because: UnreachableBecause,
    },
    /// The next technician is tried.
    TechnicianEscalated {
        /// The technician's number.
        technician: E164,
    },
    /// Somebody called in.
    IncomingCall {
        /// The caller's number; none if it is withheld.
        from: Option<E164>,
        /// The call.
        call_sid: CallSid,
    },
    /// The customer is on hold.
    CustomerOnHold {
        /// The call.
        call_sid: CallSid,
    },
    /// The customer hung up before they were connected.
    CustomerHungUp {
        /// The call.
        call_sid: CallSid,
    },
    /// Somebody called who is not the customer.
    StrangerCalled {
        /// The caller's number; none if it is withheld.
        from: Option<E164>,
        /// The call.
        call_sid: CallSid,
    },
    /// The provider took a bridge call.
    TechnicianCallInitiated {
        /// The attempt that the call is.
        attempt: AttemptNo,
        /// To the technician, or to the transfer target.
        kind: AttemptKind,
        /// The number that is called.
        to: E164,
        /// The call.
        call_sid: CallSid,
    },
    /// The two are connected.
    Bridged {
        /// The customer's call.
        customer: CallSid,
        /// The other call.
        attempt: AttemptNo,
    },
    /// The two could not be connected.
    BridgeFailed {
        /// The other call.
        attempt: AttemptNo,
        /// What kept them from being reached.
        because: UnreachableBecause,
    },
    /// A bridge call ended.
    ConferenceStatus {
        /// The attempt that the call is.
        attempt: AttemptNo,
        /// The talk in seconds, when there was one.
        duration: Option<u64>,
    },
    /// The talk is over.
    TalkEnded {
        /// How long it was, in seconds.
        seconds: u64,
    },
    /// A caller is asked to leave a message.
    VoicemailOffered {
        /// The call.
        call_sid: CallSid,
    },
    /// A caller left a message.
    VoicemailLeft {
        /// The call.
        call_sid: CallSid,
        /// The recording.
        recording: RecordingSid,
        /// How long it is, in seconds.
        seconds: u64,
    },
    /// A recording can be listened to.
    RecordingReady {
        /// The call.
        call_sid: CallSid,
        /// The recording.
        recording: RecordingSid,
        /// How long it is, in seconds.
        seconds: u64,
    },
    /// Everybody was tried, nobody accepted.
    NobodyAccepted,
    /// An alert went out: the provider took it. One event for each text, one for the mail.
    AlertSent {
        /// How many recipients it went to by text.
        texts: usize,
        /// How many by mail.
        mails: usize,
    },
    /// One attempt turned out to have two calls; the second is ended.
    DuplicateCall {
        /// Which attempt, or leg.
        line: Line,
        /// The call that is ended.
        call_sid: CallSid,
    },
    /// The provider could not use one of our answers.
    FallbackUsed {
        /// The call.
        call_sid: CallSid,
        /// The provider's number for what went wrong.
        code: Option<u32>,
    },
    /// An operator cancelled it.
    Cancelled,
    /// It is over.
    EmergencyConcluded(Box<Summary>),
}

impl Event {
    /// Its name, as it is serialised.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WebhookReceived { .. } => "webhook_received",
            Self::EmergencyCallStart { .. } => "emergency_call_start",
            Self::EmergencyCallInitiated { .. } => "emergency_call_initiated",
            Self::EmergencyCallError { .. } => "emergency_call_error",
            Self::SmsAttempt { .. } => "sms_attempt",
            Self::SmsSent { .. } => "sms_sent",
            Self::SmsError { .. } => "sms_error",
            Self::SmsDelivered { .. } => "sms_delivered",
            Self::IncomingSms { .. } => "incoming_sms",
            Self::MailError { .. } => "mail_error",
            Self::TechnicianAccepted { .. } => "technician_accepted",
            Self::TechnicianPassed { .. } => "technician_passed",
            Self::TechnicianUnreachable { .. } => "technician_unreachable",
            Self::TechnicianEscalated { .. } => "technician_escalated",
            Self::IncomingCall { .. } => "incoming_call",
            Self::CustomerOnHold { .. } => "customer_on_hold",
            Self::CustomerHungUp { .. } => "customer_hung_up",
            Self::StrangerCalled { .. } => "stranger_called",
            Self::TechnicianCallInitiated { .. } => "technician_call_initiated",
            Self::Bridged { .. } => "bridged",
            Self::BridgeFailed { .. } => "bridge_failed",
            Self::ConferenceStatus { .. } => "conference_status",
            Self::TalkEnded { .. } => "talk_ended",
            Self::VoicemailOffered { .. } => "voicemail_offered",
            Self::VoicemailLeft { .. } => "voicemail_left",
            Self::RecordingReady { .. } => "recording_ready",
            Self::NobodyAccepted => "nobody_accepted",
            Self::AlertSent { .. } => "alert_sent",
            Self::DuplicateCall { .. } => "duplicate_call",
            Self::FallbackUsed { .. } => "fallback_used",
            Self::Cancelled => "cancelled",
            Self::EmergencyConcluded(_) => "emergency_concluded",
        }
    }
}

/// The timeline holds what happened; diagnostics, which must not carry names, numbers or places, only that it did.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut event = f.debug_tuple(self.name());
        match self {
            Self::EmergencyCallStart { attempt, .. }
            | Self::EmergencyCallInitiated { attempt, .. }
            | Self::EmergencyCallError { attempt, .. }
            | Self::TechnicianCallInitiated { attempt, .. }
            | Self::Bridged { attempt, .. }
            | Self::ConferenceStatus { attempt, .. } => event.field(attempt),
            Self::TechnicianUnreachable { because, .. } | Self::BridgeFailed { because, .. } => event.field(because),
            Self::TechnicianAccepted { by, .. } => event.field(by),
            Self::IncomingSms { keyword, .. } => event.field(keyword),
            Self::EmergencyConcluded(summary) => event.field(&summary.outcome),
            _ => &mut event,
        };
        event.finish()
    }
}

/// How a technician accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptedBy {
    /// By a key.
    Key,
    /// By answering a text.
    Text,
    /// By being human, where the branch lets that count.
    Human,
    /// By answering, where the branch lets that count.
    Answer,
    /// By being connected with the customer, after they had been given up.
    Bridge,
}

/// Why an attempt did not reach anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreachableBecause {
    /// The line was engaged.
    Busy,
    /// Nobody picked up.
    NoAnswer,
    /// A machine did.
    Voicemail,
    /// Somebody did, and pressed nothing.
    NoKey,
    /// The call could not be carried.
    Failed,
    /// The provider refuses the number for good.
    Refused,
    /// It was passed on.
    Passed,
    /// No text came back in time.
    NoText,
    /// We ended it: it had become pointless.
    Canceled,
    /// It was lost sight of.
    Lost,
    /// The connection was not proven in time.
    NotJoined,
}

/// How an emergency ended, with its times.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Summary {
    /// How it ended.
    pub outcome: Conclusion,
    /// The number of the technician who accepted.
    pub technician: Option<E164>,
    /// When it was reported.
    #[serde(with = "crate::time::as_text")]
    pub opened_at: Timestamp,
    /// When it was accepted.
    #[serde(with = "crate::time::as_optional_text")]
    pub accepted_at: Option<Timestamp>,
    /// When it was over.
    #[serde(with = "crate::time::as_text")]
    pub concluded_at: Timestamp,
    /// Seconds from the report to the first ringing phone.
    pub ring_seconds: Option<u64>,
    /// Seconds from the report to the acceptance.
    pub accept_seconds: Option<u64>,
    /// Seconds that customers were on hold, all calls together.
    pub hold_seconds: u64,
    /// Seconds of talk.
    pub talk_seconds: u64,
    /// Every call that we placed.
    pub attempts: u16,
    /// Every call that came in.
    pub legs: u16,
}
