//! Speech markup (SSML) inside of a [`Say`](super::Say).
//!
//! Texts and markup follow each other in the order in which they are said. Which of it a voice can do is up to the
//! voice; the provider leaves out the rest.
//!
//! ```
//! use responder_core::twiml::voice::{Say, ssml::{Break, Emphasis, P}};
//!
//! let say = Say::new("Emergency. ")
//!     .p(P::new("Gas leak, ").emphasis("in the cellar").text("."))
//!     .break_(Break::new().time("1s"))
//!     .text("Press 1 to accept.");
//! assert_eq!(say.inner_text(), "Emergency. Press 1 to accept.");
//! ```
//!
//! A paragraph can't stand in a sentence:
//!
//! ```compile_fail
//! use responder_core::twiml::voice::ssml::{P, S};
//!
//! S::default().p(P::default());
//! ```

use crate::twiml::macros::element;
pub use crate::twiml::words::ssml::{
    BreakStrength, DateFormat, EmphasisLevel, InterpretAs, MarkupLanguage, PhoneticAlphabet,
};

element! {
    /// A pause.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::Break};
    ///
    /// let document = Response::new().say(Say::default().break_(Break::new().time("500ms")));
    /// assert!(document.to_string().ends_with(r#"<Response><Say><break time="500ms"/></Say></Response>"#));
    /// ```
    Break = "break" in "voice::ssml"
    attributes {
        /// How long it is, by the sense of the language; medium if neither this nor a time is said.
        strength = "strength" one BreakStrength,
        /// How long it is, such as `500ms` or `2s`; 10 s at most.
        time = "time" text,
    }
}

element! {
    /// Says words with more or less weight. Not every voice can.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::{Emphasis, EmphasisLevel}};
    ///
    /// let document = Response::new().say(Say::default().emphasis(Emphasis::new("now").level(EmphasisLevel::Strong)));
    /// let expected = r#"<Response><Say><emphasis level="strong">now</emphasis></Say></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Emphasis = "emphasis" in "voice::ssml"
    content mixed
    /// Says these words.
    words
    attributes {
        /// How much weight.
        level = "level" one EmphasisLevel,
    }
    children EmphasisChild {
        /// A pause.
        break_: Break,
        /// Words with more or less weight.
        emphasis: Emphasis,
        /// Words of another language.
        lang: Lang,
        /// Words by their sounds.
        phoneme: Phoneme,
        /// Words in another volume, speed or pitch.
        prosody: Prosody,
        /// Words as what they are.
        say_as: SayAs,
        /// Words for which others are said.
        sub: Sub,
        /// A word as its part of speech.
        w: W,
    }
}

