//! The typed elements and the tree against documents that the official Python library (9.13) printed.

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

    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
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

#[derive(Deserialize)]
struct Row {
    name: String,
    dialect: String,
    build: Vec<Case>,
    /// Missing where the library printed something else than was asked for.
    xml: Option<String>,
}

impl Row {
    fn tree(&self) -> Element {
        let mut root = Element::new("Response").expect("a name");
        self.build.iter().for_each(|child| child.add_to(&mut root));
        root
    }

    fn typed(self) -> Option<Element> {
        let case = Case { tag: None, attrs: Map::new(), text: None, children: self.build };
        match self.dialect.as_str() {
            "voice" => voice::Response::from_case(&case).map(Element::from),
            _ => messaging::Response::from_case(&case).map(Element::from),
        }
    }
}

fn rows() -> Vec<Row> {
    let rows = include_str!("testdata.jsonl").lines();
    rows.map(|row| serde_json::from_str(row).expect("a row")).collect()
}

/// Equal as XML: attributes have no order, an empty text is none.
fn sorted(element: &Element) -> Element {
    let mut attributes: Vec<_> = element.attributes().collect();
    attributes.sort_unstable();
    let mut copy = Element::new(element.name()).expect("a name");
    for (name, value) in attributes {
        copy.set_attribute(Name::try_from(name).expect("a name"), value);
    }
    for child in element.children() {
        match child {
            Node::Text(text) => copy.push_text(text),
            Node::Element(child) => copy.push(sorted(child)),
        }
    }
    copy
}

#[test]
fn trees_equal_what_the_reference_printed() {
    let (mut equal, mut own) = (0, 0);
    for row in rows() {
        let tree = row.tree();
        let printed = tree.to_string();
        assert_eq!(Element::parse(&printed).as_ref(), Ok(&tree), "{}", row.name);
        match row.xml.as_deref().map(Element::parse) {
            Some(reference) => {
                assert_eq!(sorted(&reference.expect(&row.name)), sorted(&tree), "{}", row.name);
                equal += 1;
            }
            // The reference printed something ill-formed here, or lost a character; ours reads back whole.
            None => own += 1,
        }
    }
    assert_eq!((equal, own), (183, 24));
}

#[test]
fn typed_elements_build_the_same_trees() {
    let mut not_expressible = Vec::new();
    for row in rows() {
        let (name, tree) = (row.name.clone(), row.tree());
        match row.typed() {
            Some(typed) => assert_eq!(sorted(&typed), sorted(&tree), "{name}"),
            None => not_expressible.push(name),
        }
    }
    // Speech markup, streams and made-up elements; the library also dials a queue outside of a dial.
    let other =
        ["hostile/ssml-tail/", "hostile/parameter-attr/", "mixed/", "all-attrs/voice.Queue", "attr/voice.Queue/"];
    not_expressible.retain(|name| !other.iter().any(|prefix| name.starts_with(prefix)));
    let wrong_values = [
        "text/voice.Dial", // expressed by `Dial::calling`, below
        "attr/voice.Number/machineDetection/0",
        "attr/voice.Sip/machineDetection/0",
        "url/voice.Queue/url",
        "value/pause-length/neg",
        "value/gather-timeout/float",
        "value/pause-length/float-int",
        "value/gather-timeout/big",
        "value/pause-length/false",
        "value/gather-timeout/false",
    ];
    assert_eq!(not_expressible, wrong_values);
}

#[test]
fn words_are_those_of_the_provider() {
    for word in voice::DialRecord::ALL {
        let document = voice::Response::new().dial(voice::Dial::new().record(*word)).to_string();
        assert!(document.contains(&format!("<Dial record=\"{}\"/>", word.as_str())), "{document}");
    }
}

#[test]
fn texts_stand_in_for_elements_that_hold_little_else() {
    use voice::{Dial, Pause, Play, Response, Say};
    let number: crate::E164 = "+15005550006".parse().expect("a number");
    let short = Response::new().say("Hello").play(Play::keys("1w")).pause(Pause::secs(2));
    let short = short.dial(Dial::new().number(number).number("+15005550007"));
    let long = "<Response><Say>Hello</Say><Play digits='1w'/><Pause length='2'/>\
                <Dial><Number>+15005550006</Number><Number>+15005550007</Number></Dial></Response>";
    assert_eq!(Element::parse(long), Ok(short.into()));
    let calling = Element::from(Response::new().dial(Dial::calling(number)));
    assert_eq!(Element::parse("<Response><Dial>+15005550006</Dial></Response>"), Ok(calling));
    let hostile = Response::new().say(Say::new("\0<&\u{1b}\"'>🚨").language("\"en\u{1}"));
    assert!(hostile.to_string().ends_with("<Say language=\"&quot;en\">&lt;&amp;\"'&gt;🚨</Say></Response>"));
}
