//! The recordings of a branch.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, PoisonError},
};

use futures_util::{StreamExt, TryStreamExt};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{Admin, SecretsError, Site};
use crate::{
    CallSid, CountryCode, E164, RecordingSid,
    settings::{Values, one_country, phone},
    store::BranchKey,
    telephony::{
        TelephonyError, TwilioClient,
        rest::{Media, MediaRequest, Private, Recording, RecordingFilter},
    },
};

/// One recording, as it is shown. Fields have the names that the service before gave them (`docs/compatibility.md`).
#[derive(Clone, Serialize)]
pub struct RecordingView {
    /// Its name.
    pub sid: String,
    /// The name of the call.
    pub call_sid: Option<String>,
    /// Seconds; none while it is not known.
    pub duration: Option<u64>,
    /// When it began, RFC 3339.
    pub date_created: Option<String>,
    /// The caller's number; none if it is not known.
    pub from: Option<String>,
    /// Who was called.
    pub to: Option<String>,
    /// `in-progress`, `processing`, `completed`, …
    pub status: Option<String>,
    /// Whether it can be heard.
    pub playable: bool,
}

/// Some of them.
#[derive(Clone, Debug)]
pub struct RecordingPage {
    /// Newest first.
    pub recordings: Vec<RecordingView>,
    /// Whether there are more.
    pub has_more: bool,
}

/// Why there are none to be seen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingsError {
    /// The settings of the branch name no account.
    #[error("the settings name no account, or no number")]
    NoAccount,
    /// Their values can't be read.
    #[error(transparent)]
    Settings(#[from] SecretsError),
    /// The provider refuses, or is away.
    #[error("the provider returned an invalid response")]
    Provider(#[from] TelephonyError),
    /// It is no recording of this branch.
    #[error("no such recording")]
    NotFound,
}

/// Whose number a call came from and went to, of calls that were asked for: it never changes.
#[derive(Default)]
pub(super) struct KnownCalls(HashMap<CallSid, Ends>);

/// From, to.
type Ends = (Option<Private>, Option<Private>);

/// The client of each branch's account. Each keeps connections, and what it trusts, for minutes: one for each request
/// would be much memory.
#[derive(Default)]
pub(super) struct KnownAccounts(HashMap<BranchKey, KnownAccount>);

struct KnownAccount {
    sid: String,
    token: SecretString,
    client: Arc<TwilioClient>,
}

/// The account of a branch, and the numbers whose calls are its own.
struct Account {
    client: Arc<TwilioClient>,
    numbers: HashSet<E164>,
}

impl Admin {
    /// A page of a branch's recordings, counted from 1.
    ///
    /// The provider can't be asked for those of a number, so that each recording's call is looked at; what was looked
    /// at is remembered.
    ///
    /// # Errors
    /// See [`RecordingsError`].
    pub async fn recordings(&self, site: &Site, page: usize, size: usize) -> Result<RecordingPage, RecordingsError> {
        let account = self.account(site).await?;
        let filter = RecordingFilter { page_size: Some(ASKED_AT_ONCE), ..RecordingFilter::default() };
        let mut all = account.client.recordings().list(&filter).take(MOST_LOOKED_AT);
        let (mut skip, mut recordings) = (size.saturating_mul(page.saturating_sub(1)), Vec::new());
        while let Some(recording) = all.try_next().await? {
            let ends = self.ends(&account.client, &recording).await?;
            if !account.owns(&ends) {
                continue;
            }
            if skip > 0 {
                skip -= 1;
            } else if recordings.len() == size {
                return Ok(RecordingPage { recordings, has_more: true });
            } else {
                recordings.push(RecordingView::of(recording, ends));
            }
        }
        Ok(RecordingPage { recordings, has_more: false })
    }

    /// The sound of one of a branch's recordings.
    ///
    /// # Errors
    /// See [`RecordingsError`]; one of another branch is [`NotFound`](RecordingsError::NotFound).
    pub async fn recording_media(
        &self,
        site: &Site,
        sid: &RecordingSid,
        wanted: &MediaRequest,
    ) -> Result<Media, RecordingsError> {
        let account = self.account(site).await?;
        let absent = |error: TelephonyError| match error.is_not_found() {
            true => RecordingsError::NotFound,
            false => RecordingsError::Provider(error),
        };
        let recording = account.client.recordings().fetch(sid).await.map_err(absent)?.value;
        if !account.owns(&self.ends(&account.client, &recording).await?) {
            return Err(RecordingsError::NotFound);
        }
        Ok(account.client.recordings().media(sid, wanted).await.map_err(absent)?.value)
    }

    async fn account(&self, site: &Site) -> Result<Account, RecordingsError> {
        let values = self.settings_of(site).await?.values;
        let (Some(sid), Some(token)) = (values.get("TWILIO_ACCOUNT_SID"), values.get("TWILIO_AUTH_TOKEN")) else {
            return Err(RecordingsError::NoAccount);
        };
        let client = self.client_of(site, sid, token)?;
        let numbers = numbers(&values);
        if numbers.is_empty() { Err(RecordingsError::NoAccount) } else { Ok(Account { client, numbers }) }
    }

    /// The same as before, as long as the account is.
    fn client_of(&self, site: &Site, sid: &str, token: &str) -> Result<Arc<TwilioClient>, RecordingsError> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |known: &&KnownAccount| known.sid == sid && known.token.expose_secret() == token;
        if let Some(known) = accounts.0.get(&site.key).filter(is_same) {
            return Ok(Arc::clone(&known.client));
        }
        let client = (self.provider)(TwilioClient::builder(sid, token.to_owned().into()));
        let client = Arc::new(client.build().map_err(|_| RecordingsError::NoAccount)?);
        let known = KnownAccount { sid: sid.to_owned(), token: token.to_owned().into(), client: Arc::clone(&client) };
        accounts.0.insert(site.key.clone(), known);
        Ok(client)
    }

    /// A call that can't be found belongs to nobody.
    async fn ends(&self, client: &TwilioClient, recording: &Recording) -> Result<Ends, RecordingsError> {
        let Some(sid) = &recording.call_sid else { return Ok((None, None)) };
        if let Some(known) = self.calls.lock().unwrap_or_else(PoisonError::into_inner).0.get(sid) {
            return Ok(known.clone());
        }
        let ends = match client.calls().fetch(sid).await {
            Ok(call) => (call.value.from, call.value.to),
            Err(error) if error.is_not_found() => return Ok((None, None)),
            Err(error) => return Err(error.into()),
        };
        let mut known = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0.len() >= MOST_KNOWN {
            known.0.clear();
        }
        known.0.insert(sid.clone(), ends.clone());
        Ok(ends)
    }
}

