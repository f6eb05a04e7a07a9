//! Times as they stand in a log.

use std::{fmt, time::Duration};

use crate::Timestamp;

/// The distance of a local time from UTC, in seconds: east is positive.
///
/// ```
/// use responder_core::timeline::UtcOffset;
///
/// assert_eq!(UtcOffset::from_secs(-7 * 3600).map(|offset| offset.to_string()).as_deref(), Some("-07:00"));
/// assert_eq!(UtcOffset::from_secs(26 * 3600), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UtcOffset(i32);

/// A time as it stands in a log: what the clock on the wall showed, and where it hung, if that is said.
///
/// ```
/// use responder_core::timeline::{LogTime, UtcOffset};
///
/// let (time, length) = LogTime::read(b"2026-01-15 15:45:12,123 - {}").ok_or("no time")?;
/// assert_eq!((time.to_string().as_str(), length), ("Jan 15, 03:45:12 PM", 23));
/// assert_eq!(time.offset(), None, "nothing is said");
/// assert_eq!(time.instant(UtcOffset::UTC).to_string(), "2026-01-15T15:45:12.123Z");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogTime {
    /// Seconds from 1970-01-01 00:00:00 on the wall.
    wall: i64,
    micros: u32,
    offset: Option<UtcOffset>,
}

/// What stands where a time is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// A time, and how many bytes it has.
    Time(LogTime, usize),
    /// What has the form of one, and is none.
    Impossible,
    /// Something else.
    Nothing,
}

/// `2026-01-15 03:45:12`
pub(super) const LENGTH: usize = 19;

const DAY_SECS: i64 = 86_400;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl UtcOffset {
    /// None: UTC itself.
    pub const UTC: Self = Self(0);

    /// So many seconds east of Greenwich; none for more than 25:59:59 either way.
    pub const fn from_secs(seconds: i32) -> Option<Self> {
        if seconds.unsigned_abs() < 26 * 3600 { Some(Self(seconds)) } else { None }
    }

    /// Seconds east of Greenwich.
    pub const fn as_secs(self) -> i32 {
        self.0
    }
}

/// `-07:00`; with seconds if it has any.
impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, seconds) = (if self.0 < 0 { '-' } else { '+' }, self.0.unsigned_abs());
        write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
        if seconds % 60 == 0 { Ok(()) } else { write!(f, ":{:02}", seconds % 60) }
    }
}

impl LogTime {
    /// A point in time as a clock shows it that is so far from UTC.
    pub fn new(at: Timestamp, offset: UtcOffset) -> Self {
        let (seconds, micros) = (at.as_micros().div_euclid(1_000_000), at.as_micros().rem_euclid(1_000_000));
        let micros = u32::try_from(micros).unwrap_or(0);
        Self { wall: seconds + i64::from(offset.0), micros, offset: Some(offset) }
    }

    /// Reads the time that `text` begins with, and tells how many bytes it has. `YYYY-MM-DD HH:MM:SS`, then a fraction
    /// after `.` or `,`, then a zone: `Z`, `+HH:MM` or `+HHMM`, with seconds or without, after a space or not. Fraction
    /// and zone may be missing; what comes after microseconds does not count.
    pub fn read(text: &[u8]) -> Option<(Self, usize)> {
        match Self::see(text) {
            Seen::Time(time, length) => Some((time, length)),
            Seen::Impossible | Seen::Nothing => None,
        }
    }

    /// What it was in UTC, or by `assumed` if it does not say where it was.
    pub fn instant(self, assumed: UtcOffset) -> Timestamp {
        let seconds = self.second(assumed);
        Timestamp::from_micros(seconds.saturating_mul(1_000_000).saturating_add(i64::from(self.micros)))
    }

    /// The zone, if it is said.
    pub const fn offset(self) -> Option<UtcOffset> {
        self.offset
    }

    /// The part of a second that is left over.
    pub const fn fraction(self) -> Duration {
        Duration::from_micros(self.micros as u64)
    }

    /// Seconds since 1970 in UTC: what entries are ordered by.
    pub(super) fn second(self, assumed: UtcOffset) -> i64 {
        self.wall - i64::from(self.offset.unwrap_or(assumed).0)
    }

    /// As it is written into a log: `2026-01-15 03:45:12.123456-07:00`.
    pub(super) fn write(self, to: &mut impl fmt::Write) -> fmt::Result {
        let (year, month, day) = date(self.wall.div_euclid(DAY_SECS));
        let second = self.wall.rem_euclid(DAY_SECS);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(to, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:06}", self.micros)?;
        self.offset.map_or(Ok(()), |offset| write!(to, "{offset}"))
    }

