//! A token that is being made.

use std::{borrow::Cow, fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::grant::{ChatGrant, SyncGrant, TaskRouterGrant, VideoGrant, VoiceGrant, blank};
use super::{ApiKey, DEFAULT_TTL, MAX_TTL, TokenError};
use crate::Timestamp;

/// A token that is being made: for whom, for what, how long. Of two grants for one service, the last counts.
#[derive(Clone, Default)]
pub struct AccessToken<'a> {
    grants: Grants<'a>,
    id: Option<Cow<'a, str>>,
    region: Option<Cow<'a, str>>,
    start: Start,
    end: End,
}

#[derive(Clone, Default, Serialize)]
struct Grants<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    voice: Option<VoiceGrant<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<VideoGrant<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat: Option<ChatGrant<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_sync: Option<SyncGrant<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_router: Option<TaskRouterGrant<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    player: Option<Value>,
    #[serde(skip_serializing_if = "blank")]
    identity: Option<Cow<'a, str>>,
}

/// When it begins to count.
#[derive(Clone, Copy, Debug, Default)]
enum Start {
    #[default]
    Now,
    At(Timestamp),
    Unsaid,
}

/// When it ends to count.
#[derive(Clone, Copy, Debug)]
enum End {
    After(Duration),
    At(Timestamp),
}

impl Default for End {
    fn default() -> Self {
        Self::After(DEFAULT_TTL)
    }
}

impl<'a> AccessToken<'a> {
    /// For nobody and nothing; an hour from now.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whom the bearer is known as. Twilio has clients called by it (`client:<identity>`), so that letters, digits and
    /// underscores are safest. A blank one is left out.
    #[must_use]
    pub fn identity(mut self, identity: impl Into<Cow<'a, str>>) -> Self {
        self.grants.identity = Some(identity.into());
        self
    }

    /// Good for calls.
    #[must_use]
    pub fn voice(mut self, grant: VoiceGrant<'a>) -> Self {
        self.grants.voice = Some(grant);
        self
    }

    /// Good for video rooms.
    #[must_use]
    pub fn video(mut self, grant: VideoGrant<'a>) -> Self {
        self.grants.video = Some(grant);
        self
    }

    /// Good for conversations.
    #[must_use]
    pub fn chat(mut self, grant: ChatGrant<'a>) -> Self {
        self.grants.chat = Some(grant);
        self
    }

    /// Good for shared state.
    #[must_use]
    pub fn sync(mut self, grant: SyncGrant<'a>) -> Self {
        self.grants.data_sync = Some(grant);
        self
    }

    /// Good for tasks.
    #[must_use]
    pub fn task_router(mut self, grant: TaskRouterGrant<'a>) -> Self {
        self.grants.task_router = Some(grant);
        self
    }

    /// Good for watching a live stream. `grant` is what Twilio's API gave for the player streamer, handed on as it is.
    #[must_use]
    pub fn playback(mut self, grant: Value) -> Self {
        self.grants.player = Some(grant);
        self
    }

    /// The region that the token is for, such as `ie1`. A blank one is left out.
    #[must_use]
    pub fn region(mut self, region: impl Into<Cow<'a, str>>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The unique name of the token (`jti`). If nothing is said, it is the sid of the key and the second, such as
    /// `SK…-1700000000`, which two tokens of one second share.
    #[must_use]
    pub fn id(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Counts from then on (`nbf`), not from now.
    #[must_use]
    pub fn not_before(mut self, start: Timestamp) -> Self {
        self.start = Start::At(start);
        self
    }

    /// Says nothing about when it begins to count.
    #[must_use]
    pub fn without_not_before(mut self) -> Self {
        self.start = Start::Unsaid;
        self
    }

    /// Counts for so long from now, in whole seconds; an hour, if nothing is said.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.end = End::After(ttl);
        self
    }

    /// Counts until then.
    #[must_use]
    pub fn expires_at(mut self, end: Timestamp) -> Self {
        self.end = End::At(end);
        self
    }

    /// The token, made at `now`.
    ///
    /// # Errors
    /// [`TokenError::TooLong`] if it would last more than 24 hours, [`TokenError::Expired`] if it would have expired
    /// before it is made, [`TokenError::Malformed`] if a playback grant can't be written as JSON.
    pub fn sign(&self, key: &ApiKey, now: Timestamp) -> Result<String, TokenError> {
        let now = seconds(now);
        let exp = self.expiry(now)?;
        let nbf = match self.start {
            Start::Now => Some(now),
            Start::At(start) => Some(seconds(start)),
            Start::Unsaid => None,
        };
        let jti = Jti { given: self.id.as_deref(), key: &key.sid, now };
        let claims = Claims { jti, grants: &self.grants, iss: &key.sid, exp, nbf, sub: &key.account };
        let mut json = Vec::with_capacity(USUAL_CLAIMS);
        serde_json::to_writer(&mut json, &claims).map_err(|_| TokenError::Malformed)?;

        let mut token = String::with_capacity(HEADER.len() + json.len() / 3 * 4 + MOST_BEYOND_CLAIMS);
        self.push_header(&mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(json, &mut token);
        key.seal(&mut token);
        Ok(token)
    }

    fn expiry(&self, now: i64) -> Result<i64, TokenError> {
        let longest = MAX_TTL.as_secs();
        let ttl = match self.end {
            End::After(ttl) => ttl.as_secs(),
            End::At(end) => u64::try_from(seconds(end).saturating_sub(now)).map_err(|_| TokenError::Expired)?,
        };
        match i64::try_from(ttl) {
            Ok(span) if ttl <= longest => Ok(now.saturating_add(span)),
            _ => Err(TokenError::TooLong),
        }
    }

    fn push_header(&self, token: &mut String) {
        match self.region.as_deref().filter(|region| !region.is_empty()) {
            None => token.push_str(HEADER),
            Some(region) => {
                let region = Value::from(region);
                let header = format!(r#"{{"alg":"HS256","cty":"{CONTENT_TYPE}","twr":{region},"typ":"JWT"}}"#);
                URL_SAFE_NO_PAD.encode_string(header, token);
            }
        }
    }
}

impl fmt::Debug for AccessToken<'_> {
    /// Not the identity, nor what is granted: they tell who somebody is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("start", &self.start).field("end", &self.end).finish_non_exhaustive()
    }
}

/// In the order in which the official library writes them, so that tokens can be compared as they are.
#[derive(Serialize)]
struct Claims<'a> {
    jti: Jti<'a>,
    grants: &'a Grants<'a>,
    iss: &'a str,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    sub: &'a str,
}

struct Jti<'a> {
    given: Option<&'a str>,
    key: &'a str,
    now: i64,
}

impl Serialize for Jti<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.given {
            Some(id) => to.serialize_str(id),
            None => to.collect_str(self),
        }
    }
}

impl fmt::Display for Jti<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.key, self.now)
    }
}

/// Whole seconds since the Unix epoch, rounded down.
pub(super) fn seconds(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1_000_000)
}

/// What Twilio calls an access token of the first version.
pub(super) const CONTENT_TYPE: &str = "twilio-fpa;v=1";

/// `{"alg":"HS256","cty":"twilio-fpa;v=1","typ":"JWT"}`
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsImN0eSI6InR3aWxpby1mcGE7dj0xIiwidHlwIjoiSldUIn0";

/// Bytes of the claims of a voice token, and some.
const USUAL_CLAIMS: usize = 512;

/// Two dots, the signature, what rounding adds, and a region.
const MOST_BEYOND_CLAIMS: usize = 96;
