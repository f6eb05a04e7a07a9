//! What a document has that the language does not know.

use std::fmt;

use super::{Content, Element, ElementSchema, Node, Position, Values, reading::list};

/// Something in a well-formed document that the language does not know, at its place.
///
/// A provider skips it and warns (Twilio: warning 12200); the document still counts. Of values, only those are problems
/// that break the rule in the [`SCHEMA`](super::SCHEMA): a word that Twilio added since counts as one.
///
/// ```
/// use responder_core::twiml::voice::Response;
///
/// let response = Response::parse("<Response>\n<Sya/><Say loop='two' lang='en'>Hi</Say></Response>")?;
/// let problems: Vec<String> = response.problems().iter().map(ToString::to_string).collect();
/// assert_eq!(problems, [
///     "line 2, column 1: <Sya> is not known in <Response>",
///     "line 2, column 12: the value of loop in <Say> is not of its kind",
///     "line 2, column 23: lang is not an attribute of <Say>",
/// ]);
/// # Ok::<(), responder_core::twiml::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    element: String,
    at: Option<Position>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A child of that name is not known there, or may not stand there.
    Child(String),
    /// An attribute of that name is not known.
    Attribute(String),
    /// The attribute's value is not of its kind.
    Value(String),
    /// Text where there is none.
    Text,
    /// No text where some is needed.
    NoText,
}

impl Problem {
    /// What is wrong.
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }

    /// The name of the element that has the problem: for a child, that of its parent.
    pub fn element(&self) -> &str {
        &self.element
    }

    /// Where the child, the attribute or the element begins; `None` if it was built, not parsed.
    pub fn position(&self) -> Option<Position> {
        self.at
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            write!(f, "{at}: ")?;
        }
        let element = &self.element;
        match &self.kind {
            ProblemKind::Child(child) => write!(f, "<{child}> is not known in <{element}>"),
            ProblemKind::Attribute(name) => write!(f, "{name} is not an attribute of <{element}>"),
            ProblemKind::Value(name) => write!(f, "the value of {name} in <{element}> is not of its kind"),
            ProblemKind::Text => write!(f, "<{element}> has no text"),
            ProblemKind::NoText => write!(f, "<{element}> needs a text"),
        }
    }
}

/// All problems of an element, in the order of the document. What is in an unknown element is not looked at.
pub(super) fn problems(element: &Element, schema: &ElementSchema) -> Vec<Problem> {
    let mut found = Vec::new();
    collect(element, schema, &mut found);
    found
}

fn collect(element: &Element, schema: &ElementSchema, found: &mut Vec<Problem>) {
    let problem = |kind, at| Problem { kind, element: element.name().to_owned(), at };
    let own_place = element.position();
    for (name, value) in element.attributes() {
        let at = element.attribute_position(name);
        match schema.attribute(name) {
            None => found.push(problem(ProblemKind::Attribute(name.to_owned()), at)),
            Some(known) if !takes(known.values, value) => found.push(problem(ProblemKind::Value(name.to_owned()), at)),
            Some(_) => {}
        }
    }
    let has_text = element.children().iter().any(|child| matches!(child, Node::Text(text) if !text.trim().is_empty()));
    match schema.content {
        Content::None if has_text => found.push(problem(ProblemKind::Text, own_place)),
        Content::Required if !has_text => found.push(problem(ProblemKind::NoText, own_place)),
        Content::None | Content::Optional | Content::Required => {}
    }
    for child in element.elements() {
        match schema.child(child.name()) {
            None => found.push(problem(ProblemKind::Child(child.name().to_owned()), child.position())),
            Some(known) => collect(child, known, found),
        }
    }
}

fn takes(values: Values, value: &str) -> bool {
    let value = value.trim();
    let is_number = |text: &str| text.parse::<u32>().ok();
    match values {
        Values::Text => true,
        Values::Number => is_number(value).is_some(),
        Values::Numbers => list(value, is_number).is_some(),
        Values::Flag => matches!(value, "true" | "false"),
        Values::Word(words) | Values::OpenWord(words) => words.contains(&value),
        Values::Words(words) => value.split_whitespace().all(|word| words.contains(&word)),
    }
}
