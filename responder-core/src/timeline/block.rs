//! One block of a log.

use std::{borrow::Cow, fmt, ops::Range};

use memchr::{memchr, memchr_iter};

use super::{
    LogTime, Problem, UtcOffset,
    delimiter::{Delimiter, OPENING},
    escape,
    time::Seen,
    title,
};
use crate::Timestamp;

/// Whether a block tells of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// None of the words is in it.
    Success,
    /// In its body stands, in capitals or not: error, failed, critical, warning, unavailable or unable.
    Error,
}

/// One block of a log, read in place.
///
/// ```
/// use responder_core::timeline::{Blocks, Status};
///
/// let log = b"\n--- SMS_ERROR ---\n2026-01-15 15:45:12.000000-07:00 - {\"event\":\"sms_error\"}\n";
/// let block = Blocks::new(log).next().ok_or("no block")?;
/// assert_eq!((block.title().as_ref(), block.icon(), block.status()), ("SMS_ERROR", "💬", Status::Error));
/// assert_eq!(block.time().map(|time| time.to_string()).as_deref(), Some("Jan 15, 03:45:12 PM"));
/// assert_eq!(block.payload(), r#"{"event":"sms_error"}"#);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy)]
pub struct Block<'a> {
    start: usize,
    end: usize,
    title: &'a [u8],
    body: &'a [u8],
    time: Result<LogTime, Problem>,
    /// Where in the body the payload begins, if there is a time.
    payload: usize,
    status: Status,
    foreign_at: Option<usize>,
}

/// Between time and payload.
pub(super) const SEPARATOR: &str = " - ";

impl<'a> Block<'a> {
    /// The block that `delimiter` begins and that ends at `end`.
    pub(super) fn new(text: &'a [u8], delimiter: Delimiter, end: usize, status: Status) -> Self {
        let body = &text[(delimiter.line_end + 1).min(end)..end];
        let (time, payload) = match time_of(body) {
            (Seen::Time(time, _), payload) => (Ok(time), payload),
            (Seen::Impossible, payload) => (Err(Problem::ImpossibleTime), payload),
            (Seen::Nothing, payload) => (Err(Problem::NoTime), payload),
        };
        let title = &text[delimiter.title()];
        Self { start: delimiter.start, end, title, body, time, payload, status, foreign_at: None }
    }

    /// A block that has been found before.
    pub(super) fn again(text: &'a [u8], Range { start, end }: Range<usize>, status: Status) -> Self {
        let title = start + OPENING.len();
        let line_end = memchr(b'\n', &text[title..]).map_or(text.len(), |length| title + length);
        Self::new(text, Delimiter { start, line_end }, end, status).checked()
    }

    /// Looks for bytes that are no UTF-8.
    #[inline(never)]
    pub(super) fn checked(self) -> Self {
        let (title, body) = (self.start + OPENING.len(), self.end - self.body.len());
        let of_title = std::str::from_utf8(self.title).err().map(|error| title + error.valid_up_to());
        let of_body = || std::str::from_utf8(self.body).err().map(|error| body + error.valid_up_to());
        Self { foreign_at: of_title.or_else(of_body), ..self }
    }

    /// The byte of the text at which it begins: the line break before its title.
    pub const fn start(&self) -> usize {
        self.start
    }

    /// The byte after it.
    pub const fn end(&self) -> usize {
        self.end
    }

    /// The title as it was given to the printer.
    pub fn raw_title(&self) -> Cow<'a, str> {
        escape::read_title(String::from_utf8_lossy(self.title))
    }

    pub(super) const fn title_as_written(&self) -> &'a [u8] {
        self.title
    }

    /// The title as it is shown. Some are known to people by another name, such as `INCOMING_CALL`, which is
    /// "Telephony: Incoming Call"; of others the word `UPDATE` is left out, and the spaces around.
    pub fn title(&self) -> Cow<'a, str> {
        title::shown(self.raw_title())
    }

    /// A picture for the title.
    pub fn icon(&self) -> &'static str {
        title::icon(&String::from_utf8_lossy(self.title))
    }

    /// The first time that begins a line; without one it is no entry.
    pub fn time(&self) -> Option<LogTime> {
        self.time.ok()
    }

    /// When it was written; a time without a zone is taken to be `assumed`.
    pub fn instant(&self, assumed: UtcOffset) -> Option<Timestamp> {
        self.time().map(|time| time.instant(assumed))
    }

    /// Whether it tells of a failure.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Everything between the title and the next block, to the byte.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The same as text, without the spaces and line breaks around.
    pub fn details(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.body.trim_ascii())
    }

    /// What comes after the time, as it was given to the printer. The whole body of a block without a time.
    pub fn payload(&self) -> Cow<'a, str> {
        let payload = &self.body[self.payload..];
        escape::read_payload(String::from_utf8_lossy(payload.strip_suffix(b"\n").unwrap_or(payload)))
    }

    /// What is wrong with it, and where.
    pub fn problems(&self) -> impl Iterator<Item = super::Diagnostic> + use<> {
        let of_time = self.time.err().map(|problem| (self.start, problem));
        let cut_off = is_cut_off(self.body).then_some((self.end, Problem::CutOff));
        let foreign = self.foreign_at.map(|at| (at, Problem::InvalidUtf8));
        let problems = [of_time, foreign, cut_off].into_iter().flatten();
        problems.map(|(at, problem)| super::Diagnostic { at, problem })
    }

    /// Whether everything of it can have been written.
    pub(super) fn is_whole(&self) -> bool {
        self.time.is_ok() && self.body.ends_with(b"\n")
    }
}

/// What we write ends with a line break. A brace is enough for others.
#[inline]
pub(super) fn is_cut_off(body: &[u8]) -> bool {
    !matches!(body.last(), Some(b'\n' | b'}') | None)
}

/// The first time that begins a line, and where what comes after it begins.
#[inline]
fn time_of(body: &[u8]) -> (Seen, usize) {
    match LogTime::see(body) {
        Seen::Nothing => later_time(body),
        seen => (seen, payload_after(body, 0, seen)),
    }
}

#[inline(never)]
fn later_time(body: &[u8]) -> (Seen, usize) {
    for line in memchr_iter(b'\n', body).map(|at| at + 1) {
        match LogTime::see(&body[line..]) {
            Seen::Nothing => {}
            seen => return (seen, payload_after(body, line, seen)),
        }
    }
    (Seen::Nothing, 0)
}

#[inline]
fn payload_after(body: &[u8], line: usize, seen: Seen) -> usize {
    let Seen::Time(_, length) = seen else { return 0 };
    let after = line + length;
    if body[after..].starts_with(SEPARATOR.as_bytes()) { after + SEPARATOR.len() } else { after }
}

/// Without what it says.
impl fmt::Debug for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut block = f.debug_struct("Block");
        block.field("start", &self.start).field("bytes", &self.body.len());
        block.field("time", &self.time).field("status", &self.status).finish_non_exhaustive()
    }
}
