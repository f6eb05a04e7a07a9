//! One time for the phone network and for the application: the store reads it, the dispatcher sleeps by it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use responder::{
    Timestamp,
    driver::{Clock, Sleeper},
};
use responder_sim::{Simulator, TimeHold};

/// Somebody who acts at certain times. Where time would jump it stands while they act, from the beginning on.
#[derive(Debug)]
pub(crate) struct Pace {
    network: Arc<Simulator>,
    standing: Option<TimeHold>,
}

/// Reads the time of the network.
#[derive(Debug)]
pub(crate) struct NetworkClock(pub(crate) Arc<Simulator>);

/// Sleeps in the time of the network. Where time would jump, it stands while somebody who has slept is awake: work that
/// takes a moment here must not take half an hour there.
#[derive(Debug)]
pub(crate) struct NetworkSleeper {
    network: Arc<Simulator>,
    awake: Mutex<Vec<TimeHold>>,
}

impl Pace {
    pub(crate) fn new(network: &Arc<Simulator>) -> Self {
        Self { network: Arc::clone(network), standing: Some(network.hold_time()) }
    }

    /// Lets so much time pass.
    pub(crate) async fn pass(&mut self, span: Duration) {
        self.until(self.network.now() + span).await;
    }

    /// Lets time pass until then.
    pub(crate) async fn until(&mut self, time: Timestamp) {
        let sleep = self.network.sleep_until(time);
        self.standing = None;
        self.standing = Some(sleep.await);
    }
}

impl Clock for NetworkClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

impl NetworkSleeper {
    pub(crate) const fn new(network: Arc<Simulator>) -> Self {
        Self { network, awake: Mutex::new(Vec::new()) }
    }

    fn wakes(&self) {
        self.awake.lock().unwrap_or_else(PoisonError::into_inner).push(self.network.hold_time());
    }

    fn falls_asleep(&self) {
        self.awake.lock().unwrap_or_else(PoisonError::into_inner).pop();
    }
}

#[async_trait]
impl Sleeper for NetworkSleeper {
    async fn sleep(&self, span: Duration) {
        // Counts as awake from its end on, also when there is work before the time has come.
        let waking = Waking(self);
        let sleep = self.network.sleep_until(self.network.now() + span);
        self.falls_asleep();
        let rung = sleep.await;
        // In this order time stands without a gap.
        drop(waking);
        drop(rung);
    }
}

struct Waking<'a>(&'a NetworkSleeper);

impl Drop for Waking<'_> {
    fn drop(&mut self) {
        self.0.wakes();
    }
}
