//! When requests came for the first time.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use tokio::time::Instant;

/// Remembers for a while when each request of the provider first came, by the name that its repeats share: what a
/// repeat tells happened when the first one came. Kept by one process only; it makes an estimate better, nothing more.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<HashMap<Box<[u8]>, Instant>>);

/// The provider repeats within 15 seconds.
const REMEMBERED_FOR: Duration = Duration::from_secs(60);

/// The provider's are 36 bytes long.
const LONGEST_NAME: usize = 100;

/// More are only remembered when the old ones have been forgotten.
const MOST: usize = 10_000;

impl Arrivals {
    /// When a request of that name came first, which may be now.
    pub(crate) fn first(&self, name: &[u8]) -> Instant {
        let now = Instant::now();
        let Ok(mut arrivals) = self.0.lock() else { return now };
        if arrivals.len() >= MOST {
            arrivals.retain(|_, at| now.duration_since(*at) < REMEMBERED_FOR);
        }
        match arrivals.get(name) {
            Some(first) if now.duration_since(*first) < REMEMBERED_FOR => *first,
            known if known.is_some() || arrivals.len() < MOST && name.len() <= LONGEST_NAME => {
                arrivals.insert(name.into(), now);
                now
            }
            _ => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_repeat_came_when_the_first_one_did() {
        let arrivals = Arrivals::default();
        let begin = Instant::now();
        assert_eq!(arrivals.first(b"one"), begin);
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(arrivals.first(b"one"), begin);
        assert_eq!(arrivals.first(b"another"), Instant::now());
        tokio::time::advance(REMEMBERED_FOR).await;
        assert_eq!(arrivals.first(b"one"), Instant::now(), "that is no repeat any more");
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_is_bounded() {
        let arrivals = Arrivals::default();
        arrivals.first(&[b'x'; LONGEST_NAME + 1]);
        for number in 0..=MOST {
            arrivals.first(&number.to_be_bytes());
        }
        let count = || arrivals.0.lock().map_or(0, |arrivals| arrivals.len());
        assert_eq!(count(), MOST);
        tokio::time::advance(REMEMBERED_FOR).await;
        arrivals.first(b"one");
        assert_eq!(count(), 1);
    }
}
