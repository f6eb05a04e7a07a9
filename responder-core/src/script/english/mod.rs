//! The built-in wording: plain English, short sentences, the most important word first.

mod spoken;
mod written;

use super::{Facts, Label, Opening, Speech, Wording};
use crate::emergency::{Conclusion, Farewell, Text};

/// The wording that is used if no other is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct English;

impl Wording for English {
    fn speech(&self, speech: Speech, facts: &Facts) -> String {
        spoken::speech(speech, facts)
    }

    fn text(&self, text: &Text, facts: &Facts) -> String {
        written::text(text, facts)
    }

    fn mail(&self, text: &Text, facts: &Facts) -> Opening {
        written::mail(text, facts)
    }

    fn takeover(&self, facts: &Facts) -> Opening {
        written::takeover(facts)
    }

    fn label(&self, label: Label) -> String {
        written::label(label).to_owned()
    }
}

/// `text` as a sentence: whoever wrote it may have ended it already.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// How an emergency ended, as the rest of a sentence about it.
const fn conclusion(outcome: Conclusion) -> &'static str {
    match outcome {
        Conclusion::Connected => "the technician and the customer have spoken",
        Conclusion::CustomerNeverCalled => "a technician accepted, but the customer never called",
        Conclusion::CustomerHungUp => "the customer hung up before they could be connected",
        Conclusion::Voicemail => "the customer left a message and is waiting for a call back",
        Conclusion::Unanswered => "NOBODY ACCEPTED",
        Conclusion::Cancelled => "it was cancelled",
        Conclusion::Failed => "NO TECHNICIAN COULD BE CALLED",
    }
}

/// Why the customer must be called, as the beginning of a sentence.
const fn call_because(why: Farewell) -> &'static str {
    match why {
        Farewell::HoldLimit => "The customer has waited as long as our hold limit allows",
        Farewell::Unanswered => "The customer was told that no technician has been reached yet",
        Farewell::QueueFull => "The customer could not be put on hold",
        Farewell::TooManyCalls => "The customer has called too many times to be put on hold again",
        Farewell::Superseded | Farewell::PutAside | Farewell::WillCallBack => "The customer is no longer on the line",
        Farewell::Cancelled => "The emergency was cancelled",
        Farewell::TalkOver => "The call has ended",
        Farewell::MessageTaken => "The customer left a message",
    }
}
