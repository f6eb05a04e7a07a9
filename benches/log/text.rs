//! A log as a branch would write it: the same one for the same numbers, on every machine.

use std::time::Duration;

use responder_core::{
    Timestamp,
    timeline::{UtcOffset, print},
};

/// The first block is written then.
const BEGIN: &str = "2026-01-15T10:00:00Z";

/// Between two blocks, on average: a thousand of them take a little longer than 5 minutes.
const STEP: Duration = Duration::from_millis(302);

/// A log of `bytes`, or one block more, and when its last block was written. Of 100 blocks 5 tell of a failure; one of
/// so many of those needs a person, or none.
pub(crate) fn log(bytes: usize, needy: Option<u64>) -> (String, Timestamp) {
    let (mut text, mut at) = (String::with_capacity(bytes + 4096), begin());
    let mut dice = Dice(0x5eed);
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        // Evenly, but for a tenth of a second.
        at = begin() + STEP * number + Duration::from_micros(dice.throw(100_000));
        block(&mut text, &mut dice, u64::from(number), at, needy);
    }
    (text, at)
}

/// Appends the block with this number.
fn block(text: &mut String, dice: &mut Dice, number: u64, at: Timestamp, needy: Option<u64>) {
    let (event, data) = match dice.throw(20) {
        0 => failure(dice, needy),
        _ => usual(dice),
    };
    let emergency = number / 25;
    let payload = format!(
        r#"{{"event":"{event}","id":{number},"emergency_id":"01KF1{emergency:021}","timestamp":"{at}","data":{data}}}"#
    );
    let offset = UtcOffset::from_secs(-7 * 3600).expect("an offset");
    print(text, &event.to_uppercase(), at, offset, &payload);
}

/// Numbers that look thrown.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn sid(&mut self, prefix: &str) -> String {
        format!(
            "{prefix}{:08x}{:08x}{:08x}{:08x}",
            self.throw(1 << 30),
            self.throw(1 << 30),
            self.throw(1 << 30),
            self.0 as u32
        )
    }

    fn number(&mut self) -> String {
        format!("+1500555{:04}", self.throw(10_000))
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.throw(from.len() as u64) as usize]
    }
}

fn begin() -> Timestamp {
    BEGIN.parse().expect("a time")
}

const NAMES: [&str; 6] = ["Ada Smith", "Bo Jones", "Zoë Müller", "Cleo Brown", "Dan O'Neil", "Eve Adams"];

const PLACES: [&str; 4] = [
    "12 Elm Street, Tucson, AZ 85701",
    "4711 East Broadway, Unit 9",
    "the yellow house at 3 Mill Lane",
    "77 Oak Avenue",
];

const STORIES: [&str; 4] = [
    "Water comes through the ceiling of the kitchen, and the valve under the sink does not turn any more. Two children and \
     a dog are in the house. Please come to the side door; the front door is blocked by furniture. The water has reached \
     the sockets in the hall, and the neighbour below says that it drips there, too.",
    "The heating is out since last night, it is very cold, and my mother is 91 years old. She is in bed with all blankets \
     that we have. The display of the boiler shows E4, and pressing the button does nothing.",
    "A smell of gas in the cellar. We are all in the street now. The main tap is closed.",
    "The toilet on the first floor runs over, and so does the shower as soon as somebody upstairs opens a tap.",
];

const LINK: &str =
    "https://help.example.com/tuc/technician_answer?emergency_id=01KF1000000000000000000017&attempt=0&step=1";

fn usual(dice: &mut Dice) -> (&'static str, String) {
    let (to, call, message) = (dice.number(), dice.sid("CA"), dice.sid("SM"));
    match dice.throw(12) {
        0 | 1 => {
            let (name, place, story) = (dice.pick(&NAMES), dice.pick(&PLACES), dice.pick(&STORIES));
            let data = format!(
                r#"{{"technician":"{to}","callback":"{}","customer_name":"{name}","address":"{place}","description":"{story}"}}"#,
                dice.number()
            );
            ("webhook_received", data)
        }
        2 => ("emergency_call_initiated", format!(r#"{{"attempt":0,"to":"{to}","call_sid":"{call}","url":"{LINK}"}}"#)),
        3 => ("sms_attempt", format!(r#"{{"to":"{to}","segments":2,"details":"{}"}}"#, dice.pick(&STORIES))),
        4 | 5 => ("sms_sent", format!(r#"{{"to":"{to}","sid":"{message}","status_callback":"{LINK}"}}"#)),
        6 => ("sms_delivered", format!(r#"{{"sid":"{message}","status_callback":"{LINK}"}}"#)),
        7 => ("incoming_call", format!(r#"{{"from":"{to}","call_sid":"{call}","answer":"{LINK}"}}"#)),
        8 => (
            "technician_accepted",
            format!(r#"{{"technician":"{to}","by":"key","call_sid":"{call}","answer":"{LINK}"}}"#),
        ),
        9 => (
            "bridged",
            format!(r#"{{"customer":"{call}","attempt":0,"queue":"01KF1000000000000000000017-0","url":"{LINK}"}}"#),
        ),
        10 => {
            let seconds = dice.throw(900);
            let data = format!(
                r#"{{"call_sid":"{call}","recording":"{}","seconds":{seconds},"url":"{LINK}"}}"#,
                dice.sid("RE")
            );
            ("recording_ready", data)
        }
        _ => {
            let (accept, talk) = (dice.throw(200), dice.throw(900));
            let data = format!(
                r#"{{"outcome":"connected","technician":"{to}","opened_at":"2026-01-15T10:45:12.123456Z","accepted_at":"2026-01-15T10:46:12.123456Z","concluded_at":"2026-01-15T11:02:45.654321Z","ring_seconds":4,"accept_seconds":{accept},"hold_seconds":17,"talk_seconds":{talk},"attempts":2,"legs":1}}"#
            );
            ("emergency_concluded", data)
        }
    }
}

fn failure(dice: &mut Dice, needy: Option<u64>) -> (&'static str, String) {
    let to = dice.number();
    if needy.is_some_and(|needy| dice.throw(needy) == 0) {
        let data =
            format!(r#"{{"attempt":1,"to":"{to}","error":"the provider refuses the number (21211)","url":"{LINK}"}}"#);
        return ("emergency_call_error", data);
    }
    match dice.throw(20) {
        0..8 => {
            let data = format!(
                r#"{{"to":"{to}","error":"Unreachable destination handset (30003)","status_callback":"{LINK}"}}"#
            );
            ("sms_error", data)
        }
        8..14 => (
            "technician_unreachable",
            format!(r#"{{"technician":"{to}","attempt":0,"because":"failed","url":"{LINK}"}}"#),
        ),
        _ => ("mail_error", format!(r#"{{"error":"the mail server is Unavailable (421), tried at {LINK}"}}"#)),
    }
}
