//! The tree of a document.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    Name, NameError, ParseError, Position,
    markup::{Key, KnownKey, KnownTag, Tag},
    parse,
    position::At,
    print,
    text::{Text, clean},
};

/// An element with its attributes, in the order in which they were set, and its children: text and elements, mixed.
///
/// Printing (`to_string`) gives a whole document with its XML declaration and cannot fail: names are checked when
/// they are set, and characters that XML 1.0 forbids even as references (all controls but tab, line feed and carriage
/// return, and the non-characters U+FFFE and U+FFFF; section 2.2 of the recommendation) are dropped from texts and
/// attribute values as they come in. So what is in the tree is what is printed, and parsing the print gives an equal
/// tree, as long as it is not deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
///
/// Texts are taken as `impl Into<Cow<'static, str>>`: a literal is kept as it is, a `String` is moved, and nothing is
/// copied.
///
/// What was parsed also knows where it stood: [`position`](Self::position). Positions count for nothing when elements
/// are compared or hashed. Serialised, an element is the printed document.
///
/// ```
/// use responder_core::twiml::{Element, Name, Node};
///
/// const LEVEL: Name = Name::from_static("level");
///
/// let mut word = Element::new("emphasis")?.text("now");
/// word.set_attribute(LEVEL, "strong");
/// let say = Element::new("Say")?.text("Call ").child(word).text("!\u{0}");
/// assert!(say.to_string().ends_with("<Say>Call <emphasis level=\"strong\">now</emphasis>!</Say>"));
/// assert_eq!(say.children()[2], Node::Text("!".into()));
/// assert!(Element::new("Say it").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Element {
    pub(super) name: Tag,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<Node>,
    at: At,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Attribute {
    pub(super) name: Key,
    pub(super) value: Text,
    at: At,
}

/// A child of an [`Element`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// Character data, unescaped, never empty; two texts never follow each other.
    Text(Cow<'static, str>),
    /// A nested element.
    Element(Element),
}

impl Element {
    /// An element without attributes and children.
    ///
    /// # Errors
    /// [`NameError`] if the name is given as text and is no XML name; a [`Name`] never fails.
    pub fn new<N>(name: N) -> Result<Self, NameError>
    where
        N: TryInto<Name>,
        NameError: From<N::Error>,
    {
        Ok(Self::named(name.try_into()?))
    }

    /// An element with a name that has been checked.
    pub fn named(name: Name) -> Self {
        Self::tagged(Tag::Other(name))
    }

    /// An element of the language.
    pub(super) fn known(tag: &'static KnownTag) -> Self {
        Self::tagged(Tag::Known(tag))
    }

    fn tagged(name: Tag) -> Self {
        Self { name, attributes: Vec::new(), children: Vec::new(), at: At::default() }
    }

