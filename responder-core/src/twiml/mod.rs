//! TwiML: the XML documents that tell a Twilio-compatible provider what a call or a text conversation does next.
//!
//! [`voice`] and [`messaging`] hold a type for every element of the language; wrong nesting does not compile. (Fax is
//! left out: Twilio has switched it off.) [`SCHEMA`] is the same table as data.
//!
//! [`Element`] is the tree underneath: any document can be built with it, it always prints well-formed XML, and
//! [`Element::parse`] reads it back. What has no type here goes into a typed document through `element` and
//! `other_attribute`.
//!
//! [`voice::Response::parse`] reads a document into the same types, so that a simulator can act on what a service
//! answered: `into_children` gives an enum of verbs, `read` the attributes, and `problems` what the language does not
//! know, with line and column.
//!
//! ```
//! use responder_core::twiml::Element;
//!
//! let say = Element::new("Say")?.attribute("language", "en-GB")?.text("Gas leak at Smith & Sons <rear>");
//! let document = Element::new("Response")?.child(say).to_string();
//! assert_eq!(
//!     document,
//!     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
//!      <Response><Say language=\"en-GB\">Gas leak at Smith &amp; Sons &lt;rear&gt;</Say></Response>"
//! );
//! assert_eq!(Element::parse(&document)?.elements().next().map(Element::inner_text).as_deref(),
//!     Some("Gas leak at Smith & Sons <rear>"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod element;
mod macros;
mod markup;
pub mod messaging;
mod name;
mod open;
mod parse;
mod position;
mod print;
mod problem;
mod reading;
mod schema;
mod text;
pub mod voice;
mod words;

pub use element::{Element, Node};
pub use name::{Name, NameError};
pub use open::Open;
pub use parse::{MAX_DEPTH, ParseError, ParseErrorKind};
pub use position::Position;
pub use problem::{Problem, ProblemKind};
pub use reading::{Read, ValueError, WrongElement};
pub use schema::{AttributeSchema, ChildSchema, Content, ElementSchema, SCHEMA, Values};

#[cfg(test)]
mod tests;