    pub(super) fn see(text: &[u8]) -> Seen {
        let Some(form) = text.first_chunk::<LENGTH>() else { return Seen::Nothing };
        let Some(fields) = fields(form) else { return Seen::Nothing };
        let Some(wall) = seconds(fields) else { return Seen::Impossible };
        let (micros, fraction) = fraction(&text[LENGTH..]);
        let length = LENGTH + fraction;
        let (offset, zone) = zone(&text[length..]).map_or((None, 0), |(offset, length)| (Some(offset), length));
        Seen::Time(Self { wall, micros, offset }, length + zone)
    }
}

/// As lists show it: `Jan 15, 03:45:12 PM`.
impl fmt::Display for LogTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, month, day) = date(self.wall.div_euclid(DAY_SECS));
        let second = self.wall.rem_euclid(DAY_SECS);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let (hour, half) = ((hour + 11) % 12 + 1, if hour < 12 { "AM" } else { "PM" });
        let month = MONTHS[usize::try_from(month - 1).unwrap_or(0).min(11)];
        write!(f, "{month} {day:02}, {hour:02}:{minute:02}:{second:02} {half}")
    }
}

/// Year, month, day, hour, minute, second, if all are numbers in their places.
#[inline]
fn fields(form: &[u8; LENGTH]) -> Option<[u32; 6]> {
    let (date, day) = (pairs(form, 0, b"0000-00-")?, pairs(form, 8, b"00 00:00")?);
    let [hour, minute, second] = clock(form)?;
    let year = u32::from(date[0]) * 100 + u32::from(date[2]);
    Some([year, u32::from(date[5]), u32::from(day[0]), hour, minute, second])
}

/// Hour, minute, second, if all are numbers in their places.
#[inline]
pub(super) fn clock(form: &[u8; LENGTH]) -> Option<[u32; 3]> {
    pairs(form, 11, b"00:00:00").map(|time| [time[0], time[3], time[6]].map(u32::from))
}

/// Eight places: at each that has a digit, the number that it makes with the next. None if there is something else
/// than a digit where the model has `0`, or than the model where it has not.
///
/// All eight are looked at at once: `0` is taken away from each digit, which may leave 9, and each mark from itself,
/// which must leave nothing.
#[inline]
fn pairs(form: &[u8; LENGTH], at: usize, model: &[u8; 8]) -> Option<[u8; 8]> {
    let places = u64::from_le_bytes(*form[at..].first_chunk::<8>()?);
    let left = places ^ u64::from_le_bytes(*model);
    let not_marks = u64::from_le_bytes(model.map(|model| if model == b'0' { 0xf0 } else { 0xff }));
    let six = u64::from_le_bytes(model.map(|model| if model == b'0' { 6 } else { 0 }));
    let wrong = (left & not_marks) | (left.wrapping_add(six) & HIGH_HALVES);
    (wrong == 0).then(|| (left * 10 + (left >> 8)).to_le_bytes())
}

const HIGH_HALVES: u64 = 0xf0f0_f0f0_f0f0_f0f0;

/// Seconds from 1970, if there is such a time.
#[inline]
fn seconds([year, month, day, hour, minute, second]: [u32; 6]) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if year == 0 || day == 0 || day > month_days || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let of_day = i64::from(hour * 3600 + minute * 60 + second);
    Some(days(i64::from(year), i64::from(month), i64::from(day)) * DAY_SECS + of_day)
}

/// Days from 1970-01-01. Years are counted from March, so that the leap day is the last of its year. 400 years have
/// 146,097 days; 719,468 of them lie between March 1 of the year 0 and 1970; 153 is the days of five months from March
/// or August on (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
#[inline]
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day, so many days from 1970-01-01: [`days`] turned round, after the same source.
const fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + later, month, day)
}

/// Microseconds, and how many bytes they have with their mark.
#[inline]
fn fraction(text: &[u8]) -> (u32, usize) {
    if !matches!(text.first(), Some(b'.' | b',')) {
        return (0, 0);
    }
    let (mut micros, mut worth, mut length) = (0, 100_000, 1);
    while let Some(digit) = text.get(length).filter(|byte| byte.is_ascii_digit()) {
        micros += u32::from(digit - b'0') * worth;
        worth /= 10;
        length += 1;
    }
    if length == 1 { (0, 0) } else { (micros, length) }
}

