//! The tree of a document.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Name, NameError, ParseError, parse, print};

/// An element with its attributes, in the order in which they were set, and its children: text and elements, mixed.
///
/// Printing (`to_string`) gives a whole document with its XML declaration and cannot fail: names are checked when
/// they are set, and characters that XML 1.0 forbids even as references (all controls but tab, line feed and carriage
/// return, and the non-characters U+FFFE and U+FFFF; section 2.2 of the recommendation) are dropped from texts and
/// attribute values as they come in. So what is in the tree is what is printed, and parsing the print gives an equal
/// tree, as long as it is not deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
///
/// Serialised, it is the printed document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Element {
    name: Name,
    attributes: Vec<(Name, String)>,
    children: Vec<Node>,
}

/// A child of an [`Element`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// Character data, unescaped, never empty; two texts never follow each other.
    Text(String),
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
        Self { name, attributes: Vec::new(), children: Vec::new() }
    }

    /// Reads a document.
    ///
    /// Comments and processing instructions are skipped, CDATA becomes text, line ends and attribute values are
    /// normalised as XML 1.0 says (2.11, 3.3.3). White space between elements is kept as text. Of entities only the
    /// five predefined ones and numeric references are known.
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
    pub fn set_attribute(&mut self, name: Name, value: impl Into<String>) {
        let value = clean(value.into());
        match self.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name, value)),
        }
    }

    /// Adds text after what is there. It joins a text that it follows; empty text adds nothing.
    pub fn push_text(&mut self, text: impl Into<String>) {
        let text = clean(text.into());
        match self.children.last_mut() {
            _ if text.is_empty() => {}
            Some(Node::Text(before)) => before.push_str(&text),
            _ => self.children.push(Node::Text(text)),
        }
    }

    /// Adds an element after what is there.
    pub fn push(&mut self, child: Self) {
        self.children.push(Node::Element(child));
    }

    /// [`set_attribute`](Self::set_attribute), for building in one expression.
    ///
    /// # Errors
    /// [`NameError`] if the name is given as text and is no XML name.
    pub fn attribute<N>(mut self, name: N, value: impl Into<String>) -> Result<Self, NameError>
    where
        N: TryInto<Name>,
        NameError: From<N::Error>,
    {
        self.set_attribute(name.try_into()?, value);
        Ok(self)
    }

    /// [`push_text`](Self::push_text), for building in one expression.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
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
        self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Texts and elements in order.
    pub fn children(&self) -> &[Node] {
        &self.children
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
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts.collect()
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

/// Whether XML 1.0 allows the character in a document (production `Char`; a `char` is never a surrogate).
pub(super) fn is_allowed(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// `text` without the characters that no XML document can carry.
fn clean(text: String) -> String {
    if text.chars().all(is_allowed) { text } else { text.chars().filter(|c| is_allowed(*c)).collect() }
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
        assert_eq!(say.children(), [Node::Text("ab".to_owned())]);
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
        let (a, c) = (Node::Text("ab".to_owned()), Node::Text("c".to_owned()));
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
