//! From a tree to a document.

use std::fmt::{self, Write};

use super::{Element, Node};

/// Twilio's own libraries print this declaration, too.
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

pub(super) fn document(root: &Element, out: &mut impl Write) -> fmt::Result {
    out.write_str(DECLARATION)?;
    element(root, out)
}

fn element(element: &Element, out: &mut impl Write) -> fmt::Result {
    out.write_char('<')?;
    out.write_str(element.name())?;
    for (name, value) in element.attributes() {
        out.write_char(' ')?;
        out.write_str(name)?;
        out.write_str("=\"")?;
        escaped(value, attribute_escape, out)?;
        out.write_char('"')?;
    }
    if element.children().is_empty() {
        return out.write_str("/>");
    }
    out.write_char('>')?;
    for child in element.children() {
        match child {
            Node::Text(text) => escaped(text, text_escape, out)?,
            Node::Element(child) => self::element(child, out)?,
        }
    }
    out.write_str("</")?;
    out.write_str(element.name())?;
    out.write_char('>')
}

/// Writes the stretches between characters that need a reference in one piece each: most texts need none.
fn escaped(text: &str, escape: fn(u8) -> Option<&'static str>, out: &mut impl Write) -> fmt::Result {
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        if let Some(reference) = escape(byte) {
            out.write_str(&text[written..at])?;
            out.write_str(reference)?;
            written = at + 1;
        }
    }
    out.write_str(&text[written..])
}

/// A bare carriage return would come back as a line feed (XML 1.0, 2.11), and `]]>` must not stand in text (2.4).
fn text_escape(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#13;"),
        _ => None,
    }
}

/// White space other than a blank would come back as a blank (XML 1.0, 3.3.3).
fn attribute_escape(byte: u8) -> Option<&'static str> {
    match byte {
        b'"' => Some("&quot;"),
        b'\t' => Some("&#9;"),
        b'\n' => Some("&#10;"),
        _ => text_escape(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(value: &str) -> String {
        let element = Element::new("a").and_then(|e| e.attribute("b", value)).expect("names").text(value);
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