element! {
    /// Says words as a speaker of another language would.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::{Lang, MarkupLanguage}};
    ///
    /// let document = Response::new().say(Say::default().lang(Lang::new("merci").language(MarkupLanguage::FrFr)));
    /// let expected = r#"<Response><Say><lang xml:lang="fr-FR">merci</lang></Say></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Lang = "lang" in "voice::ssml"
    content mixed
    /// Says these words.
    words
    attributes {
        /// The language, such as `fr-FR`.
        language = "xml:lang" open MarkupLanguage,
    }
    children LangChild {
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
    /// A paragraph: a longer pause comes after it.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::P};
    ///
    /// let document = Response::new().say(Say::default().p(P::new("First. ").s("Second.")));
    /// assert!(document.to_string().ends_with("<Response><Say><p>First. <s>Second.</s></p></Say></Response>"));
    /// ```
    P = "p" in "voice::ssml"
    content mixed
    /// Says these words.
    words
    children PChild {
        /// A pause.
        break_: Break,
        /// Words with more or less weight.
        emphasis: Emphasis,
        /// Words of another language.
        lang: Lang,
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
    /// Says words by their sounds.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::{Phoneme, PhoneticAlphabet}};
    ///
    /// let document = Response::new().say(Say::default().phoneme(Phoneme::new("pecan").alphabet(PhoneticAlphabet::Ipa).ph("pɪˈkɑːn")));
    /// let expected = r#"<Response><Say><phoneme alphabet="ipa" ph="pɪˈkɑːn">pecan</phoneme></Say></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Phoneme = "phoneme" in "voice::ssml"
    content required
    /// The words as they are written; what is heard is [`ph`](Self::ph).
    words
    attributes {
        /// The alphabet of [`ph`](Self::ph).
        alphabet = "alphabet" one PhoneticAlphabet,
        /// The sounds.
        ph = "ph" text,
    }
}

element! {
    /// Says words louder, faster or higher. Not every voice can do all three.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::Prosody};
    ///
    /// let document = Response::new().say(Say::default().prosody(Prosody::new("slowly").rate("slow")));
    /// let expected = r#"<Response><Say><prosody rate="slow">slowly</prosody></Say></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    Prosody = "prosody" in "voice::ssml"
    content mixed
    /// Says these words.
    words
    attributes {
        /// How loud: `silent` to `x-loud`, or a change such as `+6dB`.
        volume = "volume" text,
        /// How fast: `x-slow` to `x-fast`, or a share such as `80%`.
        rate = "rate" text,
        /// How high: `x-low` to `x-high`, or a change such as `+10%`.
        pitch = "pitch" text,
    }
    children ProsodyChild {
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
    /// A sentence: a pause comes after it.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::S};
    ///
    /// let document = Response::new().say(Say::default().s("Help is on its way."));
    /// assert!(document.to_string().ends_with("<Response><Say><s>Help is on its way.</s></Say></Response>"));
    /// ```
    S = "s" in "voice::ssml"
    content mixed
    /// Says these words.
    words
    children SChild {
        /// A pause.
        break_: Break,
        /// Words with more or less weight.
        emphasis: Emphasis,
        /// Words of another language.
        lang: Lang,
        /// Words by their sounds.
        phoneme: Phoneme,
        /// Words in another volume, speed or pitch.
        prosody: Prosody,
        /// Words as what they are.
        say_as: SayAs,
        /// Words for which others are said.
        sub: Sub,
        /// A word as its part of speech.
        w: W,
    }
}

element! {
    /// Says words as what they are: digits, a date, a telephone number.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::{DateFormat, InterpretAs, SayAs}};
    ///
    /// let document = Response::new().say(Say::default().say_as(
    ///     SayAs::new("12/31").interpret_as(InterpretAs::Date).format(DateFormat::Md),
    /// ));
    /// let expected = r#"<Response><Say><say-as interpret-as="date" format="md">12/31</say-as></Say></Response>"#;
    /// assert!(document.to_string().ends_with(expected), "{document}");
    /// ```
    SayAs = "say-as" in "voice::ssml"
    content required
    /// Says these words.
    words
    attributes {
        /// What they are.
        interpret_as = "interpret-as" one InterpretAs,
        /// The order of day, month and year, for a date.
        format = "format" one DateFormat,
    }
}

element! {
    /// Says something else than is written, such as an abbreviation in full.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::Sub};
    ///
    /// let document = Response::new().say(Say::default().sub(Sub::new("Blvd").alias("boulevard")));
    /// assert!(document.to_string().ends_with(r#"<Response><Say><sub alias="boulevard">Blvd</sub></Say></Response>"#));
    /// ```
    Sub = "sub" in "voice::ssml"
    content required
    /// The words as they are written; what is heard is [`alias`](Self::alias).
    words
    attributes {
        /// What is said.
        alias = "alias" text,
    }
}

element! {
    /// Says a word as the part of speech that it is.
    ///
    /// ```
    /// use responder_core::twiml::voice::{Response, Say, ssml::W};
    ///
    /// let document = Response::new().say(Say::default().w(W::new("read").role("amazon:VBD")));
    /// assert!(document.to_string().ends_with(r#"<Response><Say><w role="amazon:VBD">read</w></Say></Response>"#));
    /// ```
    W = "w" in "voice::ssml"
    content mixed
    /// Says this word.
    words
    attributes {
        /// The part of speech, such as `amazon:VB` for a verb.
        role = "role" text,
    }
    children WChild {
        /// A pause.
        break_: Break,
        /// Words with more or less weight.
        emphasis: Emphasis,
        /// Words by their sounds.
        phoneme: Phoneme,
        /// Words in another volume, speed or pitch.
        prosody: Prosody,
        /// Words as what they are.
        say_as: SayAs,
        /// Words for which others are said.
        sub: Sub,
    }
}
