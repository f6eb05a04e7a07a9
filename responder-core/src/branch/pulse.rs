//! Whether a dispatcher works for a branch.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// When a dispatcher of this process last found the store able to hand out work.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<Option<Instant>>);

/// A dispatcher looks for work at least every second; a store that keeps it waiting for longer than this is ill.
const ALIVE_FOR: Duration = Duration::from_secs(10);

impl Pulse {
    pub(crate) fn beat(&self) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some(Instant::now());
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.0.lock().is_ok_and(|last| last.is_some_and(|at| at.elapsed() < ALIVE_FOR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pulse_that_is_not_renewed_ends() {
        let pulse = Pulse::default();
        assert!(!pulse.is_alive(), "nobody has worked yet");
        pulse.beat();
        tokio::time::advance(ALIVE_FOR - Duration::from_millis(1)).await;
        assert!(pulse.is_alive());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!pulse.is_alive());
    }
}
