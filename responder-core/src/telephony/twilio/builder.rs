//! How a client is configured.

use std::{
    error::Error,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};

use super::{
    Pacer, TwilioClient,
    dialect::Dialect,
    transport::{Route, Transport},
};
use crate::{
    driver::{Clock, SystemClock},
    telephony::HttpTransport,
};

/// Configures a [`TwilioClient`].
#[derive(Clone)]
pub struct TwilioBuilder {
    account_sid: String,
    username: Option<String>,
    password: SecretString,
    base_url: String,
    dialect: Dialect,
    calls_per_second: NonZeroU32,
    connect_timeout: Duration,
    timeout: Duration,
    proxy: Option<String>,
    transport: Option<Arc<dyn HttpTransport>>,
    clock: Arc<dyn Clock>,
}

/// Why there can be no such client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TwilioConfigError {
    /// It is not an absolute http or https URL, or has a query, fragment or credentials.
    #[error("the base URL must be an http or https URL without query, fragment and credentials")]
    BaseUrl,
    /// The account, its token, or the API key is empty.
    #[error("the account sid and its secret must not be empty")]
    Credentials,
    /// It is not what this provider names accounts like.
    #[error("the account sid is not of the form that this provider's have")]
    AccountSid,
    /// Too late to tell a failed connection from a lost answer.
    #[error("the time to connect must be shorter than the time for the whole request")]
    Timeouts,
    /// The proxy's URL is wrong, or the platform gives no certificates.
    #[error("the HTTP client can't be set up")]
    Client(#[source] Box<dyn Error + Send + Sync>),
}

impl TwilioBuilder {
    pub(super) fn new(account_sid: String, auth_token: SecretString) -> Self {
        Self {
            account_sid,
            username: None,
            password: auth_token,
            base_url: "https://api.twilio.com".to_owned(),
            dialect: Dialect::default(),
            calls_per_second: NonZeroU32::MIN,
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(10),
            proxy: None,
            transport: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// Authenticates with an API key and its secret in place of the account's token.
    #[must_use]
    pub fn api_key(mut self, key_sid: impl Into<String>, secret: SecretString) -> Self {
        self.username = Some(key_sid.into());
        self.password = secret;
        self
    }

    /// Where the API is, up to and without `/2010-04-01`: another region, a compatible provider, a simulator.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// What is different at this provider. If nothing is said: accounts of any name, and credentials as Twilio wants
    /// them.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// How many calls may be placed in a second; 1 if nothing is said, like a new account of Twilio's.
    #[must_use]
    pub fn calls_per_second(mut self, rate: NonZeroU32) -> Self {
        self.calls_per_second = rate;
        self
    }

    /// How long to try to connect, TLS handshake included; 3 seconds if nothing is said. A request that fails here was
    /// certainly not sent.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long a whole request may take; 10 seconds if nothing is said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends all requests through this proxy. Without this there is none: the environment variables that other
    /// programs obey are ignored.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Has requests carried by `transport` instead of by an HTTP client of our own; the settings of the connection and
    /// the proxy are then its business. [`timeout`](Self::timeout) holds all the same, in Tokio's time.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn HttpTransport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The clock by which calls are paced, where time is not the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`TwilioConfigError`] says which setting is wrong. Nothing is sent.
    pub fn build(self) -> Result<TwilioClient, TwilioConfigError> {
        let base_url = parse_base(&self.base_url).ok_or(TwilioConfigError::BaseUrl)?;
        let username = self.username.unwrap_or_else(|| self.account_sid.clone());
        let empty = [self.account_sid.as_str(), &username, self.password.expose_secret()].contains(&"");
        if empty || matches!(self.account_sid.as_str(), "." | "..") {
            return Err(TwilioConfigError::Credentials);
        }
        if !self.dialect.account_ids.fit(&self.account_sid) {
            return Err(TwilioConfigError::AccountSid);
        }
        if self.connect_timeout >= self.timeout {
            return Err(TwilioConfigError::Timeouts);
        }
        let route = match self.transport {
            Some(transport) => Route::Custom(transport),
            None => {
                let http = http_client(self.connect_timeout, self.timeout, self.proxy.as_deref());
                Route::Http(http.map_err(|error| TwilioConfigError::Client(Box::new(error.without_url())))?)
            }
        };
        Ok(TwilioClient {
            transport: Transport {
                route,
                base_url,
                account_sid: self.account_sid,
                auth_scheme: self.dialect.auth_scheme,
                username,
                password: self.password,
                timeout: self.timeout,
            },
            pacer: Mutex::new(Pacer::per_second(self.calls_per_second)),
            clock: self.clock,
        })
    }
}

impl fmt::Debug for TwilioBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioBuilder").field("account_sid", &self.account_sid).finish_non_exhaustive()
    }
}

fn parse_base(base_url: &str) -> Option<reqwest::Url> {
    let url = reqwest::Url::parse(base_url).ok()?;
    let plain = url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && plain && anonymous).then_some(url)
}

/// The retries of the HTTP client are off, because only the caller knows what may be sent twice; so are redirects,
/// which would carry credentials elsewhere. Idle connections are kept for minutes and probed, so that the first call
/// of an emergency finds one that works.
fn http_client(connect: Duration, total: Duration, proxy: Option<&str>) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(connect)
        .timeout(total)
        .pool_idle_timeout(Duration::from_secs(300))
        .tcp_keepalive(Duration::from_secs(20))
        .no_proxy();
    match proxy {
        Some(url) => builder.proxy(reqwest::Proxy::all(url)?).build(),
        None => builder.build(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> TwilioBuilder {
        TwilioClient::builder("AC1", "secret".into())
    }

    #[test]
    fn wrong_settings_are_refused() {
        for url in ["", "api.twilio.com", "ftp://h", "https://h?a=b", "https://h#a", "https://u@h", "https://u:p@h"] {
            assert!(matches!(builder().base_url(url).build(), Err(TwilioConfigError::BaseUrl)), "{url}");
        }
        let no_account = TwilioClient::builder("", "secret".into());
        let no_token = TwilioClient::builder("AC1", "".into());
        let climbing = TwilioClient::builder("..", "secret".into());
        for wrong in [no_account, no_token, climbing, builder().api_key("", "secret".into())] {
            assert!(matches!(wrong.build(), Err(TwilioConfigError::Credentials)));
        }
        let foreign = builder().dialect(Dialect::SIGNALWIRE);
        assert!(matches!(foreign.build(), Err(TwilioConfigError::AccountSid)));
        let slow = builder().connect_timeout(Duration::from_secs(10)).timeout(Duration::from_secs(10));
        assert!(matches!(slow.build(), Err(TwilioConfigError::Timeouts)));
        assert!(matches!(builder().proxy("http://[").build(), Err(TwilioConfigError::Client(_))));
    }

    #[test]
    fn debug_shows_no_secret() {
        let client = builder().api_key("SK1", "keysecret".into());
        assert_eq!(format!("{client:?}"), "TwilioBuilder { account_sid: \"AC1\", .. }");
        let client = client.build().expect("a client");
        assert!(!format!("{client:?}").contains("secret"), "{client:?}");
    }
}
