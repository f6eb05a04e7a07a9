//! Every URL that we hand out.

use std::fmt;

use super::path;
use crate::PublicUrl;
use crate::emergency::{AttemptKind, AttemptNo, EmergencyId, LegNo, Line, Step};

/// Builds the URLs that are handed to a provider, from the public address of our mount point.
///
/// Each names the emergency, the attempt or leg, and for what can be repeated the step; and it asks the provider to
/// repeat a request that failed (Twilio, "Webhooks connection overrides"): three times, after an answer of 5xx, a
/// failed connection, or 4 seconds without an answer.
///
/// ```
/// use responder_core::{Timestamp, emergency::{AttemptNo, EmergencyId, Step}, script::Links};
///
/// let links = Links::new("https://help.example.com".parse()?);
/// let id = EmergencyId::new(Timestamp::default(), 1);
/// assert_eq!(
///     links.technician_keys(id, AttemptNo(0), Step(1)),
///     "https://help.example.com/technician_keys?emergency_id=00000000000000000000000001&attempt=0&step=1\
///      #rc=3&rp=5xx,ct,rt&rt=4000"
/// );
/// # Ok::<(), responder_core::PublicUrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    public: PublicUrl,
    fallback: Option<String>,
}

/// The name of the queue that a customer's call waits in.
pub fn queue_name(emergency: EmergencyId, leg: LegNo) -> String {
    format!("{emergency}-{}", leg.0)
}

impl Links {
    /// URLs below `public`.
    pub const fn new(public: PublicUrl) -> Self {
        Self { public, fallback: None }
    }

    /// The public address below which they are.
    pub const fn public(&self) -> &PublicUrl {
        &self.public
    }

    /// Sends the provider to `url` when it can't use our answers; a static document on another host still speaks when
    /// we are down. Handed out as it is.
    #[must_use]
    pub fn fallback_url(mut self, url: impl Into<String>) -> Self {
        self.fallback = Some(url.into());
        self
    }

