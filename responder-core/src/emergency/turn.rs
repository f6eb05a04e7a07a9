//! One input being handled.

use super::{Action, Command, CommandId, Document, Emergency, Event, LegNo, Line, Reply, Text, Transition, Voice};
use super::{Attempt, AttemptNo, Leg};
use crate::{E164, Timestamp};

/// The state as it becomes, and what comes out on the way. All rules are methods on it, one file per concern.
pub(super) struct Turn {
    pub(super) e: Emergency,
    pub(super) now: Timestamp,
    pub(super) reply: Reply,
    pub(super) events: Vec<Event>,
    pub(super) commands: Vec<Command>,
    pub(super) withdraw: Vec<CommandId>,
}

impl Turn {
    pub(super) const fn new(e: Emergency, now: Timestamp) -> Self {
        Self { e, now, reply: Reply::Nothing, events: Vec::new(), commands: Vec::new(), withdraw: Vec::new() }
    }

    /// Ends the turn. A turn that changed nothing leaves the state equal, its time included.
    pub(super) fn finish(mut self, before: &Emergency) -> Transition {
        if self.e != *before {
            self.e.changed_at = self.now;
        }
        Transition {
            state: self.e,
            reply: self.reply,
            events: self.events,
            commands: self.commands,
            withdraw: self.withdraw,
        }
    }

    pub(super) fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    pub(super) fn command(&mut self, action: Action) -> u32 {
        let number = self.e.next_command;
        self.e.next_command += 1;
        self.commands.push(Command { id: CommandId { emergency: self.e.id, number }, action });
        number
    }

    /// Texts somebody, where that may be; returns whether it may.
    pub(super) fn text(&mut self, to: E164, text: Text) -> bool {
        let may = self.e.policy.texts && self.e.policy.may_reach(to);
        if may {
            self.event(Event::SmsAttempt { to });
            self.command(Action::SendText { to, text });
        }
        may
    }

    /// Texts every recipient and mails the rest.
    pub(super) fn tell_recipients(&mut self, text: &Text) {
        let policy = self.e.policy.clone();
        for recipient in &policy.recipients {
            self.text(recipient.number, text.clone());
        }
        self.mail(text.clone());
    }

    /// Mails the recipients, where that may be; returns whether it may.
    pub(super) fn mail(&mut self, text: Text) -> bool {
        let may = self.e.policy.emails && !self.e.policy.recipient_emails.is_empty();
        if may {
            self.command(Action::SendMail { text });
        }
        may
    }

    pub(super) fn attempt_mut(&mut self, no: AttemptNo) -> Option<&mut Attempt> {
        self.e.attempts.get_mut(usize::from(no.0))
    }

    pub(super) fn leg_mut(&mut self, no: LegNo) -> Option<&mut Leg> {
        self.e.legs.get_mut(usize::from(no.0))
    }

    /// Answers a request of `step` that has just been applied, and remembers the answer for its repeat. Who has nothing
    /// to press asks again soon, or is off the line: a callback that says so may be lost, and a customer may wait for
    /// it.
    pub(super) fn answer_attempt(&mut self, no: AttemptNo, document: Document) {
        let timing = &self.e.policy.timing;
        let until = self.now + if document.asks_for_key() { timing.listening } else { timing.leg_silence };
        if let Some(attempt) = self.attempt_mut(no) {
            attempt.step = attempt.step.next();
            attempt.document = Some(document);
            // One that is to end soon is no longer waited for than was decided.
            if attempt.is_on_line() && attempt.watch.left > 0 {
                attempt.watch.until = until;
            }
        }
        self.replay_attempt(no);
    }

    /// Answers as before.
    pub(super) fn replay_attempt(&mut self, no: AttemptNo) {
        let Some(attempt) = self.e.attempt(no) else { return self.answer_stranger(Document::Over) };
        let document = attempt.document.unwrap_or(Document::Over);
        self.reply = Reply::Voice(Voice::new(Line::Attempt(no), attempt.step, document));
    }

    /// As [`answer_attempt`](Self::answer_attempt), for a customer's call.
    pub(super) fn answer_leg(&mut self, no: LegNo, document: Document) {
        if let Some(leg) = self.leg_mut(no) {
            leg.step = leg.step.next();
            leg.document = Some(document);
        }
        self.replay_leg(no);
    }

    /// Answers as before.
    pub(super) fn replay_leg(&mut self, no: LegNo) {
        let Some(document) = self.e.leg(no).and_then(|leg| leg.document) else {
            return self.answer_stranger(Document::Over);
        };
        self.answer_leg_in_passing(no, document);
    }

    /// Answers a request that has no step of its own, such as the next piece of music.
    pub(super) fn answer_leg_in_passing(&mut self, no: LegNo, document: Document) {
        let Some(leg) = self.e.leg(no) else { return self.answer_stranger(Document::Over) };
        self.reply = Reply::Voice(Voice::new(Line::Leg(no), leg.step, document));
    }

    pub(super) fn answer_stranger(&mut self, document: Document) {
        self.reply = Reply::to_stranger(document);
    }
}
