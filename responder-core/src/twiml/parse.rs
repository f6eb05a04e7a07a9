//! From a document to a tree: quick-xml's reader finds the tags; names, attributes, references and the order of it all
//! are checked here.

use std::fmt;

use quick_xml::{Reader, errors::IllFormedError, events::Event};

use super::{
    Element, Name, Position,
    position::{At, Locator},
    text::is_allowed,
};

/// How many elements may be open at once. The deepest TwiML in use (speech markup inside a gather) nests about ten.
pub const MAX_DEPTH: usize = 128;

/// How many attributes one element may have: looking for repeated names is quadratic. No TwiML element knows 30.
const MAX_ATTRIBUTES: usize = 128;

/// Why and where a text is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    at: Position,
    kind: ParseErrorKind,
}

/// What is wrong at that place. Nothing of the document is repeated here: its texts may name people and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Markup that ends too early or has a character where none may be.
    Syntax,
    /// An end tag that closes another element than the open one, or none.
    EndTag,
    /// The text ended inside an element, or held none.
    UnexpectedEnd,
    /// Text or an element after the end of the document, or text before it.
    OutsideRoot,
    /// A name that is no [`Name`].
    Name,
    /// The same attribute twice.
    DuplicateAttribute,
    /// An entity that is not predefined, or a reference to a character that XML forbids.
    Reference,
    /// A character that XML 1.0 forbids.
    Character,
    /// A document type declaration: entities of its own would let a small text grow without bounds.
    DocumentType,
    /// An XML declaration that is not the first thing, or not of version 1.0.
    Declaration,
    /// More than [`MAX_DEPTH`] elements are open.
    Depth,
    /// An element with more than 128 attributes.
    TooManyAttributes,
    /// A document whose root is not the one that was asked for, such as a `<Response>`.
    Root,
}

impl ParseError {
    pub(super) fn new(at: Position, kind: ParseErrorKind) -> Self {
        Self { at, kind }
    }

    /// The line, from 1.
    pub fn line(&self) -> u32 {
        self.at.line
    }

    /// The column in characters, from 1: where the tag, reference or character begins that is wrong.
    pub fn column(&self) -> u32 {
        self.at.column
    }

    /// What is wrong.
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.kind)
    }
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "malformed markup",
            Self::EndTag => "an end tag without its start tag",
            Self::UnexpectedEnd => "the document ends too early",
            Self::OutsideRoot => "something outside the root element",
            Self::Name => "not a name of an element or attribute",
            Self::DuplicateAttribute => "an attribute is given twice",
            Self::Reference => "an unknown entity or character reference",
            Self::Character => "a character that XML forbids",
            Self::DocumentType => "a document type declaration is not allowed",
            Self::Declaration => "an XML declaration that is misplaced or not of version 1.0",
            Self::Depth => "elements are nested too deep",
            Self::TooManyAttributes => "an element has too many attributes",
            Self::Root => "the root element is not a <Response>",
        })
    }
}

/// What is wrong, and at which byte.
type Failure = (ParseErrorKind, usize);

pub(super) fn document(source: &str) -> Result<Element, ParseError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let forbidden = source.char_indices().find(|(_, c)| !is_allowed(*c));
    let tree = match forbidden {
        Some((at, _)) => Err((ParseErrorKind::Character, at)),
        None => Builder::new(source).run(),
    };
    tree.map_err(|(kind, at)| ParseError::new(Locator::new(source).locate(at.min(source.len())), kind))
}

/// A document whose root is a `<Response>`.
pub(super) fn response(source: &str) -> Result<Element, ParseError> {
    let root = document(source)?;
    if root.name() == "Response" {
        return Ok(root);
    }
    let start = Position { line: 1, column: 1 };
    Err(ParseError::new(root.position().unwrap_or(start), ParseErrorKind::Root))
}

struct Builder<'a> {
    source: &'a str,
    locator: Locator<'a>,
    open: Vec<Element>,
    root: Option<Element>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str) -> Self {
        Self { source, locator: Locator::new(source), open: Vec::new(), root: None }
    }

    fn run(mut self) -> Result<Element, Failure> {
        let mut reader = Reader::from_str(self.source);
        reader.config_mut().enable_all_checks(true);
        loop {
            let at = offset(reader.buffer_position());
            let event = reader.read_event().map_err(|error| (kind_of(&error), offset(reader.error_position())))?;
            match event {
                Event::Eof => {
                    let end = self.source.len();
                    return self.finish(end);
                }
                event => self.event(&event, at)?,
            }
        }
    }

    fn event(&mut self, event: &Event<'_>, at: usize) -> Result<(), Failure> {
        match event {
            Event::Start(tag) => self.start(tag.name().0, tag.attributes_raw(), at),
            Event::Empty(tag) => {
                self.start(tag.name().0, tag.attributes_raw(), at)?;
                self.end(at)
            }
            Event::End(_) => self.end(at),
            Event::Text(text) => match text.find("]]>") {
                Some(inside) => Err((ParseErrorKind::Syntax, at + inside)),
                None => self.text(&text.xml10_content(), at),
            },
            Event::CData(text) => self.text_in_root(&text.xml10_content(), at),
            Event::GeneralRef(reference) => match resolve(reference) {
                Some(c) => self.text_in_root(c.encode_utf8(&mut [0; 4]), at),
                None => Err((ParseErrorKind::Reference, at)),
            },
            Event::Decl(declaration) if at == 0 && is_declaration(declaration) => Ok(()),
            Event::Decl(_) => Err((ParseErrorKind::Declaration, at)),
            Event::DocType(_) => Err((ParseErrorKind::DocumentType, at)),
            Event::PI(instruction) => match Name::try_from(instruction.target()) {
                Ok(name) if !name.as_str().eq_ignore_ascii_case("xml") => Ok(()),
                _ => Err((ParseErrorKind::Name, at)),
            },
            Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, name: &str, attributes: &str, at: usize) -> Result<(), Failure> {
        if self.root.is_some() {
            return Err((ParseErrorKind::OutsideRoot, at));
        }
        if self.open.len() == MAX_DEPTH {
            return Err((ParseErrorKind::Depth, at));
        }
        let place = At::from(self.locator.locate(at));
        let mut element = Element::new(name).map_err(|_| (ParseErrorKind::Name, at))?.found_at(place);
        read_attributes(&mut element, attributes, at + 1 + name.len(), &mut self.locator)?;
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self, at: usize) -> Result<(), Failure> {
        let element = self.open.pop().ok_or((ParseErrorKind::EndTag, at))?;
        match self.open.last_mut() {
            Some(parent) => parent.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str, at: usize) -> Result<(), Failure> {
        if self.open.is_empty() && text.bytes().all(is_space) {
            return Ok(());
        }
        self.text_in_root(text, at)
    }

    fn text_in_root(&mut self, text: &str, at: usize) -> Result<(), Failure> {
        self.open.last_mut().ok_or((ParseErrorKind::OutsideRoot, at))?.push_text(text.to_owned());
        Ok(())
    }

    fn finish(self, end: usize) -> Result<Element, Failure> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err((ParseErrorKind::UnexpectedEnd, end)),
        }
    }
}

