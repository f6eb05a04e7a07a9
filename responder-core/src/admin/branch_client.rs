//! The way to the server of a branch.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Client, Response, Url, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::questions::Questions;

/// Talks to one branch, with the token that they share. Each request ends after a bounded time.
///
/// ```
/// use responder_core::admin::BranchClient;
///
/// assert!(BranchClient::new("http://127.0.0.1:5001", &"token-of-the-branch".into()).is_ok());
/// assert!(BranchClient::new("ftp://branch", &"token".into()).is_err());
/// assert!(BranchClient::new("http://127.0.0.1:5001", &"".into()).is_err(), "without a token nothing is let in");
/// ```
#[derive(Clone)]
pub struct BranchClient {
    base: Url,
    token: HeaderValue,
    http: Client,
    /// Clones share it.
    pub(super) questions: Arc<Mutex<Questions>>,
}

/// An address or a token that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BranchAddressError {
    /// The address.
    #[error("the address of a branch begins with http:// or https:// and has no query and no credentials")]
    Address,
    /// The token.
    #[error("the token of a branch is one word of visible ASCII characters")]
    Token,
    /// The HTTP client.
    #[error("the HTTP client can't be set up")]
    Client,
}

/// Why a branch has given no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BranchError {
    /// It was sent, and no answer came in time: it may have been done.
    #[error("the branch did not answer in time")]
    TimedOut,
    /// It can't be reached.
    #[error("the branch can't be reached")]
    Unreachable,
    /// What came is no answer of ours, or the branch does not know our token.
    #[error("the branch returned an invalid response")]
    Senseless,
}

/// What a branch has answered.
#[derive(Clone, PartialEq, Eq)]
pub struct BranchResponse {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// All of it.
    pub body: Bytes,
}

impl BranchClient {
    /// To the branch at `url`, the address below which its endpoints are.
    ///
    /// # Errors
    /// See [`BranchAddressError`].
    pub fn new(url: &str, token: &SecretString) -> Result<Self, BranchAddressError> {
        let base: Url = url.trim_end_matches('/').parse().map_err(|_| BranchAddressError::Address)?;
        let is_plain = base.query().is_none() && base.fragment().is_none() && base.username().is_empty();
        if !matches!(base.scheme(), "http" | "https") || !is_plain || base.password().is_some() {
            return Err(BranchAddressError::Address);
        }
        let token = token.expose_secret();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BranchAddressError::Token);
        }
        let token = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut token = token.map_err(|_| BranchAddressError::Token)?;
        token.set_sensitive(true);
        // The token goes to this host alone: no redirects, and no proxy that the environment names.
        let http = Client::builder().redirect(Policy::none()).no_proxy().connect_timeout(CONNECT).build();
        let http = http.map_err(|_| BranchAddressError::Client)?;
        Ok(Self { base, token, http, questions: Arc::default() })
    }

    /// Asks for something.
    ///
    /// # Errors
    /// See [`BranchError`].
    pub async fn get(&self, path_and_query: &str) -> Result<BranchResponse, BranchError> {
        self.ask(Method::GET, path_and_query, HeaderMap::new(), None, QUICK).await
    }

    /// Sends something, with further headers.
    ///
    /// # Errors
    /// See [`BranchError`].
    pub async fn post(
        &self,
        path_and_query: &str,
        headers: HeaderMap,
        body: &(impl Serialize + Sync),
        within: Duration,
    ) -> Result<BranchResponse, BranchError> {
        let body = serde_json::to_vec(body).map_err(|_| BranchError::Senseless)?;
        self.ask(Method::POST, path_and_query, headers, Some(body), within).await
    }

    /// Has something removed.
    ///
    /// # Errors
    /// See [`BranchError`].
    pub async fn delete(&self, path_and_query: &str) -> Result<BranchResponse, BranchError> {
        self.ask(Method::DELETE, path_and_query, HeaderMap::new(), None, QUICK).await
    }

    /// Opens a stream; its pieces may come at any time. What is no success is read here, and nothing follows it.
    ///
    /// # Errors
    /// See [`BranchError`], if it does not begin.
    pub async fn open(
        &self,
        path_and_query: &str,
        headers: HeaderMap,
    ) -> Result<(BranchResponse, impl Stream<Item = Result<Bytes, BranchError>> + Send + use<>), BranchError> {
        let request = self.http.get(self.url(path_and_query)).headers(headers);
        let request = request.header(header::AUTHORIZATION, self.token.clone());
        let answer = tokio::time::timeout(QUICK, request.send()).await.map_err(|_| BranchError::TimedOut)?;
        let answer = answer.map_err(|error| failed(&error))?;
        let mut told =
            BranchResponse { status: answer.status(), headers: answer.headers().clone(), body: Bytes::new() };
        let mut follows = Some(answer);
        if !told.status.is_success()
            && let Some(refusal) = follows.take()
        {
            let body = tokio::time::timeout(QUICK, whole(refusal, LONGEST_REFUSAL)).await;
            told.body = body.map_err(|_| BranchError::TimedOut)??;
        }
        let pieces = stream::try_unfold(follows, async |follows: Option<Response>| {
            let Some(mut answer) = follows else { return Ok(None) };
            let piece = answer.chunk().await.map_err(|error| failed(&error))?;
            Ok(piece.map(|piece| (piece, Some(answer))))
        });
        Ok((told, pieces))
    }

    async fn ask(
        &self,
        method: Method,
        path_and_query: &str,
        headers: HeaderMap,
        body: Option<Vec<u8>>,
        within: Duration,
    ) -> Result<BranchResponse, BranchError> {
        let mut request = self.http.request(method, self.url(path_and_query)).headers(headers).timeout(within);
        request = request.header(header::AUTHORIZATION, self.token.clone());
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        }
        let answer = request.send().await.map_err(|error| failed(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(BranchResponse { status, headers, body: whole(answer, LONGEST_ANSWER).await? })
    }

    fn url(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.base.as_str().trim_end_matches('/'))
    }
}

impl BranchResponse {
    /// What it says, if it is JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// All of an answer, unless it is too long.
async fn whole(mut answer: Response, longest: usize) -> Result<Bytes, BranchError> {
    let mut body = BytesMut::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| failed(&error))? {
        if body.len() + piece.len() > longest {
            return Err(BranchError::Senseless);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn failed(error: &reqwest::Error) -> BranchError {
    match error {
        error if error.is_connect() => BranchError::Unreachable,
        error if error.is_timeout() => BranchError::TimedOut,
        error if error.is_builder() => BranchError::Senseless,
        // The connection broke, perhaps after the request had been carried out.
        _ => BranchError::TimedOut,
    }
}

/// Without the token.
impl fmt::Debug for BranchClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BranchClient").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// Without the body: it may be about people.
impl fmt::Debug for BranchResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BranchResponse({}, {} bytes)", self.status, self.body.len())
    }
}

const CONNECT: Duration = Duration::from_secs(2);

/// For what a branch answers at once.
const QUICK: Duration = Duration::from_secs(5);

/// 200 emergencies with much in them, many times over. A whole log is not kept, but passed on as it comes.
const LONGEST_ANSWER: usize = 8 << 20;

const LONGEST_REFUSAL: usize = 64 << 10;
