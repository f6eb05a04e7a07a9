//! Writes blocks.

use super::{
    LogTime, UtcOffset,
    block::SEPARATOR,
    delimiter::{CLOSING, OPENING},
    escape,
};
use crate::Timestamp;

/// Appends one block to `to`: what [`Blocks`](super::Blocks) reads back, whatever title and payload hold.
///
/// `offset` is that of the branch's clock at this time. Times are written to the microsecond, years from 0 to 9999.
///
/// ```
/// use responder_core::timeline::{Blocks, UtcOffset, print};
///
/// let offset = UtcOffset::from_secs(-7 * 3600).ok_or("no offset")?;
/// let mut log = String::new();
/// print(&mut log, "APP_START", "2026-01-15T22:45:12Z".parse()?, offset, r#"{"event":"app_start"}"#);
/// assert_eq!(log, "\n--- APP_START ---\n2026-01-15 15:45:12.000000-07:00 - {\"event\":\"app_start\"}\n");
///
/// print(&mut log, "A\n--- B ---\n", "2026-01-15T22:45:13Z".parse()?, offset, "1\n\n--- C ---\n2");
/// let read: Vec<_> = Blocks::new(log.as_bytes()).map(|block| (block.raw_title(), block.payload())).collect();
/// assert_eq!(read[1], ("A\n--- B ---\n".into(), "1\n\n--- C ---\n2".into()));
/// assert_eq!(read.len(), 2, "nothing is forged");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn print(to: &mut String, title: &str, at: Timestamp, offset: UtcOffset, payload: &str) {
    to.reserve(title.len() + payload.len() + ROOM);
    let written = (|| {
        push(to, OPENING);
        escape::write_title(title, to)?;
        push(to, CLOSING);
        to.push('\n');
        LogTime::new(at, offset).write(to)?;
        to.push_str(SEPARATOR);
        escape::write_payload(payload, to)
    })();
    debug_assert!(written.is_ok(), "BUG: a text that can't be appended to");
    to.push('\n');
}

/// For everything that is neither title nor payload.
const ROOM: usize = 64;

fn push(to: &mut String, ascii: &[u8]) {
    to.extend(ascii.iter().copied().map(char::from));
}
