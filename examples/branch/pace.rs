//! Time that runs faster, so that a test can kill a branch often.

use std::{sync::Arc, time::Duration};

use responder::{
    Timestamp,
    driver::{Clock, Sleeper, SystemClock, TokioSleeper},
};

/// So many seconds pass in one, counted from the beginning of the epoch: the same for every process.
#[derive(Clone, Copy, Debug)]
struct Pace(u32);

/// As fast as `RESPONDER_TEST_PACE` says.
pub(crate) fn time() -> (Arc<dyn Clock>, Arc<dyn Sleeper>) {
    match std::env::var("RESPONDER_TEST_PACE").ok().and_then(|pace| pace.parse().ok()) {
        Some(pace) => (Arc::new(Pace(pace)), Arc::new(Pace(pace))),
        None => (Arc::new(SystemClock), Arc::new(TokioSleeper)),
    }
}

impl Clock for Pace {
    fn now(&self) -> Timestamp {
        // Counted from a day not long ago, or it would be the far future.
        let begin = Timestamp::from_micros(1_790_000_000_000_000);
        begin + SystemClock.now().since(begin) * self.0
    }
}

#[async_trait::async_trait]
impl Sleeper for Pace {
    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span / self.0).await;
    }
}
