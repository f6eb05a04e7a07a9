//! Texts, and the characters that no document may have.

use std::borrow::Cow;

/// A literal as it is, or a text that was made at run time.
pub(super) type Text = Cow<'static, str>;

/// Whether XML 1.0 allows the character in a document (production `Char`; a `char` is never a surrogate).
pub(super) fn is_allowed(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// `text` without the characters that no XML document can carry.
pub(super) fn clean(text: Text) -> Text {
    if find(text.as_bytes(), SUSPECT).is_none() || text.chars().all(is_allowed) {
        return text;
    }
    Cow::Owned(text.chars().filter(|c| is_allowed(*c)).collect())
}

/// The first byte of such a class. Eight at a time: most texts have none.
#[inline]
pub(super) fn find(bytes: &[u8], class: u8) -> Option<usize> {
    let is_found = |byte: &u8| CLASSES[usize::from(*byte)] & class != 0;
    let (blocks, _) = bytes.as_chunks::<8>();
    let has_some = |block: &[u8; 8]| block.iter().fold(0, |all, byte| all | CLASSES[usize::from(*byte)]) & class != 0;
    let start = blocks.iter().position(has_some).unwrap_or(blocks.len()) * 8;
    bytes[start..].iter().position(is_found).map(|at| start + at)
}

/// May belong to a character that XML forbids: controls, and the first byte of the two non-characters.
const SUSPECT: u8 = 1;
/// Needs a reference in text. A bare carriage return would come back as a line feed (XML 1.0, 2.11), and `]]>` must not
/// stand there (2.4).
pub(super) const IN_TEXT: u8 = 2;
/// Needs a reference in the value of an attribute: white space other than a blank would come back as a blank (3.3.3).
pub(super) const IN_VALUE: u8 = 4;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte {
            0x26 | 0x3c | 0x3e => IN_TEXT | IN_VALUE,
            0x22 => IN_VALUE,
            0x0d => SUSPECT | IN_TEXT | IN_VALUE,
            0x09 | 0x0a => SUSPECT | IN_VALUE,
            0x00..0x20 | 0xef => SUSPECT,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// A number as text; the small ones, which most settings are, without an allocation.
pub(super) fn number(number: u32) -> Text {
    match usize::try_from(number).ok().and_then(|at| SMALL.get(at)) {
        Some(text) => Cow::Borrowed(text),
        None => number.to_string().into(),
    }
}

const SMALL: [&str; 21] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found eight bytes at a time, one by one.
    fn plainly(bytes: &[u8], class: u8) -> Option<usize> {
        let needs_reference = |byte: u8| match class {
            IN_TEXT => matches!(byte, b'&' | b'<' | b'>' | b'\r'),
            IN_VALUE => matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\t' | b'\n' | b'\r'),
            _ => byte < b' ' || byte == 0xef,
        };
        bytes.iter().position(|byte| needs_reference(*byte))
    }

    #[test]
    fn every_byte_is_found_at_every_place() {
        for byte in 0..=u8::MAX {
            // Controls other than white space are in no tree, so what their class says of printing does not matter.
            let classes =
                if byte < b' ' && !b"\t\n\r".contains(&byte) { &[SUSPECT][..] } else { &[SUSPECT, IN_TEXT, IN_VALUE] };
            for (length, class) in (1..=25).flat_map(|length| classes.iter().map(move |class| (length, *class))) {
                for at in 0..length {
                    let mut bytes = vec![b'x'; length];
                    bytes[at] = byte;
                    assert_eq!(find(&bytes, class), plainly(&bytes, class), "{byte:#x} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_written_as_numbers() {
        for value in (0..40).chain([99, u32::MAX]) {
            assert_eq!(number(value), value.to_string());
        }
    }

    #[test]
    fn a_plain_text_is_not_copied() {
        assert!(matches!(clean("Gas leak \u{fb01} é".into()), Cow::Borrowed(_)), "U+FB01 begins like a forbidden one");
        assert_eq!(clean("a\u{fffe}b\u{1f}".into()), "ab");
    }
}
