//! The way to the admin server.

use std::{collections::BTreeMap, fmt, time::Duration};

use http::{HeaderValue, StatusCode, header};
use reqwest::{Client, Url, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    http::admin::{ENABLED_HEADER as ENABLED, REVISION_HEADER as REVISION},
    settings::{Values, setting},
    store::{Availability, BranchKey, Revision},
};

/// Asks an admin server for the settings of one branch.
#[derive(Clone)]
pub struct AdminClient {
    url: Url,
    branch: BranchKey,
    token: HeaderValue,
    http: Client,
}

/// An address or a token that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdminClientError {
    /// The address.
    #[error("the address of an admin server begins with http:// or https://")]
    Address,
    /// The token.
    #[error("the token of a branch is one word of visible ASCII characters")]
    Token,
    /// The HTTP client.
    #[error("the HTTP client can't be set up")]
    Client,
}

/// Why there is no answer. Says nothing of what is in the settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// It can't be reached, or takes too long.
    #[error("it does not answer")]
    Away,
    /// It refuses the token.
    #[error("it does not know the token of this branch, or the branch")]
    Refused,
    /// It answers with another status.
    #[error("it answers with status {0}")]
    Status(u16),
    /// Its answer can't be read.
    #[error("what it answers makes no sense")]
    Senseless,
    /// There are no settings yet.
    #[error("it has no settings for this branch yet")]
    Nothing,
    /// The branch's own store does not answer.
    #[error("the store of this branch does not answer")]
    Store,
}

/// What an admin server has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The settings that this build knows; none as long as nobody has entered any.
    pub values: Values,
    /// As of when they are, if that was said.
    pub revision: Option<Revision>,
    /// Whether the branch may take reports, if that was said.
    pub availability: Option<Availability>,
}

impl AdminClient {
    /// At `url`, the address below which its endpoints are, for `branch`, whose token is `token`.
    ///
    /// # Errors
    /// See [`AdminClientError`].
    pub fn new(url: &str, branch: BranchKey, token: &SecretString) -> Result<Self, AdminClientError> {
        let path = format!("{}/api/internal/branch/{branch}/settings", url.trim_end_matches('/'));
        let url: Url = path.parse().map_err(|_| AdminClientError::Address)?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
            return Err(AdminClientError::Address);
        }
        let token = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
        let mut token = token.map_err(|_| AdminClientError::Token)?;
        token.set_sensitive(true);
        let http = Client::builder().redirect(Policy::none()).no_proxy().connect_timeout(CONNECT).timeout(WITHIN);
        Ok(Self { url, branch, token, http: http.build().map_err(|_| AdminClientError::Client)? })
    }

    /// Whose settings are asked for.
    pub const fn branch(&self) -> &BranchKey {
        &self.branch
    }

    /// Asks.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self) -> Result<Fetched, FetchError> {
        let request = self.http.get(self.url.clone()).header(header::AUTHORIZATION, self.token.clone());
        let mut answer = request.send().await.map_err(|_| FetchError::Away)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                return Err(FetchError::Refused);
            }
            other => return Err(FetchError::Status(other.as_u16())),
        }
        let availability = answer.headers().get(ENABLED).and_then(|enabled| match enabled.as_bytes() {
            b"true" => Some(Availability::Enabled),
            b"false" => Some(Availability::Disabled),
            _ => None,
        });
        let revision = answer.headers().get(REVISION).and_then(|revision| revision.to_str().ok()?.parse().ok());
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|_| FetchError::Away)? {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST {
                return Err(FetchError::Senseless);
            }
        }
        // A newer admin server may have settings that this build does not know.
        let all: BTreeMap<String, String> = serde_json::from_slice(&body).map_err(|_| FetchError::Senseless)?;
        let mut values = Values::default();
        for (name, value) in all {
            if setting(&name).is_none() {
                tracing::warn!(branch = %self.branch, "the admin server has a setting that this version does not know");
            }
            values.set(&name, Some(value));
        }
        Ok(Fetched { values, revision: revision.map(Revision::from_u64), availability })
    }
}

/// Without the token.
impl fmt::Debug for AdminClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminClient").field("branch", &self.branch).finish_non_exhaustive()
    }
}

const CONNECT: Duration = Duration::from_secs(2);

const WITHIN: Duration = Duration::from_secs(5);

const LONGEST: usize = 1 << 20;
