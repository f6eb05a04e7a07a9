//! Verbs that make sound, or none.

use super::{
    SayLanguage, Voice,
    ssml::{Break, Emphasis, Lang, P, Phoneme, Prosody, S, SayAs, Sub, W},
};
use std::borrow::Cow;

use crate::twiml::macros::element;

element! {
    /// Speaks a text. It nests in a response, and in a [`Gather`](super::Gather) or [`Prompt`](super::Prompt), where a
    /// key cuts it short.
    ///
    /// Speech markup goes between the texts, in the order in which it is said.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, Voice, ssml::SayAs, ssml::InterpretAs};
    ///
    /// let document = Response::new().say(
    ///     Say::new("Call ")
    ///         .voice(Voice::PollyAmy)
    ///         .say_as(SayAs::new("911").interpret_as(InterpretAs::Digits))
    ///         .text(" now."),
    /// );
    /// let expected = r#"<Response><Say voice="Polly.Amy">Call <say-as interpret-as="digits">911</say-as> now.</Say></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Say = "Say" in "voice"
    content mixed
    /// Speaks this.
    message
    attributes {
        /// Who speaks, such as `Polly.Joanna`. Text is taken as it is: new voices come often.
        voice = "voice" open Voice,
        /// In which language, such as `en-GB`, if the voice does not say it.
        language = "language" open SayLanguage,
        /// How many times; 0 is again and again until the call ends.
        repeat = "loop" number,
    }
    children SayChild {
        /// A pause.
        break_: Break,
        /// Words with more or less weight.
        emphasis: Emphasis,
        /// Words of another language.
        lang: Lang,
        /// A paragraph.
        p: P,
        /// Words by their sounds.
        phoneme: Phoneme,
        /// Words in another volume, speed or pitch.
        prosody: Prosody,
        /// A sentence.
        s: S,
        /// Words as what they are.
        say_as: SayAs,
        /// Words for which others are said.
        sub: Sub,
        /// A word as its part of speech.
        w: W,
    }
}

element! {
    /// Plays a sound file, or keys. It nests where [`Say`] does.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Play, Response};
    ///
    /// let document = Response::new().play(Play::new("/music.mp3").repeat(0));
    /// assert!(document.to_string().ends_with(r#"<Response><Play loop="0">/music.mp3</Play></Response>"#));
    /// ```
    Play = "Play" in "voice"
    content optional
    /// Plays what is at this URL. Empty if [`digits`](Self::digits) are played.
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
    ///
    /// ```
    /// use responder_core::twiml::voice::{Pause, Response};
    ///
    /// let document = Response::new().pause(Pause::new().length_secs(2));
    /// assert!(document.to_string().ends_with(r#"<Response><Pause length="2"/></Response>"#));
    /// ```
    Pause = "Pause" in "voice"
    attributes {
        /// How long, in seconds; 1 if nothing is said.
        length_secs = "length" number,
    }
}

impl Play {
    /// Plays keys alone, without a sound file; `w` waits half a second.
    ///
    /// ```
    /// use responder_core::twiml::voice::Play;
    ///
    /// assert_eq!(Play::keys("1w2"), Play::default().digits("1w2"));
    /// ```
    pub fn keys(digits: impl Into<Cow<'static, str>>) -> Self {
        Self::new("").digits(digits)
    }
}

impl Pause {
    /// Waits this many seconds.
    ///
    /// ```
    /// use responder_core::twiml::voice::Pause;
    ///
    /// assert_eq!(Pause::secs(2), Pause::new().length_secs(2));
    /// ```
    pub fn secs(length: u32) -> Self {
        Self::new().length_secs(length)
    }
}
