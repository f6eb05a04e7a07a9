//! What a technician hears, and what their keys do.

use std::time::Duration;

use super::calls::Bound;
use super::turn::Turn;
use super::{AcceptedBy, Attempt, AttemptKind, AttemptNo, ClosingBecause, Confirmation, DialResult, Document};
use super::{Key, Lead, LegStage, Phase, Stage, Step, UnreachableBecause};
use crate::CallSid;

impl Turn {
    /// The phone was answered.
    pub(super) fn technician_answered(&mut self, no: AttemptNo, call: &CallSid, step: Step) {
        if self.e.attempt(no).is_none() {
            return self.answer_stranger(Document::Over);
        }
        self.adopt_if_answered_first(no, call);
        self.revive(no, call);
        if !self.is_current(no, call, step) {
            return;
        }
        self.progress(no, Stage::InProgress);
        let document = self.first_document(no);
        self.answer_attempt(no, document);
    }

    /// A key was pressed. It counts also when the call is over by now.
    pub(super) fn key_pressed(&mut self, no: AttemptNo, call: &CallSid, step: Step, key: Option<Key>) {
        if !self.is_current(no, call, step) {
            return;
        }
        self.progress(no, Stage::InProgress);
        if key.is_some() {
            self.is_human(no);
        }
        let asked = self.e.attempt(no).and_then(|attempt| attempt.document);
        match (asked, key) {
            (_, Some(Key::Nine | Key::Two | Key::Other) | None) if !self.is_open() => {
                self.answer_attempt(no, Document::Over);
            }
            (Some(Document::ConfirmBridge), Some(Key::One)) => self.confirm_bridge(no),
            // Voicemail presses nothing, and the customer waits.
            (Some(Document::ConfirmBridge), None) => self.answer_attempt(no, Document::NoKey),
            _ if self.is_transfer(no) && key != Some(Key::Nine) => self.ask_again(no, Document::ConfirmBridge),
            (_, Some(Key::One)) => self.accept_by_key(no),
            (_, Some(Key::Nine)) => self.pass_by_key(no),
            (Some(Document::ConfirmBridge), _) => self.ask_again(no, Document::ConfirmBridge),
            (_, Some(Key::Two)) => self.ask_again(no, Document::Details { lead: Lead::Repeat }),
            (_, Some(Key::Other)) => self.ask_again(no, Document::Details { lead: Lead::WrongKey }),
            (_, None) => self.no_key(no),
        }
    }

    /// The details were listened to, and no key was pressed.
    fn no_key(&mut self, no: AttemptNo) {
        let document = match self.e.phase {
            // They, or somebody else, accepted in another way meanwhile.
            Phase::Accepted => self.next_document(no),
            _ if self.e.policy.confirmation != Confirmation::KeyPress => Document::Over,
            _ => Document::NoKey,
        };
        self.answer_attempt(no, document);
    }

    /// A technician on the line asks whether the customer is there.
    pub(super) fn technician_waiting(&mut self, no: AttemptNo, call: &CallSid, step: Step) {
        if !self.is_current(no, call, step) {
            return;
        }
        let wait_is_over = self.e.attempt(no).is_some_and(|a| a.wait_until.is_some_and(|until| until <= self.now));
        let document = match self.next_document(no) {
            Document::AcceptedWait | Document::Wait if wait_is_over => Document::WaitOver,
            Document::AcceptedWait => Document::Wait,
            Document::AcceptedCallCustomer => Document::CustomerGone,
            other => other,
        };
        self.answer_attempt(no, document);
    }

    /// The `<Dial>` is over, and the technician still listens.
    pub(super) fn dial_ended(
        &mut self,
        no: AttemptNo,
        call: &CallSid,
        step: Step,
        result: DialResult,
        lasted: Option<Duration>,
    ) {
        if !self.is_current(no, call, step) {
            return;
        }
        let unproven = self.e.attempt(no).filter(|attempt| !attempt.joined).and_then(|attempt| attempt.document);
        match (result, unproven) {
            _ if self.e.talk.is_some_and(|talk| talk.attempt == no) => {
                self.end_talk(lasted);
            }
            // The customer is connected with another call: this one ended long ago.
            _ if self.e.talk.is_some() => {}
            (DialResult::Bridged, Some(Document::Connect { leg })) if self.e.phase == Phase::Accepted => {
                self.join_was_lost(leg, lasted);
            }
            (DialResult::NotBridged, Some(_)) => self.bridge_failed(no, UnreachableBecause::NotJoined),
            _ => {}
        }
        self.e.bridge = self.e.bridge.filter(|bridge| bridge.attempt != no);
        self.escalate_if_out_of_bridges();
        let document = match self.next_document(no) {
            Document::AcceptedWait => Document::WaitOver,
            Document::AcceptedCallCustomer => Document::CustomerGone,
            other => other,
        };
        self.answer_attempt(no, document);
    }

