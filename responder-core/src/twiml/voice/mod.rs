//! Documents that steer a call.
//!
//! ```
//! use responder_core::twiml::voice::{Dial, Enqueue, Gather, Queue, Response, Say};
//!
//! let hold = Response::new()
//!     .say("Help is on its way. Please stay on the line.")
//!     .enqueue(Enqueue::new("emergency-1").wait_url("/hold").action("/hold_ended"));
//! assert!(hold.to_string().ends_with(
//!     r#"<Enqueue waitUrl="/hold" action="/hold_ended">emergency-1</Enqueue></Response>"#
//! ));
//!
//! let ask = Response::new()
//!     .gather(Gather::new().action("/answer").num_digits(1).say(Say::new("Press 1 to accept.").repeat(2)))
//!     .redirect("/no_key");
//! let bridge = Response::new().dial(Dial::new().timeout_secs(10).queue(Queue::new("emergency-1").url("/bridge_joined")));
//! # drop((ask, bridge));
//! ```
//!
//! What may not be nested does not compile:
//!
//! ```compile_fail
//! use responder_core::twiml::voice::{Dial, Gather};
//!
//! Gather::new().dial(Dial::new());
//! ```

mod control;
mod dial;
mod hold;
mod listen;
mod noun;
mod speak;

use std::fmt;

pub use super::words::{
    Beep, CallEvent, ConferenceEvent, ConferenceRecord, DialRecord, Input, JitterBuffer, MachineDetection, Method,
    RecordingEvent, RecordingTrack, RejectReason, Trim,
};
use super::{Element, macros::element};
pub use control::{Hangup, Redirect, Reject};
pub use dial::Dial;
pub use hold::{Enqueue, Leave};
pub use listen::{Gather, Record};
pub use noun::{Client, Conference, Number, Queue, Sip};
pub use speak::{Pause, Play, Say};

element! {
    /// The answer to a voice request: what the call does, verb after verb. An empty one hangs up.
    ///
    /// `Display` prints the whole document, with its declaration.
    Response = "Response"
    children {
        /// Speaks.
        say: Say,
        /// Plays a sound or keys.
        play: Play,
        /// Waits.
        pause: Pause,
        /// Listens for keys or speech.
        gather: Gather,
        /// Records the caller.
        record: Record,
        /// Connects the call to somebody.
        dial: Dial,
        /// Puts the call on hold.
        enqueue: Enqueue,
        /// Takes the call out of the queue; the verb after its `Enqueue` comes next.
        leave: Leave,
        /// Goes on with another document.
        redirect: Redirect,
        /// Ends the call.
        hangup: Hangup,
        /// Refuses the call without answering it. Only as first verb.
        reject: Reject,
        /// Anything of the language that has no type here yet.
        element: Element,
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
