//! What a vendor did not do, told to the people who run the service.

use std::{
    collections::HashMap,
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;

use super::NotifyError;
use crate::{Timestamp, driver::Clock};

/// Something that did not work with a vendor. On the wire names are as the people who read them know them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VendorFailure {
    /// How bad it is, such as `ERROR`.
    pub status: &'static str,
    /// Whose service it is, such as `Twilio`.
    pub vendor: &'static str,
    /// Which part of it, such as `token`.
    pub vendor_api: &'static str,
    /// Where it was asked of us, such as `[GET] /api/v1/call_token`.
    pub origin_api: &'static str,
    /// What is wrong, in a few words.
    pub error_msg: &'static str,
    /// What else may help: no secrets.
    pub meta: Value,
}

/// Tells people about failures.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait FailureReporter: Debug + Send + Sync + 'static {
    /// Tells about one failure. `more` of its kind were not told since the last one that was.
    ///
    /// # Errors
    /// [`NotifyError`]; texts of errors hold no secrets.
    async fn report(&self, failure: &VendorFailure, more: u64) -> Result<(), NotifyError>;
}

/// Failures on their way to people: in nobody's way, and [one a minute](BETWEEN_REPORTS) of each kind at most. Of one
/// kind are those of the same vendor's part, asked for at the same place, with the same message.
///
/// ```
/// # use std::sync::Arc;
/// # use responder_core::{driver::SystemClock, notify::{FailureReporter, VendorFailure, VendorFailures}};
/// # fn example(slack: Arc<dyn FailureReporter>, failure: VendorFailure) {
/// let failures = VendorFailures::new(slack, Arc::new(SystemClock));
/// failures.tell(failure.clone());
/// failures.tell(failure); // Is counted, and told with the next one.
/// # }
/// ```
#[derive(Debug)]
pub struct VendorFailures {
    reporter: Arc<dyn FailureReporter>,
    clock: Arc<dyn Clock>,
    kinds: Arc<Mutex<HashMap<Kind, Told>>>,
}

/// As many as there are literals in the program.
type Kind = [&'static str; 4];

#[derive(Clone, Copy, Debug)]
struct Told {
    at: Timestamp,
    left_out: u64,
}

/// The least time between two reports of one kind.
pub const BETWEEN_REPORTS: Duration = Duration::from_secs(60);

impl VendorFailures {
    /// Tells `reporter`, at most as often as `clock` allows.
    pub fn new(reporter: Arc<dyn FailureReporter>, clock: Arc<dyn Clock>) -> Self {
        Self { reporter, clock, kinds: Arc::default() }
    }

    /// Tells about a failure, if nobody was told of its kind in the last minute. Returns at once; what the reporter
    /// says to it is written to the log alone.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn tell(&self, failure: VendorFailure) {
        let Some(more) = self.turn_of(&failure) else { return };
        let (reporter, kinds) = (Arc::clone(&self.reporter), Arc::clone(&self.kinds));
        tokio::spawn(async move {
            let Err(error) = reporter.report(&failure, more).await else { return };
            tracing::warn!(vendor_api = failure.vendor_api, %error, "nobody could be told of a failure");
            if let Some(told) = locked(&kinds).get_mut(&failure.kind()) {
                told.left_out += more + 1;
            }
        });
    }

    /// How many were left out before this one; nothing if this one is left out, too.
    fn turn_of(&self, failure: &VendorFailure) -> Option<u64> {
        let (kind, now) = (failure.kind(), self.clock.now());
        let mut kinds = locked(&self.kinds);
        match kinds.get_mut(&kind) {
            // A clock that was set back must not silence us until it has caught up.
            Some(told) if told.at <= now && now.since(told.at) < BETWEEN_REPORTS => {
                told.left_out += 1;
                None
            }
            before => {
                let left_out = before.map_or(0, |told| told.left_out);
                kinds.insert(kind, Told { at: now, left_out: 0 });
                Some(left_out)
            }
        }
    }
}

impl VendorFailure {
    const fn kind(&self) -> Kind {
        [self.vendor, self.vendor_api, self.origin_api, self.error_msg]
    }
}

fn locked(kinds: &Mutex<HashMap<Kind, Told>>) -> MutexGuard<'_, HashMap<Kind, Told>> {
    kinds.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::driver::ManualClock;

    /// Fails at whatever is called "fails".
    #[derive(Debug)]
    struct Heard(mpsc::UnboundedSender<(String, u64)>);

    #[async_trait]
    impl FailureReporter for Heard {
        async fn report(&self, failure: &VendorFailure, more: u64) -> Result<(), NotifyError> {
            let _ = self.0.send((failure.error_msg.to_owned(), more));
            if failure.error_msg == "fails" { Err(NotifyError::NotConfigured) } else { Ok(()) }
        }
    }

    fn failure(error_msg: &'static str) -> VendorFailure {
        let (vendor_api, origin_api) = ("token", "[GET] /api/v1/call_token");
        VendorFailure { status: "ERROR", vendor: "Twilio", vendor_api, origin_api, error_msg, meta: Value::Null }
    }

    #[tokio::test]
    async fn one_a_minute_of_each_kind() {
        let (sender, mut heard) = mpsc::unbounded_channel();
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
        let failures = VendorFailures::new(Arc::new(Heard(sender)), clock.clone());
        let mut next = async || heard.recv().await.expect("a report");
        for _ in 0..1000 {
            failures.tell(failure("a"));
        }
        failures.tell(failure("b"));
        assert_eq!((next().await, next().await), (("a".into(), 0), ("b".into(), 0)));
        clock.advance(BETWEEN_REPORTS - Duration::from_micros(1));
        failures.tell(failure("a"));
        clock.advance(Duration::from_micros(1));
        failures.tell(failure("a"));
        failures.tell(failure("b"));
        assert_eq!((next().await, next().await), (("a".into(), 1000), ("b".into(), 0)));
    }

    #[tokio::test]
    async fn what_nobody_could_be_told_is_counted_with_the_next() {
        let (sender, mut heard) = mpsc::unbounded_channel();
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
        let failures = VendorFailures::new(Arc::new(Heard(sender)), clock.clone());
        let mut more = Vec::new();
        for left_out in 0..3 {
            for _ in 0..=left_out {
                failures.tell(failure("fails"));
            }
            more.push(heard.recv().await.expect("a report").1);
            clock.advance(BETWEEN_REPORTS);
        }
        assert_eq!(more, [0, 1, 3], "nothing; the one before; both before, and one left out");
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_silences_nobody() {
        let (sender, mut heard) = mpsc::unbounded_channel();
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
        let mut failures = VendorFailures::new(Arc::new(Heard(sender)), clock.clone());
        clock.advance(Duration::from_secs(1_000_000));
        failures.tell(failure("a"));
        failures.clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
        failures.tell(failure("a"));
        assert_eq!(heard.recv().await.map(|(what, _)| what).as_deref(), Some("a"));
        assert_eq!(heard.recv().await.map(|(what, _)| what).as_deref(), Some("a"));
    }
}
