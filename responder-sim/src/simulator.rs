//! The simulator as a library: a handle to what was started.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use responder_core::{Timestamp, telephony::HttpTransport};
use secrecy::ExposeSecret;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    behaviour::Behaviour,
    builder::SimulatorBuilder,
    faults::Fault,
    hub::Hub,
    network::{ControlError, DialIn},
    sid::Sid,
    trace::{CallRecord, NumberConfig, Trace},
    transport::InProcess,
};

/// A phone network that is running, until it is stopped or dropped.
///
/// ```
/// use std::time::Duration;
/// use responder_sim::{Behaviour, CallStatus, ClockMode, DialIn, Simulator};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let network = Simulator::builder().clock(ClockMode::Stepped).start().await?;
/// // Point any SDK at `network.url()`; here a phone calls a number whose application is not running.
/// network.set_phone("+15005550010", Behaviour::default());
/// let call = network.dial(DialIn::new("+15005550010", "+15005550001").to_url("http://127.0.0.1:1/voice"))?;
/// network.advance(Duration::from_secs(1)).await?;
/// assert_eq!(network.call(&call).map(|call| call.status), Some(CallStatus::Completed));
/// assert_eq!(network.trace().notices[0].code, 11205, "no connection");
/// network.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Simulator {
    pub(crate) hub: Arc<Hub>,
    pub(crate) address: SocketAddr,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) server: Option<JoinHandle<()>>,
    pub(crate) driver: JoinHandle<()>,
}

