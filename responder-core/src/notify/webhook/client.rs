//! Posting by reqwest.

use std::{
    error::Error,
    fmt::Debug,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use ::http::header::RETRY_AFTER;
use async_trait::async_trait;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use secrecy::ExposeSecret;

use super::{
    AllowedHosts, TargetError, WebhookAnswer, WebhookError, WebhookPost, WebhookSender, address::address_of, is_public,
};

/// Posts webhooks to the open internet, and to hosts that are allowed all the same.
///
/// The address that was checked is the one that is connected to, so that a name can't lead elsewhere in between. No
/// redirect is followed, and no proxy used.
#[derive(Clone, Debug)]
pub struct WebhookClient {
    client: reqwest::Client,
    allowed: Arc<AllowedHosts>,
}

/// Looks up the addresses of a host.
#[async_trait]
pub trait HostResolver: Debug + Send + Sync + 'static {
    /// Every address of `host`.
    ///
    /// # Errors
    /// If it has none, or nobody knows.
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// That of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl HostResolver for SystemResolver {
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

impl WebhookClient {
    /// With the names of the operating system.
    ///
    /// # Errors
    /// [`WebhookError::Unavailable`] if there can be no TLS.
    pub fn new(allowed: AllowedHosts) -> Result<Self, WebhookError> {
        Self::resolving_by(allowed, Arc::new(SystemResolver))
    }

    /// With names of one's own.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn resolving_by(allowed: AllowedHosts, resolver: Arc<dyn HostResolver>) -> Result<Self, WebhookError> {
        let allowed = Arc::new(allowed);
        let guard = Guard { resolver, allowed: allowed.clone() };
        let client = reqwest::Client::builder()
            .dns_resolver(Arc::new(guard))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would look the name up by itself.
            .no_proxy()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .user_agent("responder-webhooks")
            .build();
        Ok(Self { client: client.map_err(|error| WebhookError::Unavailable(error.into()))?, allowed })
    }

    /// The URL, if something might be posted there. Addresses in any notation are checked here, names when they are
    /// looked up.
    fn parsed(&self, url: &str) -> Result<Url, TargetError> {
        let url = Url::parse(url).map_err(|_| TargetError::NoUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(TargetError::NoUrl);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        let host = url.host_str().ok_or(TargetError::NoUrl)?;
        let is_fine = self.allowed.contains(host) || address_of(host).is_none_or(is_public);
        if is_fine { Ok(url) } else { Err(TargetError::NotPublic) }
    }
}

#[async_trait]
impl WebhookSender for WebhookClient {
    fn check(&self, url: &str) -> Result<(), TargetError> {
        self.parsed(url).map(drop)
    }

    async fn post(&self, post: WebhookPost) -> Result<WebhookAnswer, WebhookError> {
        let url = self.parsed(post.url.expose_secret())?;
        let answer = self.client.post(url).headers(post.headers).body(post.body).send().await.map_err(failure)?;
        let seconds = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
        Ok(WebhookAnswer { status: answer.status().as_u16(), retry_after: seconds.map(Duration::from_secs) })
    }
}

/// Our own refusal comes back as the cause of the cause of an error.
fn failure(error: reqwest::Error) -> WebhookError {
    let error = error.without_url();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<TargetError>() {
            return WebhookError::Target(*refused);
        }
        cause = error.source();
    }
    WebhookError::Unavailable(error.into())
}

/// Gives only addresses that may be connected to.
#[derive(Debug)]
struct Guard {
    resolver: Arc<dyn HostResolver>,
    allowed: Arc<AllowedHosts>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, allowed) = (self.resolver.clone(), self.allowed.clone());
        Box::pin(async move {
            let host = name.as_str();
            let mut found = resolver.addresses(host).await?;
            if !allowed.contains(host) {
                found.retain(|address| is_public(*address));
            }
            if found.is_empty() {
                return Err(TargetError::NotPublic.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(12);

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
