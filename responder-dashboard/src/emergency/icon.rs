//! Pictures for what happens: chosen here for every page. They are drawn in `templates/status/sprite.html`, which each
//! page has in it, so that rows that a script puts in place have theirs at once.
//!
//! The log and `/api/logs` have emoji of their own, which clients know; not every device has a font for those.

use responder_core::emergency::{Event, Keyword};

/// A picture. It tells nothing that does not stand in words beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Reported,
    Call,
    CallOut,
    CallIn,
    Ringing,
    Missed,
    HungUp,
    Hold,
    Talk,
    Text,
    TextFailed,
    Mail,
    Accepted,
    Next,
    Message,
    Alert,
    Cancelled,
    Over,
    Waiting,
    Other,
}

impl Icon {
    /// Of an event; one of a newer version has none.
    pub(super) fn of(event: Option<&Event>) -> Self {
        event.map_or(Self::Other, Self::of_known)
    }

    const fn of_known(event: &Event) -> Self {
        match event {
            Event::WebhookReceived { .. } => Self::Reported,
            Event::EmergencyCallStart { .. }
            | Event::EmergencyCallInitiated { .. }
            | Event::TechnicianCallInitiated { .. } => Self::CallOut,
            Event::IncomingCall { .. } | Event::StrangerCalled { .. } => Self::CallIn,
            Event::EmergencyCallError { .. }
            | Event::TechnicianUnreachable { .. }
            | Event::CustomerHungUp { .. }
            | Event::BridgeFailed { .. } => Self::Missed,
            Event::TalkEnded { .. } | Event::ConferenceStatus { .. } | Event::DuplicateCall { .. } => Self::HungUp,
            Event::CustomerOnHold { .. } => Self::Hold,
            Event::Bridged { .. } => Self::Talk,
            Event::IncomingSms { keyword: Keyword::Pass, .. }
            | Event::TechnicianPassed { .. }
            | Event::TechnicianEscalated { .. } => Self::Next,
            Event::SmsAttempt { .. }
            | Event::SmsSent { .. }
            | Event::SmsDelivered { .. }
            | Event::IncomingSms { .. } => Self::Text,
            Event::SmsError { .. } => Self::TextFailed,
            Event::MailError { .. } => Self::Mail,
            Event::TechnicianAccepted { .. } => Self::Accepted,
            Event::VoicemailOffered { .. } | Event::VoicemailLeft { .. } | Event::RecordingReady { .. } => {
                Self::Message
            }
            Event::NobodyAccepted | Event::AlertSent { .. } | Event::FallbackUsed { .. } => Self::Alert,
            Event::Cancelled => Self::Cancelled,
            Event::EmergencyConcluded(_) => Self::Over,
            _ => Self::Other,
        }
    }

    /// What it is called among the drawings.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Call => "call",
            Self::CallOut => "call-out",
            Self::CallIn => "call-in",
            Self::Ringing => "ringing",
            Self::Missed => "missed",
            Self::HungUp => "hung-up",
            Self::Hold => "hold",
            Self::Talk => "talk",
            Self::Text => "text",
            Self::TextFailed => "text-failed",
            Self::Mail => "mail",
            Self::Accepted => "accepted",
            Self::Next => "next",
            Self::Message => "message",
            Self::Alert => "alert",
            Self::Cancelled => "cancelled",
            Self::Over => "over",
            Self::Waiting => "waiting",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPRITE: &str = include_str!("../../templates/status/sprite.html");

    const ALL: [Icon; 20] = [
        Icon::Reported,
        Icon::Call,
        Icon::CallOut,
        Icon::CallIn,
        Icon::Ringing,
        Icon::Missed,
        Icon::HungUp,
        Icon::Hold,
        Icon::Talk,
        Icon::Text,
        Icon::TextFailed,
        Icon::Mail,
        Icon::Accepted,
        Icon::Next,
        Icon::Message,
        Icon::Alert,
        Icon::Cancelled,
        Icon::Over,
        Icon::Waiting,
        Icon::Other,
    ];

    #[test]
    fn each_is_drawn_and_nothing_else_is() {
        let drawn: Vec<_> = SPRITE.split("<symbol id=\"i-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(drawn, ALL.map(Icon::name));
    }

    #[test]
    fn what_is_drawn_once_and_used_is_there() {
        for used in SPRITE.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(SPRITE.contains(&format!("id=\"{used}\"")), "{used}");
        }
    }

    #[test]
    fn an_event_has_the_picture_of_its_kind() {
        let of = |json: &str| Icon::of(serde_json::from_str::<Event>(json).ok().as_ref());
        assert_eq!(of(r#"{"event":"nobody_accepted"}"#), Icon::Alert);
        assert_eq!(of(r#"{"event":"incoming_call","data":{"from":null,"call_sid":"CA1"}}"#), Icon::CallIn);
        assert_eq!(of(r#"{"event":"sms_sent","data":{"to":"+15005550001","sid":"SM1"}}"#), Icon::Text);
        assert_eq!(of(r#"{"event":"sms_error","data":{"to":null,"error":"x"}}"#), Icon::TextFailed);
        let passed = r#"{"event":"incoming_sms","data":{"from":"+15005550001","keyword":"pass"}}"#;
        assert_eq!((of(passed), of(r#"{"event":"of_a_newer_version"}"#)), (Icon::Next, Icon::Other));
    }
}
