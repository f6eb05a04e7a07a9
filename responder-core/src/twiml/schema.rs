//! The language as data.

use super::{
    messaging,
    voice::{self, ssml},
};

/// One element of the language, as its type here was declared.
///
/// ```
/// use responder_core::twiml::{SCHEMA, Values, voice::Pause};
///
/// let pause = SCHEMA.iter().find(|element| element.tag == "Pause").expect("it is in the language");
/// assert_eq!(*pause, Pause::SCHEMA);
/// assert_eq!(pause.attribute("length").map(|length| length.values), Some(Values::Number));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ElementSchema {
    /// The type, with its module inside of [`twiml`](super), such as `voice::Say`.
    pub path: &'static str,
    /// The name in a document.
    pub tag: &'static str,
    /// Whether it holds text.
    pub content: Content,
    /// Its attributes, in the order in which they are declared.
    pub attributes: &'static [AttributeSchema],
    /// What may stand in it.
    pub children: &'static [ChildSchema],
}

/// Whether an element holds text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// It has no text.
    None,
    /// It may have some.
    Optional,
    /// It needs some.
    Required,
}

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttributeSchema {
    /// The name in a document.
    pub name: &'static str,
    /// The method that sets it.
    pub setter: &'static str,
    /// What it takes.
    pub values: Values,
}

/// What an attribute takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Values {
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// Whole numbers, with blanks between them.
    Numbers,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or of those that the provider has added since.
    OpenWord(&'static [&'static str]),
    /// Some of these words, with blanks between them.
    Words(&'static [&'static str]),
}

/// A type of child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildSchema {
    /// Its name in a document.
    pub tag: &'static str,
    /// The [`path`](ElementSchema::path) of its type.
    pub path: &'static str,
    /// The method that adds it.
    pub method: &'static str,
}

impl ElementSchema {
    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeSchema> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The child of that name.
    pub fn child(&self, tag: &str) -> Option<&'static Self> {
        let child = self.children.iter().find(|child| child.tag == tag)?;
        SCHEMA.iter().find(|element| element.path == child.path)
    }
}

/// Every element of the language, voice first.
///
/// ```
/// use responder_core::twiml::{Content, SCHEMA};
///
/// let needs_text = |tag| SCHEMA.iter().any(|element| element.tag == tag && element.content == Content::Required);
/// assert!(needs_text("Redirect") && !needs_text("Hangup"));
/// ```
pub const SCHEMA: &[ElementSchema] = &[
    voice::Response::SCHEMA,
    voice::Connect::SCHEMA,
    voice::Dial::SCHEMA,
    voice::Echo::SCHEMA,
    voice::Enqueue::SCHEMA,
    voice::Gather::SCHEMA,
    voice::Hangup::SCHEMA,
    voice::Leave::SCHEMA,
    voice::Pause::SCHEMA,
    voice::Play::SCHEMA,
    voice::Queue::SCHEMA,
    voice::Record::SCHEMA,
    voice::Redirect::SCHEMA,
    voice::Reject::SCHEMA,
    voice::Say::SCHEMA,
    voice::Sms::SCHEMA,
    voice::Pay::SCHEMA,
    voice::Prompt::SCHEMA,
    voice::Start::SCHEMA,
    voice::Stop::SCHEMA,
    voice::Refer::SCHEMA,
    voice::Room::SCHEMA,
    voice::Autopilot::SCHEMA,
    voice::Stream::SCHEMA,
    voice::VirtualAgent::SCHEMA,
    voice::Conversation::SCHEMA,
    voice::ConversationRelay::SCHEMA,
    voice::AiSession::SCHEMA,
    voice::ConversationRelaySession::SCHEMA,
    voice::Client::SCHEMA,
    voice::Conference::SCHEMA,
    voice::Number::SCHEMA,
    voice::Sim::SCHEMA,
    voice::Sip::SCHEMA,
    voice::Application::SCHEMA,
    voice::WhatsApp::SCHEMA,
    voice::Task::SCHEMA,
    voice::Parameter::SCHEMA,
    ssml::Break::SCHEMA,
    ssml::Emphasis::SCHEMA,
    ssml::Lang::SCHEMA,
    ssml::P::SCHEMA,
    ssml::Phoneme::SCHEMA,
    ssml::Prosody::SCHEMA,
    ssml::S::SCHEMA,
    ssml::SayAs::SCHEMA,
    ssml::Sub::SCHEMA,
    ssml::W::SCHEMA,
    voice::Siprec::SCHEMA,
    voice::Transcription::SCHEMA,
    voice::Recording::SCHEMA,
    voice::ReferSip::SCHEMA,
    voice::Config::SCHEMA,
    voice::Language::SCHEMA,
    voice::Identity::SCHEMA,
    voice::SipUri::SCHEMA,
    voice::Headers::SCHEMA,
    voice::ApplicationSid::SCHEMA,
    voice::Header::SCHEMA,
    messaging::Response::SCHEMA,
    messaging::Message::SCHEMA,
    messaging::Redirect::SCHEMA,
    messaging::Body::SCHEMA,
    messaging::Media::SCHEMA,
];
