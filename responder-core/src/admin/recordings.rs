//! The recordings of a branch.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    pin::pin,
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    Admin, SecretsError, Site,
    recording_pages::{PageStart, Paging},
};
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
    /// Where it goes on. None if there are no more.
    pub next: Option<PageStart>,
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
    /// The provider is so slow, or others ask for so much, that nothing could be looked at.
    #[error("looking for recordings takes too long")]
    Slow,
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
    turn: Turn,
}

/// Whose it is looks for recordings of the branch: one at a time.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// The account of a branch, and the numbers whose calls are its own.
struct Account {
    client: Arc<TwilioClient>,
    turn: Turn,
    numbers: HashSet<E164>,
}

impl Admin {
    /// Some of a branch's recordings.
    ///
    /// The provider can't be asked for those of a number, so that each recording's call is looked at; what was looked
    /// at is remembered. After 5 seconds or 2000 recordings of the account the page ends, and says where it goes on:
    /// then it may have less than `size`, or none.
    ///
    /// # Errors
    /// See [`RecordingsError`].
    pub async fn recordings(
        &self,
        site: &Site,
        start: &PageStart,
        size: usize,
    ) -> Result<RecordingPage, RecordingsError> {
        let account = self.account(site).await?;
        let turn = Arc::clone(&account.turn);
        let _turn = timeout(LOOKED_FOR, turn.lock()).await.map_err(|_| RecordingsError::Slow)?;
        let until = Instant::now() + LOOKED_FOR;
        let client = &account.client;
        let filter = RecordingFilter { page_size: Some(ASKED_AT_ONCE), created: start.span(), ..Default::default() };
        let listed = client.recordings().list(&filter).try_filter(start.after()).take(MOST_LOOKED_AT);
        let looked_at = listed.map(async |recording| {
            let recording = recording?;
            let ends = self.ends(client, &recording).await?;
            Ok::<_, RecordingsError>((recording, ends))
        });
        let mut looked_at = pin!(looked_at.buffered(FETCHED_AT_ONCE));
        let mut page = Paging::at(start, size);
        loop {
            let Ok(next) = timeout_at(until, looked_at.try_next()).await else { return page.cut() };
            let Some((recording, ends)) = next? else { break };
            let is_own = account.owns(&ends);
            if is_own && page.is_full() {
                return Ok(page.full(start));
            }
            page.pass(&recording);
            if is_own {
                page.add(RecordingView::of(recording, ends));
            }
        }
        if page.passed < MOST_LOOKED_AT { Ok(page.last()) } else { page.cut() }
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
        let (client, turn) = self.client_of(site, sid, token)?;
        let numbers = numbers(&values);
        if numbers.is_empty() { Err(RecordingsError::NoAccount) } else { Ok(Account { client, turn, numbers }) }
    }

    /// The same as before, as long as the account is.
    fn client_of(&self, site: &Site, sid: &str, token: &str) -> Result<(Arc<TwilioClient>, Turn), RecordingsError> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |known: &&KnownAccount| known.sid == sid && known.token.expose_secret() == token;
        if let Some(known) = accounts.0.get(&site.key).filter(is_same) {
            return Ok((Arc::clone(&known.client), Arc::clone(&known.turn)));
        }
        let client = (self.provider)(TwilioClient::builder(sid, token.to_owned().into()));
        let client = Arc::new(client.build().map_err(|_| RecordingsError::NoAccount)?);
        let (sid, token, turn) = (sid.to_owned(), token.to_owned().into(), Turn::default());
        let known = KnownAccount { sid, token, client: Arc::clone(&client), turn: Arc::clone(&turn) };
        accounts.0.insert(site.key.clone(), known);
        Ok((client, turn))
    }

    /// A call that can't be found belongs to nobody.
    async fn ends(&self, client: &TwilioClient, recording: &Recording) -> Result<Ends, RecordingsError> {
        let Some(sid) = &recording.call_sid else { return Ok((None, None)) };
        if let Some(known) = self.calls.lock().unwrap_or_else(PoisonError::into_inner).0.get(sid) {
            return Ok(known.clone());
        }
        let ends = match client.calls().fetch(sid).await {
            Ok(call) => (call.value.from, call.value.to),
            Err(error) if error.is_not_found() => (None, None),
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

/// For one page.
const MOST_LOOKED_AT: usize = 2000;

const FETCHED_AT_ONCE: usize = 8;

/// How long somebody waits for a page.
const LOOKED_FOR: Duration = Duration::from_secs(5);

const MOST_KNOWN: usize = 10_000;
