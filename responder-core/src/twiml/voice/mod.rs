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
//!
//! The same types are read:
//!
//! ```
//! use responder_core::twiml::voice::{Noun, Response, Verb};
//!
//! let document = "<Response><Dial timeout='20'><Queue>emergency-1</Queue></Dial></Response>";
//! for verb in Response::parse(document)?.into_children() {
//!     match verb {
//!         Verb::Dial(dial) => {
//!             assert_eq!(dial.read().timeout_secs()?, Some(20));
//!             assert!(matches!(&dial.into_children()[..], [Noun::Queue(queue)] if queue.inner_text() == "emergency-1"));
//!         }
//!         other => panic!("{other:?}"),
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod connect;
mod control;
mod dial;
mod hold;
mod listen;
mod noun;
mod parameter;
mod pay;
mod relay;
mod sip;
mod sms;
mod speak;
pub mod ssml;
mod stream;
mod transcription;

use super::macros::{element, response};
pub use super::words::{
    BankAccountType, Beep, CallEvent, CardType, ConferenceEvent, ConferenceRecord, ConversationEvent,
    ConversationRecord, DialEvent, DialRecord, Input, JitterBuffer, MachineDetection, Method, PayError, PayInput,
    PayLanguage, PayStep, PaymentMethod, RecordingChannels, RecordingEvent, RecordingTrack, Region, RejectReason,
    RingTone, SayLanguage, SpeechLanguage, StreamTrack, TokenType, Trim, Voice,
};
pub use client::{Application, ApplicationChild, ApplicationSid, Client, ClientChild, Identity};
pub use connect::{
    AiSession, Autopilot, Connect, ConnectChild, Conversation, ConversationRelaySession, Room, VirtualAgent,
    VirtualAgentChild,
};
pub use control::{Echo, Hangup, HangupChild, Redirect, Refer, ReferChild, ReferSip, Reject, RejectChild};
pub use dial::{Dial, Noun};
pub use hold::{Enqueue, EnqueueChild, Leave, Task};
pub use listen::{Gather, GatherChild, Record};
pub use noun::{Conference, Number, Queue, Sim, WhatsApp};
pub use parameter::{Config, Parameter};
pub use pay::{Pay, PayChild, Prompt, PromptChild};
pub use relay::{ConversationRelay, ConversationRelayChild, Language};
pub use sip::{Header, Headers, HeadersChild, Sip, SipChild, SipUri};
pub use sms::Sms;
pub use speak::{Pause, Play, Say, SayChild};
pub use stream::{Recording, Siprec, SiprecChild, Start, StartChild, Stop, StopChild, Stream, StreamChild};
pub use transcription::{Transcription, TranscriptionChild};

element! {
    /// The answer to a voice request: what the call does, verb after verb. An empty one hangs up.
    ///
    /// `Display` prints the whole document, with its declaration.
    ///
    /// ```
    /// use responder_core::twiml::voice::Response;
    ///
    /// let document = Response::new().say("Goodbye.");
    /// assert!(document.to_string().ends_with("<Response><Say>Goodbye.</Say></Response>"));
    /// ```
    Response = "Response" in "voice"
    children Verb {
        /// Hands the call to a stream, a room or an assistant.
        connect: Connect,
        /// Connects the call to somebody.
        dial: Dial,
        /// Sends the caller's sound back.
        echo: Echo,
        /// Puts the call on hold.
        enqueue: Enqueue,
        /// Listens for keys or speech.
        gather: Gather,
        /// Ends the call.
        hangup: Hangup,
        /// Takes the call out of the queue; the verb after its `Enqueue` comes next.
        leave: Leave,
        /// Waits.
        pause: Pause,
        /// Plays a sound or keys.
        play: Play,
        /// Connects the call to a queue, without a dial around it. Twilio's pages describe it only inside of a dial.
        queue: Queue,
        /// Records the caller.
        record: Record,
        /// Goes on with another document.
        redirect: Redirect,
        /// Refuses the call without answering it. Only as first verb.
        reject: Reject,
        /// Speaks.
        say: Say,
        /// Sends a text meanwhile.
        sms: Sms,
        /// Asks for a payment.
        pay: Pay,
        /// Says a step of a payment. It belongs inside of a [`Pay`].
        prompt: Prompt,
        /// Begins a stream, recording or transcription.
        start: Start,
        /// Ends a stream, SIPREC session or transcription.
        stop: Stop,
        /// Moves a SIP call.
        refer: Refer,
    }
}

response!();