    /// Checks the call and the step of a request. If it is not the one expected, it is answered here, from what the
    /// call was told last, and changes nothing.
    fn is_current(&mut self, no: AttemptNo, call: &CallSid, step: Step) -> bool {
        let Some(attempt) = self.e.attempt(no) else {
            self.answer_stranger(Document::Over);
            return false;
        };
        let is_ended_call = !attempt.is_live() && attempt.call.as_ref() == Some(call);
        if !is_ended_call && self.bind(no, call) == Bound::Stray {
            self.answer_stranger(Document::Over);
            return false;
        }
        let is_expected = self.e.attempt(no).is_some_and(|attempt| attempt.step == step);
        if !is_expected {
            self.replay_attempt(no);
        }
        is_expected
    }

    /// Two calls for one attempt, and the second is answered while the first still rings: the one with a human in it
    /// is kept, the other ended.
    fn adopt_if_answered_first(&mut self, no: AttemptNo, call: &CallSid) {
        let is_condemned = self.e.strays.contains(call);
        let Some(attempt) = self.attempt_mut(no) else { return };
        let waits = attempt.is_live() && attempt.stage != Stage::InProgress && !attempt.ending;
        let Some(other) = attempt.call.clone().filter(|known| known != call && waits && !is_condemned) else { return };
        attempt.call = Some(call.clone());
        self.end_stray(no, other);
    }

    /// An attempt that we had given up is answered after all.
    fn revive(&mut self, no: AttemptNo, call: &CallSid) {
        let Some(attempt) = self.e.attempt(no) else { return };
        let same_call = attempt.call.as_ref().is_none_or(|known| known == call) && !self.e.strays.contains(call);
        let is_given_up = matches!(attempt.stage, Stage::Ended(super::End::Lost | super::End::GivenUp));
        let is_useful = matches!(self.e.phase, Phase::Seeking | Phase::Accepted);
        if !is_given_up || attempt.revived || !same_call || !is_useful || self.e.live_to(attempt.to).is_some() {
            return;
        }
        let Some(attempt) = self.attempt_mut(no) else { return };
        attempt.stage = Stage::Ringing;
        attempt.revived = true;
        attempt.ending = false;
        attempt.judged = false;
        attempt.times.ended = None;
    }

    /// What somebody hears who has just picked up.
    fn first_document(&mut self, no: AttemptNo) -> Document {
        match self.e.phase {
            Phase::Seeking if self.is_transfer(no) => Document::Over,
            Phase::Seeking => Document::Details { lead: Lead::First },
            Phase::Accepted if self.is_accepted_unheard(no) => Document::Details { lead: Lead::First },
            Phase::Accepted | Phase::Closing { .. } | Phase::Concluded { .. } => self.next_document(no),
        }
    }

    /// Machine detection was faster than the request for the first document: they have accepted what they don't know.
    fn is_accepted_unheard(&self, no: AttemptNo) -> bool {
        let is_first = |a: &Attempt| a.kind == AttemptKind::Notification && a.document.is_none();
        let technician = self.e.attempt(no).filter(|attempt| is_first(attempt)).map(|attempt| attempt.technician);
        let by_human = self.e.acceptance.filter(|acceptance| acceptance.by == AcceptedBy::Human);
        by_human.is_some_and(|acceptance| Some(acceptance.technician) == technician)
    }

    /// What somebody who has nothing to answer hears next.
    fn next_document(&mut self, no: AttemptNo) -> Document {
        let Some(attempt) = self.e.attempt(no) else { return Document::Over };
        let (kind, technician) = (attempt.kind, attempt.technician);
        match self.e.phase {
            // Nobody could be connected, and it stays theirs all the same.
            Phase::Closing { because: ClosingBecause::NobodyAccepted, .. } if self.has_accepted(technician) => {
                Document::CustomerGone
            }
            Phase::Closing { .. } | Phase::Concluded { .. } => Document::Over,
            Phase::Seeking => Document::BridgeGivenUp,
            Phase::Accepted if !self.has_accepted(technician) => Document::AlreadyTaken,
            Phase::Accepted if self.e.talk.is_some() => Document::Over,
            Phase::Accepted => match kind {
                AttemptKind::Notification => self.accepted_document(no),
                AttemptKind::Bridge => self.bridge_document(no, self.e.policy.confirmation),
                AttemptKind::Transfer => {
                    let confirmation = self.e.policy.transfer.map_or(Confirmation::Answered, |t| t.confirmation);
                    self.bridge_document(no, confirmation)
                }
            },
        }
    }

