//! Keeps titles and payloads from looking like blocks.
//!
//! A title is one line: its line breaks are written as `\n` and `\r`, and so a backslash is two. Within a payload each
//! line break is followed by a tab, so that no line of it begins with anything else.

use std::{borrow::Cow, fmt};

pub(super) fn write_title(title: &str, to: &mut impl fmt::Write) -> fmt::Result {
    for part in title.split_inclusive(['\\', '\n', '\r']) {
        let (plain, escape) = match part.as_bytes().last() {
            Some(b'\\') => (&part[..part.len() - 1], "\\\\"),
            Some(b'\n') => (&part[..part.len() - 1], "\\n"),
            Some(b'\r') => (&part[..part.len() - 1], "\\r"),
            _ => (part, ""),
        };
        to.write_str(plain)?;
        to.write_str(escape)?;
    }
    Ok(())
}

pub(super) fn write_payload(payload: &str, to: &mut impl fmt::Write) -> fmt::Result {
    for (number, line) in payload.split('\n').enumerate() {
        if number > 0 {
            to.write_str("\n\t")?;
        }
        to.write_str(line)?;
    }
    Ok(())
}

/// What is no escape of ours stays as it is.
pub(super) fn read_title(written: Cow<'_, str>) -> Cow<'_, str> {
    if !written.contains('\\') {
        return written;
    }
    let mut title = String::with_capacity(written.len());
    let mut rest = written.chars();
    while let Some(char) = rest.next() {
        let escaped = match (char, rest.as_str().bytes().next()) {
            ('\\', Some(b'\\')) => '\\',
            ('\\', Some(b'n')) => '\n',
            ('\\', Some(b'r')) => '\r',
            _ => {
                title.push(char);
                continue;
            }
        };
        title.push(escaped);
        rest.next();
    }
    Cow::Owned(title)
}

pub(super) fn read_payload(written: Cow<'_, str>) -> Cow<'_, str> {
    if written.contains("\n\t") { Cow::Owned(written.replace("\n\t", "\n")) } else { written }
}
