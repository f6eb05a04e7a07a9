//! Which variants of the stored enums were seen.

use std::collections::BTreeSet;

use super::super::super::state::SearchStep;
use super::super::super::*;
use crate::store::Availability;

/// An enum with the names of its variants.
trait Variants {
    const ALL: &'static [(&'static str, &'static str)];

    fn variant(&self) -> (&'static str, &'static str);
}

/// Every variant must be named, or this does not compile.
macro_rules! variants {
    ($($name:ident: $($variant:ident)*;)*) => {
        $(impl Variants for $name {
            const ALL: &'static [(&'static str, &'static str)] = &[$((stringify!($name), stringify!($variant))),*];

            fn variant(&self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$variant { .. } => (stringify!($name), stringify!($variant)),)*
                }
            }
        })*

        /// Everything that there is to see.
        pub(super) fn all() -> BTreeSet<(&'static str, &'static str)> {
            [$(<$name as Variants>::ALL),*].concat().into_iter().collect()
        }
    };
}

variants! {
    AcceptedBy: Key Text Human Answer Bridge;
    Action: PlaceCall FetchCall FindCall EndCall SendText SendMail DeleteQueue;
    AttemptKind: Notification Bridge Transfer;
    Availability: Enabled Disabled;
    CallStatus: Queued Initiated Ringing InProgress Completed Busy NoAnswer Failed Canceled;
    ClosingBecause: TalkOver NobodyAccepted NoCustomer Done Cancelled;
    CommandKind: PlaceCall FetchCall FindCall EndCall SendText SendMail DeleteQueue;
    Conclusion: Connected CustomerNeverCalled CustomerHungUp Voicemail Unanswered Cancelled Failed;
    Confirmation: KeyPress Human Answered;
    Delivery: Sent Delivered Failed;
    Document: Details AcceptedWait Wait WaitOver AcceptedTransfer AcceptedCallCustomer ConfirmBridge Connect Passed
        AlreadyTaken NoKey CustomerGone BridgeGivenUp Over Hold Music LeaveQueue Voicemail Goodbye OfferReconnect
        Joining Stranger;
    End: Completed Busy NoAnswer Failed Canceled Refused Lost GivenUp;
    Event: WebhookReceived EmergencyCallStart EmergencyCallInitiated EmergencyCallError SmsAttempt SmsSent SmsError
        SmsDelivered IncomingSms MailError TechnicianAccepted TechnicianPassed TechnicianUnreachable
        TechnicianEscalated IncomingCall CustomerOnHold CustomerHungUp StrangerCalled TechnicianCallInitiated Bridged
        BridgeFailed ConferenceStatus TalkEnded VoicemailOffered VoicemailLeft RecordingReady NobodyAccepted AlertSent
        DuplicateCall FallbackUsed Cancelled EmergencyConcluded;
    Farewell: HoldLimit Unanswered WillCallBack QueueFull TooManyCalls Superseded PutAside Cancelled TalkOver
        MessageTaken;
    Keyword: Accept Pass Done Status;
    Lead: First Repeat WrongKey;
    LegStage: Arriving Holding Talking Leaving Ended;
    Line: Attempt Leg Stray;
    News: Seeking SeekingNext Accepted;
    Outcome: CallPlaced CallFetched CallMissing CallFound CallNotFound CallEnded MessageSent Done NotConfigured
        Rejected Unavailable Unknown Withdrawn Abandoned;
    Phase: Seeking Accepted Closing Concluded;
    SearchStep: Due Calling Texting Resting Exhausted;
    Stage: Placing Unknown Queued Ringing InProgress Ended;
    Text: Details Copy Missed Accepted AlreadyTaken Passed CallCustomer BridgeGivenUp NeverCalled Cancelled Alert
        Status Over Report;
    UnreachableBecause: Busy NoAnswer Voicemail NoKey Failed Refused Passed NoText Canceled Lost NotJoined;
}

/// What was seen.
#[derive(Default)]
pub(super) struct Seen(pub(super) BTreeSet<(&'static str, &'static str)>);

impl Seen {
    fn note(&mut self, value: &impl Variants) {
        self.0.insert(value.variant());
    }

    pub(super) fn state(&mut self, e: &Emergency) {
        self.note(&e.phase);
        match &e.phase {
            Phase::Closing { because, .. } => self.note(because),
            Phase::Concluded { outcome, .. } => self.note(outcome),
            Phase::Seeking | Phase::Accepted => {}
        }
        self.note(&e.search.step);
        self.note(&e.policy.confirmation);
        e.acceptance.iter().for_each(|acceptance| self.note(&acceptance.by));
        e.attempts.iter().for_each(|attempt| self.attempt(attempt));
        e.legs.iter().for_each(|leg| self.leg(leg));
        e.annex.texts.iter().for_each(|(_, delivery)| self.note(delivery));
        e.annex.answers.iter().filter_map(|(_, answer)| answer.as_ref()).for_each(|answer| self.text(answer));
    }

    fn attempt(&mut self, attempt: &Attempt) {
        self.note(&attempt.kind);
        self.note(&attempt.stage);
        if let Stage::Ended(end) = &attempt.stage {
            self.note(end);
        }
        attempt.document.iter().for_each(|document| self.document(document));
    }

    fn leg(&mut self, leg: &Leg) {
        self.note(&leg.stage);
        if let LegStage::Leaving(why) = &leg.stage {
            self.note(why);
        }
        leg.document.iter().for_each(|document| self.document(document));
    }

    fn document(&mut self, document: &Document) {
        self.note(document);
        match document {
            Document::Details { lead } => self.note(lead),
            Document::Music { news } => self.note(news),
            Document::Voicemail { why } | Document::Goodbye { why } => self.note(why),
            _ => {}
        }
    }

    fn text(&mut self, text: &Text) {
        self.note(text);
        match text {
            Text::Missed { because } => self.note(because),
            Text::CallCustomer { why } => self.note(why),
            Text::Alert { outcome } => self.note(outcome),
            _ => {}
        }
    }

    pub(super) fn command(&mut self, command: &Command) {
        self.note(&command.action);
        self.note(&command.action.kind());
        match &command.action {
            Action::PlaceCall { purpose, .. } => self.note(purpose),
            Action::FetchCall { line, .. } | Action::EndCall { line, .. } => self.note(line),
            Action::SendText { text, .. } | Action::SendMail { text } => self.text(text),
            Action::FindCall { .. } | Action::DeleteQueue { .. } => {}
        }
    }

    pub(super) fn outcome(&mut self, outcome: &Outcome) {
        self.note(outcome);
        if let Outcome::CallFetched { status } | Outcome::CallFound { status, .. } = outcome {
            self.note(status);
        }
    }

    pub(super) fn event(&mut self, event: &Event) {
        self.note(event);
        match event {
            Event::IncomingSms { keyword, .. } => self.note(keyword),
            Event::TechnicianAccepted { by, .. } => self.note(by),
            Event::TechnicianUnreachable { because, .. } | Event::BridgeFailed { because, .. } => self.note(because),
            Event::TechnicianCallInitiated { kind, .. } => self.note(kind),
            Event::DuplicateCall { line, .. } => self.note(line),
            Event::EmergencyConcluded(summary) => self.note(&summary.outcome),
            _ => {}
        }
    }

    pub(super) fn availability(&mut self, availability: &Availability) {
        self.note(availability);
    }

    pub(super) fn line(&mut self, line: &Line) {
        self.note(line);
    }
}