    /// For the technician who accepted, on the call that notified them.
    fn accepted_document(&mut self, no: AttemptNo) -> Document {
        if self.e.waiting_customer().is_none() && !self.e.legs.is_empty() {
            self.tell_to_call_customer(self.e.last_farewell());
            return Document::AcceptedCallCustomer;
        }
        if self.e.transfers_left > 0 {
            return Document::AcceptedTransfer;
        }
        if let Some(document) = self.connect(no) {
            return document;
        }
        self.wait_on_line(no, Document::AcceptedWait)
    }

    /// For whoever picks up a bridge call.
    fn bridge_document(&mut self, no: AttemptNo, confirmation: Confirmation) -> Document {
        let Some(leg) = self.e.waiting_customer() else { return Document::CustomerGone };
        if self.e.leg(leg).is_some_and(|leg| leg.stage != LegStage::Holding) {
            // Only the queue proves that there is somebody to be connected with.
            return self.wait_on_line(no, Document::Wait);
        }
        let has_confirmed = self.e.attempt(no).is_some_and(|attempt| attempt.confirmed);
        match confirmation {
            // Machine detection comes after the answer, so a key is what keeps voicemail from swallowing the customer.
            Confirmation::KeyPress | Confirmation::Human if !has_confirmed => Document::ConfirmBridge,
            _ => self.connect(no).unwrap_or(Document::BridgeGivenUp),
        }
    }

    /// Lets whoever is on the line wait for the customer, for as long as that was first promised.
    fn wait_on_line(&mut self, no: AttemptNo, document: Document) -> Document {
        let until = self.now + self.e.policy.timing.technician_wait;
        if let Some(attempt) = self.attempt_mut(no) {
            attempt.wait_until.get_or_insert(until);
        }
        document
    }

    /// A key proves a human, whatever machine detection said: nobody cuts them off.
    fn is_human(&mut self, no: AttemptNo) {
        let watch = self.watch_for(Stage::InProgress);
        let Some(attempt) = self.attempt_mut(no) else { return };
        attempt.pressed = true;
        if std::mem::take(&mut attempt.machine) && attempt.is_on_line() {
            attempt.watch = watch;
        }
    }

    fn confirm_bridge(&mut self, no: AttemptNo) {
        if let Some(attempt) = self.attempt_mut(no) {
            attempt.confirmed = true;
        }
        let document = self.next_document(no);
        self.answer_attempt(no, document);
    }

    fn is_transfer(&self, no: AttemptNo) -> bool {
        self.e.attempt(no).is_some_and(|attempt| attempt.kind == AttemptKind::Transfer)
    }

    fn accept_by_key(&mut self, no: AttemptNo) {
        let Some(technician) = self.e.attempt(no).map(|attempt| attempt.technician) else { return };
        let was_sought = self.e.phase == Phase::Seeking;
        let document = if self.accept(technician, AcceptedBy::Key) {
            if was_sought && self.e.attempt(no).is_some_and(|attempt| !attempt.is_live()) {
                self.end_replacement(no);
            }
            match self.e.phase {
                Phase::Accepted => self.next_document(no),
                Phase::Closing { because: ClosingBecause::NobodyAccepted, .. } => Document::AcceptedCallCustomer,
                Phase::Seeking | Phase::Closing { .. } | Phase::Concluded { .. } => Document::Over,
            }
        } else if self.e.acceptance.is_some() && self.e.phase == Phase::Accepted {
            Document::AlreadyTaken
        } else {
            Document::Over
        };
        self.answer_attempt(no, document);
    }

    /// The key came after its call had ended; whatever was begun in its place is ended.
    fn end_replacement(&mut self, no: AttemptNo) {
        for later in self.e.attempt_numbers().filter(|later| *later > no) {
            self.hang_up(later);
        }
    }

    fn ask_again(&mut self, no: AttemptNo, document: Document) {
        let most = self.e.policy.limits.repeats;
        let Some(attempt) = self.attempt_mut(no) else { return };
        attempt.repeats = attempt.repeats.saturating_add(1);
        let document = if attempt.repeats > most { Document::NoKey } else { document };
        self.answer_attempt(no, document);
    }
}