/// The zone, and how many bytes it has.
#[inline]
fn zone(text: &[u8]) -> Option<(UtcOffset, usize)> {
    let space = usize::from(text.first() == Some(&b' '));
    let (sign, rest) = match text.get(space)? {
        b'Z' if space == 0 => return Some((UtcOffset::UTC, 1)),
        b'+' => (1, &text[space + 1..]),
        b'-' => (-1, &text[space + 1..]),
        _ => return None,
    };
    let two = |at: usize| match rest.get(at..at + 2)? {
        &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i32::from(tens - b'0') * 10 + i32::from(ones - b'0')),
        _ => None,
    };
    let colon = usize::from(rest.get(2) == Some(&b':'));
    let (hours, minutes) = (two(0)?, two(2 + colon)?);
    let after = 4 + colon;
    let seconds = if colon == 1 && rest.get(after) == Some(&b':') { two(after + 1) } else { None };
    let length = after + if seconds.is_some() { 3 } else { 0 };
    let is_over = rest.get(length).is_none_or(|next| !next.is_ascii_digit());
    if minutes > 59 || seconds.is_some_and(|seconds| seconds > 59) || !is_over {
        return None;
    }
    let offset = UtcOffset::from_secs(sign * (hours * 3600 + minutes * 60 + seconds.unwrap_or(0)))?;
    Some((offset, space + 1 + length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offset(seconds: i32) -> UtcOffset {
        UtcOffset::from_secs(seconds).expect("an offset")
    }

    #[test]
    fn times_are_read_with_and_without_fraction_and_zone() {
        for (text, utc, zone, length) in [
            ("2026-01-15 03:45:12", "2026-01-15T03:45:12Z", None, 19),
            ("2026-01-15 03:45:12 - {}", "2026-01-15T03:45:12Z", None, 19),
            ("2026-01-15 03:45:12,123 - {}", "2026-01-15T03:45:12.123Z", None, 23),
            ("2026-01-15 03:45:12.123456789x", "2026-01-15T03:45:12.123456Z", None, 29),
            ("2026-01-15 03:45:12, then", "2026-01-15T03:45:12Z", None, 19),
            ("2026-01-15 03:45:12-07:00 - {}", "2026-01-15T10:45:12Z", Some(-25_200), 25),
            ("2026-01-15 03:45:12.5+0530", "2026-01-14T22:15:12.5Z", Some(19_800), 26),
            ("2026-01-15 03:45:12 +01:00 - {}", "2026-01-15T02:45:12Z", Some(3600), 26),
            ("2026-01-15 03:45:12Z - {}", "2026-01-15T03:45:12Z", Some(0), 20),
            ("2026-01-15 03:45:12+01:02:03", "2026-01-15T02:43:09Z", Some(3723), 28),
            ("2026-01-15 03:45:12-7", "2026-01-15T03:45:12Z", None, 19),
            ("2026-01-15 03:45:12 -12345", "2026-01-15T03:45:12Z", None, 19),
            ("2024-02-29 23:59:59", "2024-02-29T23:59:59Z", None, 19),
            ("0001-01-01 00:00:00", "0001-01-01T00:00:00Z", None, 19),
            ("9999-12-30 20:00:00", "9999-12-30T20:00:00Z", None, 19),
        ] {
            let (time, read) = LogTime::read(text.as_bytes()).expect(text);
            assert_eq!(time.instant(UtcOffset::UTC).to_string(), utc, "{text}");
            assert_eq!((time.offset().map(UtcOffset::as_secs), read), (zone, length), "{text}");
        }
        let (local, _) = LogTime::read(b"2026-01-15 03:45:12").expect("a time");
        assert_eq!(local.instant(offset(-25_200)).to_string(), "2026-01-15T10:45:12Z");
    }

    #[test]
    fn what_is_no_time_is_told_from_what_is_none_that_there_is() {
        for text in ["", "2026-01-15 03:45:1", "2026-01-15T03:45:12", "2026/01/15 03:45:12", " 2026-01-15 03:45:12"] {
            assert_eq!(LogTime::see(text.as_bytes()), Seen::Nothing, "{text}");
        }
        for text in [
            "2026-02-29 03:45:12",
            "1900-02-29 03:45:12",
            "2026-13-01 03:45:12",
            "2026-00-01 03:45:12",
            "2026-01-00 03:45:12",
            "2026-04-31 03:45:12",
            "2026-01-15 24:00:00",
            "2026-01-15 03:60:12",
            "2026-01-15 03:45:60",
            "0000-01-15 03:45:12",
        ] {
            assert_eq!(LogTime::see(text.as_bytes()), Seen::Impossible, "{text}");
        }
    }

    #[test]
    fn lists_show_twelve_hours() {
        for (text, shown) in [
            ("2026-01-15 15:45:12", "Jan 15, 03:45:12 PM"),
            ("2026-12-01 00:00:00", "Dec 01, 12:00:00 AM"),
            ("2026-07-31 12:01:02", "Jul 31, 12:01:02 PM"),
            ("2026-07-31 11:59:59-07:00", "Jul 31, 11:59:59 AM"),
        ] {
            assert_eq!(LogTime::read(text.as_bytes()).expect(text).0.to_string(), shown);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(micros in -62_135_596_800_000_000_i64 + 93_600_000_000..253_402_207_200_000_000, seconds in -93_599..93_600) {
            let at = Timestamp::from_micros(micros);
            let written = LogTime::new(at, offset(seconds));
            let mut text = String::new();
            written.write(&mut text).expect("text");
            prop_assert_eq!(LogTime::read(text.as_bytes()), Some((written, text.len())));
            prop_assert_eq!(written.instant(UtcOffset::UTC), at);
        }
    }
}
