//! What the clock of a branch shows.

use std::{fmt, str::FromStr};

use crate::{Timestamp, timeline::UtcOffset};

/// The time zone of a branch, for the times that people read: in its log, and in mails.
///
/// ```
/// use responder_core::TimeZone;
///
/// let noon = "2026-07-15T12:00:00Z".parse()?;
/// assert_eq!(TimeZone::default().offset_at(noon).to_string(), "+00:00");
/// assert_eq!("-07:00".parse::<TimeZone>()?.offset_at(noon).to_string(), "-07:00");
/// assert_eq!("-07:00".parse::<TimeZone>()?.shown(noon), "2026-07-15 05:00:00 -07:00");
/// assert!("America/Nowhere".parse::<TimeZone>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TimeZone(jiff::tz::TimeZone);

/// A text that names no time zone.
#[derive(Debug, thiserror::Error)]
#[error("no time zone of that name is known on this machine; try UTC, America/Phoenix or -07:00")]
pub struct UnknownZone;

impl TimeZone {
    /// How far it is from UTC at a time. Changes with daylight saving.
    pub fn offset_at(&self, at: Timestamp) -> UtcOffset {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        UtcOffset::from_secs(self.0.to_offset(at).seconds()).unwrap_or_default()
    }

    /// A time as the clock there shows it, to the second: `2026-07-15 05:00:00 -07:00`.
    pub fn shown(&self, at: Timestamp) -> String {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        at.to_zoned(self.0.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }
}

impl FromStr for TimeZone {
    type Err = UnknownZone;

    /// `UTC`, an offset such as `-07:00`, or a name such as `America/Phoenix`, which is looked up in the time zones
    /// that this machine has.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("utc") {
            return Ok(Self::default());
        }
        if let Some(offset) = offset(text) {
            return Ok(Self(jiff::tz::TimeZone::fixed(offset)));
        }
        jiff::tz::TimeZone::get(text).map(Self).map_err(|_| UnknownZone)
    }
}

/// As logs have it.
fn offset(text: &str) -> Option<jiff::tz::Offset> {
    let on_a_day = format!("2000-01-01 00:00:00{text}");
    let (time, length) = crate::timeline::LogTime::read(on_a_day.as_bytes())?;
    let offset = time.offset().filter(|_| length == on_a_day.len())?;
    jiff::tz::Offset::from_seconds(offset.as_secs()).ok()
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("fixed"))
    }
}
