//! The typed elements and the tree against documents that the official Python library (9.13) printed.

mod cases;
mod problems;
mod read;
mod schema;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::*;

/// What a document is made of. A node without a tag is text.
#[derive(Deserialize)]
pub(super) struct Case {
    tag: Option<String>,
    #[serde(default)]
    attrs: Map<String, Value>,
    text: Option<String>,
    #[serde(default)]
    children: Vec<Self>,
}

/// A typed element that can be built from a case; written by the macro that declares the element.
pub(super) trait FromCase: Sized {
    fn from_case(case: &Case) -> Option<Self>;
}

impl FromCase for Element {
    fn from_case(_: &Case) -> Option<Self> {
        None
    }
}

impl Case {
    pub(super) fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    pub(super) fn text(&self) -> String {
        self.text.clone().unwrap_or_default()
    }

    pub(super) fn without_text(&self) -> Option<()> {
        self.text.is_none().then_some(())
    }

    /// The attributes that are set: the library leaves out those that are null.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.attrs.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), value))
    }

    pub(super) fn children(&self) -> &[Self] {
        &self.children
    }

    fn add_to(&self, parent: &mut Element) {
        let Some(tag) = self.tag() else {
            return parent.push_text(self.text());
        };
        let mut element = Element::new(tag).expect("a name").text(self.text());
        for (name, value) in self.attributes() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            element.set_attribute(Name::try_from(name).expect("a name"), value);
        }
        self.children.iter().for_each(|child| child.add_to(&mut element));
        parent.push(element);
    }
}
