//! How a dispatcher waits.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;

/// Lets time pass. Injected where something waits, so that a simulated network and its applications can share one time.
///
/// ```
/// use std::time::Duration;
/// use responder_core::driver::{Sleeper, TokioSleeper};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// TokioSleeper.sleep(Duration::from_secs(3600)).await;
/// # }
/// ```
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Sleeper: Debug + Send + Sync + 'static {
    /// Resolves after `span`, by the clock of the store that is worked on. The future may be dropped before.
    async fn sleep(&self, span: Duration);
}

/// Sleeps in real time, by tokio's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSleeper;

#[async_trait]
impl Sleeper for TokioSleeper {
    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}