    /// Reads a document.
    ///
    /// What is read is XML 1.0 without document types (productions in the notation of the recommendation):
    ///
    /// ```text
    /// document    ::= BOM? declaration? misc* element misc*
    /// declaration ::= '<?xml' S 'version="1.0"' (S 'encoding=' quoted)? (S 'standalone=' quoted)? S? '?>'
    /// misc        ::= comment | instruction | S
    /// element     ::= '<' Name (S attribute)* S? ('/>' | '>' content '</' Name S? '>')
    /// attribute   ::= Name S? '=' S? ('"' ([^<&"] | reference)* '"' | "'" ([^<&'] | reference)* "'")
    /// content     ::= (text | element | reference | cdata | comment | instruction)*
    /// text        ::= Char+ without '<', '&' and ']]>'
    /// reference   ::= '&' ('amp' | 'lt' | 'gt' | 'quot' | 'apos') ';' | '&#' [0-9]+ ';' | '&#x' [0-9a-fA-F]+ ';'
    /// cdata       ::= '<![CDATA[' Char* ']]>'
    /// comment     ::= '<!--' Char* without '--' '-->'
    /// instruction ::= '<?' Name (other than xml, in any case) (S Char*)? '?>'
    /// Name        ::= see Name
    /// Char        ::= any character but the controls other than tab, LF and CR, U+FFFE and U+FFFF
    /// ```
    ///
    /// An attribute stands once in an element, which has at most 128. Comments and instructions are skipped, CDATA
    /// becomes text, line ends and attribute values are normalised as XML 1.0 says (2.11, 3.3.3). White space between
    /// elements is kept as text. The encoding that a declaration names is not obeyed: whoever made a `&str` has.
    ///
    /// ```
    /// use responder_core::twiml::Element;
    ///
    /// let error = Element::parse("<Response>\n  <Say>Help</Sya>\n</Response>").unwrap_err();
    /// assert_eq!((error.line(), error.column()), (2, 12));
    /// ```
    ///
    /// # Errors
    /// [`ParseError`], with line and column, if the text is not well-formed XML 1.0, declares a document type, or
    /// nests deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    pub fn parse(document: &str) -> Result<Self, ParseError> {
        parse::document(document)
    }

    /// Sets an attribute, in place if it is there already.
    pub fn set_attribute(&mut self, name: Name, value: impl Into<Cow<'static, str>>) {
        self.set(Key::Other(name), value.into(), At::default());
    }

    /// Sets an attribute of the language.
    pub(super) fn set_known(&mut self, name: &'static KnownKey, value: impl Into<Text>) {
        self.set(Key::Known(name), value.into(), At::default());
    }

    /// Sets an attribute that was parsed.
    pub(super) fn set_found(&mut self, name: Name, value: String, at: At) {
        self.set(Key::Other(name), value.into(), at);
    }

    fn set(&mut self, name: Key, value: Text, at: At) {
        let value = clean(value);
        if let Some(known) = self.attributes.iter_mut().find(|known| known.name == name) {
            (known.value, known.at) = (value, at);
            return;
        }
        if self.attributes.is_empty() {
            // What most elements have, in one quick allocation.
            self.attributes = Vec::with_capacity(3);
        }
        self.attributes.push(Attribute { name, value, at });
    }

    /// Adds text after what is there. It joins a text that it follows; empty text adds nothing.
    pub fn push_text(&mut self, text: impl Into<Cow<'static, str>>) {
        let text = clean(text.into());
        match self.children.last_mut() {
            _ if text.is_empty() => {}
            Some(Node::Text(before)) => before.to_mut().push_str(&text),
            None => self.children = vec![Node::Text(text)],
            Some(Node::Element(_)) => self.children.push(Node::Text(text)),
        }
    }

    /// Adds an element after what is there.
    pub fn push(&mut self, child: Self) {
        if self.children.is_empty() {
            // What most elements have, in one quick allocation.
            self.children = Vec::with_capacity(2);
        }
        self.children.push(Node::Element(child));
    }

    /// [`set_attribute`](Self::set_attribute), for building in one expression.
    ///
    /// # Errors
    /// [`NameError`] if the name is given as text and is no XML name.
    pub fn attribute<N>(mut self, name: N, value: impl Into<Cow<'static, str>>) -> Result<Self, NameError>
    where
        N: TryInto<Name>,
        NameError: From<N::Error>,
    {
        self.set_attribute(name.try_into()?, value);
        Ok(self)
    }

    /// [`push_text`](Self::push_text), for building in one expression.
    #[must_use]
    pub fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.push_text(text);
        self
    }

    /// [`push`](Self::push), for building in one expression.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    /// The name of the element.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The value of an attribute.
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes().find(|(name, _)| *name == attribute).map(|(_, value)| value)
    }

    /// Names and values of the attributes, in the order in which they were set.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|attribute| (attribute.name.as_str(), &*attribute.value))
    }

    /// Where the element began in the document that it was parsed from; `None` if it was built.
    pub fn position(&self) -> Option<Position> {
        self.at.position()
    }

    /// Where an attribute began in the document that it was parsed from; `None` if it was built, or is not there.
    pub fn attribute_position(&self, attribute: &str) -> Option<Position> {
        self.attributes.iter().find(|known| known.name.as_str() == attribute)?.at.position()
    }

    pub(super) fn found_at(mut self, at: At) -> Self {
        self.at = at;
        self
    }

    /// Texts and elements in order.
    pub fn children(&self) -> &[Node] {
        &self.children
    }

    /// The children, without a copy.
    pub fn into_children(self) -> Vec<Node> {
        self.children
    }

    /// The children that are elements, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The text directly inside this element, pieces around nested elements joined, white space as it is written.
    pub fn inner_text(&self) -> String {
        let texts = self.children.iter().filter_map(|child| match child {
            Node::Text(text) => Some(&**text),
            Node::Element(_) => None,
        });
        texts.collect()
    }

    /// Appends the whole document, with its declaration, to a buffer that can be used again and again: the quickest way
    /// to print.
    ///
    /// ```
    /// use responder_core::twiml::Element;
    ///
    /// let (mut buffer, document) = (String::new(), Element::new("Response")?);
    /// document.write_into(&mut buffer);
    /// assert_eq!(buffer, document.to_string());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_into(&self, buffer: &mut String) {
        // A `String` takes everything.
        let _ = print::document(self, buffer);
    }
}

