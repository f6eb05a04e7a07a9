//! Reads the times of one block after the other.

use super::{
    LogTime, UtcOffset,
    time::{LENGTH, clock},
};

/// Remembers the day and the zone of the last time: the next one nearly always has the same, and only the clock is
/// read.
#[derive(Debug)]
pub(super) struct Dial {
    assumed: UtcOffset,
    /// `2026-01-15 `
    date: [u8; DATE],
    /// `-07:00 `, after a fraction of six digits.
    zone: [u8; ZONE],
    /// When that day began in that zone.
    midnight: i64,
}

const DATE: usize = 11;
const FRACTION: usize = 7;
const ZONE: usize = 7;
const WHOLE: usize = LENGTH + FRACTION + ZONE;

impl Dial {
    pub(super) const fn new(assumed: UtcOffset) -> Self {
        Self { assumed, date: [0; DATE], zone: [0; ZONE], midnight: 0 }
    }

    /// Seconds since 1970 of a time that stands at the beginning, as we write it, on the day that is remembered.
    #[inline]
    pub(super) fn second(&self, body: &[u8]) -> Option<i64> {
        let form = body.first_chunk::<WHOLE>()?;
        let (time, rest) = form.split_first_chunk::<LENGTH>()?;
        let (fraction, zone) = rest.split_first_chunk::<FRACTION>()?;
        let [hour, minute, second] = clock(time)?;
        let is_same = time.starts_with(&self.date) && zone == self.zone && fraction[0] == b'.';
        let is_whole = fraction[1..].iter().fold(true, |all, digit| all & digit.is_ascii_digit());
        if !(is_same && is_whole && hour < 24 && minute < 60 && second < 60) {
            return None;
        }
        Some(self.midnight + i64::from(hour * 3600 + minute * 60 + second))
    }

    /// Seconds since 1970 of any time; remembers its day if it stands at the beginning of `body`.
    pub(super) fn remember(&mut self, body: &[u8], time: LogTime) -> i64 {
        let second = time.second(self.assumed);
        if let Some(form) = body.first_chunk::<WHOLE>()
            && form.ends_with(b" ")
            && time.offset().is_some()
            && LogTime::read(body) == Some((time, WHOLE - 1))
            && let (Some(date), Some(zone)) = (form.first_chunk(), form.last_chunk())
            && let Some([hour, minute, seconds]) = form.first_chunk().and_then(clock)
        {
            (self.date, self.zone) = (*date, *zone);
            self.midnight = second - i64::from(hour * 3600 + minute * 60 + seconds);
        }
        second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(dial: &mut Dial, text: &str) -> i64 {
        let (time, _) = LogTime::read(text.as_bytes()).expect(text);
        dial.remember(text.as_bytes(), time)
    }

    #[test]
    fn only_times_of_the_same_day_and_zone_are_taken_from_the_clock() {
        let mut dial = Dial::new(UtcOffset::UTC);
        let first = "2026-01-15 03:45:12.123456-07:00 - {}";
        assert_eq!(dial.second(first.as_bytes()), None);
        let begin = second(&mut dial, first);
        assert_eq!(dial.second(first.as_bytes()), Some(begin));
        assert_eq!(dial.second(b"2026-01-15 04:45:13.999999-07:00 - {}"), Some(begin + 3601));
        for other in [
            "2026-01-16 03:45:12.123456-07:00 - {}",
            "2026-01-15 03:45:12.123456-06:00 - {}",
            "2026-01-15 03:45:12.123456-07:00:30 -",
            "2026-01-15 03:45:12.12345x-07:00 - {}",
            "2026-01-15 03:45:12,123456-07:00 - {}",
            "2026-01-15 24:45:12.123456-07:00 - {}",
            "2026-01-15 03:60:12.123456-07:00 - {}",
            "2026-01-15 03:45:60.123456-07:00 - {}",
            "2026-01-15 03-45:12.123456-07:00 - {}",
            "2026-01-15 03:45:12.123456-07:00",
        ] {
            assert_eq!(dial.second(other.as_bytes()), None, "{other}");
        }
        for odd in ["2026-01-15 03:45:12,12345 -0700 - {}", "2026-01-15 03:45:12.12345+07:000 - {}"] {
            second(&mut dial, odd);
            assert_eq!(dial.second(first.as_bytes()), Some(begin), "{odd} is not remembered");
        }
    }
}
