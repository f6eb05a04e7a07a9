//! Whether a dispatcher works for a branch.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// Until when a dispatcher of this process counts as at work: it has found the store able to hand out work.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<Option<Instant>>);

/// A store that keeps a dispatcher waiting for longer than this, when it looks again, is ill.
const ALIVE_FOR: Duration = Duration::from_secs(10);

impl Pulse {
    /// For a dispatcher that looks again within `pause`.
    pub(crate) fn beat(&self, pause: Duration) {
        if let Ok(mut until) = self.0.lock() {
            *until = Instant::now().checked_add(pause.saturating_add(ALIVE_FOR)).max(*until);
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.0.lock().is_ok_and(|until| until.is_some_and(|until| Instant::now() < until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pulse_that_is_not_renewed_ends() {
        let pulse = Pulse::default();
        assert!(!pulse.is_alive(), "nobody has worked yet");
        pulse.beat(Duration::from_secs(20));
        tokio::time::advance(Duration::from_secs(20) + ALIVE_FOR - Duration::from_millis(1)).await;
        assert!(pulse.is_alive());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!pulse.is_alive());
    }
}
