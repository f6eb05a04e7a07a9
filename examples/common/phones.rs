//! What a branch calls with: Twilio, if the environment names an account; else a phone network of our own.

use std::{env, error::Error, num::NonZeroU32, sync::Arc, time::Duration};

use async_trait::async_trait;
use responder::{
    E164, Timestamp,
    driver::{Clock, Sleeper, SystemClock, TokioSleeper},
    script::Links,
    signature::AuthTokens,
    telephony::TwilioClient,
};
use responder_sim::{Behaviour, ClockMode, NumberConfig, Simulator};

/// A way to call people, and who they are.
#[derive(Debug)]
pub(crate) struct Phones {
    /// What customers call, and what calls and texts come from (`TWILIO_PHONE_NUMBER`).
    pub(crate) number: E164,
    /// Who is called first (`TECHNICIAN_PHONE`).
    pub(crate) technician: E164,
    /// Who gets a copy of everything (`OFFICE_PHONE`).
    pub(crate) office: E164,
    pub(crate) telephony: Arc<TwilioClient>,
    /// What the provider signs its requests with.
    pub(crate) tokens: AuthTokens,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    /// Where the network is that stands in for the real one.
    pub(crate) simulated: Option<String>,
}

impl Phones {
    /// Twilio, if `TWILIO_ACCOUNT_SID` is set; then nothing is left to chance, and each number must be named.
    pub(crate) async fn find(links: &Links) -> Result<Self, Box<dyn Error>> {
        match env::var("TWILIO_ACCOUNT_SID") {
            Ok(account) => Self::real(&account),
            Err(_) => Self::simulated(links).await,
        }
    }

    fn real(account: &str) -> Result<Self, Box<dyn Error>> {
        let set = |name: &str| env::var(name).map_err(|_| format!("{name} is missing"));
        let token = set("TWILIO_AUTH_TOKEN")?;
        Ok(Self {
            number: set("TWILIO_PHONE_NUMBER")?.parse()?,
            technician: set("TECHNICIAN_PHONE")?.parse()?,
            office: set("OFFICE_PHONE")?.parse()?,
            telephony: Arc::new(TwilioClient::builder(account, token.as_str().into()).build()?),
            tokens: AuthTokens::new(token.into())?,
            clock: Arc::new(SystemClock),
            sleeper: Arc::new(TokioSleeper),
            simulated: None,
        })
    }

    /// Everybody picks up after four seconds, presses 1 when asked, and hangs up after three quarters of a minute of
    /// talk. Time goes `SIM_PACE` times as fast as real time.
    async fn simulated(links: &Links) -> Result<Self, Box<dyn Error>> {
        let pace: NonZeroU32 = env::var("SIM_PACE").map_or(Ok(NonZeroU32::MIN), |pace| pace.parse())?;
        let network = Simulator::builder().clock(ClockMode::Faster(pace.get())).start().await?;
        let somebody = Behaviour::answers_after_seconds(4).pressing(["1", "1", "1"]);
        network.set_default_phone(somebody.hanging_up_talking_after(Duration::from_secs(45)));
        let (number, at) = ("+15005550006", links.for_number());
        let to_us = NumberConfig::voice(at.incoming_call).with_voice_fallback(at.call_fallback);
        network.set_number(number, to_us.with_status_callback(at.call_ended).with_sms(at.text));
        let telephony = TwilioClient::builder(network.account_sid(), network.auth_token().into());
        Ok(Self {
            number: number.parse()?,
            technician: "+15005550001".parse()?,
            office: "+15005550009".parse()?,
            telephony: Arc::new(telephony.base_url(network.url()).build()?),
            tokens: AuthTokens::new(network.auth_token().into())?,
            simulated: Some(network.url()),
            clock: Arc::new(NetworkClock(network)),
            sleeper: Arc::new(Pace(pace)),
        })
    }
}

/// Reads the time of the network, and keeps it running.
#[derive(Debug)]
struct NetworkClock(Simulator);

impl Clock for NetworkClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Sleeps as fast as the time of the network goes.
#[derive(Debug)]
struct Pace(NonZeroU32);

#[async_trait]
impl Sleeper for Pace {
    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span / self.0.get()).await;
    }
}
