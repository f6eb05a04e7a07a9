//! From a tree to a document.

use std::fmt::{self, Write};

use super::{
    Element, Node,
    markup::{Key, Tag},
    text::{IN_TEXT, IN_VALUE, find},
};

/// Twilio's own libraries print this declaration, too.
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

pub(super) fn document(root: &Element, out: &mut impl Write) -> fmt::Result {
    out.write_str(DECLARATION)?;
    element(root, out)
}

fn element(element: &Element, out: &mut impl Write) -> fmt::Result {
    if element.attributes.is_empty() && !element.children.is_empty() {
        start(&element.name, out)?;
    } else {
        open(&element.name, out)?;
        for attribute in &element.attributes {
            key(&attribute.name, out)?;
            escaped(&attribute.value, IN_VALUE, out)?;
            out.write_char('"')?;
        }
        if element.children.is_empty() {
            return out.write_str("/>");
        }
        out.write_char('>')?;
    }
    for child in &element.children {
        match child {
            Node::Text(text) => escaped(text, IN_TEXT, out)?,
            Node::Element(child) => self::element(child, out)?,
        }
    }
    end(&element.name, out)
}

fn open(tag: &Tag, out: &mut impl Write) -> fmt::Result {
    match tag {
        Tag::Known(known) => out.write_str(known.open),
        Tag::Other(name) => {
            out.write_char('<')?;
            out.write_str(name.as_str())
        }
    }
}

fn start(tag: &Tag, out: &mut impl Write) -> fmt::Result {
    if let Tag::Known(known) = tag {
        return out.write_str(known.start);
    }
    open(tag, out)?;
    out.write_char('>')
}

fn end(tag: &Tag, out: &mut impl Write) -> fmt::Result {
    match tag {
        Tag::Known(known) => out.write_str(known.end),
        Tag::Other(name) => {
            out.write_str("</")?;
            out.write_str(name.as_str())?;
            out.write_char('>')
        }
    }
}

fn key(key: &Key, out: &mut impl Write) -> fmt::Result {
    match key {
        Key::Known(known) => out.write_str(known.open),
        Key::Other(name) => {
            out.write_char(' ')?;
            out.write_str(name.as_str())?;
            out.write_str("=\"")
        }
    }
}

/// Writes the stretches between bytes that need a reference in one piece each: most texts need none.
fn escaped(text: &str, class: u8, out: &mut impl Write) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = find(rest.as_bytes(), class) {
        out.write_str(&rest[..at])?;
        out.write_str(reference(rest.as_bytes()[at]))?;
        rest = &rest[at + 1..];
    }
    out.write_str(rest)
}

fn reference(byte: u8) -> &'static str {
    match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\t' => "&#9;",
        b'\n' => "&#10;",
        _ => "&#13;",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(value: &str) -> String {
        let element =
            Element::new("a").and_then(|e| e.attribute("b", value.to_owned())).expect("names").text(value.to_owned());
        element.to_string().strip_prefix(DECLARATION).expect("a declaration").to_owned()
    }

    #[test]
    fn texts_and_attributes_are_escaped() {
        let cases = [
            ("", "<a b=\"\"/>"),
            ("x", "<a b=\"x\">x</a>"),
            ("\"A&B\" <'C'>", "<a b=\"&quot;A&amp;B&quot; &lt;'C'&gt;\">\"A&amp;B\" &lt;'C'&gt;</a>"),
            ("]]>", "<a b=\"]]&gt;\">]]&gt;</a>"),
            ("\r\n\t", "<a b=\"&#13;&#10;&#9;\">&#13;\n\t</a>"),
            ("🚨é&", "<a b=\"🚨é&amp;\">🚨é&amp;</a>"),
            ("&amp;", "<a b=\"&amp;amp;\">&amp;amp;</a>"),
        ];
        for (value, expected) in cases {
            assert_eq!(printed(value), expected, "{value:?}");
        }
    }
}
