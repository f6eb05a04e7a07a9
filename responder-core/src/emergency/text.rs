//! What comes back by text.

use super::turn::Turn;
use super::{AcceptedBy, ClosingBecause, Event, Farewell, Keyword, Phase, Reply, Text};
use crate::{E164, MessageSid};

impl Turn {
    /// A text from somebody. Only who was told of this emergency may decide; a recipient may ask.
    pub(super) fn text_received(&mut self, message: MessageSid, from: E164, keyword: Keyword) {
        let known = self.e.annex.answers.iter().find(|(heard, _)| *heard == message);
        if let Some((_, answer)) = known {
            self.reply = answer.clone().map_or(Reply::Nothing, Reply::Text);
            return;
        }
        self.event(Event::IncomingSms { from, keyword });
        let technician = self.notified_technician(from);
        let is_recipient = self.e.policy.recipients.iter().any(|recipient| recipient.number == from);
        let answer = match (keyword, technician) {
            (Keyword::Accept, Some(technician)) => self.accept_by_text(technician),
            (Keyword::Pass, Some(technician)) => self.pass_by_text(technician),
            (Keyword::Done, Some(technician)) => self.done(technician),
            (Keyword::Status, Some(_)) => Some(Text::Status),
            (Keyword::Status, None) if is_recipient => Some(Text::Status),
            _ => None,
        };
        std::sync::Arc::make_mut(&mut self.e.annex).note_answer(message, answer.clone());
        self.reply = answer.map_or(Reply::Nothing, Reply::Text);
    }

    fn accept_by_text(&mut self, technician: u8) -> Option<Text> {
        let is_open = self.is_open();
        let call = Text::CallCustomer { why: Farewell::Unanswered };
        Some(match self.e.phase {
            // It ended without a talk, so the customer may still be waiting for somebody.
            Phase::Concluded { outcome, .. } if outcome.leaves_customer_alone() => call,
            Phase::Concluded { .. } => Text::Over,
            Phase::Closing { because: ClosingBecause::NoCustomer, .. } => call,
            Phase::Closing { because, .. } if because != ClosingBecause::NobodyAccepted => Text::Over,
            _ => match self.accept(technician, AcceptedBy::Text) {
                false => Text::AlreadyTaken,
                true if is_open => Text::Accepted,
                true => self.told_to_call(call),
            },
        })
    }

    /// The answer says it, so no other text has to.
    fn told_to_call(&mut self, answer: Text) -> Text {
        if let Some(acceptance) = self.e.acceptance.as_mut() {
            acceptance.told_to_call = true;
        }
        answer
    }

    fn pass_by_text(&mut self, technician: u8) -> Option<Text> {
        if !self.is_open() {
            return Some(Text::Over);
        }
        let is_theirs = self.has_accepted(technician);
        if is_theirs && self.e.talk.is_some() {
            // Nobody else is asked while the customer is being helped.
            return Some(Text::Status);
        }
        self.pass(technician);
        Some(if self.e.is_accepted() { Text::AlreadyTaken } else { Text::Passed })
    }

    /// The technician has dealt with it, by whatever way.
    fn done(&mut self, technician: u8) -> Option<Text> {
        if self.e.phase == Phase::Accepted && self.has_accepted(technician) && self.e.talk.is_none() {
            self.begin_closing(ClosingBecause::Done);
        }
        Some(Text::Status)
    }

    fn notified_technician(&self, number: E164) -> Option<u8> {
        let position = self.e.technicians.iter().position(|technician| technician.number == number)?;
        u8::try_from(position).ok().filter(|technician| self.e.search.notified.has(*technician))
    }
}
