//! Delivers events to somebody else's service.

use std::{
    error::Error,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::watch, task::JoinSet, time::timeout};

use super::{
    BackgroundTask, Sleeper, TokioSleeper,
    dispatcher::AFTER_FAILURE,
    signals::{Rest, Signals, told_of},
};
use crate::{
    Timestamp,
    branch::Branch,
    notify::{Undelivered, Webhook, WebhookMessage},
    store::{AfterFailure, Delivery, DeliveryRequest, DeliveryStore, Lease, StoreError, WorkerId},
};

/// Posts the events of one branch to a [`Webhook`]: in order for each emergency, at least once, and in nobody's way.
///
/// It begins with what happens after it was first started; what is left when it stops, or dies, comes later, from
/// whichever node is there. What the service does not take is repeated for [a day](WebhookSettings::budget), with
/// growing pauses, and holds up the later events of the same emergency alone; then it is left out, and an event
/// `webhook_gap` says so.
#[derive(Clone, Debug)]
pub struct Webhooks {
    branch: Arc<Branch>,
    store: Arc<dyn DeliveryStore>,
    hook: Webhook,
    worker: WorkerId,
    settings: WebhookSettings,
    sleeper: Arc<dyn Sleeper>,
}

/// How hard it is tried.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Emergencies whose events are under way at a time (8).
    pub lanes: usize,
    /// How long one request may take (15 s).
    pub deadline: Duration,
    /// How old an event may become (a day).
    pub budget: Duration,
    /// The pause after the first failure (2 s). Each one after that is twice as long, and all are spread by a quarter.
    pub first_pause: Duration,
    /// The longest of them (30 min).
    pub longest_pause: Duration,
    /// The longest sleep: what another process has stored is found at the latest then (1 s).
    pub longest_sleep: Duration,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            lanes: 8,
            deadline: Duration::from_secs(15),
            budget: Duration::from_secs(24 * 3600),
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(30 * 60),
            longest_sleep: Duration::from_secs(1),
        }
    }
}

impl Webhooks {
    /// Posts the events of `branch`, which are kept in `store`, to `hook`.
    pub fn new(branch: Arc<Branch>, store: Arc<dyn DeliveryStore>, hook: Webhook, worker: WorkerId) -> Self {
        let (settings, sleeper) = (WebhookSettings::default(), Arc::new(TokioSleeper));
        Self { branch, store, hook, worker, settings, sleeper }
    }

    /// With other settings.
    #[must_use]
    pub fn with(self, settings: WebhookSettings) -> Self {
        Self { settings, ..self }
    }

    /// Waits by `sleeper` instead of in real time: where the clock of the store is not the real one, either.
    #[must_use]
    pub fn with_sleeper(self, sleeper: Arc<dyn Sleeper>) -> Self {
        Self { sleeper, ..self }
    }

    /// Lets the service have every event from now on: for those that happen before it is started.
    ///
    /// # Errors
    /// As for [`DeliveryStore::subscribe`].
    pub async fn subscribe(&self) -> Result<(), StoreError> {
        self.store.subscribe(self.branch.key(), self.hook.target()).await
    }