impl Account {
    fn owns(&self, (from, to): &Ends) -> bool {
        let is_ours =
            |end: &Option<Private>| end.as_ref().and_then(Private::number).is_some_and(|n| self.numbers.contains(&n));
        is_ours(from) || is_ours(to)
    }
}

fn numbers(values: &Values) -> HashSet<E164> {
    let country = values.get("DEFAULT_COUNTRY").and_then(|code| one_country(code).ok());
    let country = country.unwrap_or(CountryCode::NORTH_AMERICA);
    let names = ["TWILIO_PHONE_NUMBER", "TWILIO_AUTOMATED_NUMBER", "TWILIO_TRANSFER_NUMBER"];
    names.iter().filter_map(|name| values.get(name)).filter_map(|text| phone(text, country).ok()).collect()
}

impl RecordingView {
    fn of(recording: Recording, (from, to): Ends) -> Self {
        use crate::telephony::rest::RecordingStatus;
        let text = |end: Option<Private>| end.map(|end| end.as_str().to_owned());
        let status = recording.status.as_ref();
        Self {
            sid: recording.sid.to_string(),
            call_sid: recording.call_sid.map(|sid| sid.to_string()),
            duration: recording.duration.map(|duration| duration.as_secs()),
            date_created: recording.start_time.or(recording.date_created).map(|at| at.to_string()),
            from: text(from),
            to: text(to),
            playable: status == Some(&RecordingStatus::Completed),
            status: status.map(|status| status.as_str().to_owned()),
        }
    }
}

impl fmt::Debug for RecordingView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingView").field("sid", &self.sid).field("status", &self.status).finish_non_exhaustive()
    }
}

impl fmt::Debug for KnownCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownCalls({})", self.0.len())
    }
}

const ASKED_AT_ONCE: u16 = 100;

/// Further back nobody pages.
const MOST_LOOKED_AT: usize = 2000;

const MOST_KNOWN: usize = 10_000;
