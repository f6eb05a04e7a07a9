//! The network, shared: requests come in, webhooks go out, and time moves.

mod driver;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use responder_core::Timestamp;
use tokio::{
    runtime::Handle,
    sync::{oneshot, watch},
};

use crate::{
    agenda::Ticket,
    clock::Flow,
    network::{Alarm, Network},
    options::Options,
    webhook::{Route, Webhook, deliver},
};

/// Everything that the server, the control API and the library share.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) options: Arc<Options>,
    flow: Flow,
    route: Route,
    runtime: Handle,
    state: Mutex<State>,
    /// Wakes the driver.
    wake: watch::Sender<u64>,
    /// Wakes those who wait for something to become true.
    changed: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    network: Network,
    /// How far time may move where it moves by decision.
    goal: Timestamp,
    /// REST requests that are being processed.
    busy: usize,
    /// REST requests that wait for time to pass.
    sleepers: usize,
}

impl State {
    /// Whether time may move: nobody is working on anything. A request that waits for time to pass must not stop it.
    fn is_settled(&self) -> bool {
        (self.network.in_flight() == 0 && self.busy == 0) || self.sleepers > 0
    }

    /// Whether everything has happened that is due.
    fn is_idle(&self) -> bool {
        let nothing_due = self.network.next_due().is_none_or(|due| due > self.network.now);
        self.network.now >= self.goal && nothing_due && self.network.in_flight() == 0 && self.busy == 0
    }
}

/// How the clock stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct ClockState {
    pub(crate) mode: String,
    pub(crate) now: String,
    pub(crate) next_due: Option<String>,
    pub(crate) in_flight: usize,
    pub(crate) holds: usize,
    pub(crate) idle: bool,
}

impl Hub {
    pub(crate) fn new(options: Options, public_url: String, route: Route) -> Arc<Self> {
        let origin = origin(&options);
        let flow = Flow::new(options.clock, origin);
        let options = Arc::new(options);
        let network = Network::new(Arc::clone(&options), public_url, origin, 0);
        Arc::new(Self {
            options,
            flow,
            route,
            runtime: Handle::current(),
            state: Mutex::new(State { network, goal: origin, busy: 0, sleepers: 0 }),
            wake: watch::Sender::new(0),
            changed: watch::Sender::new(0),
        })
    }

    /// Does something with the network at the present time, and sends what it wants sent.
    pub(crate) fn with<T>(self: &Arc<Self>, act: impl FnOnce(&mut Network) -> T) -> T {
        let mut state = self.lock();
        self.catch_up(&mut state.network);
        let result = act(&mut state.network);
        self.send(&mut state.network);
        drop(state);
        self.bump();
        result
    }