impl Simulator {
    /// A simulator with default settings.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    /// The base of the REST API, instead of the provider's: `http://127.0.0.1:<port>`, and what its
    /// [`Dress`](crate::Dress) puts before the version.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.hub.options.dress.base_path())
    }

    /// The socket that it listens on; port 0 if it was started [without one](SimulatorBuilder::in_process).
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Carries the requests of a client to the REST API without a socket: what
    /// [`TwilioBuilder::transport`](responder_core::telephony::HttpTransport) takes.
    pub fn transport(&self) -> Arc<dyn HttpTransport> {
        Arc::new(InProcess::new(&self.hub))
    }

    /// The account that it serves.
    pub fn account_sid(&self) -> &str {
        &self.hub.options.account_sid
    }

    /// The secret of the account.
    pub fn auth_token(&self) -> &str {
        self.hub.options.auth_token.expose_secret()
    }

    /// Sets one of the account's numbers up.
    pub fn set_number(&self, number: impl Into<String>, config: NumberConfig) {
        self.hub.with(|network| network.numbers.insert(number.into(), config));
    }

    /// How one of the account's numbers is set up now.
    pub fn number(&self, number: &str) -> Option<NumberConfig> {
        self.hub.read(|network| network.numbers.get(number).cloned())
    }

    /// Takes one of the account's numbers away.
    pub fn remove_number(&self, number: &str) {
        self.hub.with(|network| network.numbers.remove(number));
    }

    /// Gives a phone its script.
    pub fn set_phone(&self, number: &str, script: Behaviour) {
        self.set_phone_calls(number, [script]);
    }

    /// Gives a phone one script for each of its next calls; the last one stays.
    pub fn set_phone_calls(&self, number: &str, scripts: impl IntoIterator<Item = Behaviour>) {
        self.hub.with(|network| network.phones.set(number, scripts.into_iter().collect()));
    }

    /// The script of phones that have none.
    pub fn set_default_phone(&self, script: Behaviour) {
        self.hub.with(|network| network.phones.set_default(script));
    }

    /// Orders a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.hub.with(|network| network.faults.add(fault));
    }

    /// The faults that are still in force; one that has struck as often as it was to is gone.
    pub fn faults(&self) -> Vec<Fault> {
        self.hub.read(|network| network.faults.in_force().to_vec())
    }

    /// Withdraws all faults.
    pub fn clear_faults(&self) {
        self.hub.with(|network| network.faults.clear());
    }

    /// A phone calls.
    ///
    /// # Errors
    /// [`ControlError::NumberNotSetUp`].
    pub fn dial(&self, order: DialIn) -> Result<Sid, ControlError> {
        self.hub.with(|network| network.phone_dials(order))
    }

    /// A phone texts.
    ///
    /// # Errors
    /// [`ControlError::NumberNotSetUp`] if the number has no address for texts; the message is in the trace anyway.
    pub fn text(&self, from: &str, to: &str, body: &str) -> Result<Sid, ControlError> {
        self.hub.with(|network| network.phone_texts(from, to, body))
    }

    /// The phone of a leg hangs up.
    ///
    /// # Errors
    /// [`ControlError::UnknownCall`], [`ControlError::CallOver`].
    pub fn hang_up(&self, call: &Sid) -> Result<(), ControlError> {
        self.hub.with(|network| network.phone_hangs_up(call))
    }

    /// The phone of a leg presses keys. True if somebody was listening.
    ///
    /// # Errors
    /// [`ControlError::UnknownCall`], [`ControlError::CallOver`].
    pub fn press(&self, call: &Sid, keys: &str) -> Result<bool, ControlError> {
        self.hub.with(|network| network.phone_presses(call, keys))
    }

    /// The phone of a leg says something. True if somebody was listening.
    ///
    /// # Errors
    /// [`ControlError::UnknownCall`], [`ControlError::CallOver`].
    pub fn speak(&self, call: &Sid, words: &str) -> Result<bool, ControlError> {
        self.hub.with(|network| network.phone_speaks(call, words))
    }

    /// Everything that happened.
    pub fn trace(&self) -> Trace {
        self.hub.read(|network| network.trace())
    }

    /// One call or leg.
    pub fn call(&self, sid: &Sid) -> Option<CallRecord> {
        self.hub.read(|network| network.calls.get(sid).map(|call| call.record.clone()))
    }

    /// The time of the network.
    pub fn now(&self) -> Timestamp {
        self.hub.now()
    }

    /// When something will happen next, as far as the network knows.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.hub.read(|network| network.next_due())
    }

    /// How many requests the application is answering now.
    pub fn in_flight(&self) -> usize {
        self.hub.read(|network| network.in_flight())
    }

    /// Lets time move on by `span`, and returns when everything has happened that is due by then and the application
    /// has answered.
    ///
    /// # Errors
    /// [`ControlError::ClockNotStepped`] where time moves by itself.
    pub async fn advance(&self, span: Duration) -> Result<(), ControlError> {
        self.advance_to(self.now() + span).await
    }

    /// As [`advance`](Self::advance), to a time; one that is past only waits for the answers.
    ///
    /// # Errors
    /// [`ControlError::ClockNotStepped`] where time moves by itself.
    pub async fn advance_to(&self, time: Timestamp) -> Result<(), ControlError> {
        if !self.hub.options.clock.is_stepped() {
            return Err(ControlError::ClockNotStepped);
        }
        self.hub.advance_to(time).await;
        Ok(())
    }

    /// Lets time move on to the next due event and gives its time; none if nothing is due any more.
    ///
    /// # Errors
    /// [`ControlError::ClockNotStepped`] where time moves by itself.
    pub async fn step(&self) -> Result<Option<Timestamp>, ControlError> {
        self.hub.idle().await;
        match self.next_due() {
            Some(due) => self.advance_to(due).await.map(|()| Some(due)),
            None => Ok(None),
        }
    }

    /// Resolves when everything has happened that is due, and the application has answered everything.
    pub async fn idle(&self) {
        self.hub.idle().await;
    }

    /// Resolves when the trace is as `look` wants it. The trace is copied at every change, so this is for tests.
    /// There is no time-out: put one around it.
    pub async fn until(&self, mut look: impl FnMut(&Trace) -> bool) -> Trace {
        self.hub.until(|network| Some(network.trace()).filter(&mut look)).await
    }

    /// Keeps time from jumping by itself ([`ClockMode::Auto`](crate::ClockMode::Auto)) as long as the hold lives.
    pub fn hold_time(&self) -> TimeHold {
        self.hub.hold();
        TimeHold { hub: Arc::clone(&self.hub) }
    }

    /// A timer in the network's time, for an application that shares the process. It runs from this call on, resolves
    /// at `time`, and where time would jump by itself it stands until the hold is dropped, so that the application can
    /// act.
    ///
    /// Whoever wants time to stand between two such moments asks for the next timer before they drop the hold of the
    /// last. The future does not borrow the simulator, and may be dropped at any time: then it was never there.
    pub fn sleep_until(&self, time: Timestamp) -> impl Future<Output = TimeHold> + Send + 'static {
        let hub = Arc::clone(&self.hub);
        let waiting = hub.wait_until(time, true);
        async move {
            waiting.over().await;
            TimeHold { hub }
        }
    }

    /// Forgets calls, messages, scripts, faults, the trace, and numbers that were set after the start. Answers that are
    /// in flight go nowhere.
    pub fn reset(&self) {
        self.hub.reset();
    }

    /// Stops listening, lets what is being answered finish, and returns.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(server) = self.server.take() {
            // It can only have been aborted, and then it is as stopped as can be.
            let _ = server.await;
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
        self.driver.abort();
    }
}

/// Keeps time from jumping by itself.
#[derive(Debug)]
#[must_use = "time goes on when the hold is dropped"]
pub struct TimeHold {
    hub: Arc<Hub>,
}

impl Drop for TimeHold {
    fn drop(&mut self) {
        self.hub.release();
    }
}
