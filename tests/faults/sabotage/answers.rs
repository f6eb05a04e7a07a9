//! An application that answers something else.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Sabotage;
use crate::node::Asked;

/// What is answered in place of what would be.
pub(super) fn instead(sabotage: Sabotage, asked: &Asked<'_>) -> Option<String> {
    match (sabotage, asked.path) {
        (Sabotage::RefusesReports, "/webhook") => Some(String::new()),
        (Sabotage::SaysNothing, "/incoming_twilio_call") => Some(document("<Hangup/>")),
        (Sabotage::HoldsForever, "/hold") => Some(document("<Pause length=\"10\"/>")),
        (Sabotage::IgnoresOnes, "/technician_keys") if asked.says("Digits=1") => {
            Some(goodbye("That is not a valid option."))
        }
        (Sabotage::IgnoresNines, "/technician_keys") if asked.says("Digits=9") => {
            Some(goodbye("That is not a valid option."))
        }
        (Sabotage::IgnoresTexts, "/sms_reply") => Some(document("")),
        (Sabotage::ForgetsAcceptances, "/technician_keys") if asked.says("Digits=1") => {
            Some(goodbye("Thank you. This emergency is yours."))
        }
        (Sabotage::ForgetsPasses, "/technician_keys") if asked.says("Digits=9") => {
            Some(goodbye("You have passed it on. Somebody else is asked."))
        }
        (Sabotage::ConnectsAnybody, "/technician_answer") => asked
            .emergency()
            .map(|name| document(&format!("<Say>Here is a customer.</Say><Dial><Queue>{name}-0</Queue></Dial>"))),
        (Sabotage::HidesRecording, "/bridge_joined") => Some(document("")),
        _ => None,
    }
}

/// What becomes of an answer.
pub(super) fn rewritten(sabotage: Sabotage, answer: String) -> String {
    static ANSWERS: AtomicU64 = AtomicU64::new(0);
    match sabotage {
        Sabotage::AnswersAnew if answer.contains("</Response>") => {
            let number = ANSWERS.fetch_add(1, Ordering::SeqCst);
            answer.replace("</Response>", &format!("<!-- {number} --></Response>"))
        }
        Sabotage::NeverConnects if answer.contains("</Queue>") => goodbye("Thank you. Connecting you now."),
        _ => answer,
    }
}

fn goodbye(words: &str) -> String {
    document(&format!("<Say>{words}</Say><Hangup/>"))
}

fn document(verbs: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{verbs}</Response>")
}