    /// Looks at the network.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Network) -> T) -> T {
        look(&self.lock().network)
    }

    /// Forgets everything that happened; answers that are still in flight go nowhere.
    pub(crate) fn reset(self: &Arc<Self>) {
        let mut state = self.lock();
        let now = self.flow.now().unwrap_or_else(|| origin(&self.options));
        let (url, epoch) = (state.network.public_url.clone(), state.network.epoch + 1);
        let mut fresh = Network::new(Arc::clone(&self.options), url, now, epoch);
        fresh.holds = state.network.holds;
        state.network = fresh;
        state.goal = now;
        drop(state);
        self.bump();
    }

    /// Where time moves by itself, what is due by now happens first.
    fn catch_up(&self, network: &mut Network) {
        if let Some(now) = self.flow.now() {
            while network.run_one(now) {}
            network.set_time(now);
        }
    }

    fn send(self: &Arc<Self>, network: &mut Network) {
        let epoch = network.epoch;
        for webhook in network.take_outbox() {
            let hub = Arc::clone(self);
            self.runtime.spawn(async move { hub.deliver(webhook, epoch).await });
        }
    }

    async fn deliver(self: Arc<Self>, webhook: Webhook, epoch: u64) {
        let outcome = deliver(&webhook, &self.route).await;
        self.with(|network| {
            if network.epoch == epoch {
                network.answered(&webhook, outcome);
            }
        });
    }

    fn bump(&self) {
        self.wake.send_modify(|count| *count += 1);
        self.changed.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves as soon as `look` gives something; it is asked again after every change.
    pub(crate) async fn until<T>(&self, mut look: impl FnMut(&Network) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        loop {
            changed.borrow_and_update();
            if let Some(found) = self.read(&mut look) {
                return found;
            }
            // The sender lives in self.
            let _ = changed.changed().await;
        }
    }

    /// Resolves when everything has happened that is due, and nothing is in flight.
    pub(crate) async fn idle(&self) {
        let mut changed = self.changed.subscribe();
        loop {
            changed.borrow_and_update();
            if self.lock().is_idle() {
                return;
            }
            let _ = changed.changed().await;
        }
    }

    /// Lets time move up to `goal` and waits until everything has happened that is due by then.
    pub(crate) async fn advance_to(&self, goal: Timestamp) {
        self.raise_goal(goal);
        self.idle().await;
    }

    fn raise_goal(&self, goal: Timestamp) {
        let mut state = self.lock();
        state.goal = state.goal.max(goal);
        drop(state);
        self.bump();
    }

    pub(crate) fn clock_state(&self) -> ClockState {
        let state = self.lock();
        ClockState {
            mode: self.options.clock.to_string(),
            now: self.present(&state).to_string(),
            next_due: state.network.next_due().map(|due| due.to_string()),
            in_flight: state.network.in_flight(),
            holds: state.network.holds,
            idle: state.is_idle(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.present(&self.lock())
    }

    fn present(&self, state: &State) -> Timestamp {
        self.flow.now().unwrap_or(state.network.now)
    }

    pub(crate) fn hold(&self) {
        self.lock().network.holds += 1;
    }

    /// True if there was a hold to release.
    pub(crate) fn release(&self) -> bool {
        let mut state = self.lock();
        let held = state.network.holds > 0;
        state.network.holds = state.network.holds.saturating_sub(1);
        drop(state);
        self.bump();
        held
    }

    /// Marks that a REST request is being processed.
    pub(crate) fn enter(self: &Arc<Self>) -> Busy {
        self.lock().busy += 1;
        Busy(Arc::clone(self))
    }

    /// Waits until the network's time has moved on by `span`.
    pub(crate) async fn sleep(self: &Arc<Self>, span: Duration) {
        let (_, alarm) = self.with(|network| network.alarm(network.now + span, Alarm::Tell));
        let sleeper = Sleeper::new(Arc::clone(self));
        // A reset drops the alarm; then there is nothing left to wait for.
        let _ = alarm.await;
        drop(sleeper);
    }

    /// Waits until a time, from now on. With `hold` time then stands, where it would jump by itself, until the hold is
    /// released.
    pub(crate) fn wait_until(self: &Arc<Self>, until: Timestamp, hold: bool) -> Waiting {
        let kind = if hold { Alarm::TellAndHold } else { Alarm::Tell };
        let (epoch, (ticket, alarm)) = self.with(|network| (network.epoch, network.alarm(until, kind)));
        Waiting { hub: Arc::clone(self), epoch, ticket, alarm, hold }
    }
}

/// Somebody outside waits for a time. Whoever gives up waiting leaves nothing behind: neither an alarm that time would
/// stop at, nor a hold that nobody releases.
#[derive(Debug)]
pub(crate) struct Waiting {
    hub: Arc<Hub>,
    epoch: u64,
    ticket: Ticket,
    alarm: oneshot::Receiver<()>,
    hold: bool,
}

impl Waiting {
    /// Resolves at the time.
    pub(crate) async fn over(mut self) {
        // A reset drops the alarm; then there is nothing left to wait for, and nobody has taken the hold.
        if (&mut self.alarm).await.is_err() && self.hold {
            self.hub.hold();
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.alarm.close();
        let rang_unheard = self.alarm.try_recv().is_ok();
        if rang_unheard && self.hold {
            self.hub.release();
        }
        let mut state = self.hub.lock();
        // Tickets are numbered from the beginning after a reset.
        if state.network.epoch == self.epoch {
            state.network.withdraw_alarm(self.ticket);
        }
        drop(state);
        self.hub.bump();
    }
}

/// A REST request that is being processed.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Hub>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.lock().busy -= 1;
        self.0.bump();
    }
}

#[derive(Debug)]
struct Sleeper(Arc<Hub>);

impl Sleeper {
    fn new(hub: Arc<Hub>) -> Self {
        hub.lock().sleepers += 1;
        hub.bump();
        Self(hub)
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.lock().sleepers -= 1;
        self.0.bump();
    }
}

/// Where time is stepped it begins at a fixed point, so that two runs print the same times.
fn origin(options: &Options) -> Timestamp {
    let fixed = Timestamp::from_micros(1_767_225_600_000_000);
    let natural = if options.clock.is_stepped() { fixed } else { Timestamp::now() };
    options.start_time.unwrap_or(natural)
}
