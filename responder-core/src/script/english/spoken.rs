//! What is spoken.

use super::sentence;
use crate::emergency::{Farewell, Lead, News};
use crate::script::{Facts, Speech};

pub(super) fn speech(speech: Speech, facts: &Facts) -> String {
    let company = &facts.company;
    match speech {
        Speech::Details(lead) => details(lead, facts),
        Speech::DetailsKeys => "To accept, press 1. To hear this again, press 2. To pass it on, press 9.".to_owned(),
        Speech::NoKey => "No key was pressed, so you have not accepted. Goodbye.".to_owned(),
        Speech::AcceptedWait => {
            "Thank you. This emergency is yours. The customer has not called yet. You can stay on the line \
            for a minute, or hang up: we will call you when the customer calls."
                .to_owned()
        }
        Speech::StillWaiting => "We are still waiting for the customer to call.".to_owned(),
        Speech::WaitOver => "The customer still has not called. We will call you when they do. Goodbye.".to_owned(),
        Speech::AcceptedTransfer => {
            "Thank you. This emergency is yours. The customer will be connected to the main line. Goodbye.".to_owned()
        }
        Speech::AcceptedCallCustomer => {
            format!("Thank you. This emergency is yours. The customer is no longer on the line. {}", call_them(facts))
        }
        Speech::ConfirmBridge => {
            format!("This is {company}. Your customer is on the line. To talk to them, press 1. If you can't, press 9.")
        }
        Speech::ConfirmTransfer => {
            format!("This is {company} with an emergency. A customer is on the line. To talk to them, press 1.")
        }
        Speech::Connecting => "Thank you. Connecting you now.".to_owned(),
        Speech::ConnectingTransfer => format!("This is {company}. Connecting an emergency call."),
        Speech::Passed => "You have passed it on. We will ask someone else. Goodbye.".to_owned(),
        Speech::AlreadyTaken => "Thank you. Someone else has already accepted. Goodbye.".to_owned(),
        Speech::CustomerGone => format!("The customer is no longer on the line. {}", call_them(facts)),
        Speech::BridgeGivenUp => "We could not connect you, so we will ask someone else. Goodbye.".to_owned(),
        Speech::Over => "There is nothing more to do on this call. Goodbye.".to_owned(),
        Speech::Greeting => format!(
            "This is {company}. We have your report and are looking for a technician for you. Please stay on the line."
        ),
        Speech::GreetingAccepted => {
            format!("This is {company}. A technician has your report. Please stay on the line while we connect you.")
        }
        Speech::News(news) => news_of(news).to_owned(),
        Speech::Farewell(why) => farewell(why, company),
        Speech::LeaveMessage => "After the tone, please say what happened and what number we can call.".to_owned(),
        Speech::NoMessage => "We did not hear a message. Goodbye.".to_owned(),
        Speech::OfferReconnect => "Were you cut off? To be reconnected, press 1.".to_owned(),
        Speech::NoReconnect => "Goodbye.".to_owned(),
        Speech::Stranger => format!(
            "This is {company}. All our technicians are helping other callers. We have noted your number. If anyone \
             is in danger, call your local emergency number. Goodbye."
        ),
        Speech::NoEmergency => format!(
            "This is {company}. We have no open emergency for your number. If anyone is in danger, call your local \
             emergency number. Goodbye."
        ),
        Speech::PuttingThrough => format!("This is {company}. Please hold while we connect you."),
        Speech::PutThroughOver => "The call has ended. Goodbye.".to_owned(),
        Speech::OutOfOrder => "We are having technical problems. Please call again in a minute. Goodbye.".to_owned(),
    }
}

fn details(lead: Lead, facts: &Facts) -> String {
    let Facts { company, technician_name, customer, callback_digits, address, description, .. } = facts;
    let mut text = match lead {
        Lead::First if technician_name.is_empty() => format!("This is {company} with an emergency."),
        Lead::First => format!("Hello {technician_name}. This is {company} with an emergency."),
        Lead::Repeat => "Here it is again.".to_owned(),
        Lead::WrongKey => "That is not a valid option.".to_owned(),
    };
    for (label, value) in [("Customer", customer), ("Address", address), ("Callback number", callback_digits)] {
        if !value.is_empty() {
            text.push_str(&format!(" {label}: {}", sentence(value)));
        }
    }
    if !description.is_empty() {
        text.push_str(&format!(" What happened: {}", sentence(description)));
    }
    match (facts.is_cut, facts.has_texts) {
        (false, _) => {}
        (true, true) => text.push_str(" The rest is in the text message."),
        (true, false) => text.push_str(" The report goes on after this."),
    }
    text
}

fn call_them(facts: &Facts) -> String {
    let Facts { callback_digits, caller_digits, has_texts, .. } = facts;
    let number = match (callback_digits.is_empty(), caller_digits.is_empty()) {
        (true, _) => return "They left no phone number. Goodbye.".to_owned(),
        (false, true) => format!("Please call {callback_digits}."),
        (false, false) => format!("Please call {callback_digits}, or {caller_digits}."),
    };
    let written = if *has_texts { " We are texting you the number." } else { "" };
    format!("{number}{written} Goodbye.")
}

const fn news_of(news: News) -> &'static str {
    match news {
        News::Seeking => "We are calling a technician for you. Please stay on the line.",
        News::SeekingNext => "The first technician is not available. We are calling another one.",
        News::Accepted => "A technician has accepted. We are connecting you now.",
    }
}

fn farewell(why: Farewell, company: &str) -> String {
    match why {
        Farewell::HoldLimit => "We are sorry for the long wait. We are still looking for a technician, who will call \
            you back."
            .to_owned(),
        Farewell::Unanswered => "We are sorry, we have not reached a technician. Everyone in charge has been alerted. \
            If anyone is in danger, call your local emergency number."
            .to_owned(),
        Farewell::WillCallBack => "A technician has your report and will call you back.".to_owned(),
        Farewell::QueueFull => "We are sorry, we can't keep you on the line. We are still looking for a technician, \
            who will call you back."
            .to_owned(),
        Farewell::TooManyCalls => "We have your report, and a technician will call you back. Goodbye.".to_owned(),
        Farewell::Superseded => {
            "You have called again, so this call ends here. Please stay on your other call. Goodbye.".to_owned()
        }
        Farewell::PutAside => format!(
            "The person who reported this emergency is calling now, so we have to end this call. Thank you for \
             calling {company}. Goodbye."
        ),
        Farewell::Cancelled => {
            "This emergency has been cancelled. If you still need help, please call again. Goodbye.".to_owned()
        }
        Farewell::TalkOver => "The call has ended. Goodbye.".to_owned(),
        Farewell::MessageTaken => {
            "Thank you. We have your message, and someone will call you back. Goodbye.".to_owned()
        }
    }
}