    pub(super) fn elsewhere(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// The first document of a call that we placed.
    pub fn technician_answer(&self, emergency: EmergencyId, attempt: AttemptNo, step: Step) -> String {
        self.attempt_step(path::TECHNICIAN_ANSWER, emergency, attempt, step)
    }

    /// Where a key goes that a technician pressed.
    pub fn technician_keys(&self, emergency: EmergencyId, attempt: AttemptNo, step: Step) -> String {
        self.attempt_step(path::TECHNICIAN_KEYS, emergency, attempt, step)
    }

    /// What comes after a pause, for a technician who waits for the customer.
    pub fn technician_wait(&self, emergency: EmergencyId, attempt: AttemptNo, step: Step) -> String {
        self.attempt_step(path::TECHNICIAN_WAIT, emergency, attempt, step)
    }

    /// What comes after the `<Dial>` that connects a technician with the customer.
    pub fn transfer_complete(&self, emergency: EmergencyId, attempt: AttemptNo, step: Step) -> String {
        self.attempt_step(path::TRANSFER_COMPLETE, emergency, attempt, step)
    }

    /// Where the course of a call that we place is reported.
    pub fn call_status(&self, emergency: EmergencyId, attempt: AttemptNo, kind: AttemptKind) -> String {
        let path = match kind {
            AttemptKind::Notification => path::TECHNICIAN_CALL_ENDED,
            AttemptKind::Bridge | AttemptKind::Transfer => path::CONFERENCE_STATUS,
        };
        self.link(path, format_args!("emergency_id={emergency}&attempt={}", attempt.0))
    }

    /// Where the verdict of machine detection goes.
    pub fn amd_status(&self, emergency: EmergencyId, attempt: AttemptNo) -> String {
        self.link(path::AMD_STATUS, format_args!("emergency_id={emergency}&attempt={}", attempt.0))
    }

    /// What a customer hears while on hold.
    pub fn hold(&self, emergency: EmergencyId, leg: LegNo, step: Step) -> String {
        self.leg_step(path::HOLD, emergency, leg, step)
    }

    /// What comes after a customer was on hold.
    pub fn hold_ended(&self, emergency: EmergencyId, leg: LegNo, step: Step) -> String {
        self.leg_step(path::HOLD_ENDED, emergency, leg, step)
    }

    /// What comes after a customer's message.
    pub fn voicemail(&self, emergency: EmergencyId, leg: LegNo, step: Step) -> String {
        self.leg_step(path::VOICEMAIL, emergency, leg, step)
    }

    /// What a customer hears just before `attempt` has them on the line. It has no step: it changes nothing that a
    /// repeat would change again.
    pub fn bridge_joined(&self, emergency: EmergencyId, leg: LegNo, attempt: AttemptNo) -> String {
        let query = format_args!("emergency_id={emergency}&leg={}&attempt={}", leg.0, attempt.0);
        self.link(path::BRIDGE_JOINED, query)
    }

    /// Where the delivery of a text is reported.
    pub fn message_status(&self, emergency: EmergencyId) -> String {
        self.link(path::MESSAGE_STATUS, format_args!("emergency_id={emergency}"))
    }

    /// Where a recording is reported.
    pub fn recording_status(&self, emergency: EmergencyId) -> String {
        self.link(path::RECORDING_STATUS, format_args!("emergency_id={emergency}"))
    }

    /// What a call that we place goes on with if one of our answers can't be had or used.
    pub fn call_fallback(&self, emergency: EmergencyId, line: Line) -> String {
        if let Some(elsewhere) = &self.fallback {
            return elsewhere.clone();
        }
        match line {
            Line::Attempt(no) | Line::Stray(no) => {
                self.link(path::CALL_FALLBACK, format_args!("emergency_id={emergency}&attempt={}", no.0))
            }
            Line::Leg(no) => self.link(path::CALL_FALLBACK, format_args!("emergency_id={emergency}&leg={}", no.0)),
        }
    }

    /// The same request once more, after a pause: `asked` is its raw path and query below the mount point, `fields`
    /// are what its body said. What a provider says only once (digits, results) moves into the query, where
    /// [`KEPT_FIELDS`] are to be looked for next. `None` after [`MAX_REPEATS`].
    pub fn again<'a>(&self, asked: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<String> {
        let (path, query) = asked.split_once('?').unwrap_or((asked, ""));
        let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        let before = pairs.iter().find_map(|pair| pair.strip_prefix(REPEAT_PREFIX));
        let repeat = before.map_or(Some(0), |count| count.parse::<u8>().ok())?;
        if repeat >= MAX_REPEATS {
            return None;
        }
        let mut kept = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            let is_known = pairs.iter().any(|pair| pair.split('=').next() == Some(name));
            if KEPT_FIELDS.contains(&name) && !is_known {
                kept.append_pair(name, value);
            }
        }
        let kept = kept.finish();
        let count = format!("{REPEAT_PREFIX}{}", repeat + 1);
        let pairs = pairs.into_iter().filter(|pair| !pair.starts_with(REPEAT_PREFIX));
        let all: Vec<&str> = pairs.chain([kept.as_str(), &count]).filter(|pair| !pair.is_empty()).collect();
        Some(self.link(path, format_args!("{}", all.join("&"))))
    }

    fn attempt_step(&self, path: &str, emergency: EmergencyId, attempt: AttemptNo, step: Step) -> String {
        self.link(path, format_args!("emergency_id={emergency}&attempt={}&step={}", attempt.0, step.0))
    }

    fn leg_step(&self, path: &str, emergency: EmergencyId, leg: LegNo, step: Step) -> String {
        self.link(path, format_args!("emergency_id={emergency}&leg={}&step={}", leg.0, step.0))
    }

    fn link(&self, path: &str, query: fmt::Arguments<'_>) -> String {
        format!("{}{path}?{query}{RETRIES}", self.public)
    }
}

/// How often [`Links::again`] repeats one request.
pub const MAX_REPEATS: u8 = 3;