/// `xml version="1.0" encoding="..." standalone="..."`, the last two optional. The encoding is not obeyed: whoever
/// made a `&str` of the document has.
fn is_declaration(content: &str) -> bool {
    let mut attributes = Element::named(Name::from_static("xml"));
    let Some(raw) = content.strip_prefix("xml").filter(|raw| !raw.contains('&')) else {
        return false;
    };
    if read_attributes(&mut attributes, raw, 0, &mut Locator::new("")).is_err() {
        return false;
    }
    let names: Vec<&str> = attributes.attributes().map(|(name, _)| name).collect();
    matches!(names[..], ["version"] | ["version", "encoding" | "standalone"] | ["version", "encoding", "standalone"])
        && attributes.get("version") == Some("1.0")
        && attributes.get("encoding").is_none_or(is_encoding)
        && attributes.get("standalone").is_none_or(|word| matches!(word, "yes" | "no"))
}

/// Production `EncName` of XML 1.0.
fn is_encoding(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Reads the attributes of one tag. The reader's own iterator takes what XML forbids (no blank between two, `<` in a
/// value), and a simulator must complain wherever the provider would.
fn read_attributes(element: &mut Element, raw: &str, start: usize, locator: &mut Locator<'_>) -> Result<(), Failure> {
    let mut rest = raw;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let at = start + raw.len() - trimmed.len();
        if trimmed.is_empty() {
            return Ok(());
        }
        if trimmed.len() == rest.len() {
            return Err((ParseErrorKind::Syntax, at));
        }
        let (name, value, after) = split_attribute(trimmed).ok_or((ParseErrorKind::Syntax, at))?;
        let name = Name::try_from(name).map_err(|_| (ParseErrorKind::Name, at))?;
        if element.attributes().count() == MAX_ATTRIBUTES {
            return Err((ParseErrorKind::TooManyAttributes, at));
        }
        if element.get(name.as_str()).is_some() {
            return Err((ParseErrorKind::DuplicateAttribute, at));
        }
        let value = attribute_value(value).map_err(|kind| (kind, at))?;
        element.set_found(name, value, locator.locate(at).into());
        rest = after;
    }
}

/// `name = "value" rest` in its three parts; `None` if there is no `=` or the value has no quotes.
fn split_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, after) = text.split_once('=')?;
    let after = after.trim_ascii_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = after[1..].split_once(quote)?;
    Some((name.trim_ascii_end(), value, rest))
}

/// Resolves references, and makes literal white space blanks as XML 1.0 says (3.3.3; a CRLF is one line end).
fn attribute_value(raw: &str) -> Result<String, ParseErrorKind> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        value.push(match c {
            '<' => return Err(ParseErrorKind::Syntax),
            '&' => {
                let (reference, after) = rest.split_once(';').ok_or(ParseErrorKind::Reference)?;
                rest = after;
                resolve(reference).ok_or(ParseErrorKind::Reference)?
            }
            '\r' if rest.starts_with('\n') => continue,
            '\t' | '\n' | '\r' => ' ',
            c => c,
        });
    }
    Ok(value)
}

/// The character behind `&reference;`.
fn resolve(reference: &str) -> Option<char> {
    let Some(number) = reference.strip_prefix('#') else {
        return match reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        };
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).filter(|c| is_allowed(*c))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn kind_of(error: &quick_xml::Error) -> ParseErrorKind {
    use quick_xml::Error::IllFormed;
    match error {
        IllFormed(IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_)) => {
            ParseErrorKind::EndTag
        }
        IllFormed(IllFormedError::MissingEndTag(_)) => ParseErrorKind::UnexpectedEnd,
        IllFormed(IllFormedError::UnclosedReference) => ParseErrorKind::Reference,
        _ => ParseErrorKind::Syntax,
    }
}

/// Positions inside a `&str` always fit.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
