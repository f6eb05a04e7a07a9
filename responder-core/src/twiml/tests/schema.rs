//! The table of the language against the schema that was taken from the official libraries.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, from_str};

use crate::twiml::{AttributeSchema, Content, ElementSchema, SCHEMA, Values};

/// What both sides say of an element: its tag, text, attributes and children.
#[derive(Debug, PartialEq)]
struct Entry {
    tag: String,
    content: Content,
    attributes: BTreeMap<String, (&'static str, BTreeSet<String>)>,
    children: BTreeSet<(String, String)>,
}

/// The path of our type for an element of the file, such as `voice.SsmlBreak`.
fn path(id: &str) -> String {
    let path = id.replace('.', "::").replace("::VoiceResponse", "::Response");
    path.replace("::MessagingResponse", "::Response").replace("voice::Ssml", "voice::ssml::")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().expect("a text")
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn in_file(element: &Value) -> Entry {
    let attribute = |attribute: &Value| {
        let words: BTreeSet<String> =
            list(attribute, "enum").map(|word| word.as_str().expect("a word").into()).collect();
        let is_list = attribute["list"] == "space-separated";
        let kind = match (attribute["type"][0].as_str(), is_list) {
            (Some("enum"), true) => "words",
            (Some("enum"), false) => "word",
            (Some("integer"), true) => "numbers",
            (Some("integer"), false) => "number",
            (Some("boolean"), false) => "flag",
            (Some("string") | None, false) => "text",
            other => panic!("{other:?}"),
        };
        (text(attribute, "xml").to_owned(), (kind, words))
    };
    Entry {
        tag: text(element, "tag").to_owned(),
        content: match text(element, "text") {
            "none" => Content::None,
            "optional" => Content::Optional,
            _ => Content::Required,
        },
        attributes: list(element, "attrs").map(attribute).collect(),
        children: list(element, "children")
            .map(|child| (text(child, "tag").to_owned(), path(text(child, "id"))))
            .collect(),
    }
}

fn ours(element: &ElementSchema) -> Entry {
    let attribute = |attribute: &AttributeSchema| {
        let (kind, words) = match attribute.values {
            Values::Text => ("text", &[][..]),
            Values::Number => ("number", &[][..]),
            Values::Numbers => ("numbers", &[][..]),
            Values::Flag => ("flag", &[][..]),
            Values::Word(words) | Values::OpenWord(words) => ("word", words),
            Values::Words(words) => ("words", words),
        };
        (attribute.name.to_owned(), (kind, words.iter().map(|word| (*word).to_owned()).collect()))
    };
    Entry {
        tag: element.tag.to_owned(),
        content: element.content,
        attributes: element.attributes.iter().map(attribute).collect(),
        children: element.children.iter().map(|child| (child.tag.to_owned(), child.path.to_owned())).collect(),
    }
}

#[test]
fn nothing_is_missing_and_nothing_is_extra() {
    let file: Value = from_str(include_str!("../testdata/schema.json")).expect("JSON");
    let elements = list(&file, "elements").filter(|element| element["dialect"] != "fax");
    let file: BTreeMap<String, Entry> = elements.map(|element| (path(text(element, "id")), in_file(element))).collect();
    let table: BTreeMap<String, Entry> =
        SCHEMA.iter().map(|element| (element.path.to_owned(), ours(element))).collect();
    assert_eq!(file.keys().collect::<Vec<_>>(), table.keys().collect::<Vec<_>>());
    for (path, entry) in &file {
        assert_eq!(&table[path], entry, "{path}");
    }
    assert_eq!((SCHEMA.len(), table.len()), (64, 64), "no element stands twice in the table");
}

#[test]
fn every_row_of_the_table_stands_once() {
    for element in SCHEMA {
        let names: BTreeSet<&str> = element.attributes.iter().map(|attribute| attribute.name).collect();
        let methods: BTreeSet<&str> = element.attributes.iter().map(|attribute| attribute.setter).collect();
        let children: BTreeSet<&str> = element.children.iter().map(|child| child.tag).collect();
        let rows = element.attributes.len();
        assert_eq!((names.len(), methods.len()), (rows, rows), "{}", element.path);
        assert_eq!(children.len(), element.children.len(), "{}: a child is known by its tag", element.path);
        for child in element.children {
            assert_eq!(element.child(child.tag).map(|found| found.path), Some(child.path), "{}", element.path);
        }
    }
}