    /// Works in the background until it is stopped.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn start(self) -> BackgroundTask {
        BackgroundTask::on(|until| self.run(until))
    }

    /// Works until `stop` completes; then begins nothing more, and returns when what is under way has ended.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        told_of(stop, |stopped| Arc::new(self).work(stopped)).await;
    }

    async fn work(self: Arc<Self>, stopped: watch::Receiver<bool>) {
        let sleeper = Arc::clone(&self.sleeper);
        let mut signals = Signals { work: self.branch.work(), stopped: stopped.clone(), sleeper };
        let (mut running, mut is_subscribed) = (JoinSet::new(), false);
        while signals.look() {
            if running.len() >= self.settings.lanes.max(1) {
                running.join_next().await;
                continue;
            }
            match self.look(&mut is_subscribed, self.settings.lanes.max(1) - running.len()).await {
                Ok(Found::Nothing(wait)) => {
                    // Under load events come all the time; they go out a moment later, and together.
                    if signals.rest(wait).await == Rest::Woken {
                        signals.pause(TOGETHER).await;
                    }
                }
                Ok(Found::Deliveries(claimed)) if claimed.is_empty() => signals.pause(TOGETHER).await,
                Ok(Found::Deliveries(claimed)) => {
                    for delivery in claimed {
                        running.spawn(Arc::clone(&self).lane(delivery, stopped.clone()));
                    }
                }
                Err(error) => {
                    tracing::warn!(branch = %self.branch.key(), %error, cause = error.source(), "events can't be claimed for a webhook");
                    signals.pause(AFTER_FAILURE).await;
                }
            }
            while running.try_join_next().is_some() {}
        }
        while running.join_next().await.is_some() {}
    }

    async fn look(&self, is_subscribed: &mut bool, room: usize) -> Result<Found, StoreError> {
        if !*is_subscribed {
            self.subscribe().await?;
            *is_subscribed = true;
        }
        let longest = self.settings.longest_sleep;
        match self.store.next_delivery(self.branch.key(), self.hook.target()).await? {
            Some(Duration::ZERO) => {}
            wait => return Ok(Found::Nothing(wait.unwrap_or(longest).min(longest))),
        }
        let request = DeliveryRequest {
            branch: self.branch.key().clone(),
            target: self.hook.target().clone(),
            worker: self.worker.clone(),
            max: u32::try_from(room).unwrap_or(u32::MAX),
            lease: self.lease(),
        };
        self.store.claim_deliveries(&request).await.map(Found::Deliveries)
    }

    const fn lease(&self) -> Lease {
        Lease::for_deadline(self.settings.deadline)
    }

    /// One emergency, as far as it goes.
    async fn lane(self: Arc<Self>, first: Delivery, stopped: watch::Receiver<bool>) {
        let mut at_hand = Some(first);
        while let Some(delivery) = at_hand.take() {
            let is_stopped = *stopped.borrow();
            match self.step(&delivery, is_stopped).await {
                Ok(next) => at_hand = next,
                Err(error) => {
                    // The lease runs out, and the event is posted again.
                    tracing::warn!(branch = %self.branch.key(), %error, cause = error.source(), "a delivery could not be noted");
                }
            }
        }
    }

    async fn step(&self, delivery: &Delivery, is_stopped: bool) -> Result<Option<Delivery>, StoreError> {
        let ticket = &delivery.ticket;
        if is_stopped {
            self.store.failed(ticket, Duration::ZERO, Timestamp::from_micros(i64::MIN)).await?;
            return Ok(None);
        }
        let message = WebhookMessage::of(self.branch.key(), &delivery.message);
        let posted = timeout(self.settings.deadline, self.hook.deliver(&message, delivery.now)).await;
        match posted {
            Ok(Ok(())) => self.store.delivered(ticket, self.lease()).await,
            Ok(Err(failure)) => {
                let pause = self.pause(&message.id, delivery.tries, failure.retry_after());
                self.complain(delivery, Some(&failure));
                self.put_back(delivery, pause).await
            }
            Err(_) => {
                self.complain(delivery, None);
                self.put_back(delivery, self.pause(&message.id, delivery.tries, None)).await
            }
        }
    }

    async fn put_back(&self, delivery: &Delivery, pause: Duration) -> Result<Option<Delivery>, StoreError> {
        let branch = self.branch.key();
        match self.store.failed(&delivery.ticket, pause, delivery.now - self.settings.budget).await? {
            AfterFailure::Later { skipped: 1.. } => {
                tracing::error!(%branch, lane = ?delivery.ticket.lane, "a webhook has not taken events for too long; they are left out");
            }
            AfterFailure::GivenUp(gap) => {
                tracing::error!(%branch, lane = ?delivery.ticket.lane, events = gap.count, "a webhook can't be told of what was left out");
            }
            AfterFailure::Later { .. } | AfterFailure::NotOurs => {}
        }
        Ok(None)
    }

    /// Spread, so that those who failed together do not all come back together.
    fn pause(&self, id: &str, tries: u32, asked: Option<Duration>) -> Duration {
        let WebhookSettings { first_pause, longest_pause, .. } = self.settings;
        let doubled = first_pause.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX));
        let pause = asked.map_or(doubled, |asked| asked.max(doubled)).min(longest_pause);
        let mut hasher = DefaultHasher::new();
        (id, tries, self.worker.as_str()).hash(&mut hasher);
        let thousandth = u32::try_from(hasher.finish() % 1000).unwrap_or(0);
        pause - pause / 8 + pause / 4 * thousandth / 1000
    }

    /// At the first failure, and then more and more rarely.
    fn complain(&self, delivery: &Delivery, failure: Option<&Undelivered>) {
        if delivery.tries.is_power_of_two() {
            let (branch, tries, target) = (self.branch.key(), delivery.tries, self.hook.target());
            let error = failure.map_or_else(|| "no answer in time".to_owned(), ToString::to_string);
            let cause = failure.and_then(Error::source);
            tracing::warn!(%branch, %target, tries, error, cause, "an event was not delivered to a webhook");
        }
    }
}

/// What the store has.
enum Found {
    /// Nothing for this long.
    Nothing(Duration),
    /// What was claimed, if nobody else came first.
    Deliveries(Vec<Delivery>),
}

/// How long events wait for those that come right after them.
const TOGETHER: Duration = Duration::from_millis(50);

#[cfg(all(test, feature = "mock"))]
#[path = "webhooks_tests.rs"]
mod tests;
