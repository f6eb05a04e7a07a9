//! Not more than so many a second.

use std::{num::NonZeroU32, time::Duration};

use crate::Timestamp;

/// A token bucket with the time put in from outside: it allows a burst, and after it a steady rate.
///
/// Kept as one point in time, at which the bucket will be full again, so that nothing has to be filled up in between.
/// A clock that jumps back costs at most the wait after a full burst.
///
/// ```
/// use std::{num::NonZeroU32, time::Duration};
/// use responder_core::{Timestamp, telephony::Pacer};
///
/// let mut pacer = Pacer::per_second(NonZeroU32::MIN);
/// let now = Timestamp::from_micros(0);
/// assert_eq!(pacer.take(now), Ok(()));
/// assert_eq!(pacer.take(now), Err(Duration::from_secs(1)));
/// assert_eq!(pacer.take(now + Duration::from_secs(1)), Ok(()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pacer {
    interval: Duration,
    burst: u32,
    full_at: Timestamp,
}

impl Pacer {
    /// One token every `1 / rate` seconds, and none saved up.
    pub fn per_second(rate: NonZeroU32) -> Self {
        Self::with_burst(Duration::from_secs(1) / rate.get(), NonZeroU32::MIN)
    }

    /// One token every `interval`, and up to `burst` saved up; full at first.
    pub fn with_burst(interval: Duration, burst: NonZeroU32) -> Self {
        Self { interval, burst: burst.get(), full_at: Timestamp::from_micros(i64::MIN) }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// If there is none: how long it is until there will be one. Nothing is taken then.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        let capacity = self.interval.saturating_mul(self.burst);
        self.full_at = self.full_at.clamp(now, now + capacity);
        let after = self.full_at.since(now) + self.interval;
        match after.checked_sub(capacity) {
            None | Some(Duration::ZERO) => {
                self.full_at = now + after;
                Ok(())
            }
            Some(wait) => Err(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const NOON: Timestamp = Timestamp::from_micros(43_200_000_000);

    fn rate(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).expect("not zero")
    }

    #[test]
    fn a_steady_rate_without_a_burst() {
        let mut pacer = Pacer::per_second(rate(4));
        let quarter = SECOND / 4;
        assert_eq!(pacer.take(NOON), Ok(()));
        assert_eq!(pacer.take(NOON), Err(quarter));
        assert_eq!(pacer.take(NOON + quarter / 5), Err(quarter * 4 / 5));
        assert_eq!(pacer.take(NOON + quarter), Ok(()));
        assert_eq!(pacer.take(NOON + quarter * 100), Ok(()), "nothing is saved up");
        assert_eq!(pacer.take(NOON + quarter * 100), Err(quarter));
    }

    #[test]
    fn a_burst_and_then_the_rate() {
        let mut pacer = Pacer::with_burst(SECOND, rate(3));
        let granted = (0..10).filter(|_| pacer.take(NOON).is_ok()).count();
        assert_eq!(granted, 3);
        assert_eq!(pacer.take(NOON), Err(SECOND));
        assert_eq!(pacer.take(NOON + SECOND), Ok(()));
        let later = NOON + SECOND * 60;
        assert_eq!((0..10).filter(|_| pacer.take(later).is_ok()).count(), 3, "never more than the burst");
    }

    #[test]
    fn over_a_minute_the_rate_is_kept() {
        let mut pacer = Pacer::with_burst(SECOND / 2, rate(5));
        let tries = (0..60_000).map(|ms| NOON + Duration::from_millis(ms));
        assert_eq!(tries.filter(|now| pacer.take(*now).is_ok()).count(), 5 + 119);
    }

    #[test]
    fn a_clock_that_jumps_back_does_not_stop_it() {
        let mut pacer = Pacer::per_second(rate(1));
        assert_eq!(pacer.take(NOON + SECOND * 3600), Ok(()));
        assert_eq!(pacer.take(NOON), Err(SECOND));
        assert_eq!(pacer.take(NOON + SECOND), Ok(()));
    }
}
