//! Typed views of elements.

use std::{fmt, marker::PhantomData};

use super::{Element, Position};

/// What an element says, attribute by attribute: the methods have the names of those that set them.
///
/// An attribute that is missing is `None`. Values that have no sense are errors of that one attribute: a document that
/// somebody else wrote can always be walked. White space around numbers and words does not count.
///
/// ```
/// use responder_core::twiml::voice::{Response, Verb};
///
/// let response = Response::parse("<Response>\n<Say loop='2' voice='man'>Help</Say><Pause length='long'/></Response>")?;
/// let [Verb::Say(say), Verb::Pause(pause)] = &response.into_children()[1..] else { panic!("not these verbs") };
/// assert_eq!(say.read().repeat()?, Some(2));
/// assert!(say.read().language().is_none());
/// let error = pause.read().length_secs().unwrap_err();
/// assert_eq!(error.to_string(), "line 2, column 44: the value of length is not a whole number");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Read<'a, T> {
    element: &'a Element,
    of: PhantomData<T>,
}

impl<'a, T> Read<'a, T> {
    pub(super) fn new(element: &'a Element) -> Self {
        Self { element, of: PhantomData }
    }

    /// The tree underneath, with whatever has no type here.
    pub fn element(&self) -> &'a Element {
        self.element
    }
}

impl<T> Clone for Read<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Read<'_, T> {}

impl<T> fmt::Debug for Read<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.element.fmt(f)
    }
}

/// A value that has no sense for its attribute. The value is not repeated: it may be about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueError {
    attribute: &'static str,
    wanted: &'static str,
    at: Option<Position>,
}

impl ValueError {
    /// The name of the attribute.
    pub fn attribute(&self) -> &'static str {
        self.attribute
    }

    /// Where the attribute stands; `None` if its element was built, not parsed.
    pub fn position(&self) -> Option<Position> {
        self.at
    }
}

impl std::error::Error for ValueError {}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            write!(f, "{at}: ")?;
        }
        write!(f, "the value of {} is not {}", self.attribute, self.wanted)
    }
}

/// An element with another name than the type that it was to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongElement {
    expected: &'static str,
    at: Option<Position>,
}

impl WrongElement {
    pub(super) fn new(expected: &'static str, element: &Element) -> Self {
        Self { expected, at: element.position() }
    }

    /// Where the element stands; `None` if it was built, not parsed.
    pub fn position(&self) -> Option<Position> {
        self.at
    }
}

impl std::error::Error for WrongElement {}

impl fmt::Display for WrongElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            write!(f, "{at}: ")?;
        }
        write!(f, "the element is not a <{}>", self.expected)
    }
}

/// A value, read by `read`; one that it does not take is an error.
pub(super) fn value<T>(
    element: &Element,
    attribute: &'static str,
    wanted: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, ValueError> {
    let Some(text) = element.get(attribute) else {
        return Ok(None);
    };
    let error = || ValueError { attribute, wanted, at: element.attribute_position(attribute) };
    read(text.trim()).map(Some).ok_or_else(error)
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Words or numbers with white space between them.
pub(super) fn list<T>(text: &str, read: impl FnMut(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split_whitespace().map(read).collect()
}
