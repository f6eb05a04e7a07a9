//! Setting a simulator up.

use std::{
    error::Error,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Body;
use responder_core::Timestamp;
use secrecy::SecretString;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tower::Service;

use crate::{
    Simulator,
    clock::ClockMode,
    dress::Dress,
    hub::Hub,
    options::{OpenQuestions, Options, Timing},
    server,
    trace::NumberConfig,
    webhook::{Host, Route, Signer},
};

/// Sets a simulator up; every setting has a default. See [`Simulator::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing happens before `start`"]
pub struct SimulatorBuilder {
    listen: SocketAddr,
    options: Options,
}

impl Default for SimulatorBuilder {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), options: Options::default() }
    }
}

impl SimulatorBuilder {
    /// The socket to listen on; by default a free port of the loopback interface.
    pub const fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The account and its secret, which REST expects and which signs.
    pub fn account(mut self, sid: impl Into<String>, auth_token: impl Into<String>) -> Self {
        self.options.account_sid = sid.into();
        self.options.auth_token = SecretString::from(auth_token.into());
        self
    }

    /// Which provider it looks like; Twilio if nothing is said. The account stays: one of the other form must be named.
    pub const fn dress(mut self, dress: Dress) -> Self {
        self.options.dress = dress;
        self
    }

    /// What webhooks are signed with, where it is not the secret of the account.
    pub fn signing_key(mut self, key: impl Into<String>) -> Self {
        self.options.signing_key = Some(SecretString::from(key.into()));
        self
    }

    /// A further user and password that REST accepts.
    pub fn api_key(mut self, sid: impl Into<String>, secret: impl Into<String>) -> Self {
        self.options.api_keys.insert(sid.into(), SecretString::from(secret.into()));
        self
    }

    /// Signs requests to the application with this shared key and HMAC-SHA256, and says so in a header, in place of the
    /// auth token and HMAC-SHA1. An id with characters that a header can't have is an error at the start.
    pub fn webhook_key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.options.webhook_key = Some((id.into(), SecretString::from(secret.into())));
        self
    }

    /// How time moves; by default it is real.
    pub const fn clock(mut self, mode: ClockMode) -> Self {
        self.options.clock = mode;
        self
    }

    /// The time at the start.
    pub const fn start_time(mut self, time: Timestamp) -> Self {
        self.options.start_time = Some(time);
        self
    }

    /// What identifiers are made from.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// API calls begun per second, 1 by default; zero does not pace them at all.
    pub const fn calls_per_second(mut self, rate: f64) -> Self {
        self.options.calls_per_second = rate;
        self
    }

    /// Refuses a `From` that is none of the numbers that the network knows.
    pub const fn only_owned_from(mut self) -> Self {
        self.options.owned_from_only = true;
        self
    }

    /// One of the account's numbers; unlike one that is set later, it outlives a reset.
    pub fn number(mut self, number: impl Into<String>, config: NumberConfig) -> Self {
        self.options.numbers.insert(number.into(), config);
        self
    }

    /// Where the host of a public address really listens; this is how an application with an `https` address is
    /// reached without TLS. Signatures cover the address as it is written.
    pub fn host(mut self, name: impl Into<String>, socket: SocketAddr) -> Self {
        self.options.hosts.insert(name.into(), Host::Socket(socket));
        self
    }

    /// Who answers for a host, in this process and without a socket: a router, a table of endpoints, whatever is a
    /// service. It gets the requests as a server would, signed, with path and query as their address.
    ///
    /// A service that fails to become ready counts as one that can't be connected to; an answer that fails counts as
    /// one that broke off.
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use responder_sim::{DialIn, Simulator};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let application = tower::service_fn(async |_request| {
    ///     let document = "<Response><Say>Good morning.</Say></Response>".to_owned();
    ///     let answer = http::Response::builder().header("content-type", "text/xml").body(document);
    ///     Ok::<_, Infallible>(answer.expect("an answer"))
    /// });
    /// let network = Simulator::builder().host_service("help.example.com", application).in_process()?;
    /// let call = DialIn::new("+15005550010", "+15005550001").to_url("https://help.example.com/voice");
    /// let call = network.dial(call)?;
    /// let trace = network.until(|trace| trace.call(&call).is_some_and(|call| call.heard_text("good morning"))).await;
    /// assert_eq!(trace.requests.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn host_service<S, B>(mut self, name: impl Into<String>, service: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        S::Future: Send,
        B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
    {
        self.options.hosts.insert(name.into(), Host::service(service));
        self
    }

    /// The address of this API in links to recordings.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.options.public_url = Some(url.into());
        self
    }

    /// The longest that one webhook may take in real time; 15 seconds at the provider.
    pub const fn webhook_cap(mut self, cap: Duration) -> Self {
        self.options.webhook_cap = cap;
        self
    }

    /// Changes how long things take.
    pub fn timing(mut self, change: impl FnOnce(&mut Timing)) -> Self {
        change(&mut self.options.timing);
        self
    }

    /// Decides what the provider's documents leave open.
    pub fn open_questions(mut self, change: impl FnOnce(&mut OpenQuestions)) -> Self {
        change(&mut self.options.open_questions);
        self
    }

    /// Starts to listen.
    ///
    /// # Errors
    /// If the socket can't be had, or the auth token is empty.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub async fn start(self) -> io::Result<Simulator> {
        let listener = TcpListener::bind(self.listen).await?;
        let address = listener.local_addr()?;
        self.run(address, |hub, stopped| Some(tokio::spawn(server::serve(listener, hub, stopped))))
    }

    /// Starts without a socket: the application asks by [`Simulator::transport`] and is asked by
    /// [`host_service`](Self::host_service). Nothing then depends on how fast the machine is; where the runtime's time
    /// is paused and there is but one thread, the same seed gives the same run.
    ///
    /// # Errors
    /// If the auth token is empty, or the webhook key can't be used.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn in_process(self) -> io::Result<Simulator> {
        self.run(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), |_, _| None)
    }

    fn run(
        self,
        address: SocketAddr,
        serve: impl FnOnce(Arc<Hub>, watch::Receiver<bool>) -> Option<JoinHandle<()>>,
    ) -> io::Result<Simulator> {
        let public_url = self.options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let public_url = format!("{}{}", public_url.trim_end_matches('/'), self.options.dress.base_path());
        let signer = Signer::of(&self.options)?;
        let route = Route { signer, hosts: self.options.hosts.clone(), cap: self.options.webhook_cap };
        let hub = Hub::new(self.options, public_url, route);
        let (stop, stopped) = watch::channel(false);
        let server = serve(Arc::clone(&hub), stopped);
        let driver = tokio::spawn(Arc::clone(&hub).drive());
        Ok(Simulator { hub, address, stop, server, driver })
    }
}
