//! Every word that is spoken, texted or mailed, and every URL that is handed out with it.
//!
//! The state machine decides *what* is said ([`Document`](crate::emergency::Document),
//! [`Text`](crate::emergency::Text)); a [`Script`] says it in words, and [`Links`] says where the call goes on. Words
//! come from a [`Wording`], which is the one place to translate or to change them.
//!
//! ```
//! use std::sync::Arc;
//! use responder_core::{CountryCode, Timestamp, emergency::*, script::{Links, Script}};
//!
//! let report = Report {
//!     chosen_phone: "+15005550001".into(),
//!     incident_address: "12 Elm Street & yard".into(),
//!     ..Report::default()
//! };
//! let intake = Intake::check(report, CountryCode::NORTH_AMERICA)?;
//! let now = Timestamp::from_micros(1_800_000_000_000_000);
//! let emergency = Emergency::open(EmergencyId::new(now, 7), now, intake, Arc::new(Policy::default())).state;
//!
//! let script = Script { company_name: "Ivy Plumbing".into(), ..Script::default() };
//! let links = Links::new("https://help.example.com".parse()?);
//! let line = Line::Attempt(AttemptNo(0));
//! let voice = Voice { line: Some(line), step: Step(1), document: Document::Details { lead: Lead::First } };
//!
//! let document = script.render_voice(&links, &emergency, &voice).to_string();
//! assert!(document.contains("Address: 12 Elm Street &amp; yard."));
//! assert!(script.render_text(&emergency, &Text::Details).contains("Reply 1 to accept"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod caller;
mod english;
mod facts;
mod links;
mod mail;
mod number;
pub mod path;
mod segments;
mod speech;
mod takeover;
mod technician;
mod text;
mod voice;
mod wording;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use english::English;
pub use facts::{Facts, Presence};
pub use links::{KEPT_FIELDS, Links, MAX_REPEATS, queue_name};
pub use mail::Mail;
pub use number::NumberLinks;
pub use segments::{MOST_SEGMENTS, segments};
#[cfg(feature = "mock")]
pub use wording::MockWording;
pub use wording::{Label, Opening, Speech, Wording};

use crate::{TimeZone, emergency::EmergencyId};

/// How a branch speaks and writes.
#[derive(Clone, Debug)]
pub struct Script {
    /// Who calls, as it is spoken and written.
    pub company_name: String,
    /// The language of speech, such as `en-GB`; the provider's default if nothing is said.
    pub language: Option<String>,
    /// The voice, by the provider's name, such as `Polly.Amy`; the provider's default if nothing is said.
    pub voice: Option<String>,
    /// A sound file for customers on hold, at most 30 seconds long: whatever happens meanwhile waits for its end.
    /// Without one there is silence between the sentences.
    pub hold_music_url: Option<String>,
    /// What customers are told before a talk that is recorded.
    pub recording_notice: Option<String>,
    /// Whether texts and mails carry a link to Google's map of the address.
    pub google_maps_link: bool,
    /// The clock by which mails tell times.
    pub time_zone: TimeZone,
    /// The words.
    pub wording: Arc<dyn Wording>,
}

/// Two letters that stand for an emergency in texts: enough to tell the few that are active at one time apart, not
/// unique. [`Branch::report`](crate::branch::Branch::report) does not give the letters of one of the last hundred
/// emergencies again. They are consonants, so that they spell neither words nor the keywords of a reply.
///
/// ```
/// use responder_core::{Timestamp, emergency::EmergencyId, script::code_of};
///
/// assert_eq!(code_of(EmergencyId::new(Timestamp::default(), 21)), "CN");
/// ```
pub fn code_of(emergency: EmergencyId) -> String {
    let id = emergency.to_string();
    let value = id.bytes().skip(RANDOM_AT).fold(0_usize, |value, symbol| (value * 31 + usize::from(symbol)) % CODES);
    [value / CONSONANTS.len(), value % CONSONANTS.len()].map(|at| char::from(CONSONANTS[at])).iter().collect()
}

impl Default for Script {
    fn default() -> Self {
        Self {
            company_name: "the emergency service".to_owned(),
            language: None,
            voice: None,
            hold_music_url: None,
            recording_notice: None,
            google_maps_link: false,
            time_zone: TimeZone::default(),
            wording: Arc::new(English),
        }
    }
}

const CONSONANTS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

const CODES: usize = CONSONANTS.len() * CONSONANTS.len();

/// Where the random part of an id begins; before it is the time, whose first symbols hardly change.
const RANDOM_AT: usize = 10;
