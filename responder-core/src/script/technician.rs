//! What a technician hears, and a general line.

use super::speech::{spoken_ms, spoken_within};
use super::voice::Scene;
use super::{Speech, queue_name};
use crate::emergency::{Attempt, AttemptKind, AttemptNo, Confirmation, Lead, LegNo};
use crate::twiml::voice::{Dial, DialRecord, Gather, Pause, Queue, Redirect, Response};

impl Scene<'_> {
    /// The details, twice, and a key that counts at any moment.
    pub(super) fn details(&self, no: AttemptNo, lead: Lead) -> Response {
        let (first, again) = (self.spoken_details(no, lead), self.spoken_details(no, Lead::Repeat));
        let gather = self
            .gather(no)
            .say(self.script.say(first))
            .say(self.say(Speech::DetailsKeys))
            .pause(Pause::secs(BETWEEN_SECS))
            .say(self.script.say(again))
            .say(self.say(Speech::DetailsKeys));
        self.gathered(no, gather)
    }

    /// Waits for the customer, and asks again: in small pieces, because a customer who is on hold by now waits for the
    /// end of the piece.
    pub(super) fn wait(&self, no: AttemptNo, speech: Option<Speech>) -> Response {
        let next = self.links.technician_wait(self.emergency.id(), no, self.step);
        let begun = match speech {
            Some(speech) => Response::new().say(self.say(speech)),
            None => Response::new(),
        };
        begun.pause(Pause::secs(WAIT_SECS)).redirect(Redirect::new(next))
    }

    /// What is said at the beginning of a further piece: mostly nothing.
    pub(super) fn still_waiting(&self) -> Option<Speech> {
        self.step.0.is_multiple_of(SILENT_PIECES).then_some(Speech::StillWaiting)
    }

    pub(super) fn confirm_bridge(&self, no: AttemptNo) -> Response {
        let speech = match self.kind_of(no) {
            AttemptKind::Transfer => Speech::ConfirmTransfer,
            AttemptKind::Notification | AttemptKind::Bridge => Speech::ConfirmBridge,
        };
        let gather = self.gather(no).say(self.say(speech)).pause(Pause::secs(BETWEEN_SECS)).say(self.say(speech));
        self.gathered(no, gather)
    }

    /// Connects with whoever waits in the queue of that leg. The sentence before is short: the machine counts from
    /// here until it takes the connection for failed.
    pub(super) fn connect(&self, no: AttemptNo, leg: LegNo) -> Response {
        let (id, policy) = (self.emergency.id(), self.emergency.policy());
        let is_told = policy.transfer.is_some_and(|transfer| transfer.confirmation != Confirmation::Answered);
        let speech = match self.kind_of(no) {
            AttemptKind::Transfer if !is_told => Speech::ConnectingTransfer,
            _ => Speech::Connecting,
        };
        let talk_limit = u32::try_from(policy.timing.talk_limit.as_secs()).unwrap_or(u32::MAX);
        let mut dial = Dial::new()
            .action(self.links.transfer_complete(id, no, self.step))
            .timeout_secs(DIAL_SECS)
            .time_limit_secs(talk_limit.min(LONGEST_TALK_SECS))
            .queue(Queue::new(queue_name(id, leg)).url(self.links.bridge_joined(id, leg, no)));
        if policy.recording {
            dial = dial.record(DialRecord::FromAnswerDual);
            dial = dial.recording_status_callback(self.links.recording_status(id));
        }
        Response::new().say(self.say(speech)).dial(dial)
    }

    /// What to say when no key came is asked for, too: they may have accepted by text meanwhile.
    fn gather(&self, no: AttemptNo) -> Gather {
        let action = self.links.technician_keys(self.emergency.id(), no, self.step);
        Gather::new().action(action).num_digits(1).timeout_secs(KEY_SECS).action_on_empty_result(true)
    }

    /// Providers that don't know `actionOnEmptyResult` come to the redirect.
    fn gathered(&self, no: AttemptNo, gather: Gather) -> Response {
        let action = self.links.technician_keys(self.emergency.id(), no, self.step);
        Response::new().gather(gather).redirect(Redirect::new(action))
    }

    /// The report in about a minute: what happened is cut to the time that all else leaves.
    fn spoken_details(&self, no: AttemptNo, lead: Lead) -> String {
        let mut facts = self.facts.clone();
        facts.technician_name = self.name_of(no);
        let speak = |facts: &_| self.script.wording.speech(Speech::Details(lead), facts);
        let whole = speak(&facts);
        if spoken_ms(&whole) <= DETAILS_MS {
            return whole;
        }
        facts.is_cut = true;
        let description = std::mem::take(&mut facts.description);
        let rest_ms = DETAILS_MS.saturating_sub(spoken_ms(&speak(&facts)));
        facts.description = spoken_within(&description, rest_ms).to_owned();
        speak(&facts)
    }

    /// Who this call is to: not always the technician who is being sought by now.
    fn name_of(&self, no: AttemptNo) -> String {
        let technicians = self.emergency.policy().technicians(self.emergency.intake());
        let called = self.attempt(no).and_then(|attempt| technicians.get(usize::from(attempt.technician)));
        let name = called.and_then(|technician| technician.name.as_deref()).unwrap_or_default();
        super::speech::tidy(name)
    }

    fn kind_of(&self, no: AttemptNo) -> AttemptKind {
        self.attempt(no).map_or(AttemptKind::Notification, |attempt| attempt.kind)
    }

    fn attempt(&self, no: AttemptNo) -> Option<&Attempt> {
        self.emergency.attempts().get(usize::from(no.0))
    }
}

/// How long the details may take, keys not counted.
const DETAILS_MS: usize = 60_000;

/// How long a key is waited for after the last word.
const KEY_SECS: u32 = 8;

const BETWEEN_SECS: u32 = 2;

const WAIT_SECS: u32 = 4;

/// One of so many pieces of waiting begins with a sentence.
const SILENT_PIECES: u16 = 5;

/// How long to wait for a caller who has just left the queue; the provider adds about 5.
const DIAL_SECS: u32 = 10;

/// Twilio allows no more in a `<Dial>`.
const LONGEST_TALK_SECS: u32 = 14_400;