impl fmt::Display for Element {
    /// The whole document, with its declaration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::document(self, f)
    }
}

impl FromStr for Element {
    type Err = ParseError;

    fn from_str(document: &str) -> Result<Self, Self::Err> {
        Self::parse(document)
    }
}

impl TryFrom<String> for Element {
    type Error = ParseError;

    fn try_from(document: String) -> Result<Self, Self::Error> {
        Self::parse(&document)
    }
}

impl From<Element> for String {
    fn from(element: Element) -> Self {
        element.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(name: &str) -> Element {
        Element::new(name).expect("a name")
    }

    #[test]
    fn what_xml_forbids_is_dropped_on_the_way_in() {
        let forbidden = "a\0\u{1}\u{8}\u{b}\u{c}\u{e}\u{1b}\u{1f}\u{fffe}\u{ffff}b";
        let say = element("Say").attribute("voice", forbidden).expect("a name").text(forbidden);
        assert_eq!(say.get("voice"), Some("ab"));
        assert_eq!(say.children(), [Node::Text("ab".into())]);
        let allowed = "\t\n\r \u{7f}\u{85}\u{2028}🚨\u{10ffff}";
        assert_eq!(element("Say").text(allowed).inner_text(), allowed);
    }

    #[test]
    fn attributes_keep_their_order_and_their_place() {
        let dial = element("Dial").attribute("timeout", "10").and_then(|e| e.attribute("action", "/a"));
        let dial = dial.and_then(|e| e.attribute("timeout", "20")).expect("names");
        assert_eq!(dial.attributes().collect::<Vec<_>>(), [("timeout", "20"), ("action", "/a")]);
        assert_eq!(dial.get("Action"), None, "names are case-sensitive");
    }

    #[test]
    fn texts_that_follow_each_other_are_one() {
        let say = element("Say").text("").text("a").text("\0").text("b").child(element("break")).text("c");
        let (a, c) = (Node::Text("ab".into()), Node::Text("c".into()));
        assert_eq!(say.children(), [a, Node::Element(element("break")), c]);
        assert_eq!(say.inner_text(), "abc");
        assert_eq!(say.elements().count(), 1);
    }

    #[test]
    fn is_its_document_in_json() {
        let json = serde_json::to_string(&element("Say").text("\"a\"")).expect("a string");
        assert_eq!(serde_json::from_str::<Element>(&json).ok(), Some(element("Say").text("\"a\"")));
        assert!(serde_json::from_str::<Element>("\"<Say>\"").is_err());
    }

    #[test]
    fn wrong_names_are_errors() {
        assert_eq!(Element::new("Say it"), Err(NameError));
        assert_eq!(element("Say").attribute("voice=\"x\" loop", "1"), Err(NameError));
    }
}