/// The fields of a request that a provider does not say again when it is redirected.
pub const KEPT_FIELDS: &[&str] = &[
    "Digits",
    "QueueResult",
    "DialCallStatus",
    "DialBridged",
    "DialCallDuration",
    "RecordingSid",
    "RecordingDuration",
    "DequeingCallSid",
];

pub(super) const RETRIES: &str = "#rc=3&rp=5xx,ct,rt&rt=4000";

const REPEAT_PREFIX: &str = "again=";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn links() -> Links {
        Links::new("https://help.example.com/tuc".parse().expect("a URL"))
    }

    #[test]
    fn every_link_names_its_emergency() {
        let (links, id) = (links(), EmergencyId::new(Timestamp::default(), 9));
        let (attempt, leg, step) = (AttemptNo(2), LegNo(1), Step(7));
        let cases = [
            (links.technician_answer(id, attempt, step), "/technician_answer", "&attempt=2&step=7"),
            (links.technician_keys(id, attempt, step), "/technician_keys", "&attempt=2&step=7"),
            (links.technician_wait(id, attempt, step), "/technician_wait", "&attempt=2&step=7"),
            (links.transfer_complete(id, attempt, step), "/transfer_complete", "&attempt=2&step=7"),
            (links.call_status(id, attempt, AttemptKind::Notification), "/technician_call_ended", "&attempt=2"),
            (links.call_status(id, attempt, AttemptKind::Bridge), "/conference_status", "&attempt=2"),
            (links.call_status(id, attempt, AttemptKind::Transfer), "/conference_status", "&attempt=2"),
            (links.amd_status(id, attempt), "/amd_status", "&attempt=2"),
            (links.hold(id, leg, step), "/hold", "&leg=1&step=7"),
            (links.hold_ended(id, leg, step), "/hold_ended", "&leg=1&step=7"),
            (links.voicemail(id, leg, step), "/voicemail", "&leg=1&step=7"),
            (links.bridge_joined(id, leg, attempt), "/bridge_joined", "&leg=1&attempt=2"),
            (links.message_status(id), "/message_status", ""),
            (links.recording_status(id), "/recording_status", ""),
            (links.call_fallback(id, Line::Attempt(attempt)), "/call_fallback", "&attempt=2"),
            (links.call_fallback(id, Line::Leg(leg)), "/call_fallback", "&leg=1"),
        ];
        for (link, path, rest) in cases {
            let expected = format!("https://help.example.com/tuc{path}?emergency_id={id}{rest}{RETRIES}");
            assert_eq!(link, expected);
        }
        assert_eq!(queue_name(id, leg), format!("{id}-1"));
    }

    #[test]
    fn a_fallback_elsewhere_is_handed_out_as_it_is() {
        let links = links().fallback_url("https://static.example.com/sorry.xml");
        let link = links.call_fallback(EmergencyId::new(Timestamp::default(), 9), Line::Leg(LegNo(0)));
        assert_eq!(link, "https://static.example.com/sorry.xml");
    }

    #[test]
    fn a_repeat_keeps_what_was_pressed_and_ends() {
        let strip = |link: &str| {
            let path = link.strip_prefix("https://help.example.com/tuc").expect("below the mount point");
            path.strip_suffix(RETRIES).expect("overrides").to_owned()
        };
        let body = [("CallSid", "CA1"), ("Digits", "1&#"), ("QueueResult", "hangup")];
        let first = strip(&links().again("/technician_keys?attempt=0&step=1", body).expect("a first repeat"));
        assert_eq!(first, "/technician_keys?attempt=0&step=1&Digits=1%26%23&QueueResult=hangup&again=1");
        let second = strip(&links().again(&first, [("Digits", "9")]).expect("a second repeat"));
        assert_eq!(second, "/technician_keys?attempt=0&step=1&Digits=1%26%23&QueueResult=hangup&again=2");
        let third = strip(&links().again(&second, []).expect("a third repeat"));
        assert_eq!(links().again(&third, []), None);
        assert_eq!(links().again("/a?again=many", []), None, "not ours");
        assert_eq!(strip(&links().again("/a", []).expect("a repeat")), "/a?again=1");
    }
}
