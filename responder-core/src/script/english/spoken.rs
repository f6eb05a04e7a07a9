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
            "Thank you. This emergency is yours. The customer has not called yet. You may hold the \
            line for a minute. You may also hang up: your phone will ring when the customer is there."
                .to_owned()
        }
        Speech::StillWaiting => "Still no call from the customer.".to_owned(),
        Speech::WaitOver => {
            "The customer has not called so far. Your phone will ring when they do. Goodbye.".to_owned()
        }
        Speech::AcceptedTransfer => {
            "Thank you. This emergency is yours. The customer will be connected with the general line. Goodbye."
                .to_owned()
        }
        Speech::AcceptedCallCustomer => {
            format!("Thank you. This emergency is yours. The customer is off the line. {}", call_them(facts))
        }
        Speech::ConfirmBridge => format!(
            "This is {company}. The customer of your emergency is on the line. To talk to them, press 1. If you \
             can't, press 9."
        ),
        Speech::ConfirmTransfer => {
            format!("This is {company} with an emergency. A customer is on the line. To talk to them, press 1.")
        }
        Speech::Connecting => "Thank you. You are being connected.".to_owned(),
        Speech::ConnectingTransfer => format!("{company}: here comes an emergency call."),
        Speech::Passed => "You have passed it on. Somebody else will be asked. Goodbye.".to_owned(),
        Speech::AlreadyTaken => "Thank you. Somebody else has accepted already. Goodbye.".to_owned(),
        Speech::CustomerGone => format!("The customer is off the line. {}", call_them(facts)),
        Speech::BridgeGivenUp => "The connection did not work, so somebody else will be asked. Goodbye.".to_owned(),
        Speech::Over => "There is nothing more to do in this call. Goodbye.".to_owned(),
        Speech::Greeting => format!(
            "This is {company}. We know of your emergency and are looking for a technician for you. Please don't hang up."
        ),
        Speech::GreetingAccepted => {
            format!("This is {company}. A technician has your report. Please don't hang up while we connect you.")
        }
        Speech::News(news) => news_of(news).to_owned(),
        Speech::Farewell(why) => farewell(why, company),
        Speech::LeaveMessage => "Please say after the tone what happened and where we can call you.".to_owned(),
        Speech::NoMessage => "We have not heard a message. Goodbye.".to_owned(),
        Speech::OfferReconnect => "Did the talk break off? To be connected again, press 1.".to_owned(),
        Speech::NoReconnect => "Goodbye.".to_owned(),
        Speech::Stranger => format!(
            "This is {company}. All our help is with another caller right now. We have noted your number. If somebody \
             is in danger, call the public emergency number. Goodbye."
        ),
        Speech::NoEmergency => format!(
            "This is {company}. For your number, no emergency is open. If somebody is in danger, call the public \
             emergency number. Goodbye."
        ),
        Speech::PuttingThrough => format!("This is {company}. We are putting you through."),
        Speech::PutThroughOver => "The connection has ended. Goodbye.".to_owned(),
        Speech::OutOfOrder => {
            "Something on our side does not work at the moment. Please call again in a minute. Goodbye.".to_owned()
        }
    }
}

fn details(lead: Lead, facts: &Facts) -> String {
    let Facts { company, technician_name, customer, callback_digits, address, description, .. } = facts;
    let mut text = match lead {
        Lead::First if technician_name.is_empty() => format!("This is {company} with an emergency."),
        Lead::First => format!("Hello {technician_name}. This is {company} with an emergency."),
        Lead::Repeat => "Here it is again.".to_owned(),
        Lead::WrongKey => "This key does nothing.".to_owned(),
    };
    for (label, value) in [("Customer", customer), ("Address", address), ("Number to call", callback_digits)] {
        if !value.is_empty() {
            text.push_str(&format!(" {label}: {}", sentence(value)));
        }
    }
    if !description.is_empty() {
        text.push_str(&format!(" What happened: {}", sentence(description)));
    }
    match (facts.is_cut, facts.has_texts) {
        (false, _) => {}
        (true, true) => text.push_str(" The details are in the text."),
        (true, false) => text.push_str(" There is more to it than this."),
    }
    text
}

fn call_them(facts: &Facts) -> String {
    let Facts { callback_digits, caller_digits, has_texts, .. } = facts;
    let number = match (callback_digits.is_empty(), caller_digits.is_empty()) {
        (true, _) => return "They left no number. Goodbye.".to_owned(),
        (false, true) => format!("Please call {callback_digits}."),
        (false, false) => format!("Please call {callback_digits}, or {caller_digits}."),
    };
    let written = if *has_texts { " You get the number by text." } else { "" };
    format!("{number}{written} Goodbye.")
}

const fn news_of(news: News) -> &'static str {
    match news {
        News::Seeking => "We are calling a technician for you. Please stay with us.",
        News::SeekingNext => "The first technician could not come to the phone. We are calling another one.",
        News::Accepted => "A technician has accepted and is being connected with you.",
    }
}

fn farewell(why: Farewell, company: &str) -> String {
    match why {
        Farewell::HoldLimit => "We are sorry that you had to wait so long. We go on looking for a technician, and \
            whoever accepts will call you."
            .to_owned(),
        Farewell::Unanswered => {
            "We are sorry: we have not reached a technician. Everybody in charge has been alerted. \
            If somebody is in danger, call the public emergency number."
                .to_owned()
        }
        Farewell::WillCallBack => "A technician has your report and will call you.".to_owned(),
        Farewell::QueueFull => "We are sorry: we can't keep you on the line. We go on looking for a technician, and \
            whoever accepts will call you."
            .to_owned(),
        Farewell::TooManyCalls => "We have your report, and a technician will call you. Goodbye.".to_owned(),
        Farewell::Superseded => {
            "You have called again, and that call goes on in place of this one. Goodbye.".to_owned()
        }
        Farewell::PutAside => format!(
            "The person who reported this emergency has called, so we have to let you go. Thank you for calling \
             {company}. Goodbye."
        ),
        Farewell::Cancelled => {
            "This emergency has been cancelled. If you still need help, please call again. Goodbye.".to_owned()
        }
        Farewell::TalkOver => "The talk has ended. Goodbye.".to_owned(),
        Farewell::MessageTaken => "Thank you. Your message has been kept and will be heard. Goodbye.".to_owned(),
    }
}
