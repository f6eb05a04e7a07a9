//! Verbs that make sound, or none.

use crate::twiml::macros::element;

element! {
    /// Speaks a text. `Say` nests in a response, and in a [`Gather`](super::Gather), where a key cuts it short.
    Say = "Say"
    content
    /// Speaks this.
    message
    attributes {
        /// Who speaks, by the provider's name, such as `Polly.Joanna`.
        voice = "voice" text,
        /// In which language, such as `en-GB`, if the voice does not say it.
        language = "language" text,
        /// How many times; 0 is again and again until the call ends.
        repeat = "loop" number,
    }
}

element! {
    /// Plays a sound file. It nests where [`Say`] does.
    Play = "Play"
    content
    /// Plays what is at this URL.
    url
    attributes {
        /// How many times; 0 is again and again until the call ends.
        repeat = "loop" number,
        /// Keys to play before the sound; `w` waits half a second.
        digits = "digits" text,
    }
}

element! {
    /// Waits in silence.
    Pause = "Pause"
    attributes {
        /// How long, in seconds; 1 if nothing is said.
        length_secs = "length" number,
    }
}

impl Play {
    /// Plays keys alone, without a sound file; `w` waits half a second.
    pub fn keys(digits: impl Into<String>) -> Self {
        Self::new("").digits(digits)
    }
}

impl Pause {
    /// Waits this many seconds.
    pub fn secs(length: u32) -> Self {
        Self::new().length_secs(length)
    }
}
