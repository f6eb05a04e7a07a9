//! The table of an app that makes calls: access tokens for its users, and where their calls go.
//!
//! ```
//! use std::sync::Arc;
//! use responder_core::http::{Keys, Signatures, voice::{self, UserJwt, Voice, VoiceSettings}};
//! use responder_core::{signature::AuthTokens, token::ApiKey};
//!
//! let key = ApiKey::new("AC00000000000000000000000000000001", "SK00000000000000000000000000000001", "secret".into())?;
//! let mut settings = VoiceSettings::new(key, "AP00000000000000000000000000000001", "+15005550006");
//! settings.apns_credential_sid = "CR00000000000000000000000000000001".into();
//! let voice = Arc::new(Voice::new(settings)?);
//! let keys = Keys {
//!     signatures: Signatures::Checked(AuthTokens::new("the auth token of the account".into())?),
//!     users: Some(Arc::new(UserJwt::with_secret(&"what the app's sessions are signed with".into())?)),
//!     ..Keys::default()
//! };
//! let endpoints = voice::endpoints(&voice, "https://example.com/app".parse()?).keys(keys).build()?;
//! assert!(endpoints.owns("/api/v1/call_token"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod call_ended;
mod call_token;
mod jwt;
mod make_call;
mod metrics;
mod settings;

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use ::http::Response;

use super::{Access, Body, BodyRule, Call, Endpoint, Endpoints, EndpointsBuilder, HttpError};
use crate::{
    PublicUrl,
    driver::{Clock, SystemClock},
    notify::{VendorFailure, VendorFailures},
};

pub use jwt::{UserJwt, UserKeyError};
pub use metrics::{CallKind, CallOutcome, Platform, VoiceCounters, VoiceMetrics};
pub use settings::{VoiceSettings, VoiceSettingsError, VoiceWording};

/// Where users get their access tokens.
pub const CALL_TOKEN: &str = "/api/v1/call_token";

/// Where the provider asks what to do with a call of theirs: the voice URL of the TwiML application.
pub const MAKE_CALL: &str = "/api/v1/make_call";

/// Where the provider tells how a call went, if that is [measured](VoiceSettings::call_metrics).
pub const CALL_ENDED: &str = "/api/v1/call_ended";

/// What the endpoints work with.
#[derive(Debug)]
pub struct Voice {
    settings: VoiceSettings,
    clock: Arc<dyn Clock>,
    metrics: Arc<dyn VoiceMetrics>,
    failures: Option<Arc<VendorFailures>>,
}

impl Voice {
    /// By the clock of this machine; nothing is measured, and failures are told to nobody but the log.
    ///
    /// # Errors
    /// [`VoiceSettingsError`] says what can't be used.
    pub fn new(settings: VoiceSettings) -> Result<Self, VoiceSettingsError> {
        let (clock, metrics) = (Arc::new(SystemClock), Arc::new(metrics::Unmeasured));
        Ok(Self { settings: settings.checked()?, clock, metrics, failures: None })
    }

    /// By this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Tells these what happens.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Arc<dyn VoiceMetrics>) -> Self {
        self.metrics = metrics;
        self
    }

    /// Tells people about failures.
    #[must_use]
    pub fn with_failures(mut self, failures: Arc<VendorFailures>) -> Self {
        self.failures = Some(failures);
        self
    }

    /// The settings.
    pub const fn settings(&self) -> &VoiceSettings {
        &self.settings
    }

    fn fail(&self, failure: VendorFailure) {
        tracing::warn!(vendor_api = failure.vendor_api, error = failure.error_msg, "a failure with a vendor");
        if let Some(failures) = &self.failures {
            failures.tell(failure);
        }
    }
}

/// A table with all rows, below `public`: only the provider has calls routed; see [`rows`] for one where anybody may.
/// Bodies have to come [within 10 seconds](crate::http::BODY_TIMEOUT).
pub fn endpoints(voice: &Arc<Voice>, public: PublicUrl) -> EndpointsBuilder {
    let rows = rows(voice, &public, Access::provider());
    Endpoints::builder(public).endpoints(rows)
}

/// All rows, to put into a table with others. `public` is the address of that table, and `make_call` says who may have
/// a call routed: with [`Access::Public`] everybody who finds the address sees where calls would go.
pub fn rows(voice: &Arc<Voice>, public: &PublicUrl, make_call: Access) -> Vec<Endpoint> {
    let ended_at: Arc<str> = public.at(CALL_ENDED).into();
    let router = Arc::clone(voice);
    let route = move |call: Call| ready(make_call::make_call(&router, &ended_at, &call));
    vec![
        Endpoint::get(CALL_TOKEN, Access::user(), handler(voice, call_token::call_token)),
        Endpoint::post(MAKE_CALL, make_call, BodyRule::either(), route),
        Endpoint::post(CALL_ENDED, Access::provider(), BodyRule::form(), handler(voice, call_ended::call_ended)),
    ]
}

type Answer = Result<Response<Body>, HttpError>;

fn handler(voice: &Arc<Voice>, handle: fn(&Voice, &Call) -> Answer) -> impl super::Handler + use<> {
    let voice = Arc::clone(voice);
    move |call: Call| -> Ready<Answer> { ready(handle(&voice, &call)) }
}

#[cfg(test)]
mod tests;
