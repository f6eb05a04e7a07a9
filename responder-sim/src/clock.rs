//! The time of the network.

use std::{fmt, str::FromStr, time::Duration};

use responder_core::Timestamp;
use tokio::time::Instant;

use crate::agenda::seconds;

/// How the time of the network moves.
///
/// ```
/// use responder_sim::ClockMode;
///
/// assert_eq!("x10".parse::<ClockMode>()?, ClockMode::Faster(10));
/// assert!("x0".parse::<ClockMode>().is_err());
/// # Ok::<(), responder_sim::ClockModeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockMode {
    /// One second lasts one second. In a Tokio runtime whose time is paused (its feature `test-util`), one second of
    /// that time: network and application share it to the millisecond, and hours pass as soon as neither has anything
    /// to do. Together with [`SimulatorBuilder::in_process`](crate::SimulatorBuilder::in_process) nothing is waited for
    /// in real time.
    #[default]
    Real,
    /// So many seconds pass in one real second. For applications in other processes that have timers of their own:
    /// they can be told to run their timers faster by the same factor.
    Faster(u32),
    /// Time stands still until it is told to advance. The same seed and the same instructions give the same calls.
    Stepped,
    /// Time jumps to the next due event as soon as nothing is in flight: no request of ours that the application is
    /// still answering, none of the application that we are, and nobody holds the time. "Nothing" must have lasted for
    /// this much real time, which an application needs that goes on working after it has answered.
    Auto {
        /// The real time of silence before a jump.
        quiet: Duration,
    },
}

/// A text that names no clock mode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a clock is one of: real, x<factor>, stepped, auto, auto:<milliseconds>")]
pub struct ClockModeError;

impl ClockMode {
    /// Whether time moves by decision and not by itself.
    pub(crate) const fn is_stepped(self) -> bool {
        matches!(self, Self::Stepped | Self::Auto { .. })
    }
}

impl FromStr for ClockMode {
    type Err = ClockModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let millis = |text: &str| text.parse().map(Duration::from_millis).map_err(|_| ClockModeError);
        match text {
            "real" => Ok(Self::Real),
            "stepped" => Ok(Self::Stepped),
            "auto" => Ok(Self::Auto { quiet: DEFAULT_QUIET }),
            _ => match (text.strip_prefix('x'), text.strip_prefix("auto:")) {
                (Some(factor), _) => match factor.parse() {
                    Ok(factor) if factor > 0 => Ok(Self::Faster(factor)),
                    Ok(_) | Err(_) => Err(ClockModeError),
                },
                (None, Some(quiet)) => Ok(Self::Auto { quiet: millis(quiet)? }),
                (None, None) => Err(ClockModeError),
            },
        }
    }
}

impl fmt::Display for ClockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("real"),
            Self::Faster(factor) => write!(f, "x{factor}"),
            Self::Stepped => f.write_str("stepped"),
            Self::Auto { quiet } => write!(f, "auto:{}", quiet.as_millis()),
        }
    }
}

/// Reads the time where it moves by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    mode: ClockMode,
    origin: Timestamp,
    started: Instant,
}

impl Flow {
    pub(crate) fn new(mode: ClockMode, origin: Timestamp) -> Self {
        Self { mode, origin, started: Instant::now() }
    }

    /// The time by the wall, or none if time moves by decision.
    pub(crate) fn now(&self) -> Option<Timestamp> {
        self.factor().map(|factor| self.origin + self.started.elapsed() * factor)
    }

    /// How long in real time until the network's time is `due`.
    pub(crate) fn real_time_until(&self, due: Timestamp) -> Option<Duration> {
        let factor = self.factor()?;
        Some(due.since(self.now()?) / factor)
    }

    const fn factor(&self) -> Option<u32> {
        match self.mode {
            ClockMode::Real => Some(1),
            ClockMode::Faster(factor) => Some(factor),
            ClockMode::Stepped | ClockMode::Auto { .. } => None,
        }
    }
}

/// A time as the REST API and the webhooks write it (RFC 2822, in GMT).
pub(crate) fn rfc2822(time: Timestamp) -> String {
    calendar(time).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A time as an HTTP `Date` header (RFC 9110, section 5.6.7).
pub(crate) fn http_date(time: Timestamp) -> String {
    calendar(time).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The day of a time in GMT, `YYYY-MM-DD`.
pub(crate) fn day(time: Timestamp) -> String {
    calendar(time).strftime("%Y-%m-%d").to_string()
}

/// Seconds, rounded to whole ones.
pub(crate) fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_micros() >= 500_000)
}

fn calendar(time: Timestamp) -> jiff::Zoned {
    let time = jiff::Timestamp::from_microsecond(time.as_micros()).unwrap_or(jiff::Timestamp::MAX);
    time.to_zoned(jiff::tz::TimeZone::UTC)
}

/// Serialises a span as seconds with a fraction.
pub(crate) mod as_seconds {
    use super::{Duration, seconds};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(span.as_secs_f64())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        f64::deserialize(from).map(seconds)
    }
}

/// Serialises a span that may be absent as seconds with a fraction, or null.
pub(crate) mod as_optional_seconds {
    use super::{Duration, seconds};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(span: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
        span.map(|span| span.as_secs_f64()).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<f64>::deserialize(from)?.map(seconds))
    }
}

/// Serialises a time as RFC 3339.
pub(crate) mod as_text {
    use super::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Serialises a time that may be absent as RFC 3339, or null.
pub(crate) mod as_optional_text {
    use super::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        time.map(|time| time.to_string()).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// Enough for an application in the same process that answers and then places a call.
const DEFAULT_QUIET: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_print_as_they_are_read() {
        for text in ["real", "x10", "stepped", "auto:2", "auto:50"] {
            assert_eq!(text.parse::<ClockMode>().map(|mode| mode.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "x", "x0", "x-1", "auto:", "fast"] {
            assert_eq!(text.parse::<ClockMode>(), Err(ClockModeError), "{text}");
        }
    }

    #[test]
    fn dates_are_printed_by_their_rfc() {
        let time: Timestamp = "2026-01-05T03:04:05Z".parse().expect("a time");
        assert_eq!(rfc2822(time), "Mon, 05 Jan 2026 03:04:05 +0000");
        assert_eq!(http_date(time), "Mon, 05 Jan 2026 03:04:05 GMT");
        assert_eq!(day(time), "2026-01-05");
    }
}
