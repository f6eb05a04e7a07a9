//! A simulated account, a client whose every request is inspected, and an application that says what is needed.

use std::{convert::Infallible, num::NonZeroU32, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use responder::{
    CallSid,
    telephony::{Dialect, TwilioClient},
};
use responder_sim::{ClockMode, DialIn, Dress, NumberConfig, Sid, Simulator, SimulatorBuilder};
use tower::Service;

use crate::contract::Inspector;

pub(crate) const LINE: &str = "+15005550001";
pub(crate) const TECHNICIAN: &str = "+15005550006";
pub(crate) const CUSTOMER: &str = "+15005550010";
pub(crate) const APP: &str = "https://app.example.com";

pub(crate) struct Lab {
    pub(crate) network: Simulator,
    pub(crate) client: TwilioClient,
    pub(crate) inspector: Arc<Inspector>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(change: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Self {
        let network = change(plain()).in_process().expect("a network");
        let inspector = Inspector::new(network.transport(), "");
        let builder = TwilioClient::builder(network.account_sid(), network.auth_token().into());
        let builder = builder.dialect(Dialect::TWILIO).transport(inspector.clone());
        let client = builder.calls_per_second(NonZeroU32::MAX).build().expect("a client");
        Self { network, client, inspector }
    }

    /// The same at the other provider: only what an operator configures is different.
    pub(crate) fn signalwire() -> Self {
        let project = "b3877c40-da60-4998-90ad-b792e98472af";
        let network = plain().dress(Dress::SignalWire).account(project, "api-token").signing_key("PSK_key");
        let network = network.in_process().expect("a network");
        let inspector = Inspector::new(network.transport(), "/api/laml");
        let builder = TwilioClient::builder(project, "api-token".into()).dialect(Dialect::SIGNALWIRE);
        let builder = builder.base_url("https://example.signalwire.com/api/laml").transport(inspector.clone());
        let client = builder.calls_per_second(NonZeroU32::MAX).build().expect("a client");
        Self { network, client, inspector }
    }

    pub(crate) async fn pass(&self, seconds: u64) {
        self.network.advance(Duration::from_secs(seconds)).await.expect("a stepped clock");
    }

    /// A customer calls and gets the document at this path.
    pub(crate) async fn customer(&self, path: &str) -> CallSid {
        let order = DialIn::new(CUSTOMER, LINE).to_url(format!("{APP}{path}"));
        let call = self.network.dial(order).expect("a call");
        self.pass(5).await;
        known(&call)
    }
}

pub(crate) fn known(sid: &Sid) -> CallSid {
    sid.as_str().parse().expect("a sid")
}

fn plain() -> SimulatorBuilder {
    let number = NumberConfig::voice(format!("{APP}/say")).with_sms(format!("{APP}/nothing"));
    let builder = Simulator::builder().clock(ClockMode::Stepped).calls_per_second(0.0).number(LINE, number);
    builder.host_service("app.example.com", application())
}

/// What each path says.
fn application() -> impl Service<
    Request<Full<Bytes>>,
    Response = Response<String>,
    Error = Infallible,
    Future = impl Future<Output = Result<Response<String>, Infallible>> + Send,
> + Clone
+ Send
+ Sync
+ 'static {
    tower::service_fn(|request: Request<Full<Bytes>>| async move {
        let verbs = match request.uri().path() {
            "/say" => "<Say>Hello.</Say>",
            "/long" => "<Say>Hold on.</Say><Pause length='600'/>",
            "/queue" => "<Enqueue>support</Enqueue>",
            "/room" => "<Dial><Conference>room</Conference></Dial>",
            _ => "",
        };
        let answer = Response::builder().header("content-type", "text/xml");
        Ok(answer.body(format!("<Response>{verbs}</Response>")).expect("an answer"))
    })
}
